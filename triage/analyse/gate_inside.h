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
	uint64_t *bloom;		/* one bit a hash of GATE_GRAM bytes */
	uint64_t *long_bloom;		/* one bit a hash of GATE_LONG bytes */
	unsigned row_bits;
	uint64_t *short_bloom;		/* one bit a hash of GATE_THREE bytes; of a word of GATE_PAIR bytes those with any third */
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

/* The same for both cases of a letter; some other bytes become the same too. */
static inline uint32_t
gate_fold(uint32_t gram)
{
	return gram | UINT32_C(0x20202020);
}

static inline uint32_t
gate_fold_pair(uint32_t gram)
{
	return (gram & 0xffff) | 0x2020;
}

static inline uint32_t
gate_fold_three(uint32_t gram)
{
	return (gram & 0xffffff) | 0x202020;
}

/* The hash of eight bytes, folded. */
static inline uint32_t
gate_long_gram(uint64_t bytes)
{
	return (uint32_t)((bytes | UINT64_C(0x2020202020202020)) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static inline uint32_t
gate_long_bit(uint32_t gram)
{
	return gram >> (32 - GATE_BLOOM_BITS);
}

static inline uint8_t
gate_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline uint32_t
gate_bloom_bit(uint32_t folded)
{
	return folded * UINT32_C(2654435761) >> (32 - GATE_BLOOM_BITS);
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
