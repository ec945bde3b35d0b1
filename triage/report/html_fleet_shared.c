/* html_fleet_shared.c - what several machines have in common, kind by kind; the most telling kinds first. */
#include "triage/report/html_fleet.h"

#include <string.h>

struct shared {
	struct fleet_page *f;
	struct case_cursor *items, *seen;
	bool item, more;		/* a row of each stands before us */
};

static enum triage_status
next(struct case_cursor *c, bool *ret_there, struct triage_error *err)
{
	enum triage_status st = case_next(c, err);
	*ret_there = st == TRIAGE_OK;
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* The machines of the item at hand; both cursors are in the order of items. put: or only passed over. */
static enum triage_status
put_machines(struct shared *s, bool put, struct triage_error *err)
{
	struct page *p = &s->f->p;
	int64_t id = case_int(s->items, FLEET_ITEM_ID), last = -1;
	uint64_t named = 0;
	enum triage_status st = TRIAGE_OK;
	while (s->more && case_int(s->seen, FLEET_SEEN_ITEM) <= id && st == TRIAGE_OK) {
		int64_t machine = case_int(s->seen, FLEET_SEEN_MACHINE);
		if (put && case_int(s->seen, FLEET_SEEN_ITEM) == id && machine != last && named++ < FLEET_MACHINES_NAMED) {
			page_format(p, "%s<a href=\"#machine-%ju\">", named > 1 ? ", " : "", (uintmax_t)machine);
			page_code(p, case_text(s->seen, FLEET_SEEN_NAME));
			page_raw(p, "</a>");
		}
		last = machine;
		st = next(s->seen, &s->more, err);
	}
	if (named > FLEET_MACHINES_NAMED) {
		page_raw(p, " ");
		page_say(p, "span", "head.more", WITH(AS_COUNT(named - FLEET_MACHINES_NAMED)));
	}
	return st;
}

static enum triage_status
put_item(struct shared *s, struct triage_error *err)
{
	struct page *p = &s->f->p;
	struct case_cursor *c = s->items;
	page_raw(p, "<tr><th scope=\"row\">");
	page_code(p, case_text(c, FLEET_ITEM_VALUE));
	page_raw(p, "</th>");
	page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(case_int(c, FLEET_ITEM_MACHINES)));
	fleet_time_cell(p, c, FLEET_ITEM_FIRST);
	fleet_time_cell(p, c, FLEET_ITEM_LAST);
	page_told(p, "td", case_text(c, FLEET_ITEM_WHAT));
	page_raw(p, "<td>");
	enum triage_status st = put_machines(s, true, err);
	page_raw(p, "</td></tr>\n");
	return st;
}

static enum triage_status
put_kind(struct shared *s, const char *kind, const char *title, uint64_t *total, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.shared-value", "fleet.shared-machines", "contact.first", "contact.last", "fleet.shared-what", "fleet.shared-which", NULL };
	struct page *p = &s->f->p;
	uint64_t rows = 0;
	enum triage_status st = TRIAGE_OK;
	while (s->item && st == TRIAGE_OK) {
		bool ours = strcmp(case_text(s->items, FLEET_ITEM_KIND), kind) == 0;
		if (ours && rows == 0) {
			page_say(p, "h3", title, NULL);
			fleet_table_open(p, title, heads, NULL);
		}
		rows += ours;
		st = ours && rows <= FLEET_ITEMS_SHOWN ? put_item(s, err) : put_machines(s, false, err);
		if (st == TRIAGE_OK)
			st = next(s->items, &s->item, err);
	}
	if (rows > 0)
		fleet_table_close(p, rows > FLEET_ITEMS_SHOWN ? rows - FLEET_ITEMS_SHOWN : 0);
	*total += rows;
	return st;
}

enum triage_status
html_fleet_shared(struct fleet_page *f, struct triage_error *err)
{
	static const char *const kinds[][2] = {
		{ "sha256", "fleet.kind-sha256" }, { "tool", "fleet.kind-tool" }, { "address", "fleet.kind-address" }, { "account", "fleet.kind-account" }, { "rule", "fleet.kind-rule" },
	};
	uint64_t total = 0;
	enum triage_status st = TRIAGE_OK;
	page_section(&f->p, "shared", "fleet.shared-title");
	page_say(&f->p, "p class=\"sub\"", "fleet.shared-intro", NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && st == TRIAGE_OK; i++) {
		struct shared s = { .f = f };
		st = fleet_rows(f->fleet, FLEET_VIEW_ITEMS, &s.items, err);
		if (st == TRIAGE_OK)
			st = fleet_rows(f->fleet, FLEET_VIEW_SEEN, &s.seen, err);
		if (st == TRIAGE_OK)
			st = next(s.items, &s.item, err);
		if (st == TRIAGE_OK)
			st = next(s.seen, &s.more, err);
		if (st == TRIAGE_OK)
			st = put_kind(&s, kinds[i][0], kinds[i][1], &total, err);
		case_cursor_close(s.items);
		case_cursor_close(s.seen);
	}
	if (st == TRIAGE_OK && total == 0)
		page_say(&f->p, "p", "fleet.shared-none", NULL);
	page_raw(&f->p, "</section>\n");
	return st;
}
