/*
 * build_batches.c - events of the journal as rows. They stand there in batches; the table-valued "event_row", which a query over the journal may
 * name, takes these apart one after the other, so that memory does not follow their number and SQLite sorts them.
 */
#include "triage/case/build.h"
#include "triage/case/event_batch.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT_ID, UNIT_ID, KIND, TIME, LOCAL, OFFSET, DIGEST, HOST, USER, MESSAGE, DATA };
static const char shape[] = "CREATE TABLE x(event_id INTEGER, unit_id INTEGER, kind INTEGER, time INTEGER, local INTEGER, offset INTEGER, digest INTEGER,"
    " host TEXT, user TEXT, message TEXT, data TEXT)";

/* Batches of units that have a result: others are not told. */
static const char words_sql[] = "SELECT DISTINCT words FROM event_batch b WHERE EXISTS (SELECT 1 FROM temp.unit_file x WHERE x.unit_id = b.unit_id)";
static const char batches_sql[] = "SELECT batch_id, unit_id, bytes, words, packed FROM event_batch ORDER BY batch_id";
static const char kind_sql[] = "SELECT number FROM temp.kind_order WHERE source = ?3 AND parser = ?4 AND meaning = ?2 AND precision = ?1 AND technique = ?5";

struct rows_table {
	sqlite3_vtab base;
	sqlite3 *db;
};

struct rows_cursor {
	sqlite3_vtab_cursor base;
	sqlite3_stmt *batches, *kind_of;
	struct buf rows;
	size_t at;			/* in rows */
	uint32_t index;			/* of the event in its batch */
	struct batch_event e;
	size_t kind_count;
	struct {
		int64_t number;		/* 0: of a unit that is not told */
		const char *meaning, *parser;	/* in the row of batches */
	} kinds[BATCH_KINDS];
	bool ended;
};

static struct rows_cursor *
cursor_of(sqlite3_vtab_cursor *base)
{
	return (struct rows_cursor *)(void *)base;
}

static int
damaged(struct rows_cursor *c)
{
	sqlite3_free(c->base.pVtab->zErrMsg);
	c->base.pVtab->zErrMsg = sqlite3_mprintf("a batch of events is damaged");
	return SQLITE_CORRUPT_VTAB;
}

static int
connect(sqlite3 *db, void *aux, int count, const char *const *values, sqlite3_vtab **ret_table, char **ret_error)
{
	(void)aux, (void)count, (void)values, (void)ret_error;
	int code = sqlite3_declare_vtab(db, shape);
	struct rows_table *t = code == SQLITE_OK ? sqlite3_malloc64(sizeof(*t)) : NULL;
	if (t == NULL)
		return code == SQLITE_OK ? SQLITE_NOMEM : code;
	*t = (struct rows_table){ .db = db };
	*ret_table = &t->base;
	return SQLITE_OK;
}

static int
disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedCost = 1e9;
	info->estimatedRows = 1000000;
	return SQLITE_OK;
}

static int
close_cursor(sqlite3_vtab_cursor *base)
{
	struct rows_cursor *c = cursor_of(base);
	sqlite3_finalize(c->batches);
	sqlite3_finalize(c->kind_of);
	buf_release(&c->rows);
	sqlite3_free(c);
	return SQLITE_OK;
}

