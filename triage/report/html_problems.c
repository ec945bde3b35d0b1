/* html_problems.c - what could not be done, grouped by code; and how much of each part was examined. */
#include "triage/report/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEM_STAGE, PROBLEM_SEVERITY, PROBLEM_EVIDENCE, PROBLEM_FILESYSTEM, PROBLEM_PATH, PROBLEM_INODE, PROBLEM_CODE, PROBLEM_MESSAGE,
	PROBLEM_BYTES };
enum { WORD_MAX = 48, EXAMPLE_MAX = 4, TEXT_SIZE = PATH_SHOWN_MAX + 8 };

struct example {
	char path[TEXT_SIZE], message[TEXT_SIZE];
};

struct group {
	char code[WORD_MAX], stage[WORD_MAX];
	int severity;
	uint64_t count, bytes;
	size_t kept;
	struct example examples[EXAMPLE_MAX];
};

struct groups {
	size_t count;
	uint64_t overflow;		/* problems of codes beyond the last group */
	struct group list[PROBLEM_GROUPS_MAX];
};

/* Copy at most what is shown, without half a character at the end. */
static void
keep_text(char out[TEXT_SIZE], const char *text)
{
	size_t size = strlen(text);
	if (size > PATH_SHOWN_MAX)
		size = PATH_SHOWN_MAX + 1;	/* one byte more, so that page_evidence() sees that it is cut */
	memcpy(out, text, size);
	out[size] = '\0';
}

static struct group *
find_group(struct groups *g, const char *stage, const char *code)
{
	char short_stage[WORD_MAX], short_code[WORD_MAX];
	snprintf(short_stage, sizeof(short_stage), "%s", stage);
	snprintf(short_code, sizeof(short_code), "%s", code);
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->list[i].code, short_code) == 0 && strcmp(g->list[i].stage, short_stage) == 0)
			return &g->list[i];
	if (g->count == PROBLEM_GROUPS_MAX)
		return NULL;
	struct group *group = &g->list[g->count++];
	memcpy(group->code, short_code, sizeof(short_code));
	memcpy(group->stage, short_stage, sizeof(short_stage));
	return group;
}

static void
take_problem(struct groups *g, struct case_cursor *c)
{
	char stage[WORD_MAX];
	snprintf(stage, sizeof(stage), "%s", case_text(c, PROBLEM_STAGE));
	struct group *group = find_group(g, stage, case_text(c, PROBLEM_CODE));
	if (group == NULL) {
		g->overflow++;
		return;
	}
	int severity = severity_of(case_text(c, PROBLEM_SEVERITY));
	int64_t bytes = case_int(c, PROBLEM_BYTES);
	group->count++;
	group->severity = severity > group->severity ? severity : group->severity;
	if (bytes > 0 && __builtin_add_overflow(group->bytes, (uint64_t)bytes, &group->bytes))
		group->bytes = UINT64_MAX;
	if (group->kept < EXAMPLE_MAX) {
		struct example *e = &group->examples[group->kept++];
		keep_text(e->path, case_text(c, PROBLEM_PATH));
		keep_text(e->message, case_text(c, PROBLEM_MESSAGE));
	}
}

static int
worst_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	if (x->severity != y->severity)
		return y->severity - x->severity;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	int order = strcmp(x->stage, y->stage);
	return order != 0 ? order : strcmp(x->code, y->code);
}

static void
put_group(struct page *p, const struct group *group)
{
	char room[64];
	page_format(p, "<tr><td><span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> ", severity_class(group->severity),
	    severity_symbol(group->severity));
	page_say(p, "span", severity_key(group->severity), NULL);
	page_raw(p, "</span></td><th scope=\"row\">");
	page_say(p, "span", key_or(p, room, "stage", group->stage, "stage.other"), NULL);
	page_raw(p, "<br>");
	page_code(p, group->code);
	page_raw(p, "</th>");
	page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(group->count));
	page_raw(p, "<td class=\"num\">");
	if (group->bytes > 0 && group->bytes <= INT64_MAX)
		page_value(p, "span", &(struct argument)AS_BYTES(group->bytes));
	page_raw(p, "</td><td><ul class=\"plain\">");
	for (size_t i = 0; i < group->kept; i++) {
		page_raw(p, "<li>");
		if (group->examples[i].path[0] != '\0') {
			page_code(p, group->examples[i].path);
			page_raw(p, " ");
		}
		page_raw(p, "<span lang=\"en\">");
		page_evidence(p, group->examples[i].message);
		page_raw(p, "</span></li>");
	}
	if (group->count > group->kept)
		page_say(p, "li class=\"soft\"", "gaps.more", WITH(AS_COUNT(group->count - group->kept)));
	page_raw(p, "</ul></td>");
	page_say(p, "td", key_or(p, room, "effect", group->stage, "effect.other"), NULL);
	page_raw(p, "</tr>\n");
}

