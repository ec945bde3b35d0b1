/* build.c - case.db from the journal, in one transaction: build, let the judge add, finish. */
#include "triage/case/build.h"

#include "triage/base/fault.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/case/query.h"
#include "triage/case/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static enum triage_status
carry_out(struct sql *q, const char *const *statement, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (; *statement != NULL && st == TRIAGE_OK; statement++)
		st = sql_exec(q, *statement, err);
	return st;
}

/*
 * No rollback journal: a build that fails is thrown away, and the bytes of the file must not depend on how often
 * something was committed. The file is flushed once, when it is whole.
 */
static enum triage_status
set_up(struct sql *q, struct triage_error *err)
{
	enum triage_status st = sql_pragma(q, "PRAGMA locking_mode = EXCLUSIVE", "exclusive", err);
	if (st == TRIAGE_OK)
		st = sql_pragma(q, "PRAGMA journal_mode = OFF", "off", err);
	if (st == TRIAGE_OK)
		st = sql_exec(q, "PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE; PRAGMA encoding = 'UTF-8'; PRAGMA synchronous = OFF;"
		    " PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF; BEGIN IMMEDIATE", err);
	return st == TRIAGE_OK ? carry_out(q, case_tables, err) : st;
}

static enum triage_status
remove_leftover(const char *path, struct triage_error *err)
{
	if (unlink(path) != 0 && errno != ENOENT) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot replace %s", path);
		return TRIAGE_E_IO;
	}
	return TRIAGE_OK;
}

static enum triage_status
fill(struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = build_prepare(z, err);
	if (st == TRIAGE_OK)
		st = build_small_tables(z, err);
	if (st == TRIAGE_OK)
		st = build_hosts(z, err);
	if (st == TRIAGE_OK)
		st = build_files(z, err);
	if (st == TRIAGE_OK)
		st = build_packages(z, err);
	if (st == TRIAGE_OK)
		st = build_events(z, err);
	if (st == TRIAGE_OK)
		st = build_problems(z, err);
	if (st == TRIAGE_OK)
		st = build_meta(z, err);
	if (st == TRIAGE_OK)
		st = carry_out(&z->q, case_contradictions, err);
	if (st == TRIAGE_OK)
		st = carry_out(&z->q, case_views, err);
	return st == TRIAGE_OK ? case_reader_over(&z->q, &z->reader, err) : st;
}

enum triage_status
case_build(struct case_store *s, const char *path, struct case_sealer **ret_sealer, struct triage_error *err)
{
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK)
		st = remove_leftover(path, err);
	if (st == TRIAGE_OK)
		st = sql_make_file(path, err);
	if (st != TRIAGE_OK)
		return st;
	struct case_sealer *z = calloc(1, sizeof(*z));
	if (z == NULL)
		return store_no_memory(err);
	z->store = s;
	st = sql_open(&z->q, path, SQL_READ_WRITE, err);
	if (st == TRIAGE_OK)
		st = set_up(&z->q, err);
	if (st == TRIAGE_OK)
		st = fill(z, err);
	if (st != TRIAGE_OK) {
		case_seal_abandon(z);
		unlink(path);
		return st;
	}
	*ret_sealer = z;
	return TRIAGE_OK;
}

struct case_reader *
case_seal_reader(struct case_sealer *z)
{
	return z->reader;
}

/* --- what the judge adds --- */

