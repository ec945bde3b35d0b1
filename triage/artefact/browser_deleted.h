/*
 * browser_deleted.h - deleted rows of the tables that are told, as far as their bytes prove what they are.
 *
 * The rows of the tables are kept as digests while they are read: what is in a table is not deleted.
 */
#ifndef TRIAGE_ARTEFACT_BROWSER_DELETED_H
#define TRIAGE_ARTEFACT_BROWSER_DELETED_H

#include "triage/artefact/browser_row.h"

enum { DELETED_COLUMNS = 64 };

/* The row that row->stmt stands on is in its table. */
void deleted_keep(struct database *db, const struct sql_row *row);
/* Behind the last table. Errors: E_MEMORY, or what the sink returned. */
WARN_UNUSED enum triage_status deleted_read(struct database *db, struct triage_error *err);

struct shape {
	const struct sql_table *table;	/* NULL: none that is told */
	unsigned columns;
	int alias;			/* the column that is the row's number and NULL in the record, -1 for none */
	uint8_t kinds[DELETED_COLUMNS];
	bool filled[DELETED_COLUMNS];	/* NOT NULL */
	struct sql_row row;		/* when prepared: of a statement that gives bound values as a row */
	bool prepared;
};

/* False when there is no such table, or one of too many columns. */
bool shape_make(struct shape *x, struct database *db, const char *name);
/*
 * A record of this shape at the beginning of bytes, which has one at least. serials: the kind of each column. Bytes of the record, 0 when it is none;
 * *ret_front: of these before the values. *steps grows by the work that was done.
 */
size_t shape_match(uint64_t *steps, const struct shape *x, struct view bytes, uint64_t *serials, size_t *ret_front);
/* The values of a record into x->row. False when a text is none. */
bool shape_bind(struct shape *x, const uint8_t *p, const uint64_t *serials);

#endif
