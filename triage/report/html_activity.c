/* html_activity.c - what happened when: all moments of the case, and the hours around what was found. */
#include "triage/report/chart.h"

#define SECOND INT64_C(1000000000)

static int64_t
local_seconds(const struct page *p, int64_t ns)
{
	int64_t local = page_local(p, ns);
	return local / SECOND - (local % SECOND < 0);
}

/* The span worth a closer look: the encryption, or else the severe findings when they lie close together. */
static void
choose_focus(const struct page *p, struct activity *a)
{
	enum { HOUR = 3600, DAY = 86400, FOCUS_MAX = 60 * DAY };
	const struct facts *f = &p->facts;
	bool encrypted = f->encrypted_first != TRIAGE_TIME_NONE && f->encrypted_last != TRIAGE_TIME_NONE;
	int64_t first = encrypted ? f->encrypted_first : f->first_time, last = encrypted ? f->encrypted_last : f->last_time;
	if (first == TRIAGE_TIME_NONE || last == TRIAGE_TIME_NONE || last < first)
		return;
	int64_t from = local_seconds(p, first), to = local_seconds(p, last);
	if (to - from > FOCUS_MAX)
		return;
	int64_t around = to - from < DAY ? 18 * HOUR : (to - from) / 4;
	activity_focus(a, from - around, to + around);
}

static bool
in_window(const struct page *p, int64_t ns)
{
	return (p->options->from == TRIAGE_TIME_NONE || ns >= p->options->from) && (p->options->to == TRIAGE_TIME_NONE || ns <= p->options->to);
}

static enum triage_status
count_moments(struct page *p, struct activity *a, uint64_t *ret_outside, struct triage_error *err)
{
	struct case_cursor *c;
	*ret_outside = 0;
	enum triage_status st = case_rows(p->reader, CASE_TIMELINE, CASE_TIMES_ONLY, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (case_null(c, CASE_TIMELINE_TIME))
			continue;
		int64_t ns = case_int(c, CASE_TIMELINE_TIME);
		if (in_window(p, ns))
			activity_add(a, local_seconds(p, ns));
		else
			++*ret_outside;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
mark_findings(struct page *p, struct chart *whole, struct chart *near, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (case_null(c, CASE_FINDINGS_FIRST_TIME))
			continue;
		int severity = severity_of(case_text(c, CASE_FINDINGS_SEVERITY));
		int64_t seconds = local_seconds(p, case_int(c, CASE_FINDINGS_FIRST_TIME));
		chart_mark(whole, severity, seconds);
		chart_mark(near, severity, seconds);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static void
put_legend(struct page *p)
{
	page_raw(p, "<p class=\"sub\">");
	for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_MEDIUM; severity--) {
		page_format(p, "<span class=\"%s\" aria-hidden=\"true\">%s</span> ", severity_class(severity), severity_symbol(severity));
		page_say(p, "span", severity_key(severity), NULL);
		page_raw(p, severity > TRIAGE_MEDIUM ? " · " : ". ");
	}
	page_say(p, "span", "activity.legend", NULL);
	page_raw(p, " ");
	page_say(p, "span", "activity.zone", WITH(AS_TEXT(p->zone != NULL ? p->zone_name : "UTC")));
	page_raw(p, "</p>\n");
}

static void
put_left_out(struct page *p, const struct chart *chart, uint64_t outside)
{
	if (chart->before > 0)
		page_say(p, "p class=\"note\"", "activity.before", WITH(AS_COUNT(chart->before), AS_TIME(chart->starts[0] * SECOND, TIME_DAY)));
	if (chart->after > 0)
		page_say(p, "p class=\"note\"", "activity.after", WITH(AS_COUNT(chart->after)));
	if (outside > 0)
		page_say(p, "p class=\"note\"", "activity.outside", WITH(AS_COUNT(outside)));
}

/* A day after the run ended: a file time beyond that is no activity. */
static int64_t
latest_moment(struct page *p)
{
	int64_t finished = p->facts.finished;
	return finished == TRIAGE_TIME_NONE ? INT64_MAX : local_seconds(p, finished) + 86400;
}

static enum triage_status
draw(struct page *p, struct activity *a, struct triage_error *err)
{
	uint64_t outside;
	struct chart whole, near;
	enum triage_status st = count_moments(p, a, &outside, err);
	if (st != TRIAGE_OK)
		return st;
	activity_chart(a, latest_moment(p), &whole);
	activity_focus_chart(a, &near);
	st = mark_findings(p, &whole, &near, err);
	if (st != TRIAGE_OK)
		return st;
	if (whole.count == 0) {
		page_say(p, "p", "activity.none", NULL);
	} else {
		put_legend(p);
		if (near.count > 0)
			chart_draw(p, &near, "activity.near");
		chart_draw(p, &whole, "activity.whole");
	}
	put_left_out(p, &whole, outside);
	return TRIAGE_OK;
}

enum triage_status
html_activity(struct page *p, struct triage_error *err)
{
	struct activity *a;
	enum triage_status st = activity_new(&a, err);
	if (st != TRIAGE_OK)
		return st;
	choose_focus(p, a);
	page_section(p, "activity", "activity.title");
	st = draw(p, a, err);
	html_explore(p, "timeline");
	page_raw(p, "</section>\n");
	activity_free(a);
	return st;
}
