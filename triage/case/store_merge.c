/*
 * store_merge.c - the journal of one part of a machine's work, kept in an order of its own, and several of them brought together again.
 *
 * A kept journal says the same bytes whatever the number of workers: streams are numbered by their keys, rows of results follow these numbers. All parts list the
 * same names, so what each has more is the results of its own streams; entries and units of archive members are numbered anew behind those that are there.
 *
 * In the statements S. is the schema that rows come from, D. the one that they go to.
 */
#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/case/schema.h"
#include "triage/case/store_inside.h"

#include <string.h>

#define MEMBER "(1 << 39)"		/* MEMBER_EDGE */
#define EDGE "((1 << 40) - 1)"
#define UNIT_COLUMNS "filesystem_id, inode, attr_type, attr_id, entry_id, size, rank, place"
#define ENTRY_REST "inode, sequence, attr_type, attr_id, kind, state, flags, name, stream, size, mode, uid, gid, owner, mtime, atime, ctime, btime, fn_mtime, fn_atime," \
	" fn_ctime, fn_btime, link, path"
#define RESULT_REST "state, bytes, hashed, judged, windowed, scan_incomplete, md5, sha1, sha256, text, mime, magic, entropy, chi_square, first, last, most, least, most_offset," \
	" block_size, blocks, random_blocks, places"

/* What all parts have in common. */
static const char *const listing[] = {
    "INSERT INTO D.fact SELECT * FROM S.fact ORDER BY key",
    "INSERT INTO D.evidence SELECT * FROM S.evidence ORDER BY evidence_id",
    "INSERT INTO D.volume SELECT * FROM S.volume ORDER BY volume_id",
    "INSERT INTO D.filesystem SELECT * FROM S.filesystem ORDER BY filesystem_id",
    "INSERT INTO D.entry SELECT * FROM S.entry WHERE (entry_id & " EDGE ") < " MEMBER " ORDER BY entry_id",
    "INSERT INTO D.unit(" UNIT_COLUMNS ") SELECT " UNIT_COLUMNS " FROM S.unit WHERE attr_id < (1 << 32) ORDER BY filesystem_id, inode, attr_type, attr_id",
    "INSERT INTO D.rule SELECT * FROM S.rule ORDER BY rule_index",
    "INSERT INTO D.custody SELECT * FROM S.custody ORDER BY seq",
    NULL,
};

/* What one part found. */
static const char *const results[] = {
    "DROP TABLE IF EXISTS temp.member; CREATE TEMP TABLE member(old INTEGER PRIMARY KEY, new INTEGER)",
    /* members of each filesystem go behind those that it has */
    "INSERT INTO temp.member SELECT s.entry_id, max(coalesce((SELECT max(d.entry_id) FROM D.entry d WHERE d.entry_id >= ((s.entry_id >> 40) << 40)"
    " AND d.entry_id < (((s.entry_id >> 40) + 1) << 40)), 0), ((s.entry_id >> 40) << 40) + " MEMBER " - 1) + row_number() OVER (PARTITION BY s.entry_id >> 40"
    " ORDER BY s.inode, s.attr_type, s.attr_id & ((1 << 32) - 1), s.attr_id, s.entry_id) FROM S.entry s WHERE (s.entry_id & " EDGE ") >= " MEMBER,
    "INSERT INTO D.entry(entry_id, parent, " ENTRY_REST ") SELECT m.new, s.parent, " ENTRY_REST " FROM S.entry s JOIN temp.member m ON m.old = s.entry_id ORDER BY m.new",
    "INSERT INTO D.unit(" UNIT_COLUMNS ") SELECT s.filesystem_id, s.inode, s.attr_type, s.attr_id, m.new, s.size, s.rank, s.place FROM S.unit s JOIN temp.member m"
    " ON m.old = s.entry_id WHERE s.attr_id >= (1 << 32) ORDER BY m.new",
    "DROP TABLE IF EXISTS temp.unit_of; CREATE TEMP TABLE unit_of(old INTEGER PRIMARY KEY, new INTEGER)",
    "INSERT INTO temp.unit_of SELECT s.unit_id, d.unit_id FROM S.unit s JOIN D.unit d ON d.filesystem_id = s.filesystem_id AND d.inode = s.inode AND d.attr_type = s.attr_type"
    " AND d.attr_id = s.attr_id",
    "INSERT INTO D.result(unit_id, " RESULT_REST ", twin, shape) SELECT u.new, " RESULT_REST ", (SELECT t.new FROM temp.unit_of t WHERE t.old = s.twin), shape FROM S.result s"
    " JOIN temp.unit_of u ON u.old = s.unit_id WHERE u.new NOT IN (SELECT unit_id FROM D.result) ORDER BY u.new",
    "INSERT INTO D.match(unit_id, rule, string_id, offset, length, sample, by_name) SELECT u.new, rule, string_id, offset, length, sample, by_name FROM S.match s"
    " JOIN temp.unit_of u ON u.old = s.unit_id ORDER BY u.new, rule, string_id, offset, length, by_name, sample",
    "INSERT INTO D.extent(unit_id, file_offset, image_offset, length) SELECT u.new, file_offset, image_offset, length FROM S.extent s JOIN temp.unit_of u ON u.old = s.unit_id"
    " ORDER BY u.new, file_offset, image_offset, length",
    "INSERT INTO D.event_batch(unit_id, events, bytes, words, packed) SELECT u.new, s.events, s.bytes, s.words, s.packed FROM S.event_batch s"
    " JOIN temp.unit_of u ON u.old = s.unit_id ORDER BY u.new, s.batch_id",
    "INSERT INTO D.told(unit_id, kind, subject, name, value, time, weight) SELECT u.new, kind, subject, name, value, time, weight FROM S.told s"
    " JOIN temp.unit_of u ON u.old = s.unit_id ORDER BY u.new, s.told_id",
    "INSERT INTO D.artefact(unit_id, parser, bytes, events, whole) SELECT u.new, parser, bytes, events, whole FROM S.artefact s JOIN temp.unit_of u ON u.old = s.unit_id"
    " ORDER BY u.new, s.artefact_id",
    "INSERT OR IGNORE INTO D.problem SELECT * FROM S.problem ORDER BY digest",
    "DROP TABLE temp.member; DROP TABLE temp.unit_of",
    NULL,
};

