#include "triage/case/sql.h"

#include "triage/base/buf.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <triage/record.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 1 << 16 };

static enum triage_status
status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return TRIAGE_E_MEMORY;
	case SQLITE_ERROR:	/* a table or column that should be there is not */
	case SQLITE_AUTH:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return TRIAGE_E_FORMAT;
	case SQLITE_TOOBIG:
		return TRIAGE_E_LIMIT;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		return TRIAGE_E_USAGE;
	default:
		return TRIAGE_E_IO;
	}
}

/* What the system said of the file, or of its journal, that could not be used; 0 when it is not known. SQLite itself has done more since, so errno is another's. */
static int
file_error(struct sql *q)
{
	int last = 0;
	sqlite3_file *journal = NULL;
	if (sqlite3_file_control(q->db, "main", SQLITE_FCNTL_LAST_ERRNO, &last) == SQLITE_OK && last != 0)
		return last;
	if (sqlite3_file_control(q->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal) == SQLITE_OK && journal != NULL && journal->pMethods != NULL &&
	    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &last) == SQLITE_OK)
		return last;
	return 0;
}

enum triage_status
sql_fail(struct sql *q, int code, const char *doing, struct triage_error *err)
{
	enum triage_status st = status_of(code);
	const char *reason = q->db != NULL ? sqlite3_errmsg(q->db) : sqlite3_errstr(code);
	int system = q->db != NULL ? sqlite3_system_errno(q->db) : 0, of_file = q->db != NULL && (code & 0xff) == SQLITE_IOERR ? file_error(q) : 0;
	system = of_file != 0 ? of_file : system;
	/* a refused row leaves the transaction whole */
	q->failed = q->failed || (st != TRIAGE_E_USAGE && st != TRIAGE_E_LIMIT);
	errno = (code & 0xff) == SQLITE_FULL ? ENOSPC : (code & 0xff) == SQLITE_READONLY ? EROFS : (code & 0xff) == SQLITE_BUSY ? EBUSY : system != 0 ? system : EIO;
	triage_error_set(err, st, TRIAGE_NO_OFFSET, "%s %s: %s", doing, q->path != NULL ? q->path : "database", reason);
	return st;
}

enum triage_status
sql_check(const struct sql *q, struct triage_error *err)
{
	if (!q->failed)
		return TRIAGE_OK;
	errno = EIO;
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "%s failed before and is not written any more", q->path);
	return TRIAGE_E_IO;
}

enum triage_status
sql_make_file(const char *path, struct triage_error *err)
{
	SCOPED_FD fd = fault_hit() ? -1 : open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot create %s", path);
		return TRIAGE_E_IO;
	}
	return TRIAGE_OK;
}

/* The path as a URI, so that no character of it means anything. */
static void
put_uri(struct buf *out, const char *path, enum sql_open how)
{
	buf_text(out, "file:");
	/* "file:" and a relative path are one; "//" at the front would be an authority */
	for (const char *p = path[0] == '/' && path[1] == '/' ? path + 1 : path; *p != '\0'; p++) {
		if (strchr("%?#", *p) != NULL)
			buf_format(out, "%%%02X", (unsigned)(uint8_t)*p);
		else
			buf_char(out, *p);
	}
	if (how == SQL_READ_IMMUTABLE)
		buf_text(out, "?mode=ro&immutable=1");
}

