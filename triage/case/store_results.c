/* store_results.c - what one pass over a unit found. Rows are appended; what belongs to no result is forgotten. */
#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/shape.h"
#include "triage/base/text.h"
#include "triage/case/store_inside.h"

#include <string.h>

enum { BEGINS_UNITS = 64 };

/* --- units with rows but no result yet --- */

static struct unit_in_work *
find_work(struct case_store *s, uint64_t unit_id)
{
	for (size_t i = 0; i < s->work_count; i++)
		if (s->work[i].unit_id == unit_id)
			return &s->work[i];
	return NULL;
}

/*
 * What a unit in work has put is found by its id among the rows from some row on. That row may lie too early, so it is asked for once in a
 * while only; never too late: rows that are dropped give their numbers back, and then it is asked for again.
 */
static enum triage_status
find_begins(struct case_store *s, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, LAST_ROWS, &row, err);
	if (st == TRIAGE_OK)
		st = sql_step(&s->q, row, err);
	if (st != TRIAGE_OK)
		return st;
	s->begins = (struct unit_in_work){ .first_match = sqlite3_column_int64(row, 0) + 1, .first_extent = sqlite3_column_int64(row, 1) + 1,
	    .first_result = sqlite3_column_int64(row, 2) + 1, .first_batch = sqlite3_column_int64(row, 3) + 1,
	    .first_told = sqlite3_column_int64(row, 4) + 1, .first_artefact = sqlite3_column_int64(row, 5) + 1 };
	s->begins_left = BEGINS_UNITS;
	sqlite3_reset(row);
	return TRIAGE_OK;
}

enum triage_status
store_begin_work(struct case_store *s, uint64_t unit_id, struct unit_in_work **ret_work, struct triage_error *err)
{
	*ret_work = find_work(s, unit_id);
	if (*ret_work != NULL)
		return TRIAGE_OK;
	if (store_unit_is_done(s, unit_id)) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "unit %ju has a result already", (uintmax_t)unit_id);
		return TRIAGE_E_USAGE;
	}
	if (s->work_count == s->work_room) {
		size_t room = s->work_room == 0 ? 64 : s->work_room * 2;
		struct unit_in_work *grown = reallocarray(s->work, room, sizeof(*grown));
		if (grown == NULL)
			return store_no_memory(err);
		s->work = grown;
		s->work_room = room;
	}
	enum triage_status st = s->begins_left == 0 ? find_begins(s, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	s->begins_left--;
	*ret_work = &s->work[s->work_count++];
	**ret_work = s->begins;
	(*ret_work)->unit_id = unit_id;
	return TRIAGE_OK;
}

static enum triage_status
begin_work(struct case_store *s, uint64_t unit_id, struct triage_error *err)
{
	struct unit_in_work *ignored;
	return store_begin_work(s, unit_id, &ignored, err);
}

static void
end_work(struct case_store *s, uint64_t unit_id)
{
	struct unit_in_work *w = find_work(s, unit_id);
	if (w == NULL)
		return;
	store_forget_batch(w);
	*w = s->work[--s->work_count];
}