static int
open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **ret_cursor)
{
	struct rows_cursor *c = sqlite3_malloc64(sizeof(*c));
	if (c == NULL)
		return SQLITE_NOMEM;
	sqlite3 *db = ((struct rows_table *)(void *)table)->db;
	*c = (struct rows_cursor){ .base.pVtab = table, .ended = true };
	buf_init(&c->rows, BATCH_BYTES_MAX);
	int code = sqlite3_prepare_v2(db, batches_sql, -1, &c->batches, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(db, kind_sql, -1, &c->kind_of, NULL);
	if (code == SQLITE_OK)
		*ret_cursor = &c->base;
	else
		close_cursor(&c->base);
	return code;
}

/* The numbers of the words of a batch. */
static int
find_kinds(struct rows_cursor *c)
{
	const struct view words = { sqlite3_column_blob(c->batches, 3), (size_t)sqlite3_column_bytes(c->batches, 3) };
	const char *set[BATCH_WORDS];
	size_t at = 0;
	for (c->kind_count = 0; c->kind_count < BATCH_KINDS && batch_words(words, &at, set); c->kind_count++) {
		for (int i = 0; i < BATCH_WORDS; i++)
			sqlite3_bind_text(c->kind_of, i + 1, set[i], -1, SQLITE_STATIC);
		int code = sqlite3_step(c->kind_of);
		c->kinds[c->kind_count].number = code == SQLITE_ROW ? sqlite3_column_int64(c->kind_of, 0) : 0;
		c->kinds[c->kind_count].meaning = set[1];
		c->kinds[c->kind_count].parser = set[3];
		sqlite3_reset(c->kind_of);
		if (code != SQLITE_ROW && code != SQLITE_DONE)
			return code;
	}
	return SQLITE_OK;
}

/* The next batch; *ret_there false behind the last one. */
static int
take_batch(struct rows_cursor *c, bool *ret_there)
{
	int code = sqlite3_step(c->batches);
	*ret_there = code == SQLITE_ROW;
	if (code != SQLITE_ROW)
		return code == SQLITE_DONE ? SQLITE_OK : code;
	const struct view packed = { sqlite3_column_blob(c->batches, 4), (size_t)sqlite3_column_bytes(c->batches, 4) };
	c->at = c->index = 0;
	if (!batch_unpack(packed, (uint64_t)sqlite3_column_int64(c->batches, 2), &c->rows))
		return c->rows.failed ? SQLITE_NOMEM : damaged(c);
	return find_kinds(c);
}

static int
next(sqlite3_vtab_cursor *base)
{
	struct rows_cursor *c = cursor_of(base);
	while (c->at >= c->rows.size) {
		bool there;
		int code = take_batch(c, &there);
		c->ended = !there;
		if (code != SQLITE_OK || !there)
			return code;
	}
	c->index++;
	return batch_next(&c->rows, &c->at, &c->e) && c->e.kind < c->kind_count && c->index < (1u << BATCH_EVENTS_BITS) ? SQLITE_OK : damaged(c);
}

static int
filter(sqlite3_vtab_cursor *base, int number, const char *text, int count, sqlite3_value **values)
{
	(void)number, (void)text, (void)count, (void)values;
	struct rows_cursor *c = cursor_of(base);
	sqlite3_reset(c->batches);
	buf_clear(&c->rows);
	c->at = 0;
	return next(base);
}

static int
at_end(sqlite3_vtab_cursor *base)
{
	return cursor_of(base)->ended;
}

/* Everything that an event says but its time and place: the same record in a copy of the log has the same. */
static int64_t
digest_of(const struct rows_cursor *c)
{
	const char *const words[] = { c->kinds[c->e.kind].meaning, c->kinds[c->e.kind].parser };
	uint64_t h = BATCH_HASH;
	for (size_t i = 0; i < 2; i++)
		h = batch_hash(h, words[i], strlen(words[i]));
	for (size_t i = 0; i < 4; i++)
		h = batch_hash(h, c->e.texts[i].data, c->e.texts[i].size);
	return (int64_t)h;
}

/* Before and behind 2^63: NULL where there is none, the last place for one beyond it. */
static void
put_offset(sqlite3_context *context, uint64_t offset)
{
	if (offset != TRIAGE_NO_ID)
		sqlite3_result_int64(context, offset > INT64_MAX ? INT64_MAX : (int64_t)offset);
}

static int64_t
event_id(const struct rows_cursor *c)
{
	return (int64_t)((uint64_t)sqlite3_column_int64(c->batches, 0) << BATCH_EVENTS_BITS | c->index);
}

/* Texts are copied: how long SQLite keeps what it asked for is its own affair. */
static int
column(sqlite3_vtab_cursor *base, sqlite3_context *context, int which)
{
	const struct rows_cursor *c = cursor_of(base);
	switch (which) {
	case EVENT_ID: sqlite3_result_int64(context, event_id(c)); break;
	case UNIT_ID: sqlite3_result_int64(context, sqlite3_column_int64(c->batches, 1)); break;
	case KIND: sqlite3_result_int64(context, c->kinds[c->e.kind].number); break;
	case TIME: sqlite3_result_int64(context, c->e.time); break;
	case LOCAL: sqlite3_result_int(context, c->e.local); break;
	case OFFSET: put_offset(context, c->e.offset); break;
	case DIGEST: sqlite3_result_int64(context, digest_of(c)); break;
	default:
		if (which >= HOST && which <= DATA)
			sqlite3_result_text64(context, (const char *)c->e.texts[which - HOST].data, c->e.texts[which - HOST].size, SQLITE_TRANSIENT, SQLITE_UTF8);
	}
	return SQLITE_OK;
}

static int
row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_id)
{
	*ret_id = event_id(cursor_of(base));
	return SQLITE_OK;
}

