/* build_tables.c - the sealed tables that are copied from the journal as they stand, each in an order that its content gives. */
#include "triage/case/build.h"

#include <string.h>

/*
 * repeated: content that more than one result tells of. judged: which of them tells its type and randomness; two workers may have
 * judged the same bytes, and the choice depends on what the rows say, never on which came first. Content with one result
 * needs no entry. hit, name_hit: content and streams that rules hit.
 */
static const char prepare_sql[] =
    "CREATE INDEX IF NOT EXISTS result_unit ON result(unit_id);"
    "DROP TABLE IF EXISTS temp.repeated; DROP TABLE IF EXISTS temp.judged; DROP TABLE IF EXISTS temp.hit; DROP TABLE IF EXISTS temp.name_hit;"
    "CREATE TEMP TABLE repeated(sha256 BLOB, bytes INTEGER, PRIMARY KEY(sha256, bytes)) WITHOUT ROWID;"
    "INSERT INTO temp.repeated SELECT sha256, bytes FROM main.result GROUP BY sha256, bytes HAVING count(*) > 1;"
    "CREATE TEMP TABLE judged(sha256 BLOB, bytes INTEGER, result_id INTEGER, PRIMARY KEY(sha256, bytes)) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO temp.judged SELECT r.sha256, r.bytes, r.result_id FROM main.result r CROSS JOIN temp.repeated p"
    " ON p.sha256 = r.sha256 AND p.bytes = r.bytes WHERE r.judged = 1"
    " ORDER BY r.sha256, r.bytes, r.scan_incomplete, r.windowed, r.mime, r.magic, r.text, r.entropy, r.chi_square;"
    "CREATE TEMP TABLE hit(sha256 BLOB, bytes INTEGER, PRIMARY KEY(sha256, bytes)) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO temp.hit SELECT r.sha256, r.bytes FROM main.match m JOIN main.result r ON r.unit_id = m.unit_id WHERE m.by_name = 0;"
    "CREATE TEMP TABLE name_hit(unit_id INTEGER PRIMARY KEY);"
    "INSERT OR IGNORE INTO temp.name_hit SELECT unit_id FROM main.match WHERE by_name = 1;"
    /*
     * Units that a parser claimed, the first file that each is, and a number for those that are one log: rotated copies of it on one volume and its
     * shadow copies.
     */
    "DROP TABLE IF EXISTS temp.unit_file; CREATE TEMP TABLE unit_file(unit_id INTEGER PRIMARY KEY, file_id INTEGER,"
    " family INTEGER); INSERT INTO temp.unit_file(unit_id, family) SELECT u.unit_id, family_of(e.path, f.evidence_id,"
    " iif(v.kind = 'vss', v.parent, f.volume)) FROM main.artefact a JOIN main.unit u ON u.unit_id = a.unit_id JOIN main.entry e ON e.entry_id = u.entry_id"
    " JOIN main.filesystem f ON f.filesystem_id = u.filesystem_id LEFT JOIN main.volume v ON v.evidence_id = f.evidence_id AND v.position = f.volume"
    " WHERE EXISTS (SELECT 1 FROM main.result r WHERE r.unit_id = u.unit_id)";

