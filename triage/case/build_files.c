/* build_files.c - files in the order of filesystem and path, numbered from 1; and the moments of the timeline. */
#include "triage/case/build.h"

/* The columns of t_file after file_id, in their order. ?1: the filesystem. 40 is ENTRY_EDGE_BITS, 1 TRIAGE_ENTRY_HAS_CONTENT. */
static const struct build_copy files = {
	.from = "SELECT ?1, nullif(e.inode, -1), e.sequence, display(e.stream), e.path, e.name, file_kind_word(e.kind), file_state_word(e.state),"
	    " e.size, e.mode, e.uid, e.gid, e.owner, e.mtime, e.atime, e.ctime, e.btime, e.fn_mtime, e.fn_atime, e.fn_ctime, e.fn_btime,"
	    " display(e.link), r.md5, r.sha1, r.sha256, k.mime, k.magic, 0, k.entropy, NULL,"
	    " CASE WHEN u.unit_id IS NULL THEN 'none' WHEN r.state IS NULL THEN 'skipped' ELSE content_state_word(r.state) END,"
	    " e.attr_type, e.attr_id, e.flags, k.text, k.chi_square, k.first, k.last, k.most, k.least, k.blocks, k.random_blocks, r.bytes,"
	    " k.block_size, k.most_offset, k.windowed, k.scan_incomplete, r.hashed, h.bytes IS NOT NULL OR n.unit_id IS NOT NULL"
	    " FROM entry e LEFT JOIN unit u ON (e.flags & 1) <> 0 AND u.filesystem_id = ?1 AND u.inode = e.inode AND u.attr_type = e.attr_type"
	    " AND u.attr_id = e.attr_id LEFT JOIN result r ON r.unit_id = u.unit_id"
	    " LEFT JOIN temp.judged k ON k.sha256 = r.sha256 AND k.bytes = r.bytes"
	    " LEFT JOIN temp.hit h ON h.sha256 = r.sha256 AND h.bytes = r.bytes LEFT JOIN temp.name_hit n ON n.unit_id = u.unit_id"
	    " WHERE e.entry_id >= (?1 << 40) AND e.entry_id < ((?1 + 1) << 40)"
	    " ORDER BY e.path, e.name, e.inode, e.sequence, e.attr_type, e.attr_id, e.stream, e.state, e.entry_id",
	.into = "INSERT INTO t_file VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
	    " ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47, ?48, ?49)",
};

enum { FIRST_TIME_COLUMN = 13 };

struct moments {
	sqlite3_stmt *put;
	uint64_t file_id;
};

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
	for (int i = 0; i < TRIAGE_TIME_COUNT && st == TRIAGE_OK; i++) {
		if ((seen >> i & 1) != 0 || sqlite3_column_type(row, FIRST_TIME_COLUMN + i) == SQLITE_NULL)
			continue;
		int64_t time = sqlite3_column_int64(row, FIRST_TIME_COLUMN + i);
		unsigned mask = 1u << i;
		for (int k = i + 1; k < TRIAGE_TIME_COUNT; k++)
			if (sqlite3_column_type(row, FIRST_TIME_COLUMN + k) != SQLITE_NULL && sqlite3_column_int64(row, FIRST_TIME_COLUMN + k) == time)
				mask |= 1u << k;
		seen |= mask;
		if (time != 0)
			st = put_moment(z, m, time, mask, err);
	}
	return st;
}

static enum triage_status
all_filesystems(struct case_sealer *z, struct moments *m, struct triage_error *err)
{
	int64_t last = 0;
	enum triage_status st = sql_number(&z->store->q, "SELECT coalesce(max(filesystem_id), 0) FROM filesystem", &last, err);
	for (int64_t id = 1; id <= last && st == TRIAGE_OK; id++)
		st = build_copy(z, &files, (uint64_t)id, put_moments, m, err);
	return st;
}

enum triage_status
build_files(struct case_sealer *z, struct triage_error *err)
{
	struct moments m = { 0 };
	enum triage_status st = sql_exec(&z->q, "CREATE TEMP TABLE moment(time INTEGER, file_id INTEGER, mask INTEGER)", err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "INSERT INTO temp.moment VALUES(?1, ?2, ?3)", &m.put, err);
	if (st != TRIAGE_OK)
		return st;
	st = all_filesystems(z, &m, err);
	sqlite3_finalize(m.put);
	if (st == TRIAGE_OK)
		st = sql_exec(&z->q, "INSERT INTO t_moment SELECT time, file_id, mask FROM temp.moment ORDER BY time, file_id;"
		    " DROP TABLE temp.moment", err);
	return st;
}
