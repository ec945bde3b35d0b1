/* build_files.c - files in the order of filesystem and path, numbered from 1; and the moments of the timeline. */
#include "triage/case/build.h"

#include "triage/base/digest.h"
#include "triage/case/key_set.h"

#include <string.h>

/* The order of the files of a filesystem, by keys alone: whole rows are too wide to be sorted quickly. */
static const char order_sql[] =
    "DROP TABLE IF EXISTS temp.place; CREATE TEMP TABLE place(place INTEGER PRIMARY KEY, entry_id INTEGER);";
static const char order_one_sql[] =
    "INSERT INTO temp.place(entry_id) SELECT entry_id FROM entry WHERE entry_id >= (?1 << 40) AND entry_id < ((?1 + 1) << 40)"
    " ORDER BY path, name, inode, sequence, attr_type, attr_id, stream, state, entry_id";

/*
 * Two states that no unit of work tells. An empty file is wholly known: its digests are those of no bytes. A stream that the
 * filesystem stores in a form that is not decoded was read, but not as its user saw it: no digest.
 * The numbers are 1 TRIAGE_FILE_REGULAR, 0 TRIAGE_STATE_ALLOCATED, 1 TRIAGE_CONTENT_COMPLETE, 16 TRIAGE_ENTRY_UNDECODED, 32 TRIAGE_ENTRY_REUSED.
 */
#define EMPTY "(u.unit_id IS NULL AND e.kind = 1 AND e.state = 0 AND e.size = 0 AND (e.flags & 32) = 0)"
#define UNDECODED "(r.state = 1 AND (e.flags & 16) <> 0)"
#define DIGEST(column, of_nothing) \
	"CASE WHEN " EMPTY " THEN '" of_nothing "' WHEN r.state = 1 AND r.hashed AND (e.flags & 16) = 0 THEN hex_text(" column ") END"

/* The columns of t_file after file_id, in their order. ?1: the filesystem. 40 is ENTRY_EDGE_BITS, 1 TRIAGE_ENTRY_HAS_CONTENT. */
static const struct build_copy files = {
	.from = "SELECT ?1, nullif(e.inode, -1), e.sequence, display(e.stream), e.path, e.name, file_kind_word(e.kind), file_state_word(e.state),"
	    " e.size, e.mode, e.uid, e.gid, e.owner, e.mtime, e.atime, e.ctime, e.btime, e.fn_mtime, e.fn_atime, e.fn_ctime, e.fn_btime,"
	    " display(e.link), " DIGEST("r.md5", "d41d8cd98f00b204e9800998ecf8427e") ","
	    DIGEST("r.sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709") ","
	    DIGEST("r.sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") ","
	    " iif(" EMPTY ", 'inode/x-empty', k.mime), iif(" EMPTY ", 'empty', k.magic), 0, k.entropy, NULL,"
	    " CASE WHEN " EMPTY " THEN 'complete' WHEN u.unit_id IS NULL THEN 'none' WHEN r.state IS NULL THEN 'skipped'"
	    " WHEN " UNDECODED " THEN 'partial' ELSE content_state_word(r.state) END,"
	    " e.attr_type, e.attr_id, e.flags, k.text, k.chi_square, k.first, k.last, k.most, k.least, k.blocks, k.random_blocks, r.bytes,"
	    " k.block_size, k.most_offset, k.windowed, k.scan_incomplete, h.bytes IS NOT NULL OR n.unit_id IS NOT NULL,"
	    " iif(h.bytes IS NOT NULL, r.sha256, NULL), k.shape,"
	    " (SELECT w.filesystem_id FROM unit w WHERE w.unit_id = r.twin), v.unit_id"
	    " FROM temp.place p CROSS JOIN entry e ON e.entry_id = p.entry_id"
	    " LEFT JOIN unit u ON (e.flags & 1) <> 0 AND u.filesystem_id = ?1 AND u.inode = e.inode AND u.attr_type = e.attr_type"
	    " AND u.attr_id = e.attr_id LEFT JOIN result r ON r.unit_id = u.unit_id"
	    " LEFT JOIN temp.judged j ON j.sha256 = r.sha256 AND j.bytes = r.bytes LEFT JOIN result k"
	    " ON k.result_id = coalesce(j.result_id, iif(r.judged, r.result_id, NULL))"
	    " LEFT JOIN temp.hit h ON h.sha256 = r.sha256 AND h.bytes = r.bytes LEFT JOIN temp.name_hit n ON n.unit_id = u.unit_id"
	    " LEFT JOIN temp.unit_file v ON v.unit_id = u.unit_id"
	    " ORDER BY p.place",
	.into = "INSERT INTO t_file VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
	    " ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47, ?48, ?49, ?50, ?51)",
};

