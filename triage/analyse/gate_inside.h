/* gate_inside.h - what gate.c and gate_build.c share: the index of words. */
#ifndef TRIAGE_ANALYSE_GATE_INSIDE_H
#define TRIAGE_ANALYSE_GATE_INSIDE_H

#include "triage/analyse/gate.h"

enum {
	GATE_PAIR = 2,			/* bytes that a word of two bytes is found by */
	GATE_THREE = 3,			/* bytes that one of three is found by */
	GATE_GRAM = 4,			/* bytes that one of four to seven is found by */
	GATE_LONG = 8,			/* bytes that any other word is found by */
	GATE_BLOOM_BITS = 20,
	GATE_WORD_MAX = 256,		/* bytes of a literal that are compared: its beginning is necessary too */
};

/* Bits of each kind of filter. */
enum gate_filter { GATE_OF_PAIR, GATE_OF_THREE, GATE_OF_GRAM, GATE_OF_LONG, GATE_FILTERS };
static inline size_t
gate_filter_words(enum gate_filter kind)
{
	return ((size_t)1 << (kind == GATE_OF_PAIR ? 16 : GATE_BLOOM_BITS)) / 64;
}

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
	uint64_t *filters[GATE_FILTERS];	/* one bit for what words of each length are found by: two bytes as they are, more as a hash */
	unsigned row_bits;
	bool even_is_even;		/* a word found by equal bytes consists of nothing else */
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

/* What words are found by, of folded bytes: one value for each kind of filter. */
static inline uint32_t
gate_gram(enum gate_filter kind, uint64_t folded)
{
	return kind == GATE_OF_PAIR ? (uint32_t)folded & 0xffff : kind == GATE_OF_THREE ? (uint32_t)folded & 0xffffff : kind == GATE_OF_GRAM ? (uint32_t)folded
	    : (uint32_t)(folded * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

/* Its bit. That of a hash is its beginning. */
static inline uint32_t
gate_bit(enum gate_filter kind, uint32_t gram)
{
	return kind == GATE_OF_PAIR ? gram : kind == GATE_OF_LONG ? gram >> (32 - GATE_BLOOM_BITS) : gram * UINT32_C(2654435761) >> (32 - GATE_BLOOM_BITS);
}

static inline enum gate_filter
gate_filter_of(size_t word_size)
{
	return word_size <= GATE_PAIR ? GATE_OF_PAIR : word_size == GATE_THREE ? GATE_OF_THREE : word_size < GATE_LONG ? GATE_OF_GRAM : GATE_OF_LONG;
}

static inline size_t
gate_gram_size(enum gate_filter kind)
{
	static const uint8_t sizes[GATE_FILTERS] = { GATE_PAIR, GATE_THREE, GATE_GRAM, GATE_LONG };
	return sizes[kind];
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
