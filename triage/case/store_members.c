/* store_members.c - members of archives: entries and units that stand and fall with the result of their archive. */
#include "triage/case/store_inside.h"

#include <string.h>

static enum triage_status
put_entry(struct case_store *s, uint64_t unit_id, const struct triage_member *m, const char *path, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_MEMBER_ENTRY, &row, err);
	if (st != TRIAGE_OK)
		return st;
	const uint8_t *slash = memrchr(m->name, '/', m->name_size);
	size_t before = slash != NULL ? (size_t)(slash - m->name) + 1 : 0;
	sql_bind_id(row, 1, unit_id);
	sql_bind_id(row, 2, m->number);
	sql_bind_blob(row, 3, m->name + before, m->name_size - before);
	sql_bind_count(row, 4, m->size);
	sql_bind_count(row, 5, m->mode != 0 ? m->mode : TRIAGE_NO_ID);
	sql_bind_time(row, 6, m->mtime);
	sql_bind_time(row, 7, m->atime);
	sql_bind_time(row, 8, m->ctime);
	sql_bind_time(row, 9, m->btime);
	sql_bind_text(row, 10, path);
	st = sql_run(&s->q, row, err);
	if (st == TRIAGE_OK && sqlite3_changes(s->q.db) != 1) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "unit %ju is no archive's", (uintmax_t)unit_id);
		return TRIAGE_E_USAGE;
	}
	return st;
}

enum triage_status
case_put_member(struct case_store *s, uint64_t unit_id, const struct triage_member *m, const char *path, uint64_t *ret_unit_id, struct triage_error *err)
{
	sqlite3_stmt *row;
	struct unit_in_work *w;
	if (m->number == 0 || m->number >= UINT64_C(1) << (63 - MEMBER_NUMBER_BITS)) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "member %ju: beyond what a case can hold", (uintmax_t)m->number);
		return TRIAGE_E_LIMIT;
	}
	enum triage_status st = store_begin_work(s, unit_id, &w, err);
	if (st == TRIAGE_OK) {
		w->members = true;
		st = put_entry(s, unit_id, m, path, err);
	}
	int64_t entry_id = sqlite3_last_insert_rowid(s->q.db);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_MEMBER_UNIT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	sql_bind_id(row, 2, m->number);
	sqlite3_bind_int64(row, 3, entry_id);
	sql_bind_count(row, 4, m->size);
	st = sql_run(&s->q, row, err);
	if (st != TRIAGE_OK)
		return st;
	*ret_unit_id = (uint64_t)sqlite3_last_insert_rowid(s->q.db);
	s->totals.units++;
	store_add_bytes(&s->totals.bytes, m->size == TRIAGE_NO_ID ? 0 : m->size);
	return TRIAGE_OK;
}

/* Every trace of the units in temp.lost. Units are counted again: ids may be given anew. */
static enum triage_status
drop_lost(struct case_store *s, const struct unit_in_work *from, struct triage_error *err)
{
	char *text = sqlite3_mprintf("DELETE FROM match WHERE match_id >= %lld AND unit_id IN (SELECT unit_id FROM temp.lost);"
	    " DELETE FROM event_batch WHERE batch_id >= %lld AND unit_id IN (SELECT unit_id FROM temp.lost);"
	    " DELETE FROM told WHERE told_id >= %lld AND unit_id IN (SELECT unit_id FROM temp.lost);"
	    " DELETE FROM artefact WHERE artefact_id >= %lld AND unit_id IN (SELECT unit_id FROM temp.lost);"
	    " DELETE FROM result WHERE result_id >= %lld AND unit_id IN (SELECT unit_id FROM temp.lost);"
	    " DELETE FROM entry WHERE entry_id IN (SELECT entry_id FROM temp.lost); DELETE FROM unit WHERE unit_id IN (SELECT unit_id FROM temp.lost);"
	    " DELETE FROM temp.lost", (long long)from->first_match, (long long)from->first_batch, (long long)from->first_told,
	    (long long)from->first_artefact, (long long)from->first_result);
	if (text == NULL)
		return store_no_memory(err);
	s->begins_left = 0;
	for (size_t i = 0; i < s->work_count;) {
		sqlite3_stmt *row;
		enum triage_status st = sql_prepare(&s->q, "SELECT 1 FROM temp.lost WHERE unit_id = ?1", &row, err);
		if (st != TRIAGE_OK) {
			sqlite3_free(text);
			return st;
		}
		sql_bind_id(row, 1, s->work[i].unit_id);
		st = sql_step(&s->q, row, err);
		sqlite3_finalize(row);
		if (st == TRIAGE_OK) {
			store_forget_batch(&s->work[i]);
			s->work[i] = s->work[--s->work_count];
		} else {
			i++;
		}
	}
	enum triage_status st = sql_exec(&s->q, text, err);
	sqlite3_free(text);
	return st == TRIAGE_OK ? store_count_units(s, err) : st;
}

