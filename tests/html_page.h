/* html_page.h - a case of fake_case.h written as a page, and a small reading of it: tags that close, ids that exist, pieces between marks. */
#ifndef TRIAGE_TESTS_HTML_PAGE_H
#define TRIAGE_TESTS_HTML_PAGE_H

#include "tests/fake_case.h"
#include "tests/harness.h"

#include "triage/base/digest.h"
#include "triage/report/report.h"

#include <ctype.h>
#include <stdbool.h>
#include <unistd.h>

extern const struct exporter html_exporter;

/* The page, to be freed; NULL when it could not be written. */
static inline char *
page_with(struct case_reader *r, struct report_options options, enum triage_status *ret_status)
{
	char path[] = "/tmp/test_html_XXXXXX";
	struct triage_error err = { 0 };
	struct output *out;
	assert_true(close(mkstemp(path)) == 0 && unlink(path) == 0);
	assert_int_equal(output_create(path, &out, &err), TRIAGE_OK);
	*ret_status = html_exporter.write(r, &options, out, &err);
	assert_number_equal(r->open_cursors, 0);
	if (*ret_status != TRIAGE_OK) {
		output_abandon(out);
		return NULL;
	}
	size_t size = (size_t)output_size(out);
	assert_int_equal(output_finish(out, NULL, &err), TRIAGE_OK);
	char *page = malloc(size + 1);
	FILE *file = fopen(path, "r");
	assert_true(page != NULL && file != NULL);
	assert_true(fread(page, 1, size, file) == size);
	page[size] = '\0';
	fclose(file);
	unlink(path);
	return page;
}

static const struct report_options in_english = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE };

/* The page; it can be written. */
static inline char *
page_as(struct case_reader *r, struct report_options options)
{
	enum triage_status st;
	char *page = page_with(r, options, &st);
	assert_int_equal(st, TRIAGE_OK);
	return page;
}

static inline char *
page_of(struct case_reader *r)
{
	return page_as(r, in_english);
}

static inline char *
page_in(struct case_reader *r, const char *lang)
{
	struct report_options options = in_english;
	options.lang = lang;
	return page_as(r, options);
}

static inline int
page_setup(void **state)
{
	struct triage_error err;
	(void)state;
	return digest_setup(&err) == TRIAGE_OK ? 0 : -1;
}

static inline size_t
times_in(const char *text, const char *piece)
{
	size_t n = 0;
	for (const char *p = strstr(text, piece); p != NULL; p = strstr(p + strlen(piece), piece))
		n++;
	return n;
}

static inline bool
is_void_tag(const char *name)
{
	static const char *const names[] = { "meta", "br", "input", "rect", "line", "path", "!doctype" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The end of a tag: the first > outside quotes. */
static inline const char *
tag_end(const char *p)
{
	char quote = '\0';
	for (; *p != '\0'; p++) {
		if (quote == '\0' && *p == '>')
			return p;
		if (quote == '\0' && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
	}
	fail_msg("a tag does not end");
	return NULL;
}

/* Every tag that opens closes, in order; < and > stand for nothing else. */
static inline void
assert_tags_close(const char *page)
{
	static char stack[64][24];
	size_t depth = 0;
	for (const char *p = strchr(page, '<'); p != NULL; p = strchr(p, '<')) {
		bool closing = p[1] == '/';
		char name[24];
		size_t size = strspn(p + 1 + closing, "!abcdefghijklmnopqrstuvwxyz0123456789");
		if (size == 0 || size >= sizeof(name))
			fail_msg("a < that is no tag: %.60s", p);
		snprintf(name, sizeof(name), "%.*s", (int)size, p + 1 + closing);
		const char *end = tag_end(p);
		if (closing) {
			if (depth == 0 || strcmp(stack[depth - 1], name) != 0)
				fail_msg("</%s> closes <%s>: %.60s", name, depth > 0 ? stack[depth - 1] : "nothing", p);
			depth--;
		} else if (!is_void_tag(name) && end[-1] != '/') {
			assert_true(depth < 64);
			snprintf(stack[depth++], sizeof(stack[0]), "%s", name);
		}
		if (!closing && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)) {
			end = strstr(end, strcmp(name, "script") == 0 ? "</script>" : "</style>");
			assert_non_null(end);
		}
		p = closing || *end == '>' ? end + 1 : end;
	}
	assert_number_equal(depth, 0);
}

/* Every link within the page has its target, and no id stands twice. */
static inline void
assert_links_lead_somewhere(const char *page)
{
	for (const char *p = strstr(page, "href=\"#"); p != NULL; p = strstr(p + 7, "href=\"#")) {
		char id[100];
		snprintf(id, sizeof(id), " id=\"%.*s\"", (int)strcspn(p + 7, "\""), p + 7);
		if (times_in(page, id) != 1)
			fail_msg("%zu elements have%s", times_in(page, id), id);
	}
}

/* What stands from start up to end, in a page that is cut there. */
static inline char *
part(char *page, const char *start, const char *end)
{
	char *from = strstr(page, start), *to = from != NULL ? strstr(from, end) : NULL;
	assert_true(from != NULL && to != NULL);
	*to = '\0';
	return from;
}

/* The bytes between two marks, the first of each after from. */
static inline const char *
between(const char *from, const char *open, const char *close, size_t *ret_size)
{
	const char *start = strstr(from, open);
	assert_non_null(start);
	start += strlen(open);
	const char *end = strstr(start, close);
	assert_non_null(end);
	*ret_size = (size_t)(end - start);
	return start;
}

#endif
