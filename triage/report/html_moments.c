/*
 * html_moments.c - what happened, moment by moment: the events that findings rest on in order of time, and findings without an event by their first time.
 *
 * The whole timeline has millions of rows and is for other tools (timeline.csv); these are the rows that somebody judged.
 */
#include "triage/report/html_moments.h"

#include "triage/report/examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOMENTS_MAX = 4000, MOMENTS_SHOWN = 600, ALIKE_MAX = 4 };

struct moments {
	struct moment *list;
	size_t count, again;		/* again: of those */
	uint64_t left_out;
};

static int
by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->event_id != y->event_id)
		return x->event_id < y->event_id ? -1 : 1;
	return (x->finding_id > y->finding_id) - (x->finding_id < y->finding_id);
}

/* The first finding of an event is its most severe one; those of other stories mark their lanes too. */
static bool
add(struct moments *m, const struct moment *like, int64_t time, uint64_t event_id, const char *text)
{
	bool again = false;
	for (size_t i = 0; i < m->count && event_id != 0; i++) {
		if (m->list[i].event_id != event_id)
			continue;
		if (m->list[i].story_id == like->story_id || like->story_id == 0)
			return true;
		again = true;
	}
	if (m->count == MOMENTS_MAX) {
		m->left_out += !again;
		return true;
	}
	struct moment *one = &m->list[m->count];
	*one = *like;
	one->time = time;
	one->event_id = event_id;
	one->again = again;
	one->text = again ? NULL : strdup(text);
	bool whole = again || one->text != NULL;
	m->count += whole;
	m->again += again;
	return whole;
}

/* False when memory ends. ret_any: at least one example is an event. */
static bool
add_examples(struct moments *m, const struct moment *like, const char *detail, bool *ret_any)
{
	struct examples all;
	bool memory = true;
	*ret_any = false;
	examples_begin(&all, detail);
	for (const struct example *e; memory && (e = examples_next(&all)) != NULL;) {
		if (e->event_id <= 0 || e->time == TRIAGE_TIME_NONE)
			continue;
		*ret_any = true;
		memory = add(m, like, e->time, (uint64_t)e->event_id, buf_cstr(&e->sample));
	}
	examples_end(&all);
	return memory;
}

static bool
take_finding(struct moments *m, struct case_cursor *c)
{
	struct moment like = { .finding_id = (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID), .severity = severity_of(case_text(c, CASE_FINDINGS_SEVERITY)) };
	int64_t first = case_null(c, CASE_FINDINGS_FIRST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_FIRST_TIME);
	bool any = false;
	if (like.severity < TRIAGE_MEDIUM)
		return true;
	like.story_id = case_null(c, CASE_FINDINGS_STORY_ID) ? 0 : (uint64_t)case_int(c, CASE_FINDINGS_STORY_ID);
	snprintf(like.host, sizeof(like.host), "%s", case_text(c, CASE_FINDINGS_HOST));
	snprintf(like.kind, sizeof(like.kind), "%s", case_text(c, CASE_FINDINGS_KIND));
	snprintf(like.technique, sizeof(like.technique), "%s", case_text(c, CASE_FINDINGS_TECHNIQUE));
	if (!add_examples(m, &like, case_text(c, CASE_FINDINGS_DETAIL), &any))
		return false;
	return any || first == TRIAGE_TIME_NONE || add(m, &like, first, 0, case_text(c, CASE_FINDINGS_TITLE));
}

static void
put_moment(struct page *p, const struct moment *m)
{
	char room[64];
	page_raw(p, "<tr><td class=\"num\">");
	page_time(p, m->time);
	page_format(p, "</td><td><span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> ", severity_class(m->severity), severity_symbol(m->severity));
	page_say(p, "span", kind_key(p, room, "kind", m->kind, m->technique, "kind.other"), NULL);
	page_raw(p, "</span></td><td>");
	page_code(p, m->host);
	page_raw(p, "</td>");
	if (m->event_id == 0) {
		page_rule_text(p, "td", m->text);
	} else {
		page_raw(p, "<td lang=\"en\">");
		page_evidence(p, m->text);
		page_raw(p, "</td>");
	}
	page_raw(p, "<td>");
	if (m->finding_id <= p->facts.linkable)
		page_format(p, "<a class=\"ref\" href=\"#finding-%ju\">#%ju</a>", (uintmax_t)m->finding_id, (uintmax_t)m->finding_id);
	page_raw(p, "</td></tr>\n");
}