static enum triage_status
put_problems(struct page *p, struct groups *g, struct triage_error *err)
{
	static const char *const heads[] = { "gaps.severity", "gaps.what", "gaps.count", "gaps.bytes", "gaps.examples", "gaps.effect", NULL };
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_PROBLEMS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		take_problem(g, c);
	case_cursor_close(c);
	if (st != TRIAGE_END)
		return st;
	qsort(g->list, g->count, sizeof(g->list[0]), worst_first);
	page_raw(p, "<div class=\"scroll\"><table class=\"gaps\">");
	page_table_head(p, "gaps.title", heads);
	for (size_t i = 0; i < g->count; i++)
		put_group(p, &g->list[i]);
	page_raw(p, "</tbody></table></div>\n");
	if (g->overflow > 0)
		page_say(p, "p class=\"note\"", "gaps.overflow", WITH(AS_COUNT(g->overflow)));
	return TRIAGE_OK;
}

static void
put_coverage_row(struct page *p, struct case_cursor *c)
{
	char room[64];
	const char *what = case_text(c, CASE_COVERAGE_WHAT);
	static const char artefact[] = "artefact ";
	const char *key = key_or(p, room, "cover", what, NULL);
	page_raw(p, "<tr><th scope=\"row\">");
	if (strncmp(what, artefact, sizeof(artefact) - 1) == 0)
		page_say(p, "span", "cover.artefact", WITH(AS_TEXT(what + sizeof(artefact) - 1)));
	else if (key != NULL)
		page_say(p, "span", key, NULL);
	else
		page_evidence(p, what);
	page_raw(p, "</th>");
	for (size_t column = CASE_COVERAGE_TOTAL; column <= CASE_COVERAGE_FAILED; column++)
		page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(case_int(c, column)));
	bool sized = case_int(c, CASE_COVERAGE_BYTES_TOTAL) > 0;
	for (size_t column = CASE_COVERAGE_BYTES_TOTAL; column <= CASE_COVERAGE_BYTES_EXAMINED; column++) {
		if (sized)
			page_value(p, "td class=\"num\"", &(struct argument)AS_BYTES(case_int(c, column)));
		else
			page_raw(p, "<td>–</td>");
	}
	page_told_check(p, "td", case_text(c, CASE_COVERAGE_REASON));
	page_raw(p, "</tr>\n");
}

static enum triage_status
put_coverage(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "part.what", "part.total", "part.examined", "part.skipped", "part.failed", "part.bytes",
		"part.bytes-examined", "part.reason", NULL };
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_COVERAGE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_say(p, "h3", "part.title", NULL);
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "part.title", heads);
	size_t rows = 0;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		if (rows++ < TABLE_ROWS_MAX)
			put_coverage_row(p, c);
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	if (rows > TABLE_ROWS_MAX)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(rows - TABLE_ROWS_MAX)));
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_problems(struct page *p, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	page_section(p, "gaps", "gaps.title");
	page_say(p, "p class=\"sub\"", p->facts.problems > 0 ? "gaps.intro" : "gaps.none", WITH(AS_COUNT(p->facts.problems)));
	if (p->facts.problems > 0) {
		struct groups *g = calloc(1, sizeof(*g));
		if (g == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the list of problems");
			return TRIAGE_E_MEMORY;
		}
		st = put_problems(p, g, err);
		free(g);
	}
	if (st == TRIAGE_OK)
		st = put_coverage(p, err);
	page_raw(p, "</section>\n");
	return st;
}
