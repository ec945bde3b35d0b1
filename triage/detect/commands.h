/*
 * commands.h - command lines and scripts that support a claim: rules/commands.tsv.
 *
 * A row: detection; in (any, command, script, service); words (all of those with " & " between must stand in one line; each may have
 * alternatives with '|'; '<' before a word: a new word begins there, '>' behind it: a word ends there); not (with '|' between: none may stand in
 * the line). Texts are compared in lower case, without quotes, carets and backticks, and with single blanks.
 */
#ifndef TRIAGE_DETECT_COMMANDS_H
#define TRIAGE_DETECT_COMMANDS_H

#include "triage/detect/detections.h"

enum { COMMAND_WORDS_MAX = 6, COMMAND_GRAMS_MAX = 4 };
enum command_scope { COMMAND_ANY, COMMAND_LINE, COMMAND_SCRIPT, COMMAND_SERVICE };

/* One of the alternatives of a word, without the signs before and behind it. */
struct command_word {
	const char *text;
	size_t size;
	uint16_t gram;			/* of its first three characters */
	bool has_gram, begins, ends;
};

struct command_rule {
	const struct detection *detection;
	char *text;			/* the cell "words", cut into pieces */
	struct command_word *words;
	size_t ends[COMMAND_WORDS_MAX + 1];	/* behind the alternatives of each word, in words; the last are those that may not stand there */
	size_t word_count;
	enum command_scope scope;
	uint16_t grams[COMMAND_GRAMS_MAX];	/* of words without alternatives: a line that lacks one is not looked at */
	size_t gram_count;
};

struct commands {
	struct command_rule *list;
	size_t count;
};

WARN_UNUSED enum triage_status commands_load(struct commands *c, const struct detections *d, const struct table *table, const char *path, struct triage_error *err);
void commands_release(struct commands *c);
/* text as rows are compared with it; line ends stay. */
void command_plain(struct buf *out, const char *text);
/* Whether a line (plain) holds all words of a rule and none that it excludes. */
bool command_fits(const struct command_rule *rule, const char *line);

#endif
