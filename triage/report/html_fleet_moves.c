/* html_fleet_moves.c - who went from which machine to which, and how far their clocks are apart. */
#include "triage/report/html_fleet.h"

#include <string.h>

static void
put_machine(struct page *p, struct case_cursor *c, size_t id, size_t name)
{
	page_format(p, "<td><a href=\"#machine-%ju\">", (uintmax_t)case_int(c, id));
	page_code(p, case_text(c, name));
	page_raw(p, "</a></td>");
}

/* Where both tell of it, by the clock of the first. */
static void
put_moment(struct page *p, struct case_cursor *c, size_t ours, size_t theirs)
{
	fleet_time_cell(p, c, case_null(c, ours) ? theirs : ours);
}

static void
put_movement(struct page *p, struct case_cursor *c)
{
	const char *by = case_text(c, FLEET_MOVEMENT_SEEN_BY);
	const char *told = strcmp(by, "both") == 0 ? "fleet.told-both" : strcmp(by, "from") == 0 ? "fleet.told-from" : "fleet.told-to";
	page_raw(p, "<tr>");
	put_moment(p, c, FLEET_MOVEMENT_FROM_FIRST, FLEET_MOVEMENT_TO_FIRST);
	put_moment(p, c, FLEET_MOVEMENT_FROM_LAST, FLEET_MOVEMENT_TO_LAST);
	put_machine(p, c, FLEET_MOVEMENT_FROM, FLEET_MOVEMENT_FROM_NAME);
	put_machine(p, c, FLEET_MOVEMENT_TO, FLEET_MOVEMENT_TO_NAME);
	page_raw(p, "<td>");
	page_code(p, case_text(c, FLEET_MOVEMENT_ACCOUNT));
	page_raw(p, "</td><td>");
	page_evidence(p, case_text(c, FLEET_MOVEMENT_PROTOCOLS));
	page_format(p, "</td><td class=\"num\" data-sort=\"%jd\">", (intmax_t)case_int(c, FLEET_MOVEMENT_COUNT));
	page_value(p, "span", &(struct argument)AS_COUNT(case_int(c, FLEET_MOVEMENT_COUNT)));
	if (case_int(c, FLEET_MOVEMENT_FAILED) > 0)
		page_say(p, "span class=\"soft\"", "contact.failed", WITH(AS_COUNT(case_int(c, FLEET_MOVEMENT_FAILED))));
	page_raw(p, "</td>");
	page_say(p, "td", told, NULL);
	page_raw(p, "<td class=\"num\">");
	fleet_offset(p, c, FLEET_MOVEMENT_OFFSET);
	page_raw(p, "</td></tr>\n");
}

static enum triage_status
put_table(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "contact.first", "contact.last", "fleet.from", "fleet.to", "contact.account", "contact.by", "contact.count", "fleet.told-by", "fleet.clock", NULL };
	struct case_cursor *c;
	uint64_t rows = 0;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_MOVEMENTS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	fleet_table_open(&f->p, "fleet.movements-title", heads, NULL);
	while ((st = case_next(c, err)) == TRIAGE_OK)
		if (rows++ < FLEET_ROWS_SHOWN)
			put_movement(&f->p, c);
	case_cursor_close(c);
	fleet_table_close(&f->p, rows > FLEET_ROWS_SHOWN ? rows - FLEET_ROWS_SHOWN : 0);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
put_clocks(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.from", "fleet.to", "fleet.clock", "fleet.clocks-spread", "fleet.clocks-matched", NULL };
	struct page *p = &f->p;
	struct case_cursor *c;
	uint64_t rows = 0;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_CLOCKS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (rows++ == 0) {
			page_say(p, "h3", "fleet.clocks-title", NULL);
			page_say(p, "p class=\"sub\"", "fleet.clocks-intro", NULL);
			fleet_table_open(p, "fleet.clocks-title", heads, NULL);
		}
		if (rows > FLEET_ROWS_SHOWN)
			continue;
		page_raw(p, "<tr>");
		put_machine(p, c, FLEET_CLOCK_FROM, FLEET_CLOCK_FROM_NAME);
		put_machine(p, c, FLEET_CLOCK_TO, FLEET_CLOCK_TO_NAME);
		page_format(p, "<td class=\"num\" data-sort=\"%jd\">", (intmax_t)case_int(c, FLEET_CLOCK_OFFSET));
		fleet_offset(p, c, FLEET_CLOCK_OFFSET);
		page_raw(p, "</td><td class=\"num\">");
		fleet_offset(p, c, FLEET_CLOCK_SPREAD);
		page_raw(p, "</td>");
		page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(case_int(c, FLEET_CLOCK_MATCHED)));
		page_raw(p, "</tr>\n");
	}
	case_cursor_close(c);
	if (rows > 0)
		fleet_table_close(p, rows > FLEET_ROWS_SHOWN ? rows - FLEET_ROWS_SHOWN : 0);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_fleet_movements(struct fleet_page *f, struct triage_error *err)
{
	page_section(&f->p, "movements", "fleet.movements-title");
	if (f->totals[FLEET_TOTAL_MOVEMENTS] == 0) {
		page_say(&f->p, "p", "fleet.movements-none", NULL);
		page_raw(&f->p, "</section>\n");
		return TRIAGE_OK;
	}
	page_say(&f->p, "p class=\"sub\"", "fleet.movements-intro", NULL);
	enum triage_status st = html_fleet_graph(f, err);
	if (st == TRIAGE_OK)
		st = put_table(f, err);
	if (st == TRIAGE_OK)
		st = put_clocks(f, err);
	page_raw(&f->p, "</section>\n");
	return st;
}
