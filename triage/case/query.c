#include "triage/case/query.h"

#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/case/build.h"
#include "triage/case/schema.h"

#include <errno.h>
#include <string.h>
#include <time.h>

struct case_reader {
	struct sql own, *q;		/* q: own, or the sealer's */
	struct buf value;
	uint64_t work, most;		/* own: steps of SQLite's machine in units of WORK_STEPS since the last row, and what a row may take */
	uint64_t steps_left, bytes_left;	/* own: of such units in all, and of text that is given out */
	int64_t seconds_left, second;	/* own: of processor time, as far as SQLite's steps take it; when that was looked at */
	bool too_much;			/* one of the bounds was met */
};

struct case_cursor {
	struct sql *q;
	struct case_reader *reader;
	sqlite3_stmt *statement;
	bool ended;
};

/* --- opening --- */

/*
 * A case may come from elsewhere: its views may compute, but neither without end (ours recurse nowhere) nor more than a case of its size is
 * worth: so many million steps, and so many for each of its pages, from one row to the next; and of all that is asked of one reader so many million steps, MiB of
 * text and seconds, and more for each MiB of its size. Report and all exports of a case of five million moments take a tenth of that. A step can be as dear as
 * its value is large, hence the seconds; none of our views sorts what is large, so sorting is done in memory, which has a bound as well.
 */
enum { WORK_STEPS = 1 << 10, WORK_MILLION = 1 << 10, WORK_LEAST = 128 * WORK_MILLION, WORK_PER_PAGE = 1 << 8 };
enum { ALL_LEAST = 2048, ALL_PER_MIB = 48, BYTES_LEAST = 512, BYTES_PER_MIB = 96, SECONDS_LEAST = 120, SECONDS_PER_MIB = 4, VALUE_MAX = 64 << 20, HEAP_MAX = 512 << 20 };

/* Seconds pass for the process as well as by the clock, or else nothing was done in them. */
static void
count_seconds(struct case_reader *r)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	r->seconds_left -= r->second != now.tv_sec && r->second != 0;
	r->second = now.tv_sec;
}

static int
too_much_work(void *ctx)
{
	struct case_reader *r = ctx;
	if (r->steps_left > 0)
		r->steps_left--;
	count_seconds(r);
	r->too_much = r->too_much || r->steps_left == 0 || r->seconds_left <= 0 || ++r->work > r->most;
	return r->too_much;	/* from now on */
}

static enum triage_status
limit_work(struct case_reader *r, struct triage_error *err)
{
	int64_t pages, page;
	enum triage_status st = sql_number(r->q, "PRAGMA page_count", &pages, err);
	if (st == TRIAGE_OK)
		st = sql_number(r->q, "PRAGMA page_size", &page, err);
	if (st == TRIAGE_OK) {
		uint64_t mib = ((uint64_t)pages * (uint64_t)page >> 20) + 1;
		r->steps_left = (ALL_LEAST + mib * ALL_PER_MIB) * WORK_MILLION;
		r->seconds_left = SECONDS_LEAST + (int64_t)mib * SECONDS_PER_MIB;
		r->bytes_left = (BYTES_LEAST + mib * BYTES_PER_MIB) << 20;
		sqlite3_limit(r->own.db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
		r->most = WORK_LEAST + (uint64_t)pages * WORK_PER_PAGE;
		sqlite3_hard_heap_limit64(HEAP_MAX);
		sqlite3_progress_handler(r->own.db, WORK_STEPS, too_much_work, r);
	}
	return st;
}

static int
only_reading(void *ctx, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)ctx, (void)a, (void)b, (void)c, (void)d;
	return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ? SQLITE_OK : SQLITE_DENY;
}

enum triage_status
build_check_identity(struct sql *q, int64_t oldest, struct triage_error *err)
{
	int64_t application, version;
	enum triage_status st = sql_number(q, "PRAGMA application_id", &application, err);
	if (st == TRIAGE_OK)
		st = sql_number(q, "PRAGMA user_version", &version, err);
	if (st != TRIAGE_OK)
		return st;
	if (application != strtoll(CASE_APPLICATION, NULL, 10) || version < 1) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is not a case database", q->path);
		return TRIAGE_E_FORMAT;
	}
	if (version > CASE_SCHEMA_VERSION) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s was written by a newer version of this program (schema %jd): use that one",
		    q->path, (intmax_t)version);
		return TRIAGE_E_UNSUPPORTED;
	}
	if (version < oldest) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s was written by an older version of this program (schema %jd; this one reads %d): "
		    "use the version that wrote it, or examine the evidence again", q->path, (intmax_t)version, CASE_SCHEMA_VERSION);
		return TRIAGE_E_UNSUPPORTED;
	}
	return TRIAGE_OK;
}

