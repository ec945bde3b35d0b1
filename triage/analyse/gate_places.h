/*
 * gate_places.h - which of GATE_BATCH places one after another may begin a word: the innermost step of gate.c, what each byte costs. 15 bytes are
 * looked at.
 */
#ifndef TRIAGE_ANALYSE_GATE_PLACES_H
#define TRIAGE_ANALYSE_GATE_PLACES_H

#include "triage/analyse/gate_inside.h"

/* May a word of up to six bytes begin with these? 1 or 0. */
static inline uint64_t __attribute__((always_inline))
gate_at_place(const struct gate_filter *filters, const uint8_t *shorts, uint64_t folded, unsigned gram_bits)
{
	uint64_t few = (unsigned)shorts[folded % GATE_SHORTS] >> (folded >> 16 & 7);
	return (few | gate_filter_may(&filters[GATE_OF_GRAM], gate_place(GATE_OF_GRAM, (uint32_t)folded), gram_bits)) & 1;
}

/* Or a longer one, at one of its GATE_STRIDE places? */
static inline uint64_t __attribute__((always_inline))
gate_at_stride(const struct gate_filter *filters, uint64_t folded)
{
	const struct gate_filter *middle = &filters[GATE_OF_MIDDLE], *longer = &filters[GATE_OF_LONG];
	return (gate_filter_may(middle, gate_place(GATE_OF_MIDDLE, gate_gram(GATE_OF_MIDDLE, folded)), middle->digest_bits)
	    | gate_filter_may(longer, gate_place(GATE_OF_LONG, gate_gram(GATE_OF_LONG, folded)), longer->digest_bits)) & 1;
}

/* Bits of the places. gram_bits: of the digest of GATE_OF_GRAM. */
static inline unsigned __attribute__((always_inline))
gate_places(const struct gate_filter *filters, const uint8_t *shorts, const uint8_t *data, unsigned gram_bits)
{
	const uint64_t low = gate_fold(load_le64(data)), high = gate_fold(load_le64(data + GATE_BATCH - 1)) >> 8;
	const uint64_t fourth = low >> 32 | high << 32;
	uint64_t found = gate_at_place(filters, shorts, low, gram_bits) | gate_at_stride(filters, low);
	found |= gate_at_place(filters, shorts, low >> 8, gram_bits) << 1;
	found |= gate_at_place(filters, shorts, low >> 16, gram_bits) << 2;
	found |= gate_at_place(filters, shorts, low >> 24, gram_bits) << 3;
	found |= (gate_at_place(filters, shorts, fourth, gram_bits) | gate_at_stride(filters, fourth)) << 4;
	found |= gate_at_place(filters, shorts, fourth >> 8, gram_bits) << 5;
	found |= gate_at_place(filters, shorts, fourth >> 16, gram_bits) << 6;
	found |= gate_at_place(filters, shorts, fourth >> 24, gram_bits) << 7;
	return (unsigned)found;
}

#endif
