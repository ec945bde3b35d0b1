/* browser_db.c - SQLite held to a copy in memory: what it may do is to read tables, and for so long. */
#include "triage/artefact/browser_db.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
	TICK = 10000,				/* steps of the machine that runs a statement */
	TICKS = 20000,
	BYTES_A_TICK = 4096,			/* larger databases may take longer */
	LENGTH_MAX = 16 << 20, SQL_MAX = 100000, COLUMNS_MAX = 500, DEPTH_MAX = 50, ROW_MIN = 8,
	BYTES_LEAST = 256 << 20, BYTES_SHARE = 32, LIVE_MAX = 128 << 20,	/* values that overlap may be read, but not for ever */
};

static int
tick(void *ctx)
{
	struct database *db = ctx;
	if (db->ticks_left == 0)
		return 1;
	db->ticks_left--;
	return 0;
}

/* Only reading, and of functions none: nothing that a schema names can be called. */
static int
permit(void *ctx, int action, const char *one, const char *two, const char *database, const char *trigger)
{
	(void)ctx, (void)one, (void)two, (void)database, (void)trigger;
	return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

static void
restrict_handle(struct database *db)
{
	static const struct { int limit, value; } limits[] = {
		{ SQLITE_LIMIT_LENGTH, LENGTH_MAX }, { SQLITE_LIMIT_SQL_LENGTH, SQL_MAX }, { SQLITE_LIMIT_COLUMN, COLUMNS_MAX },
		{ SQLITE_LIMIT_EXPR_DEPTH, DEPTH_MAX }, { SQLITE_LIMIT_COMPOUND_SELECT, 3 }, { SQLITE_LIMIT_VDBE_OP, 25000 }, { SQLITE_LIMIT_FUNCTION_ARG, 8 },
		{ SQLITE_LIMIT_ATTACHED, 0 }, { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50 }, { SQLITE_LIMIT_VARIABLE_NUMBER, 64 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 }, { SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)sqlite3_limit(db->handle, limits[i].limit, limits[i].value);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
	/* sorting and the like stay in memory; damaged cells are found, not followed */
	(void)sqlite3_exec(db->handle, "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA query_only=ON", NULL, NULL, NULL);
	sqlite3_progress_handler(db->handle, TICK, tick, db);
}

static enum triage_status
not_opened(struct database *db, const char *why, struct triage_error *err)
{
	enum triage_status st = artefact_remark(db->a, TRIAGE_LOW, "database-damaged", TRIAGE_NO_ID, 0, err, "the SQLite database cannot be read: %.150s", why);
	db_close(db);
	return st;
}

static enum triage_status
say_journal(struct artefact *a, const struct db_journal *j, struct triage_error *err)
{
	if (!j->hot)
		return TRIAGE_OK;
	if (!j->applied)
		return artefact_remark(a, TRIAGE_LOW, "journal-not-applied", TRIAGE_NO_ID, 0, err, "a transaction was cut off, and its rollback journal %s: rows may be half written",
		    j->of_several ? "belongs to one over several databases" : "does not fit this database");
	return artefact_remark(a, TRIAGE_INFO, "journal-applied", TRIAGE_NO_ID, 0, err, "a transaction was cut off: %u pages were put back from the rollback journal%s", j->pages,
	    j->cut ? ", which ends early" : "");
}

enum triage_status
db_open(struct database *db, struct artefact *a, struct view all, struct view wal, struct triage_error *err)
{
	size_t size;
	struct view journal = { NULL, 0 };
	struct db_journal hot = { 0 };
	*db = (struct database){ .a = a };
	buf_init(&db->live, LIVE_MAX);
	unsigned char *copy = db_with_wal(all, wal, &size, &db->wal_frames);
	if (copy != NULL && db->wal_frames == 0 && artefact_companion(a, "-journal", &journal))
		copy = db_roll_back(copy, journal, db_page_size(all), &size, &hot);
	if (copy == NULL || hot.no_memory || sqlite3_open_v2(":memory:", &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		sqlite3_free(copy);
		db_close(db);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a database");
		return TRIAGE_E_MEMORY;
	}
	db->bytes = (struct view){ copy, size };
	enum triage_status st = say_journal(a, &hot, err);
	if (st != TRIAGE_OK) {
		sqlite3_free(copy);
		db_close(db);
		return st;
	}
	db->ticks_left = TICKS + size / BYTES_A_TICK;
	db->rows_left = size / ROW_MIN;
	db->bytes_left = BYTES_LEAST + BYTES_SHARE * (uint64_t)size;
	restrict_handle(db);
	/* the copy belongs to SQLite now, also when this fails */
	if (sqlite3_deserialize(db->handle, "main", copy, (sqlite3_int64)size, (sqlite3_int64)size, SQLITE_DESERIALIZE_FREEONCLOSE |
	    SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
		return not_opened(db, sqlite3_errmsg(db->handle), err);
	/* what follows is asked by the evidence, what came before by SQLite itself */
	(void)sqlite3_set_authorizer(db->handle, permit, NULL);
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db->handle, "SELECT name FROM sqlite_schema", -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	SCOPED_BUF why;
	buf_init(&why, 1024);
	buf_format(&why, "%.200s", sqlite3_errmsg(db->handle));
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? TRIAGE_OK : not_opened(db, buf_cstr(&why), err);
}

void
db_close(struct database *db)
{
	(void)sqlite3_close(db->handle);
	db->handle = NULL;
	buf_release(&db->live);
}

sqlite3_stmt *
db_prepare(struct database *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		return NULL;
	return stmt;
}

int
db_step(struct database *db, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);
	for (int i = 0, n = rc == SQLITE_ROW ? sqlite3_column_count(stmt) : 0; i < n; i++) {
		int type = sqlite3_column_type(stmt, i);
		uint64_t size = type == SQLITE_TEXT || type == SQLITE_BLOB ? (uint64_t)sqlite3_column_bytes(stmt, i) : 8;
		db->bytes_left -= size < db->bytes_left ? size : db->bytes_left;
	}
	return db->bytes_left == 0 ? SQLITE_INTERRUPT : rc;
}

int
db_column(sqlite3_stmt *stmt, const char *name)
{
	for (int i = 0, n = sqlite3_column_count(stmt); i < n; i++) {
		const char *column = sqlite3_column_name(stmt, i);
		if (column != NULL && sqlite3_stricmp(column, name) == 0)
			return i;
	}
	return -1;
}

/* A table with columns that are made by expressions: the word AS, whole. What they call is not bounded by steps. */
static bool
has_expressions(const char *sql)
{
	for (const char *p = sql; (p = strcasestr(p, "as")) != NULL; p += 2) {
		bool before = p > sql && (isalnum((unsigned char)p[-1]) || p[-1] == '_'), after = isalnum((unsigned char)p[2]) || p[2] == '_';
		if (!before && !after)
			return true;
	}
	return false;
}

bool
db_has_table(struct database *db, const char *table, const char *column)
{
	bool found = false;
	char sql[128];
	sqlite3_stmt *stmt = db_prepare(db, "SELECT name, type, sql FROM sqlite_schema");
	while (!found && stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0), *type = (const char *)sqlite3_column_text(stmt, 1);
		const char *made = (const char *)sqlite3_column_text(stmt, 2);
		found = name != NULL && type != NULL && made != NULL && sqlite3_stricmp(name, table) == 0 && strcmp(type, "table") == 0 &&
		    sqlite3_strnicmp(made, "CREATE VIRTUAL", 14) != 0 && !has_expressions(made);
	}
	sqlite3_finalize(stmt);
	if (!found || column == NULL)
		return found;
	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	stmt = db_prepare(db, sql);
	found = stmt != NULL && db_column(stmt, column) >= 0;
	sqlite3_finalize(stmt);
	return found;
}