/* A stream that was told to be equal to one judged before, which nobody has judged: its type and matches are not known. */
static enum triage_status
note_unjudged(struct case_store *s, struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = sql_prepare(&s->q, "SELECT u.filesystem_id, f.evidence_id, e.path, u.inode, r.bytes FROM main.result r"
	    " JOIN main.unit u ON u.unit_id = r.unit_id JOIN main.entry e ON e.entry_id = u.entry_id"
	    " JOIN main.filesystem f ON f.filesystem_id = u.filesystem_id WHERE r.judged = 0"
	    " AND NOT EXISTS (SELECT 1 FROM temp.judged k WHERE k.sha256 = r.sha256 AND k.bytes = r.bytes)", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		const struct triage_problem p = { .stage = "content", .severity = TRIAGE_MEDIUM, .code = "judgement-missing",
		    .message = "equal content was reported as examined before, but no result of it was kept: type and rule matches of this stream are not known",
		    .inode = (uint64_t)sqlite3_column_int64(rows, 3), .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
		    .bytes = (uint64_t)sqlite3_column_int64(rows, 4) };
		st = case_put_problem(s, (uint64_t)sqlite3_column_int64(rows, 1), (uint64_t)sqlite3_column_int64(rows, 0), sql_text(rows, 2), &p, err);
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
check_rules(const struct case_store *s, struct triage_error *err)
{
	if (s->rules_before == 0 || s->rules_put == 0 || s->rules_put >= s->rules_before)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the rules are not those with which this run was begun: %ju now, %ju then",
	    (uintmax_t)s->rules_put, (uintmax_t)s->rules_before);
	return TRIAGE_E_USAGE;
}

enum triage_status
build_prepare(struct case_sealer *z, struct triage_error *err)
{
	struct case_store *s = z->store;
	enum triage_status st = check_rules(s, err);
	if (st == TRIAGE_OK)
		st = build_words(s, err);
	if (st == TRIAGE_OK)
		st = build_event_words(s, err);
	if (st == TRIAGE_OK)
		st = sql_exec(&s->q, prepare_sql, err);
	return st == TRIAGE_OK ? note_unjudged(s, err) : st;
}

/* Borrowed, not copied: the row stays where it is until the next step. */
static void
carry_column(sqlite3_stmt *from, int column, sqlite3_stmt *into)
{
	switch (sqlite3_column_type(from, column)) {
	case SQLITE_INTEGER:
		sqlite3_bind_int64(into, column + 1, sqlite3_column_int64(from, column));
		break;
	case SQLITE_FLOAT:
		sqlite3_bind_double(into, column + 1, sqlite3_column_double(from, column));
		break;
	case SQLITE_TEXT: {
		const unsigned char *text = sqlite3_column_text(from, column);
		sqlite3_bind_text(into, column + 1, (const char *)text, sqlite3_column_bytes(from, column), SQLITE_STATIC);
		break;
	}
	case SQLITE_BLOB: {
		const void *data = sqlite3_column_blob(from, column);
		sql_bind_blob(into, column + 1, data, (size_t)sqlite3_column_bytes(from, column));
		break;
	}
	default:
		sqlite3_bind_null(into, column + 1);
	}
}

enum triage_status
build_copy(struct case_sealer *z, const struct build_copy *copy, uint64_t id,
    enum triage_status (*after)(struct case_sealer *z, sqlite3_stmt *row, void *ctx, struct triage_error *err), void *ctx, struct triage_error *err)
{
	sqlite3_stmt *from, *into;
	enum triage_status st = sql_prepare(&z->store->q, copy->from, &from, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_prepare(&z->q, copy->into, &into, err);
	if (st != TRIAGE_OK) {
		sqlite3_finalize(from);
		return st;
	}
	if (sqlite3_bind_parameter_count(from) > 0)
		sql_bind_id(from, 1, id);
	int columns = sqlite3_column_count(from), wanted = sqlite3_bind_parameter_count(into);
	while ((st = sql_step(&z->store->q, from, err)) == TRIAGE_OK) {
		for (int i = 0; i < columns && i < wanted; i++)
			carry_column(from, i, into);
		st = sql_step(&z->q, into, err);
		sqlite3_reset(into);
		if (st == TRIAGE_END)
			st = after != NULL ? after(z, from, ctx, err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(into);
	sqlite3_finalize(from);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static const struct build_copy small_tables[] = {
	{ .from = "SELECT evidence_id, name, evidence_kind_word(kind), size, sector_size, md5, sha1, sha256, stored_md5, stored_sha1,"
	    " coalesce(hash_verdict, 'not-checked'), bad_sectors, source_size FROM evidence ORDER BY evidence_id",
	  .into = "INSERT INTO t_evidence VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)" },
	{ .from = "SELECT v.volume_id, v.evidence_id, p.volume_id, v.kind, v.start, v.length, v.label, v.uuid, volume_state_word(v.state), v.position"
	    " FROM volume v LEFT JOIN volume p ON p.evidence_id = v.evidence_id AND p.position = v.parent ORDER BY v.volume_id",
	  .into = "INSERT INTO t_volume VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)" },
	{ .from = "SELECT f.filesystem_id, v.volume_id, f.type, f.label, f.uuid, f.block_size, f.evidence_id, f.start, f.length,"
	    " precision_of(f.type, 0), precision_of(f.type, 1), precision_of(f.type, 2)"
	    " FROM filesystem f LEFT JOIN volume v ON v.evidence_id = f.evidence_id AND v.position = f.volume ORDER BY f.filesystem_id",
	  .into = "INSERT INTO t_filesystem VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, NULL)" },
	{ .from = "SELECT rule_index, name, namespace, tags, title, why, innocent, family, technique, kind, source, version, severity_word(severity),"
	    " confidence FROM rule ORDER BY rule_index",
	  .into = "INSERT INTO t_rule VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)" },
	{ .from = "SELECT DISTINCT r.sha256, r.bytes, m.rule, m.string_id, m.offset, m.length, m.sample FROM match m"
	    " JOIN result r ON r.unit_id = m.unit_id WHERE m.by_name = 0 ORDER BY 1, 2, 3, 4, 5, 6, 7",
	  .into = "INSERT OR IGNORE INTO t_match VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)" },
	{ .from = "SELECT DISTINCT u.filesystem_id, u.inode, u.attr_type, u.attr_id, m.rule, m.string_id, m.offset, m.length, m.sample FROM match m"
	    " JOIN unit u ON u.unit_id = m.unit_id WHERE m.by_name = 1 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
	  .into = "INSERT OR IGNORE INTO t_name_match VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)" },
	{ .from = "SELECT u.filesystem_id, u.inode, u.attr_type, u.attr_id, x.file_offset, x.image_offset, x.length FROM extent x"
	    " JOIN unit u ON u.unit_id = x.unit_id ORDER BY 1, 2, 3, 4, 5, 6, 7",
	  .into = "INSERT OR IGNORE INTO t_extent VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)" },
};

/* The words for each set of times that can coincide: bit n is the n-th column of times. */
static const char meanings_sql[] =
    "WITH RECURSIVE n(mask) AS (VALUES(1) UNION ALL SELECT mask + 1 FROM n WHERE mask < 255)"
    " INSERT INTO t_meaning SELECT mask, substr(iif(mask & 1, ', modified', '') || iif(mask & 2, ', accessed', '') ||"
    " iif(mask & 4, ', changed', '') || iif(mask & 8, ', created', '') || iif(mask & 16, ', $FILE_NAME modified', '') ||"
    " iif(mask & 32, ', $FILE_NAME accessed', '') || iif(mask & 64, ', $FILE_NAME changed', '') ||"
    " iif(mask & 128, ', $FILE_NAME created', ''), 3) FROM n";

enum triage_status
build_small_tables(struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = sql_exec(&z->q, meanings_sql, err);
	for (size_t i = 0; i < sizeof(small_tables) / sizeof(small_tables[0]) && st == TRIAGE_OK; i++)
		st = build_copy(z, &small_tables[i], 0, NULL, NULL, err);
	return st;
}

enum triage_status
build_problems(struct case_sealer *z, struct triage_error *err)
{
	static const struct build_copy problems = {
		.from = "SELECT DISTINCT stage, severity_word(severity), evidence_id, filesystem_id, path, inode, code, message, bytes, offset FROM problem"
		    " ORDER BY severity DESC, stage, code, evidence_id, filesystem_id, path, inode, offset, message, bytes",
		.into = "INSERT INTO t_problem(stage, severity, evidence_id, filesystem_id, path, inode, code, message, bytes, offset)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	};
	int64_t count = 0;
	enum triage_status st = sql_number(&z->store->q, "SELECT count(*) FROM problem", &count, err);
	if (st != TRIAGE_OK || (z->problems != 0 && z->problems == (uint64_t)count))
		return st;
	if (z->problems != 0)
		st = sql_exec(&z->q, "DELETE FROM t_problem", err);
	z->problems = (uint64_t)count;
	return st == TRIAGE_OK ? build_copy(z, &problems, 0, NULL, NULL, err) : st;
}

enum triage_status
build_custody(struct case_sealer *z, struct triage_error *err)
{
	static const struct build_copy custody = {
		.from = "SELECT seq, time, actor, action, detail, previous_hash, hash FROM custody ORDER BY seq",
		.into = "INSERT INTO t_custody VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	};
	return build_copy(z, &custody, 0, NULL, NULL, err);
}

enum triage_status
build_meta(struct case_sealer *z, struct triage_error *err)
{
	/* what the judge said stands */
	static const struct build_copy meta = {
		.from = "SELECT substr(key, 6), value FROM fact WHERE key >= 'meta.' AND key < 'meta/' ORDER BY key",
		.into = "INSERT INTO t_meta VALUES(?1, ?2) ON CONFLICT(key) DO NOTHING",
	};
	return build_copy(z, &meta, 0, NULL, NULL, err);
}
