#include "triage/analyse/gate_filter.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST_LEAST = 16 };	/* bits a word, below which a digest would say yes too often */

static size_t
words_of(unsigned bits)
{
	return ((size_t)1 << bits) / 64;
}

static uint64_t *
make(unsigned bits)
{
	return fault_hit() ? NULL : calloc(words_of(bits), sizeof(uint64_t));
}

bool
gate_filter_make(struct gate_filter *filter, size_t words, unsigned most)
{
	filter->bits = most < GATE_FILTER_BITS ? most : GATE_FILTER_BITS;
	bool apart = filter->bits > GATE_DIGEST_BITS && (size_t)1 << GATE_DIGEST_BITS >= words * DIGEST_LEAST;
	filter->digest_bits = apart ? GATE_DIGEST_BITS : filter->bits;
	filter->full = make(filter->bits);
	filter->digest = apart && filter->full != NULL ? make(filter->digest_bits) : filter->full;
	return filter->digest != NULL;
}

bool
gate_filter_copy(struct gate_filter *filter, const struct gate_filter *from)
{
	bool apart = from->digest != from->full;
	*filter = *from;
	filter->full = make(from->bits);
	filter->digest = apart && filter->full != NULL ? make(from->digest_bits) : filter->full;
	if (filter->digest == NULL)
		return false;
	memcpy(filter->full, from->full, words_of(from->bits) * sizeof(uint64_t));
	if (apart)
		memcpy(filter->digest, from->digest, words_of(from->digest_bits) * sizeof(uint64_t));
	return true;
}

void
gate_filter_free(struct gate_filter *filter)
{
	if (filter->digest != filter->full)
		free(filter->digest);
	free(filter->full);
	*filter = (struct gate_filter){ .full = NULL };
}

size_t
gate_filter_bytes(const struct gate_filter *filter)
{
	return (words_of(filter->bits) + (filter->digest != filter->full ? words_of(filter->digest_bits) : 0)) * sizeof(uint64_t);
}

void
gate_filter_set(struct gate_filter *filter, uint32_t bit)
{
	uint32_t run = bit >> (filter->bits - filter->digest_bits);
	filter->full[bit >> 6] |= UINT64_C(1) << (bit & 63);
	filter->digest[run >> 6] |= UINT64_C(1) << (run & 63);
}

void
gate_filter_clear(struct gate_filter *filter, uint32_t bit)
{
	unsigned shift = filter->bits - filter->digest_bits;
	uint32_t run = bit >> shift, first = run << shift;
	filter->full[bit >> 6] &= ~(UINT64_C(1) << (bit & 63));
	for (uint32_t i = first; i < first + (UINT32_C(1) << shift); i++)
		if ((filter->full[i >> 6] >> (i & 63) & 1) != 0)
			return;
	filter->digest[run >> 6] &= ~(UINT64_C(1) << (run & 63));
}
