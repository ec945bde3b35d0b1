/* html_findings.c - findings from the most to the least severe, each with what it rests on and how to check it. */
#include "triage/report/html.h"

#include <stdio.h>
#include <string.h>

/* How many of each severity, with shape, word and number. */
static void
put_summary(struct page *p)
{
	page_raw(p, "<p class=\"chips\">");
	for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_INFO; severity--) {
		page_format(p, "<span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> ", severity_class(severity), severity_symbol(severity));
		page_say(p, "span", severity_key(severity), NULL);
		page_raw(p, " ");
		page_value(p, "b", &(struct argument)AS_COUNT(p->facts.by_severity[severity]));
		page_raw(p, "</span> ");
	}
	page_raw(p, "</p>\n");
	page_say(p, "p class=\"sub\"", "findings.ladder", NULL);
}

static void
put_heading(struct page *p, struct case_cursor *c, int severity)
{
	char room[64], kind[48], technique[16], tag[64];
	int64_t confidence = case_int(c, CASE_FINDINGS_CONFIDENCE);
	snprintf(kind, sizeof(kind), "%s", case_text(c, CASE_FINDINGS_KIND));
	snprintf(technique, sizeof(technique), "%s", case_text(c, CASE_FINDINGS_TECHNIQUE));
	page_format(p, "<p class=\"eyebrow\"><span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> ", severity_class(severity),
	    severity_symbol(severity));
	page_say(p, "span", severity_key(severity), NULL);
	page_raw(p, " · ");
	snprintf(tag, sizeof(tag), "span title=\"%d / 100\"", (int)(confidence < 0 ? 0 : confidence > 100 ? 100 : confidence));
	page_say(p, tag, confidence_key(confidence > 0 ? (unsigned)confidence : 0), NULL);
	page_raw(p, "</span> ");
	page_say(p, "span", kind_key(p, room, "kind", kind, technique, "kind.other"), NULL);
	page_raw(p, "</p>\n<h3>");
	page_rule_text(p, "span", case_text(c, CASE_FINDINGS_TITLE));
	page_format(p, " <a class=\"ref\" href=\"#finding-%ju\">#%ju</a></h3>\n", (uintmax_t)case_int(c, CASE_FINDINGS_FINDING_ID),
	    (uintmax_t)case_int(c, CASE_FINDINGS_FINDING_ID));
	page_say(p, "p", kind_key(p, room, "why", kind, technique, "why.other"), NULL);
	page_raw(p, "\n");
}

static void
fact_open(struct page *p, const char *key)
{
	page_raw(p, "<div>");
	page_say(p, "dt", key, NULL);
	page_raw(p, "<dd>");
}

static void
put_times(struct page *p, int64_t first, int64_t last)
{
	fact_open(p, "finding.when");
	page_time(p, first);
	if (last != TRIAGE_TIME_NONE && last != first) {
		page_raw(p, " – ");
		page_time(p, last);
	}
	page_raw(p, "</dd></div>\n");
}

static void
put_facts(struct page *p, struct case_cursor *c)
{
	int64_t first = case_null(c, CASE_FINDINGS_FIRST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_FIRST_TIME);
	int64_t last = case_null(c, CASE_FINDINGS_LAST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_LAST_TIME);
	int64_t count = case_int(c, CASE_FINDINGS_COUNT);
	page_raw(p, "<dl class=\"facts\">\n");
	fact_open(p, "finding.where");
	page_code(p, case_text(c, CASE_FINDINGS_PATH));
	if (!case_null(c, CASE_FINDINGS_FILE_ID))
		page_say(p, "span class=\"soft\"", "finding.file", WITH(AS_COUNT(case_int(c, CASE_FINDINGS_FILE_ID))));
	page_raw(p, "</dd></div>\n");
	if (count > 1) {
		fact_open(p, "finding.count");
		page_value(p, "span", &(struct argument)AS_COUNT(count));
		page_raw(p, "</dd></div>\n");
	}
	if (first != TRIAGE_TIME_NONE || last != TRIAGE_TIME_NONE)
		put_times(p, first, last);
	fact_open(p, "finding.rule");
	page_code(p, case_text(c, CASE_FINDINGS_RULE));
	const char *technique = case_text(c, CASE_FINDINGS_TECHNIQUE);
	if (technique[0] != '\0') {
		page_raw(p, " · ATT&amp;CK ");
		page_evidence(p, technique);
	}
	page_raw(p, " · ");
	page_say(p, "span", "finding.score", WITH(AS_COUNT(case_int(c, CASE_FINDINGS_SCORE))));
	page_raw(p, "</dd></div>\n");
}

static void
put_finding(struct page *p, struct case_cursor *c, int severity)
{
	enum { TITLE_MAX = 1 << 16 };
	char kind[48], technique[16];
	SCOPED_BUF title;
	buf_init(&title, TITLE_MAX);
	buf_text(&title, case_text(c, CASE_FINDINGS_TITLE));
	page_format(p, "<article class=\"story %s-edge\" id=\"finding-%ju\">\n", severity_class(severity),
	    (uintmax_t)case_int(c, CASE_FINDINGS_FINDING_ID));
	put_heading(p, c, severity);
	put_facts(p, c);		/* leaves its list open for the facts of the detail */
	snprintf(kind, sizeof(kind), "%s", case_text(c, CASE_FINDINGS_KIND));
	snprintf(technique, sizeof(technique), "%s", case_text(c, CASE_FINDINGS_TECHNIQUE));
	html_detail(p, kind, technique, buf_cstr(&title), case_text(c, CASE_FINDINGS_DETAIL));
	page_raw(p, "</article>\n");
}

static bool
row_in_window(struct page *p, struct case_cursor *c)
{
	return finding_in_window(p, case_null(c, CASE_FINDINGS_FIRST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_FIRST_TIME),
	    case_null(c, CASE_FINDINGS_LAST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_LAST_TIME));
}

/* All findings of one severity, as far as the page has room. */
static enum triage_status
put_severity(struct page *p, int severity, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK && p->shown_count < FINDINGS_SHOWN_MAX)
		if (severity_of(case_text(c, CASE_FINDINGS_SEVERITY)) == severity && row_in_window(p, c)) {
			put_finding(p, c, severity);
			p->shown[p->shown_count++] = (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID);
		}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_findings(struct page *p, struct triage_error *err)
{
	const struct facts *f = &p->facts;
	page_section(p, "findings", "findings.title");
	if (f->findings == 0)
		page_say(p, "p", f->coverage.known ? "findings.none" : "findings.none-unmeasured", WITH(AS_SHARE(f->coverage.examined)));
	else
		put_summary(p);
	for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_INFO && f->findings > 0; severity--) {
		if (f->by_severity[severity] == 0)
			continue;
		enum triage_status st = put_severity(p, severity, err);
		if (st != TRIAGE_OK)
			return st;
	}
	if (f->outside_window > 0)
		page_say(p, "p class=\"note\"", "findings.outside", WITH(AS_COUNT(f->outside_window)));
	uint64_t inside = f->findings - f->outside_window;
	if (inside > p->shown_count)
		page_say(p, "p class=\"note\"", "findings.more", WITH(AS_COUNT(inside - p->shown_count), AS_COUNT(p->shown_count)));
	page_raw(p, "</section>\n");
	return TRIAGE_OK;
}