/* Words of events, numbered by their order. */
static enum triage_status
order_kinds(struct case_store *s, struct triage_error *err)
{
	static const char make[] = "DROP TABLE IF EXISTS temp.kind; DROP TABLE IF EXISTS temp.kind_order; CREATE TEMP TABLE kind(precision TEXT, meaning TEXT, source TEXT, parser TEXT,"
	    " technique TEXT, PRIMARY KEY(source, parser, meaning, precision, technique)) WITHOUT ROWID; CREATE TEMP TABLE kind_order(number INTEGER PRIMARY KEY, precision TEXT,"
	    " meaning TEXT, source TEXT, parser TEXT, technique TEXT, UNIQUE(source, parser, meaning, precision, technique))";
	sqlite3_stmt *all = NULL, *put = NULL;
	const char *set[BATCH_WORDS];
	enum triage_status st = sql_exec(&s->q, make, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, words_sql, &all, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, "INSERT OR IGNORE INTO temp.kind VALUES(?1, ?2, ?3, ?4, ?5)", &put, err);
	while (st == TRIAGE_OK && (st = sql_step(&s->q, all, err)) == TRIAGE_OK) {
		const struct view words = { sqlite3_column_blob(all, 0), (size_t)sqlite3_column_bytes(all, 0) };
		for (size_t at = 0; st == TRIAGE_OK && batch_words(words, &at, set);) {
			for (int i = 0; i < BATCH_WORDS; i++)
				sql_bind_text(put, i + 1, set[i]);
			st = sql_run(&s->q, put, err);
		}
	}
	sqlite3_finalize(all);
	sqlite3_finalize(put);
	return st != TRIAGE_END ? st : sql_exec(&s->q, "INSERT INTO temp.kind_order(precision, meaning, source, parser, technique) SELECT * FROM temp.kind"
	    " ORDER BY source, parser, meaning, precision, technique; DROP TABLE temp.kind", err);
}

enum triage_status
build_batches(struct case_store *s, struct triage_error *err)
{
	static const sqlite3_module module = { .iVersion = 1, .xConnect = connect, .xBestIndex = best_index, .xDisconnect = disconnect, .xDestroy = disconnect, .xOpen = open_cursor,
	    .xClose = close_cursor, .xFilter = filter, .xNext = next, .xEof = at_end, .xColumn = column, .xRowid = row_id };
	int code = sqlite3_create_module_v2(s->q.db, "event_row", &module, NULL, NULL);
	return code == SQLITE_OK ? order_kinds(s, err) : sql_fail(&s->q, code, "cannot set up", err);
}