static const char lost_sql[] = "CREATE TEMP TABLE IF NOT EXISTS lost(unit_id INTEGER PRIMARY KEY, entry_id INTEGER); DELETE FROM temp.lost";

enum triage_status
store_drop_members(struct case_store *s, const struct unit_in_work *w, struct triage_error *err)
{
	sqlite3_stmt *row;
	const struct unit_in_work from = *w;	/* the list that it stands in may move */
	enum triage_status st = sql_exec(&s->q, lost_sql, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, "INSERT INTO temp.lost SELECT m.unit_id, m.entry_id FROM unit p JOIN unit m ON m.filesystem_id = p.filesystem_id"
		    " AND m.inode = p.inode AND m.attr_type = p.attr_type AND m.attr_id >= (1 << 32) WHERE p.unit_id = ?1"
		    " AND (m.attr_id & ((1 << 32) - 1)) = p.attr_id", &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, from.unit_id);
	st = sql_run(&s->q, row, err);
	sqlite3_finalize(row);
	return st == TRIAGE_OK ? drop_lost(s, &from, err) : st;
}

enum triage_status
store_drop_unfinished_members(struct case_store *s, struct triage_error *err)
{
	enum triage_status st = sql_exec(&s->q, lost_sql, err);
	if (st == TRIAGE_OK)
		st = sql_exec(&s->q, "INSERT INTO temp.lost SELECT m.unit_id, m.entry_id FROM unit m JOIN unit p ON p.filesystem_id = m.filesystem_id"
		    " AND p.inode = m.inode AND p.attr_type = m.attr_type AND p.attr_id = (m.attr_id & ((1 << 32) - 1))"
		    " WHERE m.attr_id >= (1 << 32) AND NOT unit_is_done(p.unit_id)", err);
	int64_t lost = 0;
	if (st == TRIAGE_OK)
		st = sql_number(&s->q, "SELECT count(*) FROM temp.lost", &lost, err);
	return st == TRIAGE_OK && lost > 0 ? drop_lost(s, &(struct unit_in_work){ 0 }, err) : st;
}

enum triage_status
case_count_space(struct case_store *s, uint32_t attr_type, bool outside, struct case_space *ret_count, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, "SELECT count(*), total(d), CAST(total(size) AS INTEGER), CAST(total(iif(d, size, 0)) AS INTEGER) FROM (SELECT u.size AS size,"
		    " EXISTS (SELECT 1 FROM result r WHERE r.unit_id = u.unit_id AND r.state IN (1, 2)) AS d FROM unit u JOIN filesystem f USING (filesystem_id)"
		    " WHERE u.attr_type = ?1 AND (f.type = 'unallocated') = ?2)", &row, err);
	if (st != TRIAGE_OK)
		return st;
	sqlite3_bind_int64(row, 1, attr_type);
	sqlite3_bind_int(row, 2, outside);
	st = sql_step(&s->q, row, err);
	uint64_t *const counts[] = { &ret_count->units, &ret_count->done, &ret_count->bytes, &ret_count->bytes_done };
	for (int i = 0; st == TRIAGE_OK && i < (int)(sizeof(counts) / sizeof(counts[0])); i++)
		*counts[i] = (uint64_t)sqlite3_column_int64(row, i);
	sqlite3_finalize(row);
	return st;
}