static void
swap(struct moment *a, struct moment *b)
{
	struct moment one = *a;
	*a = *b;
	*b = one;
}

/* The most severe stay when there are too many. */
static size_t
choose(struct moments *m)
{
	size_t kept = 0, rows = 0;
	for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_MEDIUM; severity--)
		for (size_t i = kept; i < m->count && rows < MOMENTS_SHOWN; i++)
			if (m->list[i].severity == severity) {
				rows += !m->list[i].again;
				swap(&m->list[kept++], &m->list[i]);
			}
	qsort(m->list, kept, sizeof(*m->list), by_time);
	return kept;
}

static enum triage_status
collect(struct page *p, struct moments *m, struct triage_error *err)
{
	struct case_cursor *c;
	bool memory = true;
	enum triage_status st = case_rows(p->reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	while (st == TRIAGE_OK && memory && (st = case_next(c, err)) == TRIAGE_OK)
		memory = take_finding(m, c);
	case_cursor_close(c);
	if (!memory) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the moments of the report");
		return TRIAGE_E_MEMORY;
	}
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* Brings those that are rows of the table to the front, in their order. Returns how many they are. */
static size_t
rows_first(struct moment *list, size_t count)
{
	size_t rows = 0;
	for (size_t i = 0; i < count; i++)
		if (!list[i].again)
			swap(&list[rows++], &list[i]);
	return rows;
}

/* How many from this one on are of the same finding, one after the other. */
static size_t
alike(const struct moment *list, size_t count)
{
	size_t n = 1;
	while (n < count && list[n].finding_id == list[0].finding_id)
		n++;
	return n;
}

/* Many in a row that rest on one thing are told by the first two and the last. */
static void
put_moments(struct page *p, const struct moment *list, size_t count)
{
	for (size_t i = 0; i < count;) {
		size_t run = alike(list + i, count - i);
		if (run <= ALIKE_MAX) {
			put_moment(p, &list[i++]);
			continue;
		}
		put_moment(p, &list[i]);
		put_moment(p, &list[i + 1]);
		page_raw(p, "<tr><td class=\"num\">…</td><td></td><td></td><td>");
		page_say(p, "span class=\"soft\"", "moments.alike", WITH(AS_COUNT(run - 3)));
		page_raw(p, "</td><td></td></tr>\n");
		put_moment(p, &list[i + run - 1]);
		i += run;
	}
}

static enum triage_status
put_section(struct page *p, struct moments *m, struct triage_error *err)
{
	static const char *const heads[] = { "moments.when", "moments.kind", "moments.host", "moments.what", "moments.finding", NULL };
	size_t all = m->count - m->again, shown = choose(m);
	page_section(p, "moments", "moments.title");
	page_say(p, "p class=\"sub\"", "moments.intro", NULL);
	enum triage_status st = html_lanes(p, m->list, shown, err);
	shown = rows_first(m->list, shown);
	page_raw(p, "<p class=\"search\" hidden><label>");
	page_say(p, "span", "files.search", NULL);
	page_raw(p, " <input type=\"search\" aria-controls=\"moment-table\"></label> "
	    "<span role=\"status\" class=\"soft\"></span></p>\n<div class=\"scroll\"><table id=\"moment-table\">");
	page_table_head(p, "moments.title", heads);
	put_moments(p, m->list, shown);
	page_raw(p, "</tbody></table></div>\n");
	if (all + m->left_out > shown)
		page_say(p, "p class=\"note\"", "moments.more", WITH(AS_COUNT(all + m->left_out - shown)));
	page_raw(p, "</section>\n");
	return st;
}

enum triage_status
html_moments(struct page *p, struct triage_error *err)
{
	if (!html_has(p, "moments"))
		return TRIAGE_OK;
	struct moments m = { .list = calloc(MOMENTS_MAX, sizeof(*m.list)) };
	if (m.list == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the moments of the report");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = collect(p, &m, err);
	if (st == TRIAGE_OK)
		st = put_section(p, &m, err);
	for (size_t i = 0; i < m.count; i++)
		free(m.list[i].text);
	free(m.list);
	return st;
}
