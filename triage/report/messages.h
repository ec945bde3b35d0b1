/*
 * messages.h - the fixed texts of the report in four languages, and how numbers, sizes and times are written in each.
 *
 * A message is a line of messages.tsv: key, nl, fr, de, en. In its text {0}..{9} stand for arguments, `...` for code,
 * and a bar parts the form for one from the form for more: "{0} file|{0} files". The first count among the arguments
 * decides; French takes the first form for zero as well. The script of the report does the same in the browser, so
 * what stands here in words has a twin in report.js.
 */
#ifndef TRIAGE_REPORT_MESSAGES_H
#define TRIAGE_REPORT_MESSAGES_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <stdint.h>

enum lang { LANG_NL, LANG_FR, LANG_DE, LANG_EN, LANG_COUNT };

const char *lang_name(enum lang lang);		/* "nl" ... */
enum lang lang_named(const char *name);		/* English when it is none of the four */

struct messages;

/* Cut up the built-in table. Errors: E_FORMAT (names the line), E_MEMORY. */
WARN_UNUSED enum triage_status messages_new(struct messages **ret_messages, struct triage_error *err);
/* The same over other text, which must outlive it: for tests. */
WARN_UNUSED enum triage_status messages_over(const char *text, size_t size, struct messages **ret_messages, struct triage_error *err);
void messages_free(struct messages *m);		/* NULL is fine */

static inline void
messages_scoped_free_(struct messages **m)
{
	messages_free(*m);
}
#define SCOPED_MESSAGES __attribute__((cleanup(messages_scoped_free_))) struct messages

struct phrase {
	const char *text;			/* not ended by NUL */
	size_t size;
};

size_t messages_count(const struct messages *m);
struct phrase messages_key(const struct messages *m, size_t index);	/* in sorted order */
bool messages_has(const struct messages *m, const char *key);
/* The text, or the key itself when there is none. */
struct phrase messages_find(const struct messages *m, const char *key, enum lang lang);

enum { MESSAGE_NAMES_MAX = 10 };

/*
 * What a detector or a built-in rule says in English, found among the messages of the says tables: ret_key is the key of the one that agrees longest with
 * text, ret_rest what follows it, "" or ": name" or " (name)". A row with {0}..{9} says every text that has something in their places; then ret_rest is
 * text from the first of them on. False: it is not among them. It is then in messages_json() as well.
 */
bool messages_told(struct messages *m, const char *text, char ret_key[64], const char **ret_rest);
/* The same of a reason of a finding, or of a line of how it is checked, among the messages of says_checks.tsv. */
bool messages_told_check(struct messages *m, const char *text, char ret_key[64], const char **ret_rest);
/* What stands in text for {0}..{9} of the row that says it. False: the row has none. */
bool messages_names(const struct messages *m, const char *key, const char *text, struct phrase names[MESSAGE_NAMES_MAX]);

enum argument_kind { ARGUMENT_END, ARGUMENT_TEXT, ARGUMENT_COUNT, ARGUMENT_BYTES, ARGUMENT_SHARE, ARGUMENT_TIME, ARGUMENT_KEY };
enum time_form { TIME_MONTH, TIME_DAY, TIME_MINUTE, TIME_SECOND, TIME_CLOCK, TIME_CLOCK_SECOND };	/* CLOCK: without the day */

struct argument {
	enum argument_kind kind;
	const char *text;			/* TEXT; KEY: of another message, without arguments */
	int64_t number;				/* COUNT; BYTES; SHARE: in tenths of a percent; TIME: ns */
	enum time_form form;			/* TIME */
};

#define AS_TEXT(value) { .kind = ARGUMENT_TEXT, .text = (value) }
#define AS_COUNT(value) { .kind = ARGUMENT_COUNT, .number = (int64_t)(value) }
#define AS_BYTES(value) { .kind = ARGUMENT_BYTES, .number = (int64_t)(value) }
#define AS_SHARE(value) { .kind = ARGUMENT_SHARE, .number = (value) }
#define AS_TIME(ns, how) { .kind = ARGUMENT_TIME, .number = (ns), .form = (how) }
#define AS_KEY(value) { .kind = ARGUMENT_KEY, .text = (value) }
/* WITH(AS_COUNT(3), AS_TEXT(name)): the arguments of one call. */
#define WITH(...) (const struct argument[]){ __VA_ARGS__, { .kind = ARGUMENT_END } }

/* Plain text of one argument. TEXT is appended as it is. */
void messages_argument(const struct messages *m, enum lang lang, const struct argument *a, struct buf *out);
/* The message as plain text: backquotes go, nothing is escaped. arguments may be NULL. */
void messages_plain(const struct messages *m, enum lang lang, const char *key, const struct argument *arguments, struct buf *out);
/* The message as HTML: all is escaped, backquotes become <code>. */
void messages_html(const struct messages *m, enum lang lang, const char *key, const struct argument *arguments, struct buf *out);
/* The arguments as the JSON array that the script reads: ["n:41207","s:Play"]. */
void messages_arguments_json(const struct argument *arguments, struct buf *out);
/* Keys and texts of one language as a JSON object, sorted by key; of says.tsv only what messages_told() found. */
void messages_json(const struct messages *m, enum lang lang, struct buf *out);

#endif