enum triage_status
case_reader_over(struct sql *q, struct case_reader **ret_reader, struct triage_error *err)
{
	struct case_reader *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return store_no_memory(err);
	r->own = (struct sql){ .failed = true };
	r->q = q;
	buf_init(&r->value, (size_t)64 << 20);
	*ret_reader = r;
	return TRIAGE_OK;
}

static enum triage_status
open_from(const char *path, int64_t oldest, struct case_reader **ret_reader, struct triage_error *err)
{
	struct case_reader *r = NULL;
	enum triage_status st = case_reader_over(NULL, &r, err);
	if (st != TRIAGE_OK)
		return st;
	r->q = &r->own;
	st = sql_open(&r->own, path, SQL_READ_IMMUTABLE, err);
	if (st == TRIAGE_OK)
		st = sql_exec(r->q, "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
		    " PRAGMA query_only = ON", err);
	if (st == TRIAGE_OK)
		st = build_check_identity(r->q, oldest, err);
	if (st == TRIAGE_OK)
		st = limit_work(r, err);
	if (st == TRIAGE_OK && sqlite3_set_authorizer(r->own.db, only_reading, NULL) != SQLITE_OK)
		st = sql_fail(r->q, SQLITE_ERROR, "cannot set up", err);
	if (st != TRIAGE_OK) {
		case_reader_close(r);
		return st;
	}
	*ret_reader = r;
	return TRIAGE_OK;
}

enum triage_status
case_open(const char *path, struct case_reader **ret_reader, struct triage_error *err)
{
	return open_from(path, CASE_SCHEMA_VERSION, ret_reader, err);
}

enum triage_status
case_open_any(const char *path, struct case_reader **ret_reader, struct triage_error *err)
{
	return open_from(path, 1, ret_reader, err);
}

void
case_reader_bound(struct case_reader *r, uint64_t million_steps)
{
	r->steps_left = million_steps * WORK_MILLION;
}

void
case_reader_close(struct case_reader *r)
{
	if (r == NULL)
		return;
	if (r->own.db != NULL)
		sql_close(&r->own);
	buf_release(&r->value);
	free(r);
}

enum triage_status
case_reader_status(const struct case_reader *r, struct triage_error *err)
{
	if (!r->q->failed)
		return TRIAGE_OK;
	errno = EIO;
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "%s could not be read in full", r->q->path);
	return TRIAGE_E_IO;
}

enum triage_status
case_check(struct case_reader *r, struct triage_error *err)
{
	sqlite3_set_authorizer(r->q->db, NULL, NULL);
	r->work = 0;
	enum triage_status st = sql_integrity(r->q, err);
	if (r->q == &r->own)
		sqlite3_set_authorizer(r->q->db, only_reading, NULL);
	return st;
}

/* --- small questions --- */

uint64_t
case_count(struct case_reader *r, enum case_view view)
{
	struct triage_error ignored;
	int64_t count = 0;
	r->work = 0;
	char text[400];
	snprintf(text, sizeof(text), "SELECT count(*) FROM (%s)", view_queries[view].by_id);
	if (sql_number(r->q, view_queries[view].count != NULL ? view_queries[view].count : text, &count, &ignored) != TRIAGE_OK)
		return 0;
	return count > 0 ? (uint64_t)count : 0;
}

const char *
case_meta(struct case_reader *r, const char *key)
{
	struct triage_error ignored;
	sqlite3_stmt *row;
	buf_clear(&r->value);
	r->work = 0;
	if (sql_prepare(r->q, "SELECT value FROM meta WHERE key = ?1", &row, &ignored) != TRIAGE_OK)
		return "";
	sql_bind_text(row, 1, key);
	if (sql_step(r->q, row, &ignored) == TRIAGE_OK)
		buf_text(&r->value, sql_text(row, 0));
	sqlite3_finalize(row);
	return buf_cstr(&r->value);
}

