#include "triage/case/store.h"

#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/case/custody.h"
#include "triage/case/event_batch.h"
#include "triage/case/schema.h"
#include "triage/case/store_inside.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static const char *const statements[STORE_STATEMENT_COUNT] = {
#define STATEMENT(id, text) [id] = text,
#include "triage/case/store_statements.def"
#undef STATEMENT
};

enum { VALUE_MAX = 64 << 20 };

enum triage_status
store_use(struct case_store *s, enum store_statement which, sqlite3_stmt **ret_statement, struct triage_error *err)
{
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK && s->kept[which] == NULL)
		st = sql_prepare(&s->q, statements[which], &s->kept[which], err);
	if (st == TRIAGE_OK)
		*ret_statement = s->kept[which];
	return st;
}

enum triage_status
store_no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the journal");
	return TRIAGE_E_MEMORY;
}

/* --- opening --- */

/* Temporary files lie beside the journal: a live system's /tmp is memory. SQLite keeps this for the whole process. */
static enum triage_status
temporary_beside(struct sql *q, struct triage_error *err)
{
	const char *slash = strrchr(q->path, '/');
	int size = slash == NULL || slash - q->path > PATH_MAX ? 0 : (int)(slash - q->path);
	if (size == 0)
		return TRIAGE_OK;
	char *text = sqlite3_mprintf("PRAGMA temp_store_directory = '%.*q'", size, q->path);
	if (text == NULL)
		return store_no_memory(err);
	enum triage_status st = sql_exec(q, text, err);
	sqlite3_free(text);
	return st;
}

/*
 * Pragmas that must hold, each with the answer that says so. EXCLUSIVE comes before the journal mode; TRUNCATE works on
 * every filesystem a stick may have; temporary data goes to files, so that memory does not follow the number of rows. A new
 * journal has pages of 16 KiB: in calls for 4 KiB the kernel needs twice the time for the same bytes.
 */
static enum triage_status
set_up(struct sql *q, struct triage_error *err)
{
	enum triage_status st = sql_pragma(q, "PRAGMA locking_mode = EXCLUSIVE", "exclusive", err);
	if (st == TRIAGE_OK)
		st = sql_pragma(q, "PRAGMA journal_mode = TRUNCATE", "truncate", err);
	if (st == TRIAGE_OK)
		st = sql_exec(q, "PRAGMA page_size = 16384; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; PRAGMA cell_size_check = ON;"
		    " PRAGMA foreign_keys = OFF; PRAGMA mmap_size = 0", err);
	if (st == TRIAGE_OK)
		st = sql_pragma(q, "PRAGMA synchronous", "2", err);
	return st == TRIAGE_OK ? temporary_beside(q, err) : st;
}

static enum triage_status
store_new(const char *path, struct case_store **ret_store, struct triage_error *err)
{
	enum triage_status st = digest_setup(err);
	if (st != TRIAGE_OK)
		return st;
	struct case_store *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return store_no_memory(err);
	buf_init(&s->value, VALUE_MAX);
	buf_init(&s->scratch, VALUE_MAX);
	buf_init(&s->packed, 2 * BATCH_BYTES_MAX);
	memset(s->custody_hash, '0', sizeof(s->custody_hash) - 1);
	st = sql_open(&s->q, path, SQL_READ_WRITE, err);
	if (st == TRIAGE_OK)
		st = set_up(&s->q, err);
	if (st != TRIAGE_OK) {
		case_close(s);
		return st;
	}
	*ret_store = s;
	return TRIAGE_OK;
}

enum triage_status
case_create(const char *path, struct case_store **ret_store, struct triage_error *err)
{
	struct case_store *s;
	enum triage_status st = sql_make_file(path, err);
	if (st == TRIAGE_OK)
		st = store_new(path, &s, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_exec(&s->q, "BEGIN IMMEDIATE", err);
	if (st == TRIAGE_OK)
		st = sql_exec(&s->q, journal_schema, err);
	if (st == TRIAGE_OK)
		st = case_commit(s, err);
	if (st != TRIAGE_OK) {
		case_close(s);
		return st;
	}
	*ret_store = s;
	return TRIAGE_OK;
}

static enum triage_status
check_identity(struct sql *q, struct triage_error *err)
{
	int64_t application, version;
	enum triage_status st = sql_number(q, "PRAGMA application_id", &application, err);
	if (st == TRIAGE_OK)
		st = sql_number(q, "PRAGMA user_version", &version, err);
	if (st != TRIAGE_OK)
		return st;
	if (application != strtoll(JOURNAL_APPLICATION, NULL, 10)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is not the journal of a run: begin a new run", q->path);
		return TRIAGE_E_FORMAT;
	}
	if (version != strtoll(JOURNAL_VERSION, NULL, 10)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET,
		    "%s was written by another version of this program: go on with that one, or begin a new run", q->path);
		return TRIAGE_E_UNSUPPORTED;
	}
	return TRIAGE_OK;
}

