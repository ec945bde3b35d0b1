/* answers_make.c - the answers of page 1 one after another, and what they share. */
#include "triage/detect/answers_inside.h"

#include <string.h>

enum { ANSWER_SIZE = 16 << 20, BY_MAX = 10 };	/* more than ITEMS_MAX findings of the longest texts make */

/* In an order in which later ones may rest on earlier ones. */
static const struct {
	const char *name;
	answer_writer *write;
} answers[] = {
	{ "attacked", answer_attacked },
	{ "active", answer_active },
	{ "window", answer_window },
	{ "family", answer_family },
	{ "origin", answer_origin },
	{ "first_action", answer_first },
	{ "ways_in", answer_ways },
	{ "data_left", answer_data_left },
	{ "contacts", answer_contacts },
	{ "accounts", answer_reset },
	{ "protection", answer_protection },
	{ "restore", answer_restore },
	{ "keep", answer_keep },
	{ "machines", answer_machines },
	{ "next", answer_next },
};

enum { ANSWER_COUNT = sizeof(answers) / sizeof(answers[0]) };
_Static_assert((int)ANSWER_COUNT <= (int)ANSWERS_MAX, "answers[] of the judge has room for all");

bool
answer_is_kind(const struct detect_finding *f, const char *const *kinds)
{
	while (*kinds != NULL && strcmp(*kinds, f->kind) != 0)
		kinds++;
	return *kinds != NULL;
}

void
answer_finding(struct buf *out, const struct detect_finding *f)
{
	answer_begin(out, NULL, '{');
	answer_text(out, "title", f->title);
	answer_text(out, "rule", f->rule);
	answer_text(out, "kind", f->kind);
	answer_text(out, "severity", triage_severity_name(f->severity));
	answer_text(out, "certainty", answer_certainty(f->confidence));
	answer_text(out, "host", f->host);
	answer_text(out, "path", f->path);
	answer_time(out, "first", f->first_time);
	answer_time(out, "last", f->last_time);
	answer_number(out, "count", f->count);
	answer_begin(out, "by", '[');
	for (size_t i = 0; i < f->user_count && i < BY_MAX; i++)
		answer_say(out, "%s", f->users[i]);
	answer_end(out, ']');
	answer_left_out(out, "by_left_out", f->user_count, BY_MAX);
	answer_end(out, '}');
}

void
answer_left_out(struct buf *out, const char *name, size_t all, size_t told)
{
	answer_number(out, name, all > told ? all - told : 0);
}

size_t
answer_items(struct answering *a, struct buf *out, bool (*takes)(const struct detect_finding *f), const struct detect_finding **ret_best)
{
	size_t count = 0;
	*ret_best = NULL;
	answer_begin(out, "items", '[');
	for (size_t i = 0; i < a->j->finding_count; i++) {
		if (!takes(a->findings[i]))
			continue;
		if (count++ < ITEMS_MAX)
			answer_finding(out, a->findings[i]);
		if (*ret_best == NULL)
			*ret_best = a->findings[i];
	}
	answer_end(out, ']');
	answer_left_out(out, "items_left_out", count, ITEMS_MAX);
	return count;
}

void
answer_unread(const struct answering *a, struct buf *out)
{
	for (size_t i = 0; i < a->j->facts.unread_count; i++)
		answer_say(out, "%s", a->j->facts.unread[i]);
}

void
answer_blind(const struct answering *a, struct buf *out, bool absent)
{
	answer_begin(out, "blind", '[');
	if (absent)
		answer_unread(a, out);
	answer_end(out, ']');
}

bool
answer_has_source(const struct answering *a, const char *source)
{
	for (size_t i = 0; i < a->j->span_count; i++)
		if (strcmp(a->j->spans[i].source, source) == 0)
			return true;
	return false;
}

enum triage_status
answers_make(struct detect_judge *j, double examined_share, struct triage_error *err)
{
	SCOPED_BUF out;
	struct answering a = { .j = j, .share = examined_share, .encrypted = j->first_encrypted, .last = TRIAGE_TIME_NONE };
	const struct detect_finding **list = pool_alloc(&j->texts, (j->finding_count + 1) * sizeof(*list));
	enum triage_status st = TRIAGE_OK;
	buf_init(&out, ANSWER_SIZE);
	for (size_t i = 0; i < j->finding_count && list != NULL; i++) {
		list[i] = &j->findings[i];
		if (list[i]->severity >= TRIAGE_HIGH && list[i]->last_time != TRIAGE_TIME_NONE && (a.last == TRIAGE_TIME_NONE || list[i]->last_time > a.last))
			a.last = list[i]->last_time;
	}
	a.findings = list;
	a.attacked = strcmp(j->verdict.word, "compromised") == 0;
	a.traces = a.attacked || strcmp(j->verdict.word, "suspicious") == 0;
	a.first = list != NULL && a.traces ? answer_first_act(list, j->finding_count) : NULL;
	for (size_t i = 0; i < ANSWER_COUNT && list != NULL && st == TRIAGE_OK; i++) {
		buf_clear(&out);
		answer_begin(&out, NULL, '{');
		answers[i].write(&a, &out);
		answer_end(&out, '}');
		st = buf_check(&out, err);
		if (st == TRIAGE_OK && (j->answers[i] = pool_text(&j->texts, buf_cstr(&out), out.size)) == NULL)
			list = NULL;
	}
	if (list == NULL && st == TRIAGE_OK) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the answers");
		return TRIAGE_E_MEMORY;
	}
	return st;
}

const char *
detect_answer(const struct detect_judge *j, size_t index, const char **ret_json)
{
	*ret_json = index < ANSWER_COUNT && j->answers[index] != NULL ? j->answers[index] : "null";
	return index < ANSWER_COUNT ? answers[index].name : NULL;
}
