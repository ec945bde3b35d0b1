/*
 * browser_db.h - an SQLite database in memory, with what its write-ahead log adds, and bounded queries on it.
 *
 * SQLite works on a copy and opens nothing. What the database says to be run (triggers, views, functions in its schema, virtual tables)
 * is not run. All queries of a database share one budget of steps.
 */
#ifndef TRIAGE_ARTEFACT_BROWSER_DB_H
#define TRIAGE_ARTEFACT_BROWSER_DB_H

#include "triage/artefact/artefact.h"

#include <sqlite3.h>

enum { DB_HEADER = 100, DB_UNREAD = 32 };

struct sql_table;

struct database {
	struct artefact *a;
	sqlite3 *handle;		/* NULL when it could not be opened */
	uint64_t ticks_left, rows_left, bytes_left;
	uint64_t wal_frames;		/* of the log that were applied */
	struct view bytes;		/* the database as it is read; lives as long as handle */
	struct buf live;		/* digests of the rows that were read: browser_deleted.h */
	const struct sql_table *unread[DB_UNREAD];	/* tables of which rows were not read */
	size_t unread_count;
};

/* What became of a rollback journal. */
struct db_journal {
	bool hot, applied, cut, of_several, no_memory;	/* of_several: of a transaction over more than one database */
	uint32_t pages;
};

bool db_is_header(struct view head);
/* Bytes of a page, 0 when the header does not say a possible size. */
uint32_t db_page_size(struct view head);

/* wal: bytes of the write-ahead log, empty when there is none. A rollback journal is asked for as a companion. Errors: E_MEMORY, or what the sink returned. */
WARN_UNUSED enum triage_status db_open(struct database *db, struct artefact *a, struct view all, struct view wal, struct triage_error *err);
void db_close(struct database *db);

/* True when there is a table, not a view nor a virtual one nor one with computed columns, of this name; column: that must be in it, NULL for any. */
bool db_has_table(struct database *db, const char *table, const char *column);
/* A statement, NULL when it cannot be made. */
sqlite3_stmt *db_prepare(struct database *db, const char *sql);
/* The next row; its bytes are counted, and beyond what the database may give the answer is SQLITE_INTERRUPT. */
int db_step(struct database *db, sqlite3_stmt *stmt);
/* Index of a column of the result, -1 when it is not there. */
int db_column(sqlite3_stmt *stmt, const char *name);

/* May a file beside a database that begins so be its write-ahead log or its rollback journal? */
bool db_log_begins(struct view head);
/*
 * The database with the committed frames of its log, for sqlite3_free(); *ret_size is its size. NULL when out of memory.
 * The header is changed so that SQLite does not look for a log.
 */
unsigned char *db_with_wal(struct view all, struct view wal, size_t *ret_size, uint64_t *ret_frames);
/*
 * The database with a hot journal's pages put back. copy: of sqlite3_malloc(); the result takes its place, and *size may change. Frames of a log and a journal
 * do not come together.
 */
unsigned char *db_roll_back(unsigned char *copy, struct view journal, uint32_t page_size, size_t *size, struct db_journal *ret);

#endif
