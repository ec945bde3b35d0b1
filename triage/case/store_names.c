/* store_names.c - the names of a listing, one after another. */
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
