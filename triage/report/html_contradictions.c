/* html_contradictions.c - where two sources say what cannot both be true: each claim beside the other, with its source and its time, and the likely reasons. */
#include "triage/report/html.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_SHOWN = 8 };	/* of each kind */

static int64_t
moment(struct case_cursor *c, size_t column)
{
	return case_null(c, column) ? TRIAGE_TIME_NONE : case_int(c, column);
}

static void
put_claim(struct page *p, struct case_cursor *c, size_t source, size_t time, size_t says)
{
	char room[64];
	page_raw(p, "<td>");
	const char *key = key_or(p, room, "contra-source", case_text(c, source), NULL);
	if (key != NULL)
		page_say(p, "strong", key, NULL);
	else
		page_code(p, case_text(c, source));
	page_raw(p, "<br>");
	page_time(p, moment(c, time));
	const char *text = case_text(c, says);
	if (strcmp(text, "made") == 0) {
		page_raw(p, "<br>");
		page_say(p, "span", "contradiction.made", NULL);
	} else if (text[0] != '\0') {
		page_raw(p, "<br>");
		page_told_check(p, "span", text);
	}
	page_raw(p, "</td>");
}

static void
put_row(struct page *p, struct case_cursor *c)
{
	page_raw(p, "<tr><td>");
	page_code(p, case_text(c, CASE_CONTRADICTIONS_HOST));
	page_raw(p, "</td><th scope=\"row\">");
	page_evidence(p, case_text(c, CASE_CONTRADICTIONS_SUBJECT));
	page_raw(p, "</th>");
	put_claim(p, c, CASE_CONTRADICTIONS_FIRST_SOURCE, CASE_CONTRADICTIONS_FIRST_TIME, CASE_CONTRADICTIONS_FIRST_SAYS);
	put_claim(p, c, CASE_CONTRADICTIONS_SECOND_SOURCE, CASE_CONTRADICTIONS_SECOND_TIME, CASE_CONTRADICTIONS_SECOND_SAYS);
	page_raw(p, "</tr>\n");
}

static void
put_head(struct page *p, const char *kind)
{
	static const char *const heads[] = { "contact.host", "contradiction.what", "contradiction.one", "contradiction.other", NULL };
	char room[64];
	page_say(p, "h3", key_or(p, room, "contra-kind", kind, "contradiction.title"), NULL);
	page_say(p, "p class=\"sub\"", key_or(p, room, "contra-why", kind, "contradiction.intro"), NULL);
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "contradiction.title", heads);
}

/* The end of a table; what is in the case only, or was not even kept there, is counted. */
static void
put_end(struct page *p, const char *kind, uint64_t shown)
{
	char name[96];
	snprintf(name, sizeof(name), "contradictions.%s", kind);
	uint64_t all = meta_number(p, name);
	page_raw(p, "</tbody></table></div>\n");
	if (all > shown)
		page_say(p, "p class=\"note\"", "contradiction.more", WITH(AS_COUNT(all - shown)));
}

enum triage_status
html_contradictions(struct page *p, struct triage_error *err)
{
	struct case_cursor *c;
	char kind[48] = "";
	uint64_t shown = 0;
	if (meta_number(p, "contradictions") == 0)	/* cases made before there was the view have no such fact either */
		return TRIAGE_OK;
	enum triage_status st = case_rows(p->reader, CASE_CONTRADICTIONS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_section(p, "contradictions", "contradiction.title");
	page_say(p, "p class=\"sub\"", "contradiction.intro", NULL);
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (strcmp(kind, case_text(c, CASE_CONTRADICTIONS_KIND)) != 0) {
			if (kind[0] != '\0')
				put_end(p, kind, shown);
			snprintf(kind, sizeof(kind), "%s", case_text(c, CASE_CONTRADICTIONS_KIND));
			put_head(p, kind);
			shown = 0;
		}
		if (shown < ROWS_SHOWN) {
			put_row(p, c);
			shown++;
		}
	}
	case_cursor_close(c);
	if (kind[0] != '\0')
		put_end(p, kind, shown);
	page_raw(p, "</section>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
