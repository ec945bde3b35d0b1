#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KEYS_MAX = 8192 };

static uint32_t
bucket_of(const char *parser, size_t size, int64_t event_id)
{
	uint32_t h = 2166136261u ^ (uint32_t)event_id;
	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)parser[i]) * 16777619u;
	return (h ^ h >> 15) % SIGN_BUCKETS;
}

/* "!~" and the like at the first operator in a condition, which is cut into field and value there. */
static bool
cut_condition(char *text, struct sign_condition *c)
{
	size_t at = strcspn(text, "!=~*>^");
	c->field = text;
	c->negated = text[at] == '!';
	char *op = text + at + c->negated;
	c->op = *op;
	size_t size = *op == '*' || *op == '>' ? 2 : 1;
	if (at == 0 || *op == '\0' || *op == '!' || (size == 2 && op[1] != '='))
		return false;
	c->value = op + size;
	text[at] = '\0';
	return true;
}

static bool
cut_conditions(struct sign *s)
{
	char *at = s->text;
	while (at[0] != '\0') {
		char *end = strstr(at, " && ");
		if (s->condition_count == SIGN_CONDITIONS_MAX)
			return false;
		if (end != NULL)
			*end = '\0';
		if (!cut_condition(at, &s->conditions[s->condition_count++]))
			return false;
		if (end == NULL)
			break;
		at = end + 4;
	}
	return true;
}

static bool
add_key(struct signs *s, const char *parser, size_t size, int64_t event_id, size_t sign)
{
	if (s->key_count == KEYS_MAX)
		return false;
	uint32_t *bucket = &s->buckets[bucket_of(parser, size, event_id)];
	s->keys[s->key_count] = (struct sign_key){ .parser = parser, .parser_size = size, .event_id = event_id, .sign = (uint32_t)sign, .next = *bucket };
	*bucket = (uint32_t)++s->key_count;
	return true;
}

/* A key for each parser and each event id that the row names. */
static bool
add_keys(struct signs *s, const char *parsers, const char *ids, size_t sign)
{
	for (const char *p = parsers;; p++) {
		size_t size = strcspn(p, "|");
		const char *id = ids;
		do {
			char *end;
			long long number = id[0] == '\0' ? -1 : strtoll(id, &end, 10);
			if (id[0] != '\0' && (end == id || (*end != '\0' && *end != '|')))
				return false;
			if (!add_key(s, p, size, number, sign))
				return false;
			id = id[0] != '\0' && *end == '|' ? end + 1 : NULL;
		} while (id != NULL);
		p += size;
		if (*p == '\0')
			return true;
	}
}

enum triage_status
signs_load(struct signs *s, const struct detections *d, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "detection", "parser", "event_id", "where", "split", "reason" };
	size_t c[sizeof(names) / sizeof(names[0])], count = table_rows(table);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &c[i], err);
	if (st != TRIAGE_OK)
		return st;
	s->list = calloc(count + 1, sizeof(*s->list));
	s->keys = calloc(KEYS_MAX, sizeof(*s->keys));
	if (s->list == NULL || s->keys == NULL)
		return detections_bad(path, 0, "out of memory", "", err);
	for (size_t row = count; row-- > 0;) {	/* backwards, so that a bucket holds them in the order of the table */
		struct sign *sign = &s->list[row];
		st = detections_named(d, path, row, table_cell(table, row, c[0]), &sign->detection, err);
		if (st != TRIAGE_OK)
			return st;
		sign->text = strdup(table_cell(table, row, c[3]));
		sign->split = table_cell(table, row, c[4]);
		sign->reason = table_cell(table, row, c[5]);
		s->count = count;
		if (sign->text == NULL || !cut_conditions(sign))
			return detections_bad(path, row, "no condition, or too many of them", table_cell(table, row, c[3]), err);
		if (!add_keys(s, table_cell(table, row, c[1]), table_cell(table, row, c[2]), row))
			return detections_bad(path, row, "no number of an event, or too many rows", table_cell(table, row, c[2]), err);
	}
	return TRIAGE_OK;
}

void
signs_release(struct signs *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i].text);
	free(s->list);
	free(s->keys);
	*s = (struct signs){ 0 };
}

/* --- an event before the signs --- */

static bool
value_fits(char op, const char *text, const char *values)
{
	char one[512];
	for (const char *v = values;; v++) {
		size_t size = strcspn(v, "|");
		if (size < sizeof(one)) {
			memcpy(one, v, size);
			one[size] = '\0';
			if (op == '=' ? strcasecmp(text, one) == 0 : op == '~' ? words_glob(one, text) : op == '*' ? strcasestr(text, one) != NULL :
			    text[0] != '\0' && strtoll(text, NULL, 0) >= strtoll(one, NULL, 0))
				return true;
		}
		v += size;
		if (*v == '\0')
			return false;
	}
}

/* Any value of a field that comes several times counts. */
/* Is one value of the field there that is none of these? */
static bool
another_is_there(struct happening *h, const struct sign_condition *c)
{
	size_t at = 0;
	const char *value;
	while ((value = happening_next(h, c->field, &at)) != NULL)
		if (value[0] != '\0' && !value_fits('~', value, c->value))
			return true;
	return false;
}

static bool
condition_holds(struct happening *h, const struct sign_condition *c)
{
	size_t at = 0;
	if (c->op == '^')
		return another_is_there(h, c) != c->negated;
	if (c->field[0] == '@')
		return value_fits(c->op, words_field(h, c->field), c->value) != c->negated;
	const char *value = happening_next(h, c->field, &at);
	bool fits = value_fits(c->op, value != NULL ? value : "", c->value);
	while (!fits && (value = happening_next(h, c->field, &at)) != NULL)
		fits = value_fits(c->op, value, c->value);
	return fits != c->negated;
}

static void
support(struct detect_judge *j, const struct sign *s, struct happening *h)
{
	SCOPED_BUF reason;
	buf_init(&reason, 8192);
	struct fold *f = judge_claim_event(j, s->detection, h, s->split[0] != '\0' ? words_field(h, s->split) : "", s->detection->severity);
	if (f == NULL)
		return;
	/* the record is of who made it; the new account is what has to be looked into */
	if (strcmp(h->event->meaning, "account created") == 0)
		fold_user(&j->folds, f, happening_text(h, "acct"));
	words_fill(&reason, s->reason, h);
	if (reason.size > 0)
		fold_reason(&j->folds, f, "%s", buf_cstr(&reason));
}

static void
try_keys(struct detect_judge *j, struct happening *h, int64_t event_id)
{
	const struct signs *s = &j->tables->signs;
	const char *parser = h->event->parser;
	size_t size = strlen(parser);
	for (uint32_t i = s->buckets[bucket_of(parser, size, event_id)]; i != 0; i = s->keys[i - 1].next) {
		const struct sign_key *k = &s->keys[i - 1];
		if (k->event_id != event_id || k->parser_size != size || memcmp(k->parser, parser, size) != 0)
			continue;
		const struct sign *sign = &s->list[k->sign];
		bool holds = true;
		for (size_t n = 0; n < sign->condition_count && holds; n++)
			holds = condition_holds(h, &sign->conditions[n]);
		if (holds)
			support(j, sign, h);
	}
}

static enum triage_status
signs_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	(void)state, (void)err;
	int64_t id = words_event_id(h->event);
	if (id >= 0)
		try_keys(j, h, id);
	try_keys(j, h, -1);
	return TRIAGE_OK;
}

const struct detector signs_detector = { .name = "signs", .event = signs_event };
