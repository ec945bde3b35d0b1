/* print.c - the short document for paper: what happened, the answers of page 1, the most telling findings; then the seal and the custody form. */
#include "triage/report/print.h"

#include "triage/report/assets.h"
#include "triage/report/later.h"

#include <stdio.h>
#include <string.h>

enum { FINDINGS_PRINTED_MAX = 4 };

static void
put_head(struct page *p)
{
	char style_hash[HTML_POLICY_HASH], text[300];
	struct asset style = asset_print_style();
	html_policy_hash(&style, style_hash);
	page_format(p, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", lang_name(p->lang));
	page_raw(p, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
	page_format(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
	    "form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n", style_hash);
	page_say(p, "title", "print.title", NULL);
	page_raw(p, "\n<style>");
	output_put(p->out, style.text, style.size);
	page_raw(p, "</style>\n</head>\n<body>\n<header><div>");
	page_say(p, "p", "print.title", NULL);
	page_raw(p, "<p><b>");
	if (meta_text(p, META_CASE_ID, text, sizeof(text))[0] != '\0')
		page_say(p, "span", "head.case", WITH(AS_TEXT(text)));
	else
		page_say(p, "span", "head.report", NULL);
	page_raw(p, "</b> · <bdi>");
	html_subject(p);
	page_raw(p, "</bdi></p></div><div class=\"right\"><p>");
	page_evidence(p, meta_text(p, META_ORGANISATION, text, sizeof(text)));
	page_raw(p, "</p><p>");
	page_evidence(p, meta_text(p, META_EXAMINER, text, sizeof(text)));
	page_raw(p, "</p></div></header>\n<main>\n");
}

/* --- findings --- */

static void
put_finding(struct page *p, struct case_cursor *c, int severity)
{
	char kind[48], technique[16], room[64];
	int64_t first = case_null(c, CASE_FINDINGS_FIRST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_FIRST_TIME);
	int64_t confidence = case_int(c, CASE_FINDINGS_CONFIDENCE);
	snprintf(kind, sizeof(kind), "%s", case_text(c, CASE_FINDINGS_KIND));
	snprintf(technique, sizeof(technique), "%s", case_text(c, CASE_FINDINGS_TECHNIQUE));
	page_format(p, "<tr><td class=\"w\">#%ju</td><td class=\"w\"><span aria-hidden=\"true\">%s</span> ",
	    (uintmax_t)case_int(c, CASE_FINDINGS_FINDING_ID), severity_symbol(severity));
	page_say(p, "span", severity_key(severity), NULL);
	page_raw(p, "<br>");
	page_say(p, "span", confidence_key(confidence > 0 ? (unsigned)confidence : 0), NULL);
	page_raw(p, "</td><td>");
	page_rule_text(p, "b", case_text(c, CASE_FINDINGS_TITLE));
	page_raw(p, "<br>");
	if (!html_why(p, "span", case_text(c, CASE_FINDINGS_TITLE), case_text(c, CASE_FINDINGS_DETAIL)))
		page_say(p, "span", kind_key(p, room, "why", kind, technique, "why.other"), NULL);
	page_raw(p, "<br>");
	page_code(p, case_text(c, CASE_FINDINGS_PATH));
	page_raw(p, "</td><td>");
	page_time(p, first);
	page_raw(p, "</td></tr>\n");
}

static enum triage_status
put_severity(struct page *p, int severity, unsigned *count, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while (*count < FINDINGS_PRINTED_MAX && (st = case_next(c, err)) == TRIAGE_OK) {
		if (severity_of(case_text(c, CASE_FINDINGS_SEVERITY)) != severity)
			continue;
		put_finding(p, c, severity);
		++*count;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
put_findings(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "volume.number", "print.weight", "print.findings", "finding.when", NULL };
	const struct facts *f = &p->facts;
	unsigned count = 0;
	enum triage_status st = TRIAGE_OK;
	page_raw(p, "<section>");
	page_say(p, "h2", "print.findings", NULL);
	if (f->findings == 0) {
		page_say(p, "p", f->coverage.known ? "findings.none" : "findings.none-unmeasured", WITH(AS_SHARE(f->coverage.examined)));
		page_raw(p, "</section>\n");
		return TRIAGE_OK;
	}
	page_raw(p, "<table>");
	page_table_head(p, "print.findings", heads);
	page_raw(p, "<tbody>\n");
	for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_INFO && st == TRIAGE_OK; severity--)
		st = put_severity(p, severity, &count, err);
	page_raw(p, "</tbody></table>\n");
	if (f->findings > count)
		page_say(p, "p class=\"soft\"", "print.more", WITH(AS_COUNT(f->findings - count)));
	page_raw(p, "</section>\n");
	return st;
}

/* --- all of it --- */

static enum triage_status
write_print(struct page *p, void *ctx, struct triage_error *err)
{
	const struct print *d = ctx;
	char id[200], start[9];
	p->paper = true;
	put_head(p);
	html_verdict_short(p);
	html_actions(p);
	html_answers(p);
	enum triage_status st = put_findings(p, err);
	if (st == TRIAGE_OK)
		st = print_seal(p, d, err);
	if (st == TRIAGE_OK)
		st = print_form(p, d, err);
	if (st != TRIAGE_OK)
		return st;
	snprintf(start, sizeof(start), "%.8s", d->seal);
	page_raw(p, "</main>\n<footer class=\"soft\">");
	page_say(p, "p", "print.foot", WITH(AS_TEXT(meta_text(p, META_CASE_ID, id, sizeof(id))), AS_TEXT(start)));
	page_say(p, "p", "foot.made", WITH(AS_TEXT(TRIAGE_VERSION)));
	page_raw(p, "</footer>\n</body>\n</html>\n");
	return TRIAGE_OK;
}

enum triage_status
report_print(struct case_reader *c, const struct report_options *options, const char *bundle, struct output *out, struct triage_error *err)
{
	struct print d = { .bundle = bundle };
	struct later_end end;
	enum triage_status st = later_walk(bundle, &end, NULL, NULL, err);
	if (st != TRIAGE_OK)
		return st;
	memcpy(d.seal, end.tag_manifest, sizeof(d.seal));
	return html_page(c, options, out, write_print, &d, err);
}
