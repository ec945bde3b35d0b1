/* html_resets.c - whose passwords must change, as a list to tick off: first the accounts of which most is known. */
#include "triage/report/html.h"

#include "triage/base/json.h"

#include <string.h>

enum { RESETS_SHOWN = 200, REASONS_SHOWN = 6, TEXT_MAX = 1 << 20 };

struct reset {
	struct buf account, last_use, severity;
	struct json reasons;		/* at its array; text NULL: none */
};

static void
read_reset(struct json *j, struct reset *r)
{
	while (json_next(j) == JSON_KEY) {
		struct buf *text = json_is(j, "account") ? &r->account : json_is(j, "last_use") ? &r->last_use : json_is(j, "severity") ? &r->severity : NULL;
		bool reasons = json_is(j, "reasons");
		enum json_event e = text != NULL || reasons ? json_next(j) : j->event;
		if (text != NULL && e == JSON_STRING)
			json_string(j, text);
		if (reasons && e == JSON_ARRAY)
			r->reasons = *j;
		if (!json_skip(j))
			return;
	}
}

static void
put_reset(struct page *p, struct reset *r)
{
	int64_t when;
	size_t count = 0;
	SCOPED_BUF one;
	buf_init(&one, TEXT_MAX);
	page_raw(p, "<tr><td><span aria-hidden=\"true\">☐</span></td><th scope=\"row\">");
	page_code(p, buf_cstr(&r->account));
	page_raw(p, "</th><td>");
	while (r->reasons.text != NULL && json_next(&r->reasons) == JSON_STRING) {
		if (++count > REASONS_SHOWN)
			continue;
		buf_clear(&one);
		json_string(&r->reasons, &one);
		page_raw(p, count > 1 ? "<br>" : "");
		page_rule_text(p, "span", buf_cstr(&one));
	}
	if (count > REASONS_SHOWN) {
		page_raw(p, "<br>");
		page_say(p, "span class=\"soft\"", "story.more", WITH(AS_COUNT(count - REASONS_SHOWN)));
	}
	page_raw(p, "</td><td>");
	if (when_parse(buf_cstr(&r->last_use), &when))
		page_time(p, when);
	page_raw(p, "</td></tr>\n");
}

/* The accounts of one severity, as far as there is room; rows counts them all. */
static void
put_severity(struct page *p, const char *list, size_t size, int severity, size_t *rows)
{
	struct reset r;
	struct json j;
	buf_init(&r.account, TEXT_MAX);
	buf_init(&r.last_use, TEXT_MAX);
	buf_init(&r.severity, TEXT_MAX);
	json_start(&j, list, size);
	json_next(&j);
	while (json_next(&j) == JSON_OBJECT) {
		buf_clear(&r.account);
		buf_clear(&r.last_use);
		buf_clear(&r.severity);
		r.reasons.text = NULL;
		read_reset(&j, &r);
		if (severity_of(buf_cstr(&r.severity)) == severity && (*rows)++ < RESETS_SHOWN)
			put_reset(p, &r);
	}
	buf_release(&r.account);
	buf_release(&r.last_use);
	buf_release(&r.severity);
}

enum triage_status
html_resets(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "reset.done", "reset.account", "reset.why", "reset.last", NULL };
	SCOPED_BUF list;
	struct json j;
	size_t rows = 0;
	buf_init(&list, TEXT_MAX);
	buf_text(&list, case_meta(p->reader, "answer.accounts_to_reset"));
	json_start(&j, buf_cstr(&list), list.size);
	if (!html_has(p, "resets") || json_next(&j) != JSON_ARRAY || json_next(&j) != JSON_OBJECT)
		return buf_check(&list, err);
	page_section(p, "resets", "reset.title");
	page_say(p, "p class=\"sub\"", "reset.intro", NULL);
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "reset.title", heads);
	for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_INFO; severity--)
		put_severity(p, buf_cstr(&list), list.size, severity, &rows);
	page_raw(p, "</tbody></table></div>\n");
	if (rows > RESETS_SHOWN)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(rows - RESETS_SHOWN)));
	page_raw(p, "</section>\n");
	return TRIAGE_OK;
}
