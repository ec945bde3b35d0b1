/*
 * rebuild.c - a copy of a sealed case opened for another judgement: what the judge said is taken out, the facts stay.
 *
 * The file may come from elsewhere: nothing in it is carried out. Its views are replaced by ours, triggers are refused, functions of its schema are not trusted.
 */
#include "triage/case/build.h"

#include "triage/base/when.h"
#include "triage/case/custody.h"
#include "triage/case/schema.h"

#include <stdlib.h>
#include <string.h>

static const char judged_sql[] =
    "DELETE FROM t_finding; DELETE FROM t_story; DELETE FROM t_contact; DELETE FROM t_damage; DELETE FROM t_damage_filesystem; DELETE FROM t_damage_sum;"
    " DELETE FROM t_problem WHERE stage = 'judge'; UPDATE t_file SET extension_mismatch = 0 WHERE extension_mismatch <> 0;"
    " DELETE FROM t_meta WHERE key GLOB 'extracted.*' OR key GLOB 'verdict*' OR key GLOB 'ransomware.*'";

static enum triage_status
set_up(struct sql *q, struct triage_error *err)
{
	int64_t triggers;
	enum triage_status st = sql_pragma(q, "PRAGMA locking_mode = EXCLUSIVE", "exclusive", err);
	if (st == TRIAGE_OK)
		st = sql_pragma(q, "PRAGMA journal_mode = OFF", "off", err);
	if (st == TRIAGE_OK && (sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
	    sqlite3_db_config(q->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(q->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK))
		st = sql_fail(q, SQLITE_ERROR, "cannot set up", err);
	if (st == TRIAGE_OK)
		st = build_check_identity(q, CASE_SCHEMA_VERSION, err);
	if (st == TRIAGE_OK)
		st = sql_number(q, "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index', 'view')", &triggers, err);
	if (st == TRIAGE_OK && triggers > 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s has triggers, which no case has", q->path);
		return TRIAGE_E_FORMAT;
	}
	if (st == TRIAGE_OK)
		st = sql_exec(q, "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; PRAGMA foreign_keys = OFF;"
		    " PRAGMA secure_delete = OFF; PRAGMA cell_size_check = ON; BEGIN IMMEDIATE", err);
	return st;
}

/* One view of the file, and it is gone. TRIAGE_END when there is none left. */
static enum triage_status
drop_one_view(struct sql *q, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = sql_prepare(q, "SELECT name FROM sqlite_schema WHERE type = 'view' LIMIT 1", &row, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_step(q, row, err);
	char *text = st == TRIAGE_OK ? sqlite3_mprintf("DROP VIEW \"%w\"", sql_text(row, 0)) : NULL;
	sqlite3_finalize(row);
	if (st == TRIAGE_OK)
		st = text != NULL ? sql_exec(q, text, err) : store_no_memory(err);
	sqlite3_free(text);
	return st;
}

static enum triage_status
renew_views(struct sql *q, struct triage_error *err)
{
	enum triage_status st;
	while ((st = drop_one_view(q, err)) == TRIAGE_OK)
		continue;
	st = st == TRIAGE_END ? TRIAGE_OK : st;
	for (const char *const *text = case_views; *text != NULL && st == TRIAGE_OK; text++)
		if (strncmp(*text, "CREATE VIEW ", 12) == 0)
			st = sql_exec(q, *text, err);
	return st;
}

enum triage_status
case_reopen(const char *path, struct case_sealer **ret_sealer, struct triage_error *err)
{
	struct case_sealer *z = calloc(1, sizeof(*z));
	if (z == NULL)
		return store_no_memory(err);
	enum triage_status st = sql_open(&z->q, path, SQL_READ_WRITE, err);
	if (st == TRIAGE_OK)
		st = set_up(&z->q, err);
	if (st == TRIAGE_OK)
		st = sql_integrity(&z->q, err);
	if (st == TRIAGE_OK)
		st = sql_exec(&z->q, case_contradiction_table, err);
	if (st == TRIAGE_OK)
		st = renew_views(&z->q, err);
	if (st == TRIAGE_OK)
		st = sql_exec(&z->q, judged_sql, err);
	if (st == TRIAGE_OK)
		st = case_reader_over(&z->q, &z->reader, err);
	if (st != TRIAGE_OK) {
		case_seal_abandon(z);
		return st;
	}
	*ret_sealer = z;
	return TRIAGE_OK;
}

enum triage_status
case_seal_problem(struct case_sealer *z, const struct triage_problem *p, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_PROBLEM, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(row, 1, p->stage);
	sql_bind_text(row, 2, triage_severity_name(p->severity));
	sql_bind_text(row, 3, p->code);
	sql_bind_text(row, 4, p->message);
	sql_bind_count(row, 5, p->bytes);
	return sql_run(&z->q, row, err);
}

/* The order of build_problems(), which has the severities as numbers. */
enum triage_status
rebuild_problems(struct case_sealer *z, struct triage_error *err)
{
	return z->kept[SEAL_PROBLEM] == NULL ? TRIAGE_OK : sql_exec(&z->q, "CREATE TEMP TABLE problem AS SELECT * FROM main.t_problem; DELETE FROM main.t_problem;"
	    " INSERT INTO main.t_problem(stage, severity, evidence_id, filesystem_id, path, inode, code, message, bytes, offset)"
	    " SELECT DISTINCT stage, severity, evidence_id, filesystem_id, path, inode, code, message, bytes, offset FROM temp.problem"
	    " ORDER BY instr('critical high medium low info', severity), stage, code, evidence_id, filesystem_id, path, inode, offset, message, bytes;"
	    " DROP TABLE temp.problem", err);
}

enum triage_status
case_seal_custody(struct case_sealer *z, const char *actor, const char *action, const char *detail_json, struct triage_error *err)
{
	sqlite3_stmt *row;
	struct custody_entry e = { .seq = 1, .time = when_now(), .actor = actor, .action = action, .detail = detail_json };
	memset(e.previous_hash, '0', 64);
	enum triage_status st = sql_check(&z->q, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "SELECT seq, hash FROM t_custody ORDER BY seq DESC LIMIT 1", &row, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_step(&z->q, row, err);
	if (st == TRIAGE_OK && strlen(sql_text(row, 1)) == 64) {
		e.seq = (uint64_t)sqlite3_column_int64(row, 0) + 1;
		memcpy(e.previous_hash, sql_text(row, 1), 65);
	}
	sqlite3_finalize(row);
	if (st != TRIAGE_OK && st != TRIAGE_END)
		return st;
	st = custody_seal(&e, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "INSERT INTO t_custody VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, e.seq);
	sql_bind_time(row, 2, e.time);
	sql_bind_text(row, 3, e.actor);
	sql_bind_text(row, 4, e.action);
	sql_bind_text(row, 5, e.detail);
	sql_bind_text(row, 6, e.previous_hash);
	sql_bind_text(row, 7, e.hash);
	st = sql_run(&z->q, row, err);
	sqlite3_finalize(row);
	return st;
}
