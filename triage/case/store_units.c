/* store_units.c - units of content work: which come next, and their results. */
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/case/store_inside.h"

#include <string.h>

enum { RAW_PATH_MAX = 1 << 20, UNITS_MAX_BYTES = 1 << 30 };

/* --- which units are done --- */

bool
store_unit_is_done(const struct case_store *s, uint64_t unit_id)
{
	return unit_id / 8 < s->done_size && (s->done[unit_id / 8] >> unit_id % 8 & 1) != 0;
}

enum triage_status
store_mark_done(struct case_store *s, uint64_t unit_id, struct triage_error *err)
{
	if (unit_id / 8 >= s->done_size) {
		size_t size = s->done_size < 4096 ? 4096 : s->done_size * 2;
		while (size <= unit_id / 8 && size < UNITS_MAX_BYTES)
			size *= 2;
		uint8_t *grown = size <= unit_id / 8 ? NULL : realloc(s->done, size);
		if (grown == NULL)
			return store_no_memory(err);
		memset(grown + s->done_size, 0, size - s->done_size);
		s->done = grown;
		s->done_size = size;
	}
	s->done[unit_id / 8] = (uint8_t)(s->done[unit_id / 8] | 1u << unit_id % 8);
	return TRIAGE_OK;
}

void
store_add_bytes(uint64_t *total, uint64_t size)
{
	uint64_t sum;
	*total = __builtin_add_overflow(*total, size, &sum) || sum > INT64_MAX ? INT64_MAX : sum;
}