enum { FIRST_TIME_COLUMN = 13 };

enum { INODE_COLUMN = 1, SEQUENCE_COLUMN, STREAM_COLUMN, PATH_COLUMN, STATE_COLUMN = 7, TOLD_COLUMN = 51 };

struct moments {
	sqlite3_stmt *put;
	uint64_t file_id;
	int64_t family;			/* of the filesystem in work: id of the volume that it is on or a shadow copy of, 0 when there is no such copy */
	bool shadow;			/* it is on the shadow copy */
	struct key_set seen;		/* moments of families */
	struct digest *digest;
	sqlite3_stmt *told;		/* over the journal: which file a unit with events is */
};

/* True when the volume, or an older copy of it, tells the same of the same file: a moment is told once. */
static enum triage_status
was_told(struct moments *m, sqlite3_stmt *row, int64_t time, unsigned mask, bool *ret_told, struct triage_error *err)
{
	uint8_t key[DIGEST_MAX];
	const int64_t numbers[] = { m->family, time, mask, sqlite3_column_int64(row, INODE_COLUMN), sqlite3_column_int64(row, SEQUENCE_COLUMN) };
	static const int texts[] = { STREAM_COLUMN, PATH_COLUMN, STATE_COLUMN };
	*ret_told = false;
	if (m->family == 0)
		return TRIAGE_OK;
	digest_reset(m->digest);
	digest_update(m->digest, numbers, sizeof(numbers));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = sql_text(row, texts[i]);
		digest_update(m->digest, text, strlen(text) + 1);
	}
	digest_final(m->digest, key);
	enum triage_status st = key_set_add(&m->seen, key, ret_told, err);
	*ret_told = *ret_told && m->shadow;
	return st;
}

