/* gate_inside.h - what gate.c and gate_build.c share: the index of words. */
#ifndef TRIAGE_ANALYSE_GATE_INSIDE_H
#define TRIAGE_ANALYSE_GATE_INSIDE_H

#include "triage/analyse/gate.h"
#include "triage/analyse/gate_filter.h"

enum {
	GATE_PAIR = 2,			/* bytes that a word of two bytes is found by */
	GATE_THREE = 3,			/* bytes that one of three is found by */
	GATE_GRAM = 4,			/* bytes that one of four to ten is found by */
	GATE_LONG = 8,			/* bytes that any other word is found by */
	GATE_STRIDE = 4,		/* words of seven bytes and more are looked for at every fourth place only, and filed for each of the four */
	GATE_SHORTS = 1 << 13,
	GATE_BATCH = 8,			/* places that are looked at together */
	GATE_WIDE = 32,			/* likewise by gate_wide.c */
	GATE_BUCKETS = 16, GATE_LEADING = 4,
	GATE_WORD_MAX = 256,		/* bytes of a literal that are compared: its beginning is necessary too */
};

#define GATE_SPREAD UINT32_C(2654435761)	/* what a gram is multiplied by to be spread over a filter */

#define GATE_MIX_LOW UINT32_C(0x9E3779B1)	/* what the halves of eight bytes are multiplied by */
#define GATE_MIX_HIGH UINT32_C(0x85EBCA77)

enum gate_kind { GATE_OF_PAIR, GATE_OF_THREE, GATE_OF_GRAM, GATE_OF_MIDDLE, GATE_OF_LONG, GATE_KINDS };

/* What gate_wide.c asks first. */
struct gate_wide {
	bool usable;
	uint8_t low[GATE_BUCKETS / 8][GATE_LEADING][16], high[GATE_BUCKETS / 8][GATE_LEADING][16];	/* see gate_wide.h */
};

/* A word, filed under some of its bytes. */
struct gate_word {
	uint32_t gram;			/* those bytes, folded: GATE_LONG of them as a hash */
	uint32_t text;			/* offset in gate.text; in lower case when folded */
	uint32_t first_use, use_count;	/* the strings that it is a word of */
	uint16_t size, before;		/* bytes of the word, and of it before the gram */
	bool folded;			/* compared without regard to case */
};

struct gate_use {
	uint32_t slot;
	uint8_t part;			/* bit: what of the string is seen with the word */
};

struct gate_rule {
	uint32_t tag;
	uint32_t first_step, step_count, first_slot;
	uint32_t first_need, first_literal;
	uint8_t standing;		/* classes: its formula holds whatever the stream */
};

struct gate {
	struct gate_filter filters[GATE_KINDS];	/* by what words of each length are found */
	uint8_t *shorts, *threes;	/* digest of the first two of them: by the last bits of a pair of bytes, which last three bits of a third may follow; the part of the words of three */
	unsigned row_bits;
	struct gate_wide wide;
	bool even_is_even;		/* a word found by equal bytes consists of nothing else */
	size_t even_reach;		/* bytes of the longest word that is found by equal bytes */
	uint32_t *rows;			/* words of a row: from rows[r] to rows[r + 1] */
	struct gate_word *words;	/* until gate_close() one for each use, first_use being its index */
	size_t word_count, word_room;
	struct gate_use *uses;
	size_t use_count, use_room;
	uint8_t *text;
	size_t text_size, text_room;
	uint32_t *slot_rule;		/* index in rules */
	uint8_t *slot_parts;		/* bits that must all be seen for the string to occur */
	bool *slot_always;		/* no word is known for it: it may always occur */
	size_t slot_count, slot_room, parts_room, always_room;
	struct gate_rule *rules;
	size_t rule_count, rule_room;
	struct formula_step *steps;	/* slots in them count from rule.first_slot */
	size_t step_count, step_room;
	uint32_t *slots;		/* global slots that steps name */
	size_t named_count, named_room;
	struct rule_need *needs;
	size_t need_count, need_room;
	struct gate_literal {
		uint32_t text, size;	/* in text */
	} *literals;
	size_t literal_count, literal_room;
	uint32_t *watched[FILE_CLASS_COUNT];	/* rules that need no string when first bytes or name are right */
	size_t watched_count[FILE_CLASS_COUNT];
};

/* The same for both cases of a letter; few other bytes become the same too, and none of them is common. */
static inline uint64_t
gate_fold(uint64_t bytes)
{
	return bytes | (bytes >> 1 & UINT64_C(0x2020202020202020));
}

/* What words are found by, of folded bytes: one value for each kind. */
static inline uint32_t
gate_gram(enum gate_kind kind, uint64_t folded)
{
	return kind == GATE_OF_PAIR ? (uint32_t)folded & 0xffff : kind == GATE_OF_THREE ? (uint32_t)folded & 0xffffff : kind != GATE_OF_LONG ? (uint32_t)folded
	    : (uint32_t)folded * GATE_MIX_LOW + (uint32_t)(folded >> 32) * GATE_MIX_HIGH;
}

/* Its place in the filter: two bytes as they are, more as a hash. */
static inline uint32_t
gate_place(enum gate_kind kind, uint32_t gram)
{
	return kind == GATE_OF_PAIR ? gram << 16 : kind == GATE_OF_LONG ? gram : gram * GATE_SPREAD;
}

static inline enum gate_kind
gate_kind_of(size_t word_size)
{
	return word_size <= GATE_PAIR ? GATE_OF_PAIR : word_size == GATE_THREE ? GATE_OF_THREE : word_size < GATE_GRAM + GATE_STRIDE - 1 ? GATE_OF_GRAM
	    : word_size < GATE_LONG + GATE_STRIDE - 1 ? GATE_OF_MIDDLE : GATE_OF_LONG;
}

static inline size_t
gate_gram_size(enum gate_kind kind)
{
	static const uint8_t sizes[GATE_KINDS] = { GATE_PAIR, GATE_THREE, GATE_GRAM, GATE_GRAM, GATE_LONG };
	return sizes[kind];
}

/* Words of the kind are looked for at each place whose offset is a multiple of this. */
static inline size_t
gate_stride(enum gate_kind kind)
{
	return kind == GATE_OF_MIDDLE || kind == GATE_OF_LONG ? GATE_STRIDE : 1;
}


static inline uint8_t
gate_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline uint32_t
gate_row(const struct gate *gate, uint32_t folded)
{
	return folded * UINT32_C(2654435761) >> (32 - gate->row_bits);
}

enum triage_status gate_no_memory(struct triage_error *err);
/* Make room in an array for `more` elements behind count. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status gate_grow(void *slot, size_t count, size_t more, size_t *room, size_t element, struct triage_error *err);

/*
 * Words of the strings of a rule whose first slot is `first`: of those that need no atoms. slots: of each compiled string; UINT32_MAX: none is
 * wanted, or all is known. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status gate_add_literals(struct gate *gate, const YR_RULE *rule, const struct rule_formula *formula, uint32_t first,
    uint32_t *slots, struct triage_error *err);
/* Words of the strings that still have a slot: the atoms of the automaton. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status gate_add_atoms(struct gate *gate, const YR_RULES *rules, const uint32_t *slots, struct triage_error *err);

#endif
