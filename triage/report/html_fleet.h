/* html_fleet.h - the parts of fleet.html. The page is that of html.h without a case: only what does not ask for one is used. */
#ifndef TRIAGE_REPORT_HTML_FLEET_H
#define TRIAGE_REPORT_HTML_FLEET_H

#include "triage/case/fleet.h"
#include "triage/report/html.h"

struct fleet_page {
	struct page p;
	struct fleet *fleet;
	int64_t totals[FLEET_TOTAL_ITEMS + 1];
};

enum { FLEET_ROWS_SHOWN = 3000, FLEET_ITEMS_SHOWN = 200 /* of a kind */, FLEET_MACHINES_NAMED = 12 };

/* State of a machine: "fleet.state" or "fleet.do", a dash and its verdict. */
void fleet_state_key(const char *prefix, const char *verdict, char room[64]);
const char *fleet_state_class(const char *verdict);
const char *fleet_state_symbol(const char *verdict);
void fleet_time_cell(struct page *p, struct case_cursor *c, size_t column);
/* Seconds with a sign, "not known" for NULL. */
void fleet_offset(struct page *p, struct case_cursor *c, size_t column);
void fleet_table_open(struct page *p, const char *caption, const char *const *heads, const char *id);
void fleet_table_close(struct page *p, uint64_t left_out);

WARN_UNUSED enum triage_status html_fleet_restart(struct fleet_page *f, struct triage_error *err);		/* html_fleet_machines.c */
WARN_UNUSED enum triage_status html_fleet_first(struct fleet_page *f, struct triage_error *err);
WARN_UNUSED enum triage_status html_fleet_spread(struct fleet_page *f, struct triage_error *err);
WARN_UNUSED enum triage_status html_fleet_movements(struct fleet_page *f, struct triage_error *err);	/* html_fleet_moves.c */
WARN_UNUSED enum triage_status html_fleet_graph(struct fleet_page *f, struct triage_error *err);		/* html_fleet_graph.c */
WARN_UNUSED enum triage_status html_fleet_shared(struct fleet_page *f, struct triage_error *err);		/* html_fleet_shared.c */

#endif
