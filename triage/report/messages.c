/* messages.c - the message table: cut up, sorted, looked up. */
#include "triage/report/messages.h"

#include "triage/base/text.h"
#include "triage/report/assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_COUNT = 1 + LANG_COUNT, MESSAGES_MAX = 6000, NAME_MARK_SIZE = 3 };	/* {0} */

struct message {
	struct phrase cells[COLUMN_COUNT];	/* key, then the languages in the order of enum lang */
	size_t front;				/* bytes of the English before the first name; all of it when there is none */
	bool told;				/* messages_told() found it */
};

struct messages {
	size_t count;
	struct message rows[];
};

static const char *const lang_names[LANG_COUNT] = { [LANG_NL] = "nl", [LANG_FR] = "fr", [LANG_DE] = "de", [LANG_EN] = "en" };

const char *
lang_name(enum lang lang)
{
	return lang_names[lang];
}

enum lang
lang_named(const char *name)
{
	for (unsigned i = 0; i < LANG_COUNT; i++)
		if (name != NULL && strcmp(name, lang_names[i]) == 0)
			return (enum lang)i;
	return LANG_EN;
}

static int
phrase_compare(struct phrase a, struct phrase b)
{
	int order = memcmp(a.text, b.text, a.size < b.size ? a.size : b.size);
	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int
by_key(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	return phrase_compare(x->cells[0], y->cells[0]);
}

/* One line into its cells. False when it has not exactly one for each column. */
static bool
cut_line(const char *line, size_t size, struct message *ret_row)
{
	size_t cells = 0;
	for (size_t from = 0;; cells++) {
		const char *tab = memchr(line + from, '\t', size - from);
		size_t end = tab != NULL ? (size_t)(tab - line) : size;
		if (cells == COLUMN_COUNT || end == from)
			return false;
		ret_row->cells[cells] = (struct phrase){ line + from, end - from };
		if (tab == NULL)
			return cells + 1 == COLUMN_COUNT;
		from = end + 1;
	}
}

/* Where the next {0}..{9} of a text begins; its size when there is none. */
static size_t
name_at(struct phrase text, size_t from)
{
	for (; from + NAME_MARK_SIZE <= text.size; from++)
		if (text.text[from] == '{' && text.text[from + 1] >= '0' && text.text[from + 1] <= '9' && text.text[from + 2] == '}')
			return from;
	return text.size;
}

static enum triage_status
cut_table(const char *text, size_t size, struct messages *m, struct triage_error *err)
{
	size_t number = 0;
	for (size_t from = 0; from < size;) {
		const char *end = memchr(text + from, '\n', size - from);
		size_t length = end != NULL ? (size_t)(end - text) - from : size - from;
		const char *line = text + from;
		from += length + 1;
		number++;
		if (number == 1 || length == 0 || line[0] == '#')	/* the first line names the columns */
			continue;
		if (m->count == MESSAGES_MAX || !cut_line(line, length, &m->rows[m->count])) {
			triage_error_set(err, TRIAGE_E_FORMAT, number, "messages, line %zu: not a key and %d texts", number, LANG_COUNT);
			return TRIAGE_E_FORMAT;
		}
		m->rows[m->count].front = name_at(m->rows[m->count].cells[1 + LANG_EN], 0);
		m->count++;
	}
	qsort(m->rows, m->count, sizeof(m->rows[0]), by_key);
	return TRIAGE_OK;
}

enum triage_status
messages_over(const char *text, size_t size, struct messages **ret_messages, struct triage_error *err)
{
	struct messages *m = calloc(1, sizeof(*m) + MESSAGES_MAX * sizeof(m->rows[0]));
	if (m == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the messages");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = cut_table(text, size, m, err);
	if (st != TRIAGE_OK) {
		messages_free(m);
		return st;
	}
	*ret_messages = m;
	return TRIAGE_OK;
}

enum triage_status
messages_new(struct messages **ret_messages, struct triage_error *err)
{
	struct asset table = asset_messages();
	const struct asset says[] = { asset_says(), asset_says_rules(), asset_says_whys_1(), asset_says_whys_2(), asset_says_checks() };
	enum triage_status st = messages_over(table.text, table.size, ret_messages, err);
	for (size_t i = 0; st == TRIAGE_OK && i < sizeof(says) / sizeof(says[0]); i++)
		if ((st = cut_table(says[i].text, says[i].size, *ret_messages, err)) != TRIAGE_OK)
			messages_free(*ret_messages);
	return st;
}

void
messages_free(struct messages *m)
{
	free(m);
}

size_t
messages_count(const struct messages *m)
{
	return m->count;
}

struct phrase
messages_key(const struct messages *m, size_t index)
{
	return m->rows[index].cells[0];
}

static const struct message *
find_row(const struct messages *m, const char *key)
{
	struct message wanted = { .cells[0] = { key, strlen(key) } };
	return bsearch(&wanted, m->rows, m->count, sizeof(m->rows[0]), by_key);
}

bool
messages_has(const struct messages *m, const char *key)
{
	return find_row(m, key) != NULL;
}

struct phrase
messages_find(const struct messages *m, const char *key, enum lang lang)
{
	const struct message *row = find_row(m, key);
	return row != NULL ? row->cells[1 + lang] : (struct phrase){ key, strlen(key) };
}

static const char SAYS[] = "says.", CHECKS[] = "checks.";

static bool
begins(const struct message *row, const char *front)
{
	size_t size = strlen(front);
	return row->cells[0].size > size && memcmp(row->cells[0].text, front, size) == 0;
}

/*
 * Whether text is what a row with names says: each name up to where the row's next words first come, the last one up to the row's end. names, when not
 * NULL, gets them by their number. Returns how many bytes of the row agree; 0: another text.
 */
static size_t
names_of(struct phrase row, struct phrase text, struct phrase *names)
{
	size_t at = name_at(row, 0), agreed = at, from = at;
	if (text.size <= at || memcmp(text.text, row.text, at) != 0)
		return 0;
	while (at < row.size) {
		size_t words = at + NAME_MARK_SIZE, next = name_at(row, words), size = next - words;
		const char *found = NULL;
		if (next == row.size)
			found = text.size > from + size && memcmp(text.text + text.size - size, row.text + words, size) == 0 ? text.text + text.size - size : NULL;
		else if (text.size > from)
			found = memmem(text.text + from + 1, text.size - from - 1, row.text + words, size);
		if (found == NULL)
			return 0;
		if (names != NULL)
			names[row.text[at + 1] - '0'] = (struct phrase){ text.text + from, (size_t)(found - text.text) - from };
		from = (size_t)(found - text.text) + size;
		agreed += size;
		at = next;
	}
	return agreed;
}

bool
messages_names(const struct messages *m, const char *key, const char *text, struct phrase names[MESSAGE_NAMES_MAX])
{
	const struct message *row = find_row(m, key);
	for (size_t i = 0; i < MESSAGE_NAMES_MAX; i++)
		names[i] = (struct phrase){ "", 0 };
	return row != NULL && row->front < row->cells[1 + LANG_EN].size && names_of(row->cells[1 + LANG_EN], (struct phrase){ text, strlen(text) }, names) > 0;
}

/*
 * Whether a row says text: all of it, or the front up to ": " or " (", or, with names in the row, what stands around them. Returns how many bytes of the
 * row agree; 0: the row does not say it.
 */
static size_t
said_of(const struct message *row, struct phrase text)
{
	struct phrase english = row->cells[1 + LANG_EN];
	if (row->front < english.size)
		return names_of(english, text, NULL);
	if (strncmp(text.text, english.text, english.size) != 0)
		return 0;
	const char *rest = text.text + english.size;
	return rest[0] == '\0' || strncmp(rest, ": ", 2) == 0 || strncmp(rest, " (", 2) == 0 ? english.size : 0;
}

static bool
told_among(struct messages *m, const char *rows, const char *text, char ret_key[64], const char **ret_rest)
{
	struct message *best = NULL;
	size_t longest = 0;
	const struct phrase whole = { text, strlen(text) };
	for (size_t i = 0; i < m->count; i++) {
		size_t size = begins(&m->rows[i], rows) ? said_of(&m->rows[i], whole) : 0;
		if (size <= longest)
			continue;
		best = &m->rows[i];
		longest = size;
	}
	if (best == NULL || best->cells[0].size >= 64)
		return false;
	best->told = true;
	*ret_rest = text + best->front;
	snprintf(ret_key, 64, "%.*s", (int)best->cells[0].size, best->cells[0].text);
	return true;
}

bool
messages_told(struct messages *m, const char *text, char ret_key[64], const char **ret_rest)
{
	return told_among(m, SAYS, text, ret_key, ret_rest);
}

bool
messages_told_check(struct messages *m, const char *text, char ret_key[64], const char **ret_rest)
{
	return told_among(m, CHECKS, text, ret_key, ret_rest);
}

static void
put_phrase_json(struct phrase phrase, struct buf *out)
{
	SCOPED_BUF copy;
	buf_init(&copy, 1 << 16);
	buf_put(&copy, phrase.text, phrase.size);
	out->failed = out->failed || copy.failed;
	text_json_string(out, buf_cstr(&copy));
}

void
messages_json(const struct messages *m, enum lang lang, struct buf *out)
{
	bool any = false;
	buf_char(out, '{');
	for (size_t i = 0; i < m->count; i++) {
		if ((begins(&m->rows[i], SAYS) || begins(&m->rows[i], CHECKS)) && !m->rows[i].told)
			continue;
		if (any)
			buf_text(out, ",\n");
		any = true;
		put_phrase_json(m->rows[i].cells[0], out);
		buf_char(out, ':');
		put_phrase_json(m->rows[i].cells[1 + lang], out);
	}
	buf_char(out, '}');
}