static const char *const statements[SEAL_STATEMENT_COUNT] = {
	[SEAL_FINDING] = "INSERT INTO t_finding(severity, confidence, score, rule, kind, title, technique, host, path, first_time, last_time, count,"
	    " detail, file_id, story_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
	[SEAL_CONTACT] = "INSERT INTO t_contact(host, direction, peer, account, protocol, first_time, last_time, count, failed, source, event_id)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[SEAL_JUDGEMENT] = "UPDATE t_file SET known = ?2, extension_mismatch = ?3 WHERE file_id = ?1",
	[SEAL_COVERAGE] = "INSERT INTO t_coverage(what, total, examined, skipped, failed, bytes_total, bytes_examined, reason)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[SEAL_DAMAGE] = "INSERT INTO t_damage SELECT ?1, ?2, ?3, iif(?4 > 0 AND ?4 < length(CAST(path AS BLOB)),"
	    " CAST(substr(CAST(path AS BLOB), 1, length(CAST(path AS BLOB)) - ?4) AS TEXT), NULL), ?5, ?6 FROM t_file WHERE file_id = ?1",
	[SEAL_DAMAGE_FILESYSTEM] = "INSERT OR IGNORE INTO t_damage_filesystem VALUES(?1)",
	[SEAL_STORY] = "INSERT INTO t_story VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SEAL_DAMAGE_SUM] = "INSERT INTO t_damage_sum VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
	[SEAL_PROBLEM] = "INSERT INTO t_problem(stage, severity, code, message, bytes) VALUES(?1, ?2, ?3, ?4, ?5)",
	[SEAL_META] = "INSERT INTO t_meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
};

enum triage_status
build_use(struct case_sealer *z, enum seal_statement which, sqlite3_stmt **ret_statement, struct triage_error *err)
{
	enum triage_status st = sql_check(&z->q, err);
	if (st == TRIAGE_OK && z->kept[which] == NULL)
		st = sql_prepare(&z->q, statements[which], &z->kept[which], err);
	if (st == TRIAGE_OK)
		*ret_statement = z->kept[which];
	return st;
}

enum triage_status
case_seal_meta(struct case_sealer *z, const char *key, const char *value, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_META, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(row, 1, key);
	sql_bind_text(row, 2, value);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_finding(struct case_sealer *z, const struct case_finding_row *f, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_FINDING, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(row, 1, triage_severity_name(f->severity));
	sqlite3_bind_int64(row, 2, f->confidence);
	sqlite3_bind_int64(row, 3, f->score);
	sql_bind_text(row, 4, f->rule);
	sql_bind_text(row, 5, f->kind);
	sql_bind_text(row, 6, f->title);
	sql_bind_word(row, 7, f->technique);
	sql_bind_word(row, 8, f->host);
	sql_bind_word(row, 9, f->path);
	sql_bind_time(row, 10, f->first_time);
	sql_bind_time(row, 11, f->last_time);
	sql_bind_count(row, 12, f->count);
	sql_bind_text(row, 13, f->detail != NULL && f->detail[0] != '\0' ? f->detail : "{}");
	sql_bind_count(row, 14, f->file_id);
	sql_bind_count(row, 15, f->story_id);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_story(struct case_sealer *z, const struct case_story_row *s, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_STORY, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_word(row, 1, s->host);
	sql_bind_text(row, 2, s->tactic);
	sql_bind_text(row, 3, s->title);
	sql_bind_text(row, 4, triage_severity_name(s->severity));
	sqlite3_bind_int64(row, 5, s->confidence);
	sqlite3_bind_double(row, 6, s->points);
	sql_bind_time(row, 7, s->first_time);
	sql_bind_time(row, 8, s->last_time);
	sql_bind_count(row, 9, s->findings);
	sqlite3_bind_int(row, 10, s->shown);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_contact(struct case_sealer *z, const struct case_contact_row *c, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_CONTACT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_word(row, 1, c->host);
	sql_bind_text(row, 2, c->direction);
	sql_bind_text(row, 3, c->peer);
	sql_bind_word(row, 4, c->account);
	sql_bind_word(row, 5, c->protocol);
	sql_bind_time(row, 6, c->first_time);
	sql_bind_time(row, 7, c->last_time);
	sql_bind_count(row, 8, c->count);
	sql_bind_count(row, 9, c->failed);
	sql_bind_text(row, 10, c->source);
	sql_bind_count(row, 11, c->event_id);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_file_judgement(struct case_sealer *z, uint64_t file_id, const char *known, bool mismatch, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_JUDGEMENT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, file_id);
	/* 0, 1 and NULL take no room: the row keeps its size and place */
	if (known != NULL && known[0] != '\0')
		sqlite3_bind_int(row, 2, strcmp(known, "bad") == 0);
	sqlite3_bind_int(row, 3, mismatch);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_coverage(struct case_sealer *z, const struct case_coverage_row *c, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_COVERAGE, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(row, 1, c->what);
	sql_bind_count(row, 2, c->total);
	sql_bind_count(row, 3, c->examined);
	sql_bind_count(row, 4, c->skipped);
	sql_bind_count(row, 5, c->failed);
	sql_bind_count(row, 6, c->bytes_total);
	sql_bind_count(row, 7, c->bytes_examined);
	sql_bind_word(row, 8, c->reason);
	return sql_run(&z->q, row, err);
}

/* --- the end --- */

static void
release(struct case_sealer *z)
{
	case_reader_close(z->reader);
	sql_close(&z->q);
	build_forget_clocks(z);
	free(z);
}

void
case_seal_abandon(struct case_sealer *z)
{
	if (z == NULL)
		return;
	if (z->q.path != NULL)
		unlink(z->q.path);
	release(z);
}

static enum triage_status
flush(const char *path, struct triage_error *err)
{
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fault_hit() || fsync(fd) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot flush %s", path);
		return TRIAGE_E_IO;
	}
	SCOPED_FREE char *folder = strdup(path);
	if (folder == NULL)
		return store_no_memory(err);
	char *slash = strrchr(folder, '/');
	if (slash == NULL)
		return output_sync_folder(".", err);
	slash[slash == folder ? 1 : 0] = '\0';
	return output_sync_folder(folder, err);
}

enum triage_status
case_seal_finish(struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = sql_check(&z->q, err);
	/* without a journal it is an old case that is judged again */
	if (st == TRIAGE_OK && z->store == NULL)
		st = rebuild_problems(z, err);
	if (st == TRIAGE_OK && z->store != NULL)
		st = build_meta(z, err);
	if (st == TRIAGE_OK && z->store != NULL)
		st = build_problems(z, err);
	if (st == TRIAGE_OK && z->store != NULL)
		st = build_custody(z, err);
	case_reader_close(z->reader);
	z->reader = NULL;
	if (st == TRIAGE_OK)
		st = sql_exec(&z->q, "COMMIT", err);
	SCOPED_FREE char *path = st == TRIAGE_OK ? strdup(z->q.path) : NULL;
	if (st == TRIAGE_OK && path == NULL)
		st = store_no_memory(err);
	if (st != TRIAGE_OK) {
		case_seal_abandon(z);
		return st;
	}
	release(z);
	return flush(path, err);
}
