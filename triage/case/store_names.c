/* store_names.c - the names of a listing, one after another. */
#include "triage/base/scoped.h"
#include "triage/case/store_inside.h"

static const char text[] = "SELECT entry_id, parent, inode, size, attr_type, attr_id, mtime, path FROM entry WHERE entry_id >= ?1 AND entry_id < ?2"
    " AND kind = ?3 AND state = ?4 AND (flags & ?5) = ?6 AND length(stream) = 0 ORDER BY entry_id";

enum triage_status
case_each_name(struct case_store *s, uint64_t filesystem_id,
    enum triage_status (*each)(void *ctx, const struct case_name *name, struct triage_error *err), void *ctx, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = sql_prepare(&s->q, text, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, filesystem_id << ENTRY_EDGE_BITS);
	sql_bind_id(row, 2, (filesystem_id << ENTRY_EDGE_BITS) + MEMBER_EDGE);
	sqlite3_bind_int(row, 3, TRIAGE_FILE_REGULAR);
	sqlite3_bind_int(row, 4, TRIAGE_STATE_ALLOCATED);
	sqlite3_bind_int(row, 5, TRIAGE_ENTRY_HAS_CONTENT | TRIAGE_ENTRY_INTERNAL);
	sqlite3_bind_int(row, 6, TRIAGE_ENTRY_HAS_CONTENT);
	while (st == TRIAGE_OK && (st = sql_step(&s->q, row, err)) == TRIAGE_OK) {
		const struct case_name name = { .filesystem_id = filesystem_id, .edge = (uint64_t)sqlite3_column_int64(row, 0) & ENTRY_EDGE_MAX,
		    .parent = sqlite3_column_type(row, 1) == SQLITE_NULL ? TRIAGE_NO_ID : (uint64_t)sqlite3_column_int64(row, 1),
		    .inode = (uint64_t)sqlite3_column_int64(row, 2),
		    .size = sqlite3_column_type(row, 3) == SQLITE_NULL ? 0 : (uint64_t)sqlite3_column_int64(row, 3),
		    .attr_type = (uint32_t)sqlite3_column_int64(row, 4), .attr_id = (uint32_t)sqlite3_column_int64(row, 5),
		    .mtime = sqlite3_column_type(row, 6) == SQLITE_NULL ? TRIAGE_TIME_NONE : sqlite3_column_int64(row, 6), .path = sql_text(row, 7) };
		st = each(ctx, &name, err);
	}
	sqlite3_finalize(row);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static const char next_path[] = "SELECT entry_id, path, inode, attr_type, attr_id FROM entry WHERE entry_id > ?1 AND entry_id < ?2 ORDER BY entry_id LIMIT 1";

/* The row in hand gets another path and its content another rank. */
static enum triage_status
put_path(struct case_store *s, sqlite3_stmt *row, uint64_t filesystem_id, sqlite3_stmt *put, const struct buf *path, unsigned rank, struct triage_error *err)
{
	sqlite3_stmt *lower;
	enum triage_status st = store_use(s, LOWER_RANK, &lower, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(lower, 1, filesystem_id);
	sqlite3_bind_int64(lower, 2, sqlite3_column_int64(row, 2));
	sqlite3_bind_int64(lower, 3, sqlite3_column_int64(row, 3));
	sqlite3_bind_int64(lower, 4, sqlite3_column_int64(row, 4));
	sqlite3_bind_int64(lower, 5, rank);
	sqlite3_bind_int64(put, 1, sqlite3_column_int64(row, 0));
	sql_bind_text(put, 2, buf_cstr(path));
	sqlite3_reset(row);	/* what is bound is copied or in path */
	st = sql_run(&s->q, put, err);
	return st == TRIAGE_OK ? sql_run(&s->q, lower, err) : st;
}

enum triage_status
case_map_paths(struct case_store *s, uint64_t filesystem_id, bool (*map)(void *ctx, const char *path, struct buf *ret_path, unsigned *ret_rank), void *ctx,
    struct triage_error *err)
{
	sqlite3_stmt *row, *put;
	SCOPED_BUF path;
	buf_init(&path, 16 << 20);
	enum triage_status st = sql_prepare(&s->q, next_path, &row, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_prepare(&s->q, "UPDATE entry SET path = ?2 WHERE entry_id = ?1", &put, err);
	if (st != TRIAGE_OK) {
		sqlite3_finalize(row);
		return st;
	}
	/* one row at a time: the table changes under the walk */
	for (uint64_t at = (filesystem_id << ENTRY_EDGE_BITS) - 1; st == TRIAGE_OK;) {
		unsigned rank = 0;
		sql_bind_id(row, 1, at);
		sql_bind_id(row, 2, (filesystem_id << ENTRY_EDGE_BITS) + MEMBER_EDGE);
		st = sql_step(&s->q, row, err);
		if (st != TRIAGE_OK)
			break;
		at = (uint64_t)sqlite3_column_int64(row, 0);
		buf_clear(&path);
		if (map(ctx, sql_text(row, 1), &path, &rank) && (st = buf_check(&path, err)) == TRIAGE_OK)
			st = put_path(s, row, filesystem_id, put, &path, rank, err);
		sqlite3_reset(row);
	}
	sqlite3_finalize(row);
	sqlite3_finalize(put);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
case_raw_path(struct case_store *s, uint64_t filesystem_id, uint64_t edge, uint8_t **ret_path, size_t *ret_size, struct triage_error *err)
{
	struct case_unit u = { 0 };
	enum triage_status st = store_raw_path(s, filesystem_id << ENTRY_EDGE_BITS | edge, &u, err);
	if (st != TRIAGE_OK) {
		case_unit_release(&u);
		return st;
	}
	*ret_path = u.raw_path;
	*ret_size = u.raw_path_size;
	return TRIAGE_OK;
}
