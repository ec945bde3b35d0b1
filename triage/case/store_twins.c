/*
 * store_twins.c - streams of a shadow copy that equal one of the volume or of an older copy: they have its result, without being read. All of a
 * copy's streams are settled together, a few statements for each pair of filesystems.
 */
#include "triage/case/store_inside.h"

#include <string.h>

/* Made when twins are first asked for: by then what they are looked for among is nearly whole. */
static const char twins_sql[] =
    "CREATE INDEX IF NOT EXISTS result_unit ON result(unit_id);"
    " CREATE INDEX IF NOT EXISTS match_by_name ON match(unit_id) WHERE by_name = 1;"
    " CREATE TEMP TABLE IF NOT EXISTS placed(unit_id INTEGER PRIMARY KEY, places BLOB)";

static enum triage_status
begin_twins(struct case_store *s, struct triage_error *err)
{
	enum triage_status st = s->twinned ? TRIAGE_OK : sql_exec(&s->q, twins_sql, err);
	s->twinned = st == TRIAGE_OK;
	return st;
}

enum triage_status
case_next_streams(struct case_store *s, uint64_t filesystem_id, const struct case_stream *after, size_t max, struct case_stream *ret_streams,
    size_t *ret_count, struct triage_error *err)
{
	sqlite3_stmt *rows;
	size_t count = 0;
	*ret_count = 0;
	enum triage_status st = store_use(s, NEXT_STREAMS, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(rows, 1, filesystem_id);
	/* inodes are kept bit by bit: the least one */
	sqlite3_bind_int64(rows, 2, after != NULL ? (int64_t)after->inode : INT64_MIN);
	sqlite3_bind_int64(rows, 3, after != NULL ? (int64_t)after->attr_type : -1);
	sqlite3_bind_int64(rows, 4, after != NULL ? (int64_t)after->attr_id : -1);
	while (count < max && (st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		struct case_stream one = { .unit_id = (uint64_t)sqlite3_column_int64(rows, 0), .inode = (uint64_t)sqlite3_column_int64(rows, 1),
		    .attr_type = (uint32_t)sqlite3_column_int64(rows, 2), .attr_id = (uint32_t)sqlite3_column_int64(rows, 3),
		    .rank = (unsigned)sqlite3_column_int64(rows, 4) };
		if (!store_unit_is_done(s, one.unit_id))
			ret_streams[count++] = one;
	}
	sqlite3_reset(rows);
	if (st != TRIAGE_OK && st != TRIAGE_END)
		return st;
	*ret_count = count;
	return TRIAGE_OK;
}

bool
case_unit_is_done(const struct case_store *s, uint64_t unit_id)
{
	return store_unit_is_done(s, unit_id);
}

enum triage_status
case_put_placed(struct case_store *s, uint64_t unit_id, const uint8_t places[CASE_PLACES], struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = begin_twins(s, err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_PLACED, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	sql_bind_blob(row, 2, places, CASE_PLACES);
	return sql_run(&s->q, row, err);
}

/* The results put since row `last` are those of twins: their units are done. */
static enum triage_status
mark_twins(struct case_store *s, int64_t last, struct case_twins *n, struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = store_use(s, NEW_TWINS, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	sqlite3_bind_int64(rows, 1, last);
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		uint64_t size = (uint64_t)sqlite3_column_int64(rows, 1);
		st = store_mark_done(s, (uint64_t)sqlite3_column_int64(rows, 0), err);
		if (st != TRIAGE_OK)
			break;
		n->units++;
		store_add_bytes(&n->bytes, size);
		s->totals.units_done++;
		store_add_bytes(&s->totals.bytes_done, size);
	}
	sqlite3_reset(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
case_put_twins(struct case_store *s, uint64_t filesystem_id, uint64_t older_id, struct case_twins *ret_twins, struct triage_error *err)
{
	static const enum store_statement after[] = { PUT_TWIN_MATCHES, DROP_PLACED };
	sqlite3_stmt *row;
	int64_t last = 0;
	*ret_twins = (struct case_twins){ 0 };
	enum triage_status st = begin_twins(s, err);
	if (st == TRIAGE_OK)
		st = sql_number(&s->q, "SELECT coalesce(max(result_id), 0) FROM result", &last, err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_TWINS, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, older_id);
	sql_bind_id(row, 2, filesystem_id);
	st = sql_run(&s->q, row, err);
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]) && st == TRIAGE_OK; i++) {
		st = store_use(s, after[i], &row, err);
		if (st != TRIAGE_OK)
			return st;
		sqlite3_bind_int64(row, 1, last);
		st = sql_run(&s->q, row, err);
	}
	return st == TRIAGE_OK ? mark_twins(s, last, ret_twins, err) : st;
}

enum triage_status
case_forget_placed(struct case_store *s, struct triage_error *err)
{
	return s->twinned ? sql_exec(&s->q, "DELETE FROM temp.placed", err) : TRIAGE_OK;
}

enum triage_status
case_count_shadows(struct case_store *s, struct case_shadows *ret_count, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, "SELECT count(*), count(r.unit_id), count(r.twin), CAST(total(u.size) AS INTEGER),"
		    " CAST(total(iif(r.unit_id IS NULL, 0, u.size)) AS INTEGER), CAST(total(iif(r.twin IS NULL, 0, u.size)) AS INTEGER) FROM filesystem f"
		    " CROSS JOIN volume v ON v.evidence_id = f.evidence_id AND v.position = f.volume AND v.kind = 'vss' CROSS JOIN unit u"
		    " ON u.filesystem_id = f.filesystem_id LEFT JOIN result r ON r.unit_id = u.unit_id", &row, err);
	if (st != TRIAGE_OK)
		return st;
	st = sql_step(&s->q, row, err);
	uint64_t *const counts[] = { &ret_count->units, &ret_count->done, &ret_count->same, &ret_count->bytes, &ret_count->bytes_done,
		&ret_count->bytes_same };
	for (int i = 0; st == TRIAGE_OK && i < (int)(sizeof(counts) / sizeof(counts[0])); i++)
		*counts[i] = (uint64_t)sqlite3_column_int64(row, i);
	sqlite3_finalize(row);
	return st;
}