enum triage_status
case_put_match(struct case_store *s, uint64_t unit_id, const struct triage_match *m, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = begin_work(s, unit_id, err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_MATCH, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	sqlite3_bind_int64(row, 2, m->rule);
	sql_bind_text(row, 3, m->string_id);
	sql_bind_count(row, 4, m->offset);
	sql_bind_count(row, 5, m->length);
	sql_bind_blob(row, 6, m->sample, m->sample_size);
	sqlite3_bind_int(row, 7, m->by_name);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_put_extent(struct case_store *s, uint64_t unit_id, const struct triage_extent *x, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = begin_work(s, unit_id, err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_EXTENT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	sql_bind_count(row, 2, x->file_offset);
	sql_bind_count(row, 3, x->image_offset);
	sql_bind_count(row, 4, x->length);
	return sql_run(&s->q, row, err);
}

static enum triage_status
drop_rows(struct case_store *s, enum store_statement which, int64_t first, uint64_t unit_id, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, which, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sqlite3_bind_int64(row, 1, first);
	sql_bind_id(row, 2, unit_id);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_drop_unit_rows(struct case_store *s, uint64_t unit_id, struct triage_error *err)
{
	sqlite3_stmt *row;
	s->begins_left = 0;
	enum triage_status st = store_use(s, COUNT_ATTEMPT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	st = sql_run(&s->q, row, err);
	const struct unit_in_work *w = find_work(s, unit_id);
	if (st == TRIAGE_OK && w != NULL)
		st = drop_rows(s, DROP_MATCHES, w->first_match, unit_id, err);
	if (st == TRIAGE_OK && w != NULL)
		st = drop_rows(s, DROP_EXTENTS, w->first_extent, unit_id, err);
	if (st == TRIAGE_OK && w != NULL)
		st = store_drop_events(s, w, err);
	if (st == TRIAGE_OK && w != NULL && w->members)
		st = store_drop_members(s, w, err);
	if (st == TRIAGE_OK)
		end_work(s, unit_id);
	return st;
}

/* --- results --- */

struct unit_key {
	uint64_t filesystem_id, inode, size, attr_id;
	uint32_t attr_type;
};

static enum triage_status
unit_key(struct case_store *s, uint64_t unit_id, struct unit_key *ret_key, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, UNIT_KEY, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	st = sql_step(&s->q, row, err);
	if (st == TRIAGE_OK)
		*ret_key = (struct unit_key){ .filesystem_id = (uint64_t)sqlite3_column_int64(row, 0), .inode = (uint64_t)sqlite3_column_int64(row, 1),
		    .attr_type = (uint32_t)sqlite3_column_int64(row, 2), .attr_id = (uint64_t)sqlite3_column_int64(row, 3),
		    .size = (uint64_t)sqlite3_column_int64(row, 4) };
	sqlite3_reset(row);
	if (st == TRIAGE_END || (st == TRIAGE_OK && store_unit_is_done(s, unit_id))) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "unit %ju %s", (uintmax_t)unit_id,
		    st == TRIAGE_END ? "does not exist" : "has a result already");
		return TRIAGE_E_USAGE;
	}
	return st;
}

/*
 * What stands for the content in tables where no digest was made: a digest of the unit's own key, so that what was
 * found in it is kept for it alone. The views never show it: its `hashed` is 0.
 */
static void
stand_in(const struct unit_key *k, uint8_t out[32])
{
	char text[120], hex[65];
	int n = snprintf(text, sizeof(text), "stream without digest: %ju %ju %u %ju", (uintmax_t)k->filesystem_id, (uintmax_t)k->inode,
	    (unsigned)k->attr_type, (uintmax_t)k->attr_id);
	digest_sha256_hex(text, (size_t)n, hex);
	if (!text_unhex(hex, out, 32))
		memset(out, 0, 32);
}

static void
bind_real(sqlite3_stmt *row, int index, double value)
{
	if (value < 0)
		sqlite3_bind_null(row, index);
	else
		sqlite3_bind_double(row, index, value);
}

static void
bind_kind(sqlite3_stmt *row, const struct triage_content *c)
{
	const struct triage_randomness *r = &c->randomness;
	sqlite3_bind_int64(row, 11, c->text);
	sql_bind_word(row, 12, c->mime);
	sql_bind_word(row, 13, c->magic);
	bind_real(row, 14, r->entropy);
	if (r->entropy < 0 || r->blocks == 0)
		return;
	bind_real(row, 15, r->chi_square);
	bind_real(row, 16, r->first);
	bind_real(row, 17, r->last);
	bind_real(row, 18, r->most);
	bind_real(row, 19, r->least);
	sql_bind_count(row, 20, r->most_offset);
	sqlite3_bind_int64(row, 21, r->block_size);
	sqlite3_bind_int64(row, 22, r->blocks);
	sqlite3_bind_int64(row, 23, r->random_blocks);
}

/* Events come from a parser, and with the parser's own word about the stream. */
static enum triage_status
check_told(const struct unit_in_work *w, struct triage_error *err)
{
	if (w == NULL || w->events == 0 || w->claimed)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "unit %ju has events of no parser", (uintmax_t)w->unit_id);
	return TRIAGE_E_USAGE;
}

static enum triage_status
unit_done(struct case_store *s, uint64_t unit_id, uint64_t size, struct triage_error *err)
{
	enum triage_status st = store_mark_done(s, unit_id, err);
	if (st != TRIAGE_OK)
		return st;
	end_work(s, unit_id);
	s->totals.units_done++;
	store_add_bytes(&s->totals.bytes_done, size);
	return TRIAGE_OK;
}

enum triage_status
case_put_content(struct case_store *s, uint64_t unit_id, const struct triage_content *c, struct triage_error *err)
{
	struct unit_key key;
	uint8_t own[32];
	sqlite3_stmt *row;
	enum triage_status st = unit_key(s, unit_id, &key, err);
	if (st == TRIAGE_OK)
		st = check_told(find_work(s, unit_id), err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_RESULT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	bool judged = !c->same_as_seen || !c->hashed;
	sql_bind_id(row, 1, unit_id);
	sqlite3_bind_int64(row, 2, c->state);
	sql_bind_count(row, 3, c->bytes);
	sqlite3_bind_int(row, 4, c->hashed);
	sqlite3_bind_int(row, 5, judged);
	sqlite3_bind_int(row, 6, c->windowed);
	sqlite3_bind_int(row, 7, c->scan_incomplete);
	if (c->hashed) {
		sql_bind_blob(row, 8, c->md5, sizeof(c->md5));
		sql_bind_blob(row, 9, c->sha1, sizeof(c->sha1));
		sql_bind_blob(row, 10, c->sha256, sizeof(c->sha256));
	} else {
		stand_in(&key, own);
		sql_bind_blob(row, 10, own, sizeof(own));
	}
	SCOPED_BUF shape;
	buf_init(&shape, SHAPE_TEXT_MAX);
	if (judged) {
		bind_kind(row, c);
		shape_put(&shape, &c->shape);
		sql_bind_word(row, 25, buf_cstr(&shape));
	}
	const struct unit_in_work *work = find_work(s, unit_id);
	if (work != NULL && work->placed)
		sql_bind_blob(row, 24, work->places, sizeof(work->places));
	st = sql_run(&s->q, row, err);
	return st == TRIAGE_OK ? unit_done(s, unit_id, key.size, err) : st;
}

/* Units of a volume and its shadow copies with the same places hold the same bytes: see store_twins.c. */
enum triage_status
case_put_places(struct case_store *s, uint64_t unit_id, const uint8_t places[CASE_PLACES], struct triage_error *err)
{
	enum triage_status st = begin_work(s, unit_id, err);
	if (st != TRIAGE_OK)
		return st;
	struct unit_in_work *w = find_work(s, unit_id);
	if (w == NULL)
		return store_no_memory(err);
	memcpy(w->places, places, sizeof(w->places));
	w->placed = true;
	return TRIAGE_OK;
}
