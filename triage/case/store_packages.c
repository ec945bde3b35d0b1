/* store_packages.c - what packages say of their files, out of the journal. */
#include "triage/case/sql.h"
#include "triage/case/store_inside.h"

/* 0: TRIAGE_STATE_ALLOCATED; a member's attr_id is beyond 32 bits, and the members of an archive that was given are the evidence. */
static const char query[] =
    "SELECT DISTINCT u.filesystem_id, t.subject, t.name, t.value FROM told t JOIN unit u ON u.unit_id = t.unit_id JOIN entry e ON e.entry_id = u.entry_id"
    " JOIN filesystem f ON f.filesystem_id = u.filesystem_id WHERE t.kind = 'package-file' AND e.state = 0 AND (u.attr_id < 1 << 32 OR f.type = 'archive')"
    " ORDER BY 1, 3, 2, 4";

enum triage_status
case_package_files(struct case_store *s, enum triage_status (*each)(void *ctx, const struct case_package_file *f, struct triage_error *err), void *ctx,
    struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = sql_prepare(&s->q, query, &row, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&s->q, row, err)) == TRIAGE_OK) {
		const struct case_package_file f = { .filesystem_id = (uint64_t)sqlite3_column_int64(row, 0), .path = sql_text(row, 1), .package = sql_text(row, 2),
			.md5 = sql_text(row, 3) };
		st = each(ctx, &f, err);
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(row);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
