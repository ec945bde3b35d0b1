/*
 * rule_formula.h - when a rule's condition cannot hold, told from which of its strings occur at all, the stream's first bytes, size and name.
 *
 * A formula is true whenever the condition is: what is not understood is true, with one exception: a rule that the condition names
 * is false, because whoever asks must look at the named rule anyhow (rules that name each other go everywhere together). Strings are
 * counted in the order in which the rule declares them. Understood are $a, $a at and in, "N of", any and all of a set of strings,
 * sums of #a above others, values of @a and !a, which are undefined where $a does not occur, what rule_need.h understands, and names
 * compared with a text; joined by and, or and brackets.
 */
#ifndef TRIAGE_ANALYSE_RULE_FORMULA_H
#define TRIAGE_ANALYSE_RULE_FORMULA_H

#include "triage/analyse/rule_need.h"

enum formula_kind { FORMULA_TRUE, FORMULA_FALSE, FORMULA_COUNT, FORMULA_NEED, FORMULA_NAME, FORMULA_AND, FORMULA_OR };

/* The names a rule may ask about its subject, in the order of rule_names[]. */
enum { RULE_NAME_FILENAME, RULE_NAME_FILEPATH, RULE_NAME_EXTENSION, RULE_NAME_FILETYPE, RULE_NAME_OWNER, RULE_NAME_COUNT };
extern const char *const rule_names[RULE_NAME_COUNT];

/* One step in postfix order. */
struct formula_step {
	enum formula_kind kind;
	uint32_t least;			/* COUNT: so many of slots[first .. first + count) occur */
	uint32_t first, count;		/* NEED: needs[first]. NAME: rule_names[least] is literals[first] */
};

struct rule_formula {
	struct formula_step *steps;
	size_t step_count;		/* 0: true */
	uint32_t *slots;		/* indices of declared strings */
	size_t slot_count;
	struct rule_need *needs;
	size_t need_count;
	struct rule_word *literals;	/* between their quotes; borrowed from the text */
	size_t literal_count;
	struct rule_word *strings;	/* values of the strings that the rule declares; borrowed from the text */
	size_t string_count;
};

enum { FORMULA_STACK = 64 };		/* operands that may wait; a formula that needs more is true */

/*
 * words: of a condition, without the closing brace; names: the declared strings, each with its '$'; values: what follows their '='. When memory
 * is short it is true.
 */
struct rule_formula rule_formula_of(const struct rule_word *words, size_t count, const struct rule_word *names, const struct rule_word *values,
    size_t name_count);
void rule_formula_release(struct rule_formula *formula);

/* What a formula is asked about. Indices are those of its arrays. */
struct formula_world {
	const void *ctx;
	bool (*occurs)(const void *ctx, uint32_t slot);		/* slots[...] */
	bool (*fits)(const void *ctx, uint32_t need);
	bool (*is_named)(const void *ctx, uint32_t name, uint32_t literal);
};
bool rule_formula_holds(const struct formula_step *steps, size_t count, const uint32_t *slots, const struct formula_world *world);

#endif