/* Each gives the number of differences. */
static const struct {
	const char *sql, *what;
} comparisons[] = {
	{ "SELECT count(*) FROM (SELECT name, kind, size, sector_size, source_size, stored_md5, stored_sha1 FROM S.evidence EXCEPT SELECT name, kind, size, sector_size, source_size,"
	  " stored_md5, stored_sha1 FROM D.evidence)", "other evidence" },
	{ "SELECT (SELECT count(*) FROM S.evidence) <> (SELECT count(*) FROM D.evidence)", "other evidence" },
	{ "SELECT count(*) FROM (SELECT * FROM S.volume EXCEPT SELECT * FROM D.volume)", "other volumes" },
	{ "SELECT count(*) FROM (SELECT * FROM S.filesystem EXCEPT SELECT * FROM D.filesystem)", "other filesystems" },
	{ "SELECT (SELECT count(*) FROM S.entry WHERE (entry_id & " EDGE ") < " MEMBER ") <> (SELECT count(*) FROM D.entry WHERE (entry_id & " EDGE ") < " MEMBER ")", "other files" },
	{ "SELECT count(*) FROM S.entry s LEFT JOIN D.entry d ON d.entry_id = s.entry_id WHERE (s.entry_id & " EDGE ") < " MEMBER " AND (d.path IS NOT s.path OR d.size IS NOT s.size"
	  " OR d.inode IS NOT s.inode OR d.mtime IS NOT s.mtime OR d.state IS NOT s.state)", "other files" },
	{ "SELECT count(*) FROM (SELECT * FROM S.rule EXCEPT SELECT * FROM D.rule)", "other rules" },
	{ "SELECT count(*) FROM (SELECT key, value FROM S.fact WHERE key GLOB 'meta.*' AND key NOT IN ('meta.options', 'meta.started') EXCEPT SELECT key, value FROM D.fact)", "other options" },
};

/* The statement with its schemas. They stand before a table, so "S." is never the end of a longer word. */
static enum triage_status
put_schemas(struct buf *out, const char *sql, const char *from, const char *to, struct triage_error *err)
{
	buf_clear(out);
	for (const char *p = sql; *p != '\0'; p++) {
		bool word = (*p == 'S' || *p == 'D') && p[1] == '.' && (p == sql || p[-1] == ' ' || p[-1] == '(');
		if (word)
			buf_text(out, *p++ == 'S' ? from : to);
		else
			buf_char(out, *p);
	}
	return buf_check(out, err);
}

static enum triage_status
each(struct sql *q, const char *const *statements, const char *from, const char *to, struct triage_error *err)
{
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; statements[i] != NULL && st == TRIAGE_OK; i++) {
		st = put_schemas(&text, statements[i], from, to, err);
		if (st == TRIAGE_OK)
			st = sql_exec(q, buf_cstr(&text), err);
	}
	return st;
}

static enum triage_status
detach(struct case_store *s, struct triage_error *err)
{
	return sql_exec(&s->q, "COMMIT; DETACH part; BEGIN IMMEDIATE", err);
}

enum triage_status
case_keep(struct case_store *s, const char *path, struct triage_error *err)
{
	struct case_store *kept;
	enum triage_status st = case_create(path, &kept, err);
	if (st != TRIAGE_OK)
		return st;
	case_close(kept);
	st = sql_attach(&s->q, path, "part", SQL_READ_WRITE, err);
	if (st == TRIAGE_OK)
		st = each(&s->q, listing, "main.", "part.", err);
	if (st == TRIAGE_OK)
		st = each(&s->q, results, "main.", "part.", err);
	return st == TRIAGE_OK ? detach(s, err) : st;
}

