/* browser_row.h - a row of a table, with what it refers to, made into events by the table's description. */
#ifndef TRIAGE_ARTEFACT_BROWSER_ROW_H
#define TRIAGE_ARTEFACT_BROWSER_ROW_H

#include "triage/artefact/browser_db.h"
#include "triage/artefact/browser_tables.h"

struct sql_row {
	struct database *db;
	const struct sql_table *table;
	sqlite3_stmt *stmt, *lookups[SQL_LOOKUPS], *lists[SQL_LISTS];
	bool found[SQL_LOOKUPS + 1];		/* found[0] is the row itself */
	int id;					/* column of the row's number, -1 when it has none */
	int fields[SQL_FIELDS], moments[SQL_MOMENTS], by[SQL_LOOKUPS], list_by[SQL_LISTS];
	struct buf values;			/* texts of this row, each ended by NUL */
	size_t texts[SQL_FIELDS];		/* where in values, SIZE_MAX: empty */
	size_t list_texts[SQL_LISTS];
	struct buf message;
	bool recovered;				/* of a deleted row, which lies at this offset */
	bool doubtful;				/* not all rows of its table could be read: it may be an older copy of one of those */
	uint64_t at;
};

/* Everything it needs is prepared once. False when the statement cannot be made; then there is nothing to release. */
bool row_prepare(struct sql_row *r, struct database *db, const struct sql_table *t, const char *sql);
void row_release(struct sql_row *r);
/* The row that r->stmt stands on. */
WARN_UNUSED enum triage_status row_send(struct sql_row *r, struct triage_error *err);

/* A moment in a column, by its clock; zero and what is before its epoch is none. *ret_precision: as the clock counts. */
int64_t row_clock(sqlite3_stmt *stmt, int column, unsigned clock, const char **ret_precision);

/* The index of Windows Search, when the database is one. Errors: E_MEMORY, or what the sink returned. */
WARN_UNUSED enum triage_status search_read(struct database *db, struct triage_error *err);

#endif
