/* messages.c - the message table: cut up, sorted, looked up. */
#include "triage/report/messages.h"

#include "triage/base/text.h"
#include "triage/report/assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_COUNT = 1 + LANG_COUNT, MESSAGES_MAX = 6000, NAME_MARK_SIZE = 3 };

static const char NAME_MARK[] = "{0}";

struct message {
	struct phrase cells[COLUMN_COUNT];	/* key, then the languages in the order of enum lang */
	size_t front;				/* bytes of the English before {0}; all of it when there is none */
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

/* Where {0} stands in the English of a row; its size when it does not. */
static size_t
name_at(struct phrase english)
{
	const char *at = memmem(english.text, english.size, NAME_MARK, NAME_MARK_SIZE);
	return at != NULL ? (size_t)(at - english.text) : english.size;
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
		m->rows[m->count].front = name_at(m->rows[m->count].cells[1 + LANG_EN]);
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
	const struct asset says[] = { asset_says(), asset_says_rules(), asset_says_whys_1(), asset_says_whys_2() };
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

static bool
is_said(const struct message *row)
{
	return row->cells[0].size > 5 && memcmp(row->cells[0].text, "says.", 5) == 0;
}

size_t
messages_name_size(const struct messages *m, const char *key, const char *rest)
{
	const struct message *row = find_row(m, key);
	size_t whole = row != NULL ? row->cells[1 + LANG_EN].size : 0, size = strlen(rest);
	if (row == NULL || row->front == whole)
		return 0;
	size_t behind = whole - row->front - NAME_MARK_SIZE;
	return size > behind ? size - behind : 0;
}

/*
 * Whether a row says text: all of it, or the front up to ": " or " (", or, with {0} in the row, what stands around a name. Returns how many bytes of the
 * row agree; 0: the row does not say it, or less of it than longest.
 */
static size_t
said_of(const struct message *row, const char *text, size_t text_size, size_t longest)
{
	struct phrase english = row->cells[1 + LANG_EN];
	bool named = row->front < english.size;
	size_t behind = named ? english.size - row->front - NAME_MARK_SIZE : 0, agreed = row->front + behind;
	if (agreed <= longest || strncmp(text, english.text, row->front) != 0)
		return 0;
	if (named)
		return text_size > agreed && memcmp(text + text_size - behind, english.text + english.size - behind, behind) == 0 ? agreed : 0;
	const char *rest = text + row->front;
	return rest[0] == '\0' || strncmp(rest, ": ", 2) == 0 || strncmp(rest, " (", 2) == 0 ? agreed : 0;
}

bool
messages_told(struct messages *m, const char *text, char ret_key[64], const char **ret_rest)
{
	struct message *best = NULL;
	size_t longest = 0, text_size = strlen(text);
	for (size_t i = 0; i < m->count; i++) {
		size_t size = is_said(&m->rows[i]) ? said_of(&m->rows[i], text, text_size, longest) : 0;
		if (size == 0)
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
		if (is_said(&m->rows[i]) && !m->rows[i].told)
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