/* --- cursors --- */

static enum triage_status
start(struct case_reader *r, const char *text, struct case_cursor **ret_cursor, struct triage_error *err)
{
	enum triage_status st = case_reader_status(r, err);
	if (st != TRIAGE_OK)
		return st;
	struct case_cursor *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return store_no_memory(err);
	c->q = r->q;
	c->reader = r;
	st = sql_prepare(r->q, text, &c->statement, err);
	if (st != TRIAGE_OK) {
		free(c);
		return st;
	}
	*ret_cursor = c;
	return TRIAGE_OK;
}

enum triage_status
case_rows_by(struct case_reader *r, const char *query, struct case_cursor **ret_cursor, struct triage_error *err)
{
	return start(r, query, ret_cursor, err);
}

enum triage_status
case_rows(struct case_reader *r, enum case_view view, enum case_order order, struct case_cursor **ret_cursor, struct triage_error *err)
{
	const struct view_query *v = &view_queries[view];
	const char *text = order == CASE_BY_TIME ? v->by_time : order == CASE_BRIEF ? v->brief : order == CASE_TIMES_ONLY ? v->times : NULL;
	return start(r, text != NULL ? text : v->by_id, ret_cursor, err);
}

enum triage_status
case_rows_of(struct case_reader *r, enum case_view view, uint64_t file_id, struct case_cursor **ret_cursor, struct triage_error *err)
{
	if (view_queries[view].of == NULL) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "this view has no rows of a single file");
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = start(r, view_queries[view].of, ret_cursor, err);
	if (st == TRIAGE_OK)
		sql_bind_count((*ret_cursor)->statement, 1, file_id);
	return st;
}

enum triage_status
case_next(struct case_cursor *c, struct triage_error *err)
{
	/* SQLite would begin again */
	if (c->ended)
		return TRIAGE_END;
	c->reader->work = 0;
	enum triage_status st = sql_step(c->q, c->statement, err);
	c->ended = st != TRIAGE_OK;
	if (!c->reader->too_much || c->q != &c->reader->own)
		return st;
	c->ended = true;
	c->q->failed = true;
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s gives more than a case of its size holds: it was not made by this program", c->q->path);
	return TRIAGE_E_FORMAT;
}

void
case_cursor_close(struct case_cursor *c)
{
	if (c == NULL)
		return;
	sqlite3_finalize(c->statement);
	free(c);
}

size_t
case_columns(const struct case_cursor *c)
{
	return (size_t)sqlite3_column_count(c->statement);
}

const char *
case_column_name(const struct case_cursor *c, size_t column)
{
	const char *name = sqlite3_column_name(c->statement, (int)column);
	return name != NULL ? name : "";
}

bool
case_null(struct case_cursor *c, size_t column)
{
	return sqlite3_column_type(c->statement, (int)column) == SQLITE_NULL;
}

int64_t
case_int(struct case_cursor *c, size_t column)
{
	return sqlite3_column_int64(c->statement, (int)column);
}

double
case_real(struct case_cursor *c, size_t column)
{
	return sqlite3_column_double(c->statement, (int)column);
}

/* What was given out; beyond the bound the next row is an error. */
static size_t
count_bytes(struct case_cursor *c, size_t column)
{
	uint64_t size = (uint64_t)sqlite3_column_bytes(c->statement, (int)column);
	struct case_reader *r = c->reader;
	if (c->q == &r->own) {
		r->bytes_left -= size < r->bytes_left ? size : r->bytes_left;
		r->too_much = r->too_much || r->bytes_left == 0;
	}
	return (size_t)size;
}

const char *
case_text(struct case_cursor *c, size_t column)
{
	const char *text = sql_text(c->statement, (int)column);
	count_bytes(c, column);
	return text;
}

const char *
case_text_sized(struct case_cursor *c, size_t column, size_t *ret_size)
{
	const char *text = sql_text(c->statement, (int)column);
	*ret_size = count_bytes(c, column);
	return text;
}

struct view
case_blob(struct case_cursor *c, size_t column)
{
	const void *data = sqlite3_column_blob(c->statement, (int)column);
	int size = sqlite3_column_bytes(c->statement, (int)column);
	count_bytes(c, column);
	return (struct view){ data, data != NULL && size > 0 ? (size_t)size : 0 };
}
