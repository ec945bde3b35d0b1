/* html_machines.c - which operating systems lay there, and whose passwords must change. */
#include "triage/report/html.h"

#include "triage/base/json.h"

#include <string.h>

enum { HOST_NAME = 2, HOST_OS, HOST_VERSION, HOST_INSTALLED, HOST_ZONE, HOST_DOMAIN, HOST_SHUTDOWN, HOST_BOOT };
enum { RESETS_SHOWN = 200, TEXT_MAX = 1 << 20 };

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

/* --- accounts --- */

struct reset {
	struct buf account, last_use, reasons;
};

static void
read_reset(struct json *j, struct reset *r)
{
	while (json_next(j) == JSON_KEY) {
		struct buf *text = json_is(j, "account") ? &r->account : json_is(j, "last_use") ? &r->last_use : NULL;
		bool reasons = json_is(j, "reasons");
		enum json_event e = text != NULL || reasons ? json_next(j) : j->event;
		if (text != NULL && e == JSON_STRING)
			json_string(j, text);
		while (reasons && e == JSON_ARRAY && json_next(j) == JSON_STRING) {
			buf_text(&r->reasons, r->reasons.size > 0 ? "; " : "");
			json_string(j, &r->reasons);
		}
		if (!(reasons && j->event == JSON_ARRAY_END) && !json_skip(j))
			return;
	}
}

static void
put_reset(struct page *p, const struct reset *r)
{
	int64_t when;
	page_raw(p, "<tr><td><span aria-hidden=\"true\">☐</span></td><th scope=\"row\">");
	page_code(p, buf_cstr(&r->account));
	page_raw(p, "</th><td>");
	if (when_parse(buf_cstr(&r->last_use), &when))
		page_time(p, when);
	page_raw(p, "</td><td lang=\"en\">");
	page_evidence(p, buf_cstr(&r->reasons));
	page_raw(p, "</td></tr>\n");
}

enum triage_status
html_resets(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "reset.done", "reset.account", "reset.last", "reset.why", NULL };
	SCOPED_BUF list;
	struct reset r;
	size_t rows = 0;
	buf_init(&list, TEXT_MAX);
	buf_text(&list, case_meta(p->reader, "answer.accounts_to_reset"));
	struct json j;
	json_start(&j, buf_cstr(&list), list.size);
	if (!html_has(p, "resets") || json_next(&j) != JSON_ARRAY || json_next(&j) != JSON_OBJECT)
		return buf_check(&list, err);
	buf_init(&r.account, TEXT_MAX);
	buf_init(&r.last_use, TEXT_MAX);
	buf_init(&r.reasons, TEXT_MAX);
	page_section(p, "resets", "reset.title");
	page_say(p, "p class=\"sub\"", "reset.intro", NULL);
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "reset.title", heads);
	for (; j.event == JSON_OBJECT; (void)json_next(&j)) {
		buf_clear(&r.account);
		buf_clear(&r.last_use);
		buf_clear(&r.reasons);
		read_reset(&j, &r);
		if (rows++ < RESETS_SHOWN)
			put_reset(p, &r);
	}
	page_raw(p, "</tbody></table></div>\n");
	if (rows > RESETS_SHOWN)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(rows - RESETS_SHOWN)));
	page_raw(p, "</section>\n");
	buf_release(&r.account);
	buf_release(&r.last_use);
	buf_release(&r.reasons);
	return TRIAGE_OK;
}
