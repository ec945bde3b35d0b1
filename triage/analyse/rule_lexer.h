/*
 * rule_lexer.h - the words of a YARA rule file, as libyara 4.2 reads them.
 *
 * A text of NUL-free bytes; comments and blanks are skipped; a string, a regular expression and a hex string are one
 * word each, so that what stands inside them cannot be taken for rule syntax.
 */
#ifndef TRIAGE_ANALYSE_RULE_LEXER_H
#define TRIAGE_ANALYSE_RULE_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rule_word_kind {
	RULE_WORD_END,
	RULE_WORD_NAME,			/* keyword, identifier, or $x #x @x !x */
	RULE_WORD_NUMBER,
	RULE_WORD_STRING,
	RULE_WORD_REGEX,
	RULE_WORD_HEX,			/* { ... } behind '=' */
	RULE_WORD_MARK,			/* one operator or bracket */
	RULE_WORD_BAD,			/* unterminated string or comment */
};

struct rule_word {
	enum rule_word_kind kind;
	const char *text;		/* borrowed from the file's text */
	size_t size;
};

struct rule_lexer {
	const char *text;
	size_t size, at;
	bool after_equals;
};

struct rule_word rule_lexer_next(struct rule_lexer *lx);
bool rule_word_is(struct rule_word word, const char *text);
/* Value of a NUMBER with 0x, 0o, KB, MB. False when it does not fit 63 bits or has a fraction. */
bool rule_word_number(struct rule_word word, uint64_t *ret_value);

#endif
