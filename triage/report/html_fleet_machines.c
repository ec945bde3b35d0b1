/* html_fleet_machines.c - the restart table, where it began, and how it spread. */
#include "triage/report/html_fleet.h"

#include "triage/report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SHOWN = 5, MOMENTS_MAX = 100000 };
#define SECOND INT64_C(1000000000)

/* --- the restart table --- */

static void
put_findings(struct page *p, struct case_cursor *c)
{
	static const struct {
		size_t column;
		int severity;
	} counts[] = { { FLEET_MACHINE_CRITICAL, TRIAGE_CRITICAL }, { FLEET_MACHINE_HIGH, TRIAGE_HIGH }, { FLEET_MACHINE_MEDIUM, TRIAGE_MEDIUM } };
	int64_t weight = case_int(c, FLEET_MACHINE_CRITICAL) * 1000000 + case_int(c, FLEET_MACHINE_HIGH) * 1000 + case_int(c, FLEET_MACHINE_MEDIUM);
	page_format(p, "<td class=\"num\" data-sort=\"%jd\">", (intmax_t)weight);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		page_format(p, "<span class=\"%s\"><span aria-hidden=\"true\">%s</span> ", severity_class(counts[i].severity), severity_symbol(counts[i].severity));
		page_value(p, "b", &(struct argument)AS_COUNT(case_int(c, counts[i].column)));
		page_raw(p, " ");
		page_say(p, "span", severity_key(counts[i].severity), NULL);
		page_raw(p, i + 1 < sizeof(counts) / sizeof(counts[0]) ? "</span><br>" : "</span>");
	}
	page_raw(p, "</td>");
}

/* When it was encrypted, when that is known; else from the first trace of weight to the last. */
static void
put_window(struct page *p, struct case_cursor *c)
{
	bool encrypting = !case_null(c, FLEET_MACHINE_WINDOW_FIRST);
	size_t first = encrypting ? FLEET_MACHINE_WINDOW_FIRST : FLEET_MACHINE_FIRST_SIGN, last = encrypting ? FLEET_MACHINE_WINDOW_LAST : FLEET_MACHINE_LAST_SIGN;
	if (case_null(c, first)) {
		page_raw(p, "<td>–</td>");
		return;
	}
	page_format(p, "<td data-sort=\"%jd\">", (intmax_t)(case_int(c, first) / 1000000));
	page_time(p, case_int(c, first));
	if (!case_null(c, last) && case_int(c, last) != case_int(c, first)) {
		page_raw(p, " – ");
		page_time(p, case_int(c, last));
	}
	page_raw(p, " ");
	page_say(p, "span class=\"soft\"", encrypting ? "fleet.window-encrypting" : "fleet.window-signs", NULL);
	page_raw(p, "</td>");
}

static void
put_machine(struct page *p, struct case_cursor *c)
{
	char key[64], verdict[32];
	snprintf(verdict, sizeof(verdict), "%s", case_text(c, FLEET_MACHINE_VERDICT));
	page_format(p, "<tr id=\"machine-%ju\"><th scope=\"row\">", (uintmax_t)case_int(c, FLEET_MACHINE_ID));
	page_code(p, case_text(c, FLEET_MACHINE_NAME));
	page_raw(p, "<br><span class=\"soft\">");
	page_evidence(p, case_text(c, FLEET_MACHINE_OS));
	page_raw(p, " ");
	page_evidence(p, case_text(c, FLEET_MACHINE_VERSION));
	page_raw(p, "</span>");
	if (!case_null(c, FLEET_MACHINE_SAME_AS))
		page_say(p, "p class=\"note\"", "fleet.same-as", NULL);
	page_format(p, "</th><td><span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> ", fleet_state_class(verdict), fleet_state_symbol(verdict));
	fleet_state_key("fleet.state", verdict, key);
	page_say(p, "span", key, NULL);
	page_raw(p, "</span></td>");
	fleet_state_key("fleet.do", verdict, key);
	page_say(p, "td", key, NULL);
	put_findings(p, c);
	double share = case_real(c, FLEET_MACHINE_SHARE);
	int tenths = share > 0 ? (int)(fmin(share, 1) * 1000) : 0;	/* of a bundle from elsewhere it may be any number */
	page_format(p, "<td class=\"num\" data-sort=\"%d\">", tenths);
	page_value(p, "span", &(struct argument)AS_SHARE(tenths));
	page_format(p, "</td><td class=\"num\" data-sort=\"%jd\">", (intmax_t)case_int(c, FLEET_MACHINE_ENCRYPTED));
	page_value(p, "span", &(struct argument)AS_COUNT(case_int(c, FLEET_MACHINE_ENCRYPTED)));
	page_raw(p, "<br>");
	page_evidence(p, case_text(c, FLEET_MACHINE_FAMILY));
	page_raw(p, "</td>");
	put_window(p, c);
	page_raw(p, "<td>");
	page_code(p, case_text(c, FLEET_MACHINE_FOLDER));
	page_raw(p, "</td></tr>\n");
}