enum triage_status
sql_open(struct sql *q, const char *path, enum sql_open how, struct triage_error *err)
{
	*q = (struct sql){ .path = strdup(path) };
	SCOPED_BUF uri;
	buf_init(&uri, PATH_ROOM);
	put_uri(&uri, path, how);
	if (q->path == NULL || uri.failed) {
		sql_close(q);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %s", path);
		return TRIAGE_E_MEMORY;
	}
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
	    (how == SQL_READ_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	int code = sqlite3_open_v2(uri.data, &q->db, flags, NULL);
	enum triage_status st = TRIAGE_OK;
	if (code != SQLITE_OK)
		st = sql_fail(q, code, "cannot open", err);
	/* what is stored in a database is data here: its schema calls no function with effects */
	else if ((how == SQL_READ_IMMUTABLE && sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK) ||
	    sqlite3_db_config(q->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK)
		st = sql_fail(q, SQLITE_ERROR, "cannot set up", err);
	if (st != TRIAGE_OK)
		sql_close(q);
	return st;
}

enum triage_status
sql_attach(struct sql *q, const char *path, const char *name, enum sql_open how, struct triage_error *err)
{
	SCOPED_BUF uri;
	buf_init(&uri, PATH_ROOM);
	put_uri(&uri, path, how);
	char *text = uri.failed ? NULL : sqlite3_mprintf("COMMIT; ATTACH %Q AS %s; BEGIN IMMEDIATE", buf_cstr(&uri), name);
	if (text == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %s", path);
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = sql_check(q, err);
	if (st == TRIAGE_OK)
		st = sql_exec(q, text, err);
	sqlite3_free(text);
	return st;
}

void
sql_close(struct sql *q)
{
	sqlite3_stmt *left;
	while (q->db != NULL && (left = sqlite3_next_stmt(q->db, NULL)) != NULL)
		sqlite3_finalize(left);
	sqlite3_close(q->db);
	free(q->path);
	*q = (struct sql){ .failed = true };
}

enum triage_status
sql_exec(struct sql *q, const char *text, struct triage_error *err)
{
	int code = fault_hit() ? SQLITE_IOERR : sqlite3_exec(q->db, text, NULL, NULL, NULL);
	return code == SQLITE_OK ? TRIAGE_OK : sql_fail(q, code, "cannot write", err);
}

enum triage_status
sql_prepare(struct sql *q, const char *text, sqlite3_stmt **ret_statement, struct triage_error *err)
{
	int code = sqlite3_prepare_v3(q->db, text, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);
	return code == SQLITE_OK ? TRIAGE_OK : sql_fail(q, code, "cannot ask", err);
}

enum triage_status
sql_step(struct sql *q, sqlite3_stmt *statement, struct triage_error *err)
{
	int code = fault_hit() ? SQLITE_IOERR : sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return TRIAGE_OK;
	return code == SQLITE_DONE ? TRIAGE_END : sql_fail(q, code, "cannot use", err);
}

enum triage_status
sql_run(struct sql *q, sqlite3_stmt *statement, struct triage_error *err)
{
	enum triage_status st = sql_step(q, statement, err);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
sql_number(struct sql *q, const char *text, int64_t *ret_value, struct triage_error *err)
{
	sqlite3_stmt *statement;
	enum triage_status st = sql_prepare(q, text, &statement, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_step(q, statement, err);
	if (st == TRIAGE_OK) {
		*ret_value = sqlite3_column_int64(statement, 0);
	} else if (st == TRIAGE_END) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s lacks what it should hold", q->path);
		st = TRIAGE_E_FORMAT;
	}
	sqlite3_finalize(statement);
	return st;
}

enum triage_status
sql_pragma(struct sql *q, const char *text, const char *want, struct triage_error *err)
{
	sqlite3_stmt *statement;
	enum triage_status st = sql_prepare(q, text, &statement, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_step(q, statement, err);
	if (st == TRIAGE_OK && strcmp(sql_text(statement, 0), want) != 0) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s: %s gave \"%s\": this filesystem cannot hold a case; take another",
		    q->path, text, sql_text(statement, 0));
		st = TRIAGE_E_UNSUPPORTED;
	}
	sqlite3_finalize(statement);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
sql_integrity(struct sql *q, struct triage_error *err)
{
	sqlite3_stmt *statement;
	enum triage_status st = sql_prepare(q, "PRAGMA integrity_check(1)", &statement, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_step(q, statement, err);
	if (st == TRIAGE_OK && strcmp(sql_text(statement, 0), "ok") != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is damaged: %s", q->path, sql_text(statement, 0));
		st = TRIAGE_E_FORMAT;
	}
	sqlite3_finalize(statement);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

void
sql_bind_id(sqlite3_stmt *st, int index, uint64_t value)
{
	sqlite3_bind_int64(st, index, (sqlite3_int64)value);
}

void
sql_bind_count(sqlite3_stmt *st, int index, uint64_t value)
{
	if (value == TRIAGE_NO_ID)
		sqlite3_bind_null(st, index);
	else
		sqlite3_bind_int64(st, index, value > INT64_MAX ? INT64_MAX : (sqlite3_int64)value);
}

void
sql_bind_time(sqlite3_stmt *st, int index, int64_t value)
{
	if (value == TRIAGE_TIME_NONE)
		sqlite3_bind_null(st, index);
	else
		sqlite3_bind_int64(st, index, value);
}

void
sql_bind_text(sqlite3_stmt *st, int index, const char *text)
{
	sqlite3_bind_text(st, index, text, -1, SQLITE_STATIC);
}

void
sql_bind_word(sqlite3_stmt *st, int index, const char *text)
{
	sql_bind_text(st, index, text != NULL && text[0] != '\0' ? text : NULL);
}

void
sql_bind_blob(sqlite3_stmt *st, int index, const void *data, size_t size)
{
	if (size == 0)
		sqlite3_bind_zeroblob(st, index, 0);
	else
		sqlite3_bind_blob64(st, index, data, size, SQLITE_STATIC);
}

const char *
sql_text(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);
	return text != NULL ? (const char *)text : "";
}