/* It came in a bundle: tables of this name, and of this version, or it is not a journal that was kept. */
static enum triage_status
check_part(struct case_store *s, const char *path, struct triage_error *err)
{
	static const char *const wanted[] = {
		"SELECT count(*) = 13 FROM part.sqlite_schema WHERE type = 'table' AND name IN ('fact', 'evidence', 'volume', 'filesystem', 'entry', 'unit', 'result', 'match', 'extent',"
		" 'event_batch', 'told', 'artefact', 'problem')",
		"SELECT count(*) = 0 FROM part.sqlite_schema WHERE type NOT IN ('table', 'index')",
		"SELECT user_version = " JOURNAL_VERSION " FROM part.pragma_user_version",
	};
	int64_t fine = 0;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]) && st == TRIAGE_OK; i++) {
		st = sql_number(&s->q, wanted[i], &fine, err);
		if (st == TRIAGE_OK && fine == 0) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is not what a part of this version keeps", path);
			st = TRIAGE_E_FORMAT;
		}
	}
	return st;
}

static enum triage_status
compare(struct case_store *s, const char *name, struct triage_error *err)
{
	SCOPED_BUF text;
	int64_t differ = 0;
	buf_init(&text, 1 << 16);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]) && st == TRIAGE_OK; i++) {
		st = put_schemas(&text, comparisons[i].sql, "part.", "main.", err);
		if (st == TRIAGE_OK)
			st = sql_number(&s->q, buf_cstr(&text), &differ, err);
		if (st == TRIAGE_OK && differ != 0) {
			triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s is a part of another run: %s than in the first", name, comparisons[i].what);
			st = TRIAGE_E_USAGE;
		}
	}
	return st;
}

enum triage_status
case_take_part(struct case_store *s, const char *path, const char *name, bool first, struct triage_error *err)
{
	/* it is sealed: nothing is written there, and a journal beside it is not played back */
	enum triage_status st = sql_attach(&s->q, path, "part", SQL_READ_IMMUTABLE, err);
	if (st == TRIAGE_OK)
		st = check_part(s, path, err);
	if (st == TRIAGE_OK)
		st = first ? each(&s->q, listing, "part.", "main.", err) : compare(s, name, err);
	/* what only one of the parts did: the digests of images, and that they were made */
	if (st == TRIAGE_OK && !first)
		st = sql_exec(&s->q, "INSERT OR IGNORE INTO fact SELECT key, value FROM part.fact WHERE key GLOB 'image.*'; UPDATE evidence SET (md5, sha1, sha256, hash_verdict, bad_sectors) ="
		    " (SELECT p.md5, p.sha1, p.sha256, p.hash_verdict, p.bad_sectors FROM part.evidence p WHERE p.evidence_id = evidence.evidence_id) WHERE sha256 IS NULL", err);
	if (st == TRIAGE_OK)
		st = each(&s->q, results, "part.", "main.", err);
	return st == TRIAGE_OK ? detach(s, err) : st;
}

/* As if it had been one run: the same acts by the clock of now, without the parts. */
enum triage_status
case_retell_custody(struct case_store *s, const char *options, struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = sql_exec(&s->q, "CREATE TEMP TABLE act AS SELECT seq, actor, action, detail FROM custody k WHERE action NOT IN ('interrupted', 'resumed')"
	    " AND (action NOT IN ('listing', 'examining') OR seq = (SELECT min(seq) FROM custody f WHERE f.action = k.action)); DELETE FROM custody", err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, "SELECT actor, action, iif(action = 'options', ?1, detail) FROM temp.act ORDER BY seq", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(rows, 1, options);
	s->custody_seq = 0;
	memset(s->custody_hash, '0', sizeof(s->custody_hash) - 1);
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		st = case_custody(s, sql_text(rows, 0), sql_text(rows, 1), sql_text(rows, 2), err);
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(rows);
	return st == TRIAGE_END ? sql_exec(&s->q, "DROP TABLE temp.act", err) : st;
}

enum triage_status
case_unconclude(struct case_store *s, struct triage_error *err)
{
	return sql_exec(&s->q, "DELETE FROM fact WHERE key = 'examined' OR key GLOB 'meta.budget.*'; DELETE FROM problem WHERE stage IN ('extract', 'judge', 'sandbox', 'seal')"
	    " OR code = 'budget-ended'", err);
}

enum triage_status
case_loudest_problem(struct case_store *s, enum triage_severity *ret_severity, struct triage_error *err)
{
	int64_t loudest = 0;
	enum triage_status st = sql_number(&s->q, "SELECT coalesce(max(severity), 0) FROM problem", &loudest, err);
	if (st == TRIAGE_OK)
		*ret_severity = loudest > 0 && loudest < TRIAGE_SEVERITY_COUNT ? (enum triage_severity)loudest : TRIAGE_INFO;
	return st;
}
