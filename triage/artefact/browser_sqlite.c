/*
 * browser_sqlite.c - histories of browsers and the like that lie in SQLite databases: Chromium, Firefox, Safari, the Windows timeline.
 *
 * Which tables, and what of them: browser_tables.c. A database with none of them is of no interest and gives nothing. Deleted rows are told as far as
 * they can be proved (browser_deleted.c). Not read: frames of a write-ahead log that were not committed or that later ones replaced.
 */
#include "triage/artefact/browser_deleted.h"

#include <stdio.h>
#include <string.h>

enum { INTERIOR = 0x05, PAGE_KIND = 100, CELLS = 103 };

static enum triage_status
damaged(struct database *db, const struct sql_table *t, int rc, struct triage_error *err)
{
	if (rc == SQLITE_INTERRUPT)
		return artefact_remark(db->a, TRIAGE_MEDIUM, "time-limit", TRIAGE_NO_ID, 0, err, "table %s takes too long: the rest of it was not read", t->table);
	return artefact_remark(db->a, TRIAGE_LOW, "database-damaged", TRIAGE_NO_ID, 0, err, "table %s: %.150s", t->table, sqlite3_errmsg(db->handle));
}

static void
mark_unread(struct database *db, const struct sql_table *t)
{
	if (db->unread_count < DB_UNREAD)
		db->unread[db->unread_count++] = t;
}

/* All rows from the front; behind damage what can be had from the end. */
static enum triage_status
read_table(struct database *db, const struct sql_table *t, struct triage_error *err)
{
	struct sql_row row;
	char sql[160];
	enum triage_status st = TRIAGE_OK;
	sqlite3_int64 seen = 0;
	bool any = false;
	for (unsigned backwards = 0; backwards < 2; backwards++) {
		snprintf(sql, sizeof(sql), "SELECT *, rowid AS \"triage row\" FROM \"%s\"%s", t->table, backwards ? " ORDER BY rowid DESC" : "");
		if (!row_prepare(&row, db, t, sql)) {
			snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", t->table);
			if (backwards || !row_prepare(&row, db, t, sql)) {
				mark_unread(db, t);
				return damaged(db, t, SQLITE_ERROR, err);
			}
		}
		int rc = SQLITE_ROW;
		while (st == TRIAGE_OK && (rc = db_step(db, row.stmt)) == SQLITE_ROW) {
			sqlite3_int64 id = row.id >= 0 ? sqlite3_column_int64(row.stmt, row.id) : 0;
			if (db->rows_left == 0 || (backwards && any && id <= seen))
				break;
			db->rows_left--;
			if (!backwards)
				seen = id;
			any = true;
			deleted_keep(db, &row);
			if (!t->deleted_only)
				st = row_send(&row, err);
		}
		if (rc != SQLITE_DONE && !backwards)
			mark_unread(db, t);
		if (st == TRIAGE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE && !backwards)
			st = damaged(db, t, rc, err);
		bool once_more = st == TRIAGE_OK && !backwards && row.id >= 0 && rc != SQLITE_ROW && rc != SQLITE_DONE && rc != SQLITE_INTERRUPT;
		row_release(&row);
		if (!once_more)
			break;
	}
	return st;
}

static enum triage_status
read_tables(struct database *db, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	bool told = false;
	for (size_t i = 0; sql_tables[i] != NULL && st == TRIAGE_OK; i++)
		if (db_has_table(db, sql_tables[i]->table, sql_tables[i]->needs)) {
			told = true;
			st = read_table(db, sql_tables[i], err);
		}
	if (st == TRIAGE_OK)
		st = search_read(db, err);
	if (st == TRIAGE_OK && told)
		st = deleted_read(db, err);
	if (st == TRIAGE_OK && db->rows_left == 0)
		st = artefact_remark(db->a, TRIAGE_MEDIUM, "database-loops", TRIAGE_NO_ID, 0, err, "the database has more rows than bytes allow: reading stopped");
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct view wal = { NULL, 0 };
	struct database db;
	(void)artefact_companion(a, "-wal", &wal);
	enum triage_status st = db_open(&db, a, all, wal, err);
	if (st != TRIAGE_OK || db.handle == NULL)
		return st;
	st = read_tables(&db, err);
	db_close(&db);
	return st;
}

/*
 * The names of the tables lie in the first page when the schema is small; when it is not, they cannot be looked at here. Of an empty first page
 * all may be in the log beside it: then the name of the file must do.
 */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const names[] = { "History", "Cookies", "Web Data", "Login Data", "places.sqlite", "cookies.sqlite", "formhistory.sqlite",
		"History.db", "ActivitiesCache.db", "wpndatabase.db", "Favicons", "Shortcuts", "wtmp.db" };
	uint32_t size = db_page_size(head);
	if (!db_is_header(head) || size == 0 || head.size < PAGE_KIND + 8)
		return false;
	if (head.data[PAGE_KIND] == INTERIOR)
		return true;
	size = size < head.size ? size : (uint32_t)head.size;
	for (size_t i = 0; sql_tables[i] != NULL; i++)
		if (memmem(head.data, size, sql_tables[i]->table, strlen(sql_tables[i]->table)) != NULL)
			return true;
	if (memmem(head.data, size, "SystemIndex_1_PropertyStore", 27) != NULL)
		return true;
	for (size_t i = 0; load_be16(head.data + CELLS) == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(who->name, names[i]) == 0)
			return true;
	return false;
}

static const char *const companions[] = { "-wal", "-journal", NULL };

const struct artefact_kind artefact_browser_sqlite = {
	.name = "browser_sqlite",
	.source = "browser",
	.title = "history of a browser and the like (SQLite)",
	.yields = "pages visited, downloads, searches, cookies, form entries, logins kept, bookmarks; activities and notifications of Windows",
	.reference = "sqlite.org, Database File Format; schemas of Chromium, Firefox, Safari, Windows",
	.precision = "us",
	.claims = claims,
	.parse = parse,
	.companions = companions,
	.begins = db_log_begins,
};
