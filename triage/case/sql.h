/*
 * sql.h - SQLite behind a few calls that speak enum triage_status. Private to this room.
 *
 * A connection that failed stays failed: SQLite may have rolled its transaction back, and rows written after that would
 * stand alone. Bound text and blobs are borrowed until the statement is reset.
 */
#ifndef TRIAGE_CASE_SQL_H
#define TRIAGE_CASE_SQL_H

#include "triage/base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sql {
	sqlite3 *db;
	char *path;			/* for messages */
	bool failed;
};

enum sql_open { SQL_READ_WRITE, SQL_READ_IMMUTABLE };

/* The file exists. Errors: E_IO, E_FORMAT (no database), E_MEMORY. */
WARN_UNUSED enum triage_status sql_open(struct sql *q, const char *path, enum sql_open how, struct triage_error *err);
/* Join a further file to a connection under a name, between two transactions: databases are joined outside of one. Errors: as sql_exec(), E_MEMORY. */
WARN_UNUSED enum triage_status sql_attach(struct sql *q, const char *path, const char *name, enum sql_open how, struct triage_error *err);
/* Make an empty file (0600, never through a link), which SQLite then fills. Errors: E_IO when it exists. */
WARN_UNUSED enum triage_status sql_make_file(const char *path, struct triage_error *err);
void sql_close(struct sql *q);		/* rolls back; statements are finalised before */

/* Words for the last failure of SQLite. Marks the connection as failed unless only this row was refused. Returns the status that was set. */
enum triage_status sql_fail(struct sql *q, int code, const char *doing, struct triage_error *err);
WARN_UNUSED enum triage_status sql_check(const struct sql *q, struct triage_error *err);	/* not failed before */

WARN_UNUSED enum triage_status sql_exec(struct sql *q, const char *text, struct triage_error *err);
/* Statements that live long are marked so that SQLite keeps their memory out of its small blocks. */
WARN_UNUSED enum triage_status sql_prepare(struct sql *q, const char *text, sqlite3_stmt **ret_statement, struct triage_error *err);
/* One step: OK with a row, TRIAGE_END without. The statement stays where it is. */
WARN_UNUSED enum triage_status sql_step(struct sql *q, sqlite3_stmt *statement, struct triage_error *err);
/* Carry out a statement that gives no rows; it is reset, its bindings cleared. */
WARN_UNUSED enum triage_status sql_run(struct sql *q, sqlite3_stmt *statement, struct triage_error *err);
/* The first column of the only row of a query. E_FORMAT when there is no row. */
WARN_UNUSED enum triage_status sql_number(struct sql *q, const char *text, int64_t *ret_value, struct triage_error *err);
/* PRAGMA that answers with the value in force. Errors: E_UNSUPPORTED when the answer is another. */
WARN_UNUSED enum triage_status sql_pragma(struct sql *q, const char *text, const char *want, struct triage_error *err);
/* integrity_check. Errors: E_FORMAT with SQLite's first complaint. */
WARN_UNUSED enum triage_status sql_integrity(struct sql *q, struct triage_error *err);

/* --- binding; index counts from 1 --- */
void sql_bind_id(sqlite3_stmt *st, int index, uint64_t value);		/* bit by bit: comes back as it went in */
void sql_bind_count(sqlite3_stmt *st, int index, uint64_t value);	/* TRIAGE_NO_ID: NULL; beyond INT64_MAX: cut to it */
void sql_bind_time(sqlite3_stmt *st, int index, int64_t value);		/* TRIAGE_TIME_NONE: NULL */
void sql_bind_text(sqlite3_stmt *st, int index, const char *text);	/* NULL: NULL */
void sql_bind_word(sqlite3_stmt *st, int index, const char *text);	/* NULL or "": NULL */
void sql_bind_blob(sqlite3_stmt *st, int index, const void *data, size_t size);	/* empty: empty blob, not NULL */

/* Column text, "" for NULL; until the next step. */
const char *sql_text(sqlite3_stmt *st, int column);

#endif
