/* html_stories.c - the findings that belong together, one story for each machine and tactic, with links to what they consist of. */
#include "triage/report/html.h"

#include <stdio.h>
#include <string.h>

enum { FINDINGS_OF_STORY = 8 };

static int64_t
time_at(struct case_cursor *c, size_t column)
{
	return case_null(c, column) ? TRIAGE_TIME_NONE : case_int(c, column);
}

static void
put_heading(struct page *p, struct case_cursor *c)
{
	char room[64];
	int severity = severity_of(case_text(c, CASE_STORIES_SEVERITY));
	int64_t confidence = case_int(c, CASE_STORIES_CONFIDENCE), first = time_at(c, CASE_STORIES_FIRST_TIME), last = time_at(c, CASE_STORIES_LAST_TIME);
	page_format(p, "<article class=\"story %s-edge\" id=\"story-%ju\">\n<p class=\"eyebrow\"><span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> ",
	    severity_class(severity), (uintmax_t)case_int(c, CASE_STORIES_STORY_ID), severity_class(severity), severity_symbol(severity));
	page_say(p, "span", severity_key(severity), NULL);
	page_raw(p, " · ");
	page_say(p, "span", confidence_key(confidence > 0 ? (unsigned)confidence : 0), NULL);
	page_raw(p, "</span> ");
	const char *host = case_text(c, CASE_STORIES_HOST);
	if (host[0] != '\0')
		page_code(p, host);
	page_raw(p, "</p>\n");
	page_say(p, "h3", key_or(p, room, "tactic", case_text(c, CASE_STORIES_TACTIC), "tactic.execution"), NULL);
	if (first != TRIAGE_TIME_NONE) {
		page_raw(p, "\n<p class=\"soft\">");
		page_time(p, first);
		if (last != TRIAGE_TIME_NONE && last != first) {
			page_raw(p, " – ");
			page_time(p, last);
		}
		page_raw(p, "</p>");
	}
	page_raw(p, "\n");
}

/* Its findings, the most telling first. Those that have no place on the page are told without a link. */
static enum triage_status
put_findings(struct page *p, int64_t story, struct triage_error *err)
{
	struct case_cursor *c;
	uint64_t seen = 0;
	enum triage_status st = case_rows(p->reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_raw(p, "<ul class=\"ev\">\n");
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (case_null(c, CASE_FINDINGS_STORY_ID) || case_int(c, CASE_FINDINGS_STORY_ID) != story || seen++ >= FINDINGS_OF_STORY)
			continue;
		uint64_t id = (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID), count = (uint64_t)case_int(c, CASE_FINDINGS_COUNT);
		page_raw(p, "<li>");
		page_rule_text(p, "span", case_text(c, CASE_FINDINGS_TITLE));
		if (count > 1)
			page_say(p, "span class=\"soft\"", "story.times", WITH(AS_COUNT(count)));
		if (id <= p->facts.linkable)
			page_format(p, " <a class=\"ref\" href=\"#finding-%ju\">#%ju</a>", (uintmax_t)id, (uintmax_t)id);
		page_raw(p, "</li>\n");
	}
	case_cursor_close(c);
	if (seen > FINDINGS_OF_STORY)
		page_say(p, "li class=\"soft\"", "story.more", WITH(AS_COUNT(seen - FINDINGS_OF_STORY)));
	page_raw(p, "</ul>\n</article>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_stories(struct page *p, struct triage_error *err)
{
	struct case_cursor *c;
	uint64_t hidden = 0;
	if (!html_has(p, "stories"))
		return TRIAGE_OK;
	enum triage_status st = case_rows(p->reader, CASE_STORIES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_section(p, "stories", "stories.title");
	page_say(p, "p class=\"sub\"", "stories.intro", NULL);
	while (st == TRIAGE_OK && (st = case_next(c, err)) == TRIAGE_OK) {
		if (case_int(c, CASE_STORIES_SHOWN) == 0) {
			hidden++;
			continue;
		}
		put_heading(p, c);
		st = put_findings(p, case_int(c, CASE_STORIES_STORY_ID), err);
	}
	case_cursor_close(c);
	if (hidden > 0)
		page_say(p, "p class=\"note\"", "stories.more", WITH(AS_COUNT(hidden)));
	page_raw(p, "</section>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