static enum triage_status
put_moment(struct case_sealer *z, struct moments *m, int64_t time, unsigned mask, struct triage_error *err)
{
	sqlite3_bind_int64(m->put, 1, time);
	sql_bind_id(m->put, 2, m->file_id);
	sqlite3_bind_int64(m->put, 3, mask);
	enum triage_status st = sql_step(&z->q, m->put, err);
	sqlite3_reset(m->put);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* Equal times of a file are one moment. Zero is what an unset field reads as, not a moment. */
static enum triage_status
put_moments(struct case_sealer *z, sqlite3_stmt *row, void *ctx, struct triage_error *err)
{
	struct moments *m = ctx;
	unsigned seen = 0;
	enum triage_status st = TRIAGE_OK;
	m->file_id++;
	if (sqlite3_column_type(row, TOLD_COLUMN) != SQLITE_NULL) {
		sql_bind_id(m->told, 1, m->file_id);
		sqlite3_bind_int64(m->told, 2, sqlite3_column_int64(row, TOLD_COLUMN));
		st = sql_run(&z->store->q, m->told, err);
	}
	for (int i = 0; i < TRIAGE_TIME_COUNT && st == TRIAGE_OK; i++) {
		if ((seen >> i & 1) != 0 || sqlite3_column_type(row, FIRST_TIME_COLUMN + i) == SQLITE_NULL)
			continue;
		int64_t time = sqlite3_column_int64(row, FIRST_TIME_COLUMN + i);
		unsigned mask = 1u << i;
		for (int k = i + 1; k < TRIAGE_TIME_COUNT; k++)
			if (sqlite3_column_type(row, FIRST_TIME_COLUMN + k) != SQLITE_NULL && sqlite3_column_int64(row, FIRST_TIME_COLUMN + k) == time)
				mask |= 1u << k;
		seen |= mask;
		bool told = time == 0;
		if (!told)
			st = was_told(m, row, time, mask, &told, err);
		if (st == TRIAGE_OK && !told)
			st = put_moment(z, m, time, mask, err);
	}
	return st;
}

static enum triage_status
find_family(struct case_sealer *z, uint64_t id, struct moments *m, struct triage_error *err)
{
	struct sql *q = &z->store->q;
	sqlite3_stmt *row;
	/* of a filesystem on a volume with shadow copies: that volume; on a shadow copy: the volume it is of */
	enum triage_status st = sql_prepare(q, "SELECT p.volume_id, v.kind = 'vss' FROM filesystem f JOIN volume v ON v.evidence_id = f.evidence_id"
	    " AND v.position = f.volume JOIN volume p ON p.evidence_id = v.evidence_id AND p.position = iif(v.kind = 'vss', v.parent, v.position)"
	    " WHERE f.filesystem_id = ?1 AND EXISTS (SELECT 1 FROM volume c WHERE c.evidence_id = p.evidence_id AND c.parent = p.position"
	    " AND c.kind = 'vss')", &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, id);
	st = sql_step(q, row, err);
	m->family = st == TRIAGE_OK ? sqlite3_column_int64(row, 0) : 0;
	m->shadow = st == TRIAGE_OK && sqlite3_column_int(row, 1) != 0;
	sqlite3_finalize(row);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
one_filesystem(struct case_sealer *z, uint64_t id, struct moments *m, struct triage_error *err)
{
	struct sql *q = &z->store->q;
	sqlite3_stmt *order;
	enum triage_status st = sql_exec(q, order_sql, err);
	if (st == TRIAGE_OK)
		st = find_family(z, id, m, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(q, order_one_sql, &order, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(order, 1, id);
	st = sql_run(q, order, err);
	sqlite3_finalize(order);
	return st == TRIAGE_OK ? build_copy(z, &files, id, put_moments, m, err) : st;
}

static enum triage_status
all_filesystems(struct case_sealer *z, struct moments *m, struct triage_error *err)
{
	int64_t last = 0;
	enum triage_status st = sql_number(&z->store->q, "SELECT coalesce(max(filesystem_id), 0) FROM filesystem", &last, err);
	for (int64_t id = 1; id <= last && st == TRIAGE_OK; id++)
		st = one_filesystem(z, (uint64_t)id, m, err);
	return st;
}

enum triage_status
build_files(struct case_sealer *z, struct triage_error *err)
{
	struct moments m = { 0 };
	enum triage_status st = sql_exec(&z->q, "CREATE TEMP TABLE moment(time INTEGER, file_id INTEGER, mask INTEGER)", err);
	if (st == TRIAGE_OK)
		st = digest_new(DIGEST_SHA256, &m.digest, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "INSERT INTO temp.moment VALUES(?1, ?2, ?3)", &m.put, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->store->q, "UPDATE temp.unit_file SET file_id = ?1 WHERE unit_id = ?2 AND file_id IS NULL", &m.told, err);
	if (st == TRIAGE_OK)
		st = all_filesystems(z, &m, err);
	sqlite3_finalize(m.told);
	sqlite3_finalize(m.put);
	key_set_release(&m.seen);
	digest_free(m.digest);
	if (st == TRIAGE_OK)
		st = sql_exec(&z->q, "INSERT INTO t_moment SELECT time, file_id, mask FROM temp.moment ORDER BY time, file_id;"
		    " DROP TABLE temp.moment", err);
	return st;
}
