/* html_machines.c - which operating systems lay there. */
#include "triage/report/html.h"

#include <string.h>

enum { HOST_NAME = 2, HOST_OS, HOST_VERSION, HOST_INSTALLED, HOST_ZONE, HOST_DOMAIN, HOST_SHUTDOWN, HOST_BOOT };

static void
put_time_cell(struct page *p, struct case_cursor *c, size_t column)
{
	page_raw(p, "<td>");
	if (!case_null(c, column))
		page_time(p, case_int(c, column));
	page_raw(p, "</td>");
}

static enum triage_status
put_hosts(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "host.name", "host.os", "host.domain", "host.zone", "host.installed", "host.boot", "host.shutdown", NULL };
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_HOSTS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "machines.title", heads);
	for (size_t rows = 0; (st = case_next(c, err)) == TRIAGE_OK && rows < TABLE_ROWS_MAX; rows++) {
		page_raw(p, "<tr><th scope=\"row\">");
		page_code(p, case_text(c, HOST_NAME));
		page_raw(p, "</th><td>");
		page_evidence(p, case_text(c, HOST_OS));
		page_raw(p, " ");
		page_evidence(p, case_text(c, HOST_VERSION));
		page_raw(p, "</td><td>");
		page_evidence(p, case_text(c, HOST_DOMAIN));
		page_raw(p, "</td><td>");
		page_evidence(p, case_text(c, HOST_ZONE));
		page_raw(p, "</td>");
		put_time_cell(p, c, HOST_INSTALLED);
		put_time_cell(p, c, HOST_BOOT);
		put_time_cell(p, c, HOST_SHUTDOWN);
		page_raw(p, "</tr>\n");
	}
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_machines(struct page *p, struct triage_error *err)
{
	if (!html_has(p, "machines"))
		return TRIAGE_OK;
	page_section(p, "machines", "machines.title");
	enum triage_status st = put_hosts(p, err);
	page_raw(p, "</section>\n");
	return st;
}
