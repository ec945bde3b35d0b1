/*
 * fake_case.h - case/query.h over tables that stand in the test, for exporters that must meet rows no honest case has.
 *
 * Include it in one file of a program only: it defines the functions of query.h, so that the library's are not linked.
 */
#ifndef TRIAGE_TESTS_FAKE_CASE_H
#define TRIAGE_TESTS_FAKE_CASE_H

#include "triage/case/query.h"

#include <stdlib.h>
#include <string.h>

struct fake_view {
	size_t columns, count;
	const char *const *cells;	/* row by row; NULL is NULL */
};

struct fake_fact {
	const char *key, *value;
};

struct case_reader {
	struct fake_view views[CASE_VIEW_COUNT];
	const struct fake_fact *facts;
	size_t fact_count;
	const int64_t *times;		/* rows of the timeline; the other columns are empty */
	size_t time_count;
	int fail_view;			/* -1, or the view whose rows cannot be read */
	int open_cursors;
};

struct case_cursor {
	struct case_reader *reader;
	enum case_view view;
	size_t next;
};

#define FAKE_VIEW(table, width) { .columns = (width), .count = sizeof(table) / sizeof((table)[0]) / (width), .cells = (table) }
#define FAKE_CASE(table) { .facts = (table), .fact_count = sizeof(table) / sizeof((table)[0]), .fail_view = -1 }	/* with these facts, no view yet */

uint64_t
case_count(struct case_reader *r, enum case_view view)
{
	return view == CASE_TIMELINE ? r->time_count : r->views[view].count;
}

const char *
case_meta(struct case_reader *r, const char *key)
{
	for (size_t i = 0; i < r->fact_count; i++)
		if (strcmp(r->facts[i].key, key) == 0)
			return r->facts[i].value;
	return "";
}

enum triage_status
case_rows(struct case_reader *r, enum case_view view, enum case_order order, struct case_cursor **ret_cursor, struct triage_error *err)
{
	(void)order;
	struct case_cursor *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	*c = (struct case_cursor){ .reader = r, .view = view };
	r->open_cursors++;
	*ret_cursor = c;
	return TRIAGE_OK;
}

enum triage_status
case_next(struct case_cursor *c, struct triage_error *err)
{
	if ((int)c->view == c->reader->fail_view) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "the case cannot be read");
		return TRIAGE_E_IO;
	}
	if (c->next >= case_count(c->reader, c->view))
		return TRIAGE_END;
	c->next++;
	return TRIAGE_OK;
}

void
case_cursor_close(struct case_cursor *c)
{
	if (c == NULL)
		return;
	c->reader->open_cursors--;
	free(c);
}

static const char *
fake_cell(struct case_cursor *c, size_t column)
{
	const struct fake_view *v = &c->reader->views[c->view];
	return c->view == CASE_TIMELINE || column >= v->columns ? NULL : v->cells[(c->next - 1) * v->columns + column];
}

bool
case_null(struct case_cursor *c, size_t column)
{
	return c->view == CASE_TIMELINE ? column != CASE_TIMELINE_TIME : fake_cell(c, column) == NULL;
}

const char *
case_text(struct case_cursor *c, size_t column)
{
	const char *cell = fake_cell(c, column);
	return cell != NULL ? cell : "";
}

const char *
case_text_sized(struct case_cursor *c, size_t column, size_t *ret_size)
{
	const char *text = case_text(c, column);
	*ret_size = strlen(text);
	return text;
}

int64_t
case_int(struct case_cursor *c, size_t column)
{
	if (c->view == CASE_TIMELINE && column == CASE_TIMELINE_TIME)
		return c->reader->times[c->next - 1];
	return strtoll(case_text(c, column), NULL, 10);
}

#endif
