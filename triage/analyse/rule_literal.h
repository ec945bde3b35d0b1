/*
 * rule_literal.h - bytes that every match of a regular expression or hex string holds, read from its text.
 *
 * Only what stands outside brackets counts, and nothing that may be repeated or left out; of a bracket those with plain words alone, "(curl|wget)", which
 * multiply what stands beside them: "(curl|wget) " is "curl " or "wget ". For a regular expression the bytes are those of its ASCII
 * form, and case is not told.
 */
#ifndef TRIAGE_ANALYSE_RULE_LITERAL_H
#define TRIAGE_ANALYSE_RULE_LITERAL_H

#include "triage/analyse/rule_lexer.h"

enum { RULE_LITERAL_MAX = 64, RULE_LITERALS = 7, RULE_ALTERNATIVES = 12 };

/* One of `count` runs, of at least `size` bytes each. */
struct rule_literal {
	struct rule_run {
		uint8_t bytes[RULE_LITERAL_MAX];
		size_t size;
	} any[RULE_ALTERNATIVES];
	size_t count, size;
};

/* The longest runs of at least `least` bytes; a longer run than fits is cut into several. value: of kind REGEX or HEX, else there are none. */
size_t rule_literals_of(struct rule_word value, size_t least, struct rule_literal out[RULE_LITERALS]);

#endif