enum triage_status
store_count_units(struct case_store *s, struct triage_error *err)
{
	sqlite3_stmt *rows;
	struct case_totals t = { 0 };
	if (s->done_size > 0)
		memset(s->done, 0, s->done_size);
	enum triage_status st = sql_prepare(&s->q, "SELECT u.unit_id, coalesce(u.size, 0) FROM result r JOIN unit u ON u.unit_id = r.unit_id", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		t.units_done++;
		store_add_bytes(&t.bytes_done, (uint64_t)sqlite3_column_int64(rows, 1));
		st = store_mark_done(s, (uint64_t)sqlite3_column_int64(rows, 0), err);
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(rows);
	int64_t units = 0, bytes = 0;
	st = st == TRIAGE_END ? sql_number(&s->q, "SELECT count(*) FROM unit", &units, err) : st;
	/* total() is a floating point sum: it cannot overflow */
	if (st == TRIAGE_OK)
		st = sql_number(&s->q, "SELECT CAST(total(size) AS INTEGER) FROM unit", &bytes, err);
	t.units = (uint64_t)units;
	t.bytes = (uint64_t)bytes;
	if (st == TRIAGE_OK)
		s->totals = t;
	return st;
}

static void
unit_is_done(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct case_store *s = sqlite3_user_data(context);
	(void)count;
	sqlite3_result_int(context, store_unit_is_done(s, (uint64_t)sqlite3_value_int64(values[0])));
}

enum triage_status
store_drop_unfinished(struct case_store *s, struct triage_error *err)
{
	int code = sqlite3_create_function_v2(s->q.db, "unit_is_done", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, s, unit_is_done, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return sql_fail(&s->q, code, "cannot set up", err);
	enum triage_status st = store_drop_unfinished_members(s, err);
	return st != TRIAGE_OK ? st : sql_exec(&s->q, "DELETE FROM match WHERE NOT unit_is_done(unit_id); DELETE FROM extent WHERE NOT unit_is_done(unit_id);"
	    " DELETE FROM event_batch WHERE NOT unit_is_done(unit_id); DELETE FROM told WHERE NOT unit_is_done(unit_id);"
	    " DELETE FROM artefact WHERE NOT unit_is_done(unit_id)", err);
}

enum triage_status
case_totals(struct case_store *s, struct case_totals *ret_totals, struct triage_error *err)
{
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK)
		*ret_totals = s->totals;
	return st;
}

/* --- the next ones --- */

void
case_unit_release(struct case_unit *u)
{
	free(u->path);
	free(u->name);
	free(u->owner);
	free(u->raw_path);
	*u = (struct case_unit){ 0 };
}

/*
 * Names from the root, joined by '/'. A path that is too long, or whose folders are not in order, stays empty: whoever opens
 * it will say so. Parents come before children, so the loop ends.
 */
enum triage_status
store_raw_path(struct case_store *s, uint64_t entry_id, struct case_unit *u, struct triage_error *err)
{
	SCOPED_FREE uint8_t *room = malloc(RAW_PATH_MAX);
	size_t start = RAW_PATH_MAX;
	sqlite3_stmt *row;
	enum triage_status st = room == NULL ? store_no_memory(err) : store_use(s, ENTRY_NAME, &row, err);
	if (st != TRIAGE_OK)
		return st;
	for (bool root = false; !root && st == TRIAGE_OK;) {
		sql_bind_id(row, 1, entry_id);
		st = sql_step(&s->q, row, err);
		root = st != TRIAGE_OK || sqlite3_column_type(row, 0) == SQLITE_NULL;
		uint64_t parent = (entry_id & ~ENTRY_EDGE_MAX) | ((uint64_t)sqlite3_column_int64(row, 0) & ENTRY_EDGE_MAX);
		size_t size = (size_t)sqlite3_column_bytes(row, 1);
		bool fits = !root && size < start && parent < entry_id;
		if (fits) {
			start -= size;
			memcpy(room + start, sqlite3_column_blob(row, 1), size);
			room[--start] = '/';
			entry_id = parent;
		} else if (!root) {
			st = TRIAGE_END;
		}
		sqlite3_reset(row);
	}
	size_t size = st == TRIAGE_OK && start < RAW_PATH_MAX ? RAW_PATH_MAX - start - 1 : 0;
	u->raw_path = malloc(size + 1);
	if (u->raw_path == NULL)
		return store_no_memory(err);
	if (size > 0)
		memcpy(u->raw_path, room + start + 1, size);
	u->raw_path_size = size;
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
unit_detail(struct case_store *s, struct case_unit *u, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, UNIT_DETAIL, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, u->unit_id);
	sqlite3_bind_int(row, 2, TRIAGE_EVIDENCE_DIRECTORY);
	st = sql_step(&s->q, row, err);
	if (st != TRIAGE_OK) {
		sqlite3_reset(row);
		if (st != TRIAGE_END)
			return st;
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the journal %s names a stream without an entry", s->q.path);
		return TRIAGE_E_FORMAT;
	}
	u->filesystem_id = (uint64_t)sqlite3_column_int64(row, 0);
	u->evidence_id = (uint64_t)sqlite3_column_int64(row, 1);
	u->inode = (uint64_t)sqlite3_column_int64(row, 2);
	u->attr_type = (uint32_t)sqlite3_column_int64(row, 3);
	u->attr_id = (uint32_t)sqlite3_column_int64(row, 4);
	u->size = sqlite3_column_type(row, 5) == SQLITE_NULL ? TRIAGE_NO_ID : (uint64_t)sqlite3_column_int64(row, 5);
	u->attempts = (unsigned)sqlite3_column_int(row, 6);
	buf_clear(&s->scratch);
	text_display(&s->scratch, sqlite3_column_blob(row, 8), (size_t)sqlite3_column_bytes(row, 8));
	u->path = strdup(sql_text(row, 7));
	u->name = strdup(buf_cstr(&s->scratch));
	u->owner = strdup(sql_text(row, 9));
	bool directory = sqlite3_column_int(row, 10) != 0;
	uint64_t entry_id = (uint64_t)sqlite3_column_int64(row, 11);
	u->mtime = sqlite3_column_type(row, 12) == SQLITE_NULL ? TRIAGE_TIME_NONE : sqlite3_column_int64(row, 12);
	u->btime = sqlite3_column_type(row, 13) == SQLITE_NULL ? TRIAGE_TIME_NONE : sqlite3_column_int64(row, 13);
	sqlite3_reset(row);
	if (u->path == NULL || u->name == NULL || u->owner == NULL)
		return store_no_memory(err);
	return directory ? store_raw_path(s, entry_id, u, err) : TRIAGE_OK;
}

enum triage_status
case_unit_of(struct case_store *s, uint64_t filesystem_id, uint64_t inode, uint32_t attr_type, uint64_t attr_id, struct case_unit *ret_unit,
    uint64_t *ret_member, struct triage_error *err)
{
	sqlite3_stmt *row;
	struct case_unit u = { 0 };
	enum triage_status st = store_use(s, UNIT_OF_KEY, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, filesystem_id);
	sql_bind_id(row, 2, inode);
	sql_bind_id(row, 3, attr_type);
	sql_bind_id(row, 4, attr_id & ((UINT64_C(1) << MEMBER_NUMBER_BITS) - 1));
	st = sql_step(&s->q, row, err);
	if (st == TRIAGE_OK)
		u.unit_id = (uint64_t)sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	if (st == TRIAGE_OK)
		st = unit_detail(s, &u, err);
	if (st != TRIAGE_OK) {
		case_unit_release(&u);
		return st;
	}
	*ret_unit = u;
	*ret_member = attr_id >> MEMBER_NUMBER_BITS;
	return TRIAGE_OK;
}

/* Made when units are first asked for: while entries come in, keeping order would cost more than sorting once. */
static enum triage_status
order_units(struct case_store *s, struct triage_error *err)
{
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK && !s->ordered)
		st = sql_exec(&s->q, "CREATE INDEX unit_order ON unit(rank, place)", err);
	s->ordered = st == TRIAGE_OK;
	return st;
}

enum triage_status
case_next_units(struct case_store *s, const struct case_unit *after, size_t max, struct case_unit *ret_units, size_t *ret_count, struct triage_error *err)
{
	sqlite3_stmt *rows;
	size_t count = 0;
	*ret_count = 0;
	enum triage_status st = order_units(s, err);
	if (st == TRIAGE_OK)
		st = store_use(s, NEXT_UNITS, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	sqlite3_bind_int64(rows, 1, after->rank);
	sql_bind_count(rows, 2, after->place);
	sql_bind_id(rows, 3, after->unit_id);
	while (count < max && st == TRIAGE_OK && (st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		struct case_unit u = { .rank = (unsigned)sqlite3_column_int(rows, 0), .place = (uint64_t)sqlite3_column_int64(rows, 1),
		    .unit_id = (uint64_t)sqlite3_column_int64(rows, 2) };
		if (store_unit_is_done(s, u.unit_id))
			continue;
		ret_units[count++] = u;
		st = unit_detail(s, &ret_units[count - 1], err);
	}
	sqlite3_reset(rows);
	if (st != TRIAGE_OK && st != TRIAGE_END) {
		while (count > 0)
			case_unit_release(&ret_units[--count]);
		return st;
	}
	*ret_count = count;
	return TRIAGE_OK;
}
