/*
 * array_parity.c - a block of a level 4, 5 or 6 array from the other blocks of its row; see array.h.
 *
 * P is the exclusive or of the data blocks; Q is their sum weighted with powers of 2 in the field GF(2^8) modulo
 * x^8+x^4+x^3+x^2+1. Source: H. Peter Anvin, "The mathematics of RAID-6".
 */
#include "triage/evidence/array.h"

#include <string.h>

enum { FIELD = 0x11d };

static uint8_t
field_times(uint8_t a, uint8_t b)
{
	unsigned product = 0, factor = a;
	for (unsigned bits = b; bits != 0; bits >>= 1) {
		product ^= (bits & 1) != 0 ? factor : 0;
		factor = factor << 1 ^ ((factor & 0x80) != 0 ? FIELD : 0);
	}
	return (uint8_t)product;
}

static uint8_t
field_power(uint32_t exponent)
{
	uint8_t power = 1;
	for (uint32_t i = 0; i < exponent % 255; i++)
		power = field_times(power, 2);
	return power;
}

static uint8_t
field_inverse(uint8_t a)
{
	uint8_t power = 1;
	for (unsigned i = 0; i < 254; i++)
		power = field_times(power, a);
	return power;
}

/* out ^= factor * in */
static void
add_times(uint8_t *out, const uint8_t *in, uint8_t factor, size_t size)
{
	uint8_t table[256];
	if (factor == 1) {
		for (size_t i = 0; i < size; i++)
			out[i] ^= in[i];
		return;
	}
	for (unsigned i = 0; i < 256; i++)
		table[i] = field_times((uint8_t)i, factor);
	for (size_t i = 0; i < size; i++)
		out[i] ^= table[in[i]];
}

/* The power of 2 that weighs a part in Q: its place in the row as md counts, from behind Q on, or as DDF does, from the first part on. */
static uint32_t
weight_of(const struct array_segment *s, struct array_row row, uint32_t part)
{
	if (s->rotation >= ARRAY_ZERO_RESTART && s->rotation <= ARRAY_N_CONTINUE)
		return part;
	uint32_t begin = row.q + 1 == s->parts ? 0 : row.q + 1;
	uint32_t weight = (part + s->parts - begin) % s->parts;
	uint32_t p_place = (row.p + s->parts - begin) % s->parts;
	return weight - (weight > p_place);
}

struct row_sums {
	uint8_t p[ARRAY_PIECE], q[ARRAY_PIECE];	/* what is left of the sums when all that was read is taken out */
	bool p_good, q_good;
	uint32_t other;				/* a second data part that cannot be read, UINT32_MAX for none */
	bool hopeless;
};

static enum triage_status
sum_row(const struct array_segment *s, const struct array_parts *parts, struct array_row row, uint32_t part, uint64_t at, size_t size,
    struct row_sums *sums, struct triage_error *err)
{
	uint8_t block[ARRAY_PIECE];
	*sums = (struct row_sums){ .p_good = true, .q_good = row.q != UINT32_MAX, .other = UINT32_MAX };
	for (uint32_t i = 0; i < s->parts && !sums->hopeless; i++) {
		uint64_t bad = 0;
		if (i == part)
			continue;
		enum triage_status st = parts->read(parts->ctx, i, at, block, size, &bad, err);
		if (st != TRIAGE_OK)
			return st;
		if (bad != 0) {
			sums->hopeless = i != row.p && i != row.q && sums->other != UINT32_MAX;
			sums->p_good = sums->p_good && i != row.p;
			sums->q_good = sums->q_good && i != row.q;
			if (i != row.p && i != row.q)
				sums->other = i;
			continue;
		}
		if (i != row.q)
			add_times(sums->p, block, 1, size);
		if (row.q != UINT32_MAX && i != row.p)
			add_times(sums->q, block, i == row.q ? 1 : field_power(weight_of(s, row, i)), size);
	}
	return TRIAGE_OK;
}

enum triage_status
array_rebuild(const struct array_segment *s, const struct array_parts *parts, uint32_t part, uint64_t at, uint8_t *buf, size_t size,
    bool *ret_done, struct triage_error *err)
{
	struct row_sums sums;
	struct array_row row = array_row(s, at / s->chunk);
	enum triage_status st = sum_row(s, parts, row, part, at, size, &sums, err);
	*ret_done = false;
	if (st != TRIAGE_OK || sums.hopeless)
		return st;
	if (sums.other == UINT32_MAX && sums.p_good) {
		memcpy(buf, sums.p, size);
		*ret_done = true;
	} else if (sums.other == UINT32_MAX && sums.q_good) {
		memset(buf, 0, size);
		add_times(buf, sums.q, field_inverse(field_power(weight_of(s, row, part))), size);
		*ret_done = true;
	} else if (sums.p_good && sums.q_good) {
		/* two unknown: x + y = p, gx * x + gy * y = q */
		uint8_t gx = field_power(weight_of(s, row, part)), gy = field_power(weight_of(s, row, sums.other));
		add_times(sums.q, sums.p, gy, size);
		memset(buf, 0, size);
		add_times(buf, sums.q, field_inverse(gx ^ gy), size);
		*ret_done = true;
	}
	return TRIAGE_OK;
}
