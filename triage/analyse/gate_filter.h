/*
 * gate_filter.h - the quick question of gate.c: may a word begin with these bytes?
 *
 * A filter is one bit for what each of its words is found by; a word's place is a number of 32 bits of which the first bits name that bit.
 * Its digest has one bit for each run of the filter's bits, set when any of them is. Every place of a stream asks the digest, which
 * stays in the cache nearest to the processor, and only few ask the filter. A filter too full for that is its own digest.
 */
#ifndef TRIAGE_ANALYSE_GATE_FILTER_H
#define TRIAGE_ANALYSE_GATE_FILTER_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GATE_FILTER_BITS = 20, GATE_DIGEST_BITS = 16 };

struct gate_filter {
	uint64_t *full, *digest;	/* one memory when there is no digest */
	unsigned bits, digest_bits;	/* log2 of the number of bits of each; digest_bits: GATE_DIGEST_BITS, or bits when there is no digest */
};

/* Empty, for so many words of a kind that has 2^most different places at most. False when memory ends. */
bool gate_filter_make(struct gate_filter *filter, size_t words, unsigned most);
bool gate_filter_copy(struct gate_filter *filter, const struct gate_filter *from);
void gate_filter_free(struct gate_filter *filter);
size_t gate_filter_bytes(const struct gate_filter *filter);
/* The bit of full, by its number. */
void gate_filter_set(struct gate_filter *filter, uint32_t bit);
void gate_filter_clear(struct gate_filter *filter, uint32_t bit);

static inline uint32_t
gate_filter_bit(const struct gate_filter *filter, uint32_t place)
{
	return place >> (32 - filter->bits);
}

static inline bool
gate_filter_has(const struct gate_filter *filter, uint32_t place)
{
	uint32_t bit = gate_filter_bit(filter, place);
	return (filter->full[bit >> 6] >> (bit & 63) & 1) != 0;
}

/* In the lowest bit; the others mean nothing. digest_bits: those of the filter, where the compiler knows them. */
static inline uint64_t
gate_filter_may(const struct gate_filter *filter, uint32_t place, unsigned digest_bits)
{
	uint32_t bit = place >> (32 - digest_bits);
	return filter->digest[bit >> 6] >> (bit & 63);
}

#endif