enum triage_status
html_fleet_restart(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.machine", "fleet.state", "fleet.do", "fleet.findings", "fleet.coverage", "fleet.encrypted", "fleet.window", "fleet.bundle", NULL };
	struct page *p = &f->p;
	struct case_cursor *c;
	uint64_t rows = 0;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_MACHINES, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_section(p, "restart", "fleet.restart-title");
	page_say(p, "p class=\"sub\"", "fleet.restart-intro", NULL);
	page_raw(p, "<p class=\"search\" hidden><label>");
	page_say(p, "span", "files.search", NULL);
	page_raw(p, " <input type=\"search\" id=\"search\" aria-controls=\"machine-table\"></label> <span role=\"status\" class=\"soft\"></span></p>\n");
	fleet_table_open(p, "fleet.restart-title", heads, "machine-table");
	while ((st = case_next(c, err)) == TRIAGE_OK)
		if (rows++ < FLEET_ROWS_SHOWN)
			put_machine(p, c);
	case_cursor_close(c);
	fleet_table_close(p, rows > FLEET_ROWS_SHOWN ? rows - FLEET_ROWS_SHOWN : 0);
	page_raw(p, "</section>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- where it began, how it spread --- */

static void
put_link(struct page *p, struct case_cursor *c)
{
	page_format(p, "<th scope=\"row\"><a href=\"#machine-%ju\">", (uintmax_t)case_int(c, FLEET_MACHINE_ID));
	page_code(p, case_text(c, FLEET_MACHINE_NAME));
	page_raw(p, "</a></th>");
}

static void
put_sign(struct page *p, struct case_cursor *c)
{
	page_told(p, "td", case_text(c, FLEET_MACHINE_FIRST_WHAT));
	page_raw(p, "<td>");
	if (case_null(c, FLEET_MACHINE_CAME_FROM))
		page_say(p, "span class=\"soft\"", "fleet.nobody", NULL);
	else
		page_code(p, case_text(c, FLEET_MACHINE_CAME_FROM));
	page_raw(p, "</td></tr>\n");
}

enum triage_status
html_fleet_first(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.machine", "fleet.first-sign", "fleet.first-what", "fleet.came-from", NULL };
	struct page *p = &f->p;
	struct case_cursor *c;
	uint64_t rows = 0;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_SPREAD, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_section(p, "first", "fleet.first-title");
	while ((st = case_next(c, err)) == TRIAGE_OK && rows < FIRST_SHOWN) {
		if (!case_null(c, FLEET_MACHINE_CAME_FROM))
			continue;
		if (rows++ == 0) {
			page_say(p, "p class=\"sub\"", "fleet.first-intro", NULL);
			fleet_table_open(p, "fleet.first-title", heads, NULL);
		}
		page_raw(p, "<tr>");
		put_link(p, c);
		fleet_time_cell(p, c, FLEET_MACHINE_FIRST_SIGN_FLEET);
		put_sign(p, c);
	}
	case_cursor_close(c);
	if (rows > 0)
		fleet_table_close(p, 0);
	else
		page_say(p, "p", "fleet.first-none", NULL);
	page_raw(p, "</section>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* By day over all, and closer where most of them lie: between the tenth and the ninetieth of a hundred, and a quarter more at either end. */
static enum triage_status
put_charts(struct page *p, const int64_t *moments, size_t count, struct triage_error *err)
{
	struct activity *activity;
	struct chart *chart = calloc(1, sizeof(*chart));
	enum triage_status st = chart != NULL ? activity_new(&activity, err) : TRIAGE_E_MEMORY;
	if (st != TRIAGE_OK) {
		free(chart);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the chart");
		return st;
	}
	int64_t low = moments[count / 10] / SECOND, high = moments[count - 1 - count / 10] / SECOND, more = (high - low) / 4 + 3600;
	activity_focus(activity, low - more, high + more);
	for (size_t i = 0; i < count; i++)
		activity_add(activity, moments[i] / SECOND);
	activity_chart(activity, INT64_MAX, chart);
	if (chart->count > 1)
		chart_draw(p, chart, "fleet.spread-chart");
	activity_focus_chart(activity, chart);
	if (chart->count > 1)
		chart_draw(p, chart, "fleet.spread-chart");
	activity_free(activity);
	free(chart);
	return TRIAGE_OK;
}

enum triage_status
html_fleet_spread(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.machine", "fleet.fleet-clock", "fleet.own-clock", "fleet.clock", "fleet.first-what", "fleet.came-from", NULL };
	struct page *p = &f->p;
	struct case_cursor *c;
	size_t count = 0;
	int64_t *moments = calloc(MOMENTS_MAX, sizeof(*moments));
	if (moments == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the chart");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_SPREAD, &c, err);
	if (st != TRIAGE_OK) {
		free(moments);
		return st;
	}
	page_section(p, "spread", "fleet.spread-title");
	while ((st = case_next(c, err)) == TRIAGE_OK && count < MOMENTS_MAX) {
		if (count == 0) {
			page_say(p, "p class=\"sub\"", "fleet.spread-intro", NULL);
			fleet_table_open(p, "fleet.spread-title", heads, NULL);
		}
		moments[count++] = case_int(c, FLEET_MACHINE_FIRST_SIGN_FLEET);
		if (count > FLEET_ROWS_SHOWN)
			continue;
		page_raw(p, "<tr>");
		put_link(p, c);
		fleet_time_cell(p, c, FLEET_MACHINE_FIRST_SIGN_FLEET);
		fleet_time_cell(p, c, FLEET_MACHINE_FIRST_SIGN);
		page_raw(p, "<td class=\"num\">");
		fleet_offset(p, c, FLEET_MACHINE_CLOCK_OFFSET);
		page_raw(p, "</td>");
		put_sign(p, c);
	}
	case_cursor_close(c);
	st = st == TRIAGE_END ? TRIAGE_OK : st;
	if (count > 0)
		fleet_table_close(p, count > FLEET_ROWS_SHOWN ? count - FLEET_ROWS_SHOWN : 0);
	else
		page_say(p, "p", "fleet.first-none", NULL);
	if (st == TRIAGE_OK && count > 1)
		st = put_charts(p, moments, count, err);
	page_raw(p, "</section>\n");
	free(moments);
	return st;
}
