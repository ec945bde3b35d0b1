/*
 * browser_tables.h - which tables of SQLite databases are told, described as data: what to read, from where, and what it means.
 *
 * A row of a table may refer to rows of other tables (lookups) and to several of one (lists). In a message {key} stands for the value of
 * a field, [ ] for a part that is left out when a field in it is empty.
 */
#ifndef TRIAGE_ARTEFACT_BROWSER_TABLES_H
#define TRIAGE_ARTEFACT_BROWSER_TABLES_H

#include "triage/artefact/artefact.h"

enum { SQL_FIELDS = 24, SQL_MOMENTS = 6, SQL_LOOKUPS = 4, SQL_LISTS = 2, SQL_VARIANTS = 4 };

enum sql_clock {
	CLOCK_NONE,
	CLOCK_WEBKIT,		/* microseconds since 1601 */
	CLOCK_CHROME,		/* the same, or in old versions seconds since 1970 */
	CLOCK_SECONDS,		/* since 1970 */
	CLOCK_FIREFOX,		/* microseconds since 1970; what is too small for it is milliseconds or seconds */
	CLOCK_MAC,		/* seconds since 2001, with a fraction */
	CLOCK_FILETIME,
	CLOCK_TEXT,		/* "2020-12-11 19:09:13" */
	CLOCK_TWO_TEXTS,	/* a day, and in the next column the time of the wall clock */
};

enum sql_form { FORM_TEXT, FORM_NUMBER, FORM_FLAG, FORM_WORD, FORM_LOW_WORD, FORM_HEX, FORM_MEMBER };

struct sql_field {
	const char *column, *key;
	uint8_t from;				/* 0: the row itself, n: the n-th lookup */
	uint8_t form;
	const char *const *words;		/* FORM_WORD: by number; FORM_LOW_WORD: by the low byte; NULL at the end */
	const char *member;			/* FORM_MEMBER: the first text of this name in the column's JSON */
};

struct sql_moment {
	const char *column, *meaning;
	uint8_t from, clock;
};

struct sql_lookup {
	const char *table, *column;		/* the row where this column */
	const char *by;				/* has the value of this one */
	uint8_t from;				/* of this row or lookup */
};

struct sql_list {
	const char *table, *column, *by;
	const char *value, *key;
};

/* When a field has this value, the row is something else. */
struct sql_variant {
	const char *key, *value;
	const char *part, *meaning, *message;	/* meaning: of the first moment */
	const char *second;			/* of the second; NULL: as the table says */
};

struct sql_table {
	const char *table, *needs;		/* needs: a column by which it is told from others of its name */
	const char *source;			/* a word of timeline.source, NULL: browser */
	const char *part, *application;
	const char *message;
	bool deleted_only;			/* its rows are told by those that refer to them: only deleted ones are told */
	const char *scheme;			/* of a cookie: the columns host and path make a url. NULL for others */
	struct sql_field fields[SQL_FIELDS];
	struct sql_moment moments[SQL_MOMENTS];
	struct sql_lookup lookups[SQL_LOOKUPS];
	struct sql_list lists[SQL_LISTS];
	struct sql_variant variants[SQL_VARIANTS];
};

extern const struct sql_table *const sql_tables[];	/* NULL at the end */

#endif