/* The chain as it stands must be whole: what goes on must not rest on a broken one. */
static enum triage_status
check_custody(struct case_store *s, struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = sql_prepare(&s->q, "SELECT seq, time, actor, action, detail, previous_hash, hash FROM custody ORDER BY seq", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		struct custody_entry e = { .seq = (uint64_t)sqlite3_column_int64(rows, 0), .time = sqlite3_column_int64(rows, 1),
		    .actor = sql_text(rows, 2), .action = sql_text(rows, 3), .detail = sql_text(rows, 4) };
		memcpy(e.previous_hash, s->custody_hash, sizeof(e.previous_hash));
		st = custody_seal(&e, err);
		if (st != TRIAGE_OK)
			break;
		if (e.seq != s->custody_seq + 1 || strcmp(sql_text(rows, 5), s->custody_hash) != 0 || strcmp(sql_text(rows, 6), e.hash) != 0) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET,
			    "%s: the chain of custody is broken at act %ju: begin a new run", s->q.path, (uintmax_t)e.seq);
			st = TRIAGE_E_FORMAT;
			break;
		}
		s->custody_seq = e.seq;
		memcpy(s->custody_hash, e.hash, sizeof(s->custody_hash));
	}
	sqlite3_finalize(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
take_up(struct case_store *s, struct triage_error *err)
{
	enum triage_status st = check_identity(&s->q, err);
	int64_t rules = 0, ordered = 0;
	if (st == TRIAGE_OK)
		st = sql_integrity(&s->q, err);
	if (st == TRIAGE_OK)
		st = sql_exec(&s->q, "BEGIN IMMEDIATE", err);
	if (st == TRIAGE_OK)
		st = check_custody(s, err);
	if (st == TRIAGE_OK)
		st = sql_number(&s->q, "SELECT count(*) FROM rule", &rules, err);
	if (st == TRIAGE_OK)
		st = sql_number(&s->q, "SELECT count(*) FROM sqlite_schema WHERE name = 'unit_order'", &ordered, err);
	s->rules_before = (uint64_t)rules;
	s->ordered = ordered != 0;
	if (st == TRIAGE_OK)
		st = store_count_units(s, err);
	if (st == TRIAGE_OK)
		st = store_drop_unfinished(s, err);
	return st;
}

enum triage_status
case_resume(const char *path, struct case_store **ret_store, struct triage_error *err)
{
	struct case_store *s;
	enum triage_status st = store_new(path, &s, err);
	if (st == TRIAGE_OK) {
		st = take_up(s, err);
		if (st != TRIAGE_OK)
			case_close(s);
	}
	if (st == TRIAGE_E_FORMAT && err != NULL && strstr(err->text, "begin a new run") == NULL)
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the journal %s is damaged and cannot be resumed: begin a new run", path);
	if (st != TRIAGE_OK)
		return st;
	*ret_store = s;
	return TRIAGE_OK;
}

enum triage_status
case_commit(struct case_store *s, struct triage_error *err)
{
	enum triage_status st = sql_check(&s->q, err);
	if (st != TRIAGE_OK)
		return st;
	/* after a full disk SQLite has rolled back by itself: then nothing must look committed */
	if (sqlite3_get_autocommit(s->q.db) != 0)
		return sql_fail(&s->q, SQLITE_IOERR, "cannot commit", err);
	st = sql_exec(&s->q, "COMMIT", err);
	return st == TRIAGE_OK ? sql_exec(&s->q, "BEGIN IMMEDIATE", err) : st;
}

void
case_close(struct case_store *s)
{
	if (s == NULL)
		return;
	sql_close(&s->q);
	store_forget_kinds(s);
	free(s->done);
	for (size_t i = 0; i < s->work_count; i++)
		store_forget_batch(&s->work[i]);
	free(s->work);
	buf_release(&s->packed);
	buf_release(&s->value);
	buf_release(&s->scratch);
	free(s);
}

/* --- facts --- */

enum triage_status
case_set(struct case_store *s, const char *key, const char *value, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, value != NULL ? SET_FACT : DELETE_FACT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(row, 1, key);
	if (value != NULL)
		sql_bind_text(row, 2, value);
	return sql_run(&s->q, row, err);
}

const char *
case_get(struct case_store *s, const char *key)
{
	struct triage_error ignored;
	buf_clear(&s->value);
	sqlite3_stmt *row;
	if (store_use(s, GET_FACT, &row, &ignored) != TRIAGE_OK)
		return "";
	sql_bind_text(row, 1, key);
	if (sql_step(&s->q, row, &ignored) == TRIAGE_OK)
		buf_text(&s->value, sql_text(row, 0));
	sqlite3_reset(row);
	/* a fact that is there must not look as if it were not: nothing is written on such ground */
	if (s->value.failed && !s->q.failed) {
		s->q.failed = true;
		s->q.why = ENOMEM;
	}
	return buf_cstr(&s->value);
}

/* --- custody --- */

enum triage_status
case_custody(struct case_store *s, const char *actor, const char *action, const char *detail_json, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_CUSTODY, &row, err);
	if (st != TRIAGE_OK)
		return st;
	struct custody_entry e = { .seq = s->custody_seq + 1, .time = when_now(), .actor = actor, .action = action, .detail = detail_json };
	memcpy(e.previous_hash, s->custody_hash, sizeof(e.previous_hash));
	st = custody_seal(&e, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, e.seq);
	sqlite3_bind_int64(row, 2, e.time);
	sql_bind_text(row, 3, e.actor);
	sql_bind_text(row, 4, e.action);
	sql_bind_text(row, 5, e.detail);
	sql_bind_text(row, 6, e.previous_hash);
	sql_bind_text(row, 7, e.hash);
	st = sql_run(&s->q, row, err);
	if (st == TRIAGE_OK) {
		s->custody_seq = e.seq;
		memcpy(s->custody_hash, e.hash, sizeof(s->custody_hash));
	}
	return st;
}
