/*
 * build_events.c - events of artefacts in the order of time. Local times are placed by the clock of their host; the same record in a copy of
 * its log (a rotated file, a shadow copy) is one event with several sources. Files that only happen to hold equal records stay apart.
 */
#include "triage/base/scoped.h"
#include "triage/case/build.h"

#include <string.h>

enum { TEXT_MAX = 1 << 20 };

static const struct build_copy kinds = {
	.from = "SELECT number, precision, meaning, source, parser, nullif(technique, '') FROM temp.kind_order ORDER BY number",
	.into = "INSERT INTO t_event_kind VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
};

enum { TIME, DIGEST, FAMILY, FILE_ID, OFFSET, EVENT, KIND, LOCAL, HOST, USER, MESSAGE, DATA, FILESYSTEM };
static const char events_sql[] =
    "SELECT utc_of(e.time, e.local, u.filesystem_id) AS t, e.digest AS d, x.family AS y, x.file_id AS f, e.offset AS o, e.event_id AS i, e.kind, e.local, e.host, e.user,"
    " e.message, e.data, u.filesystem_id FROM event_row e CROSS JOIN unit u ON u.unit_id = e.unit_id CROSS JOIN temp.unit_file x ON x.unit_id = e.unit_id"
    " ORDER BY t, d, y, f, o, i";

/* Events of one moment that say the same. */
struct group {
	int64_t time, digest, family, kind;
	struct buf text;		/* host, user, message and data, each with its NUL */
	int64_t first_event, first_file, count;	/* of the file that told it first */
	int64_t file, copies;		/* the file in work, and how many it told so far */
};

static void
utc_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct case_sealer *z = sqlite3_user_data(context);
	int64_t time = sqlite3_value_int64(values[0]);
	(void)count;
	if (sqlite3_value_int(values[1]) != 0)
		time = zone_utc(build_clock_of(z, (uint64_t)sqlite3_value_int64(values[2]))->zone, time);
	sqlite3_result_int64(context, time);
}

static bool
ends_with(const char *text, size_t size, const char *ending)
{
	size_t n = strlen(ending);
	return size > n && memcmp(text + size - n, ending, n) == 0;
}

/* Bytes of a path without the ending of one packed file; 0 when it has none, or holds several files. */
static size_t
unpacked_size(const char *path, size_t size)
{
	static const char *const packed[] = { ".gz", ".bz2", ".xz", ".zst", ".lzma", ".old" };
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (ends_with(path, size, packed[i]))
			return ends_with(path, size - strlen(packed[i]), ".tar") ? 0 : size - strlen(packed[i]);
	return 0;
}

/* The part of a path that rotation leaves: "/var/log/auth.log" of "/var/log/auth.log.2.gz!/auth.log.2" and of "/var/log/auth.log-20240101". */
static size_t
stem_of(const char *path)
{
	size_t size = strlen(path), member = size;
	while (member > 0 && (path[member] != '!' || path[member + 1] != '/'))
		member--;
	size_t alone = unpacked_size(path, member > 0 ? member : size);
	if (alone > 0)
		size = alone;
	size_t digits = 0;
	while (digits < size && path[size - digits - 1] >= '0' && path[size - digits - 1] <= '9')
		digits++;
	bool numbered = digits > 0 && digits <= 10 && size > digits + 1 && (path[size - digits - 1] == '.' || path[size - digits - 1] == '-') &&
	    path[size - digits - 2] != '/';
	return numbered ? size - digits - 1 : size;
}

/* A number for the files that are one log rotated, or one file in several copies of a volume. Path, evidence, volume. */
static void
family_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *path = (const char *)sqlite3_value_text(values[0]);
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (int i = 1; i < count; i++)
		h = (h ^ (uint64_t)sqlite3_value_int64(values[i])) * UINT64_C(0x100000001b3);
	for (size_t i = 0, size = path != NULL ? stem_of(path) : 0; i < size; i++)
		h = (h ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
	sqlite3_result_int64(context, (int64_t)h);
}

enum triage_status
build_event_words(struct case_store *s, struct triage_error *err)
{
	int code = sqlite3_create_function_v2(s->q.db, "family_of", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, family_of, NULL, NULL, NULL);
	return code == SQLITE_OK ? TRIAGE_OK : sql_fail(&s->q, code, "cannot set up", err);
}

/* True when the row says the same as the group's first. */
static bool
is_same(const struct group *g, sqlite3_stmt *row)
{
	if (g->first_event == 0 || sqlite3_column_int64(row, TIME) != g->time || sqlite3_column_int64(row, DIGEST) != g->digest ||
	    sqlite3_column_int64(row, FAMILY) != g->family || sqlite3_column_int64(row, KIND) != g->kind || g->text.failed)
		return false;
	const char *kept = buf_cstr(&g->text);
	for (int i = HOST; i <= DATA; i++) {
		if (strcmp(kept, sql_text(row, i)) != 0)
			return false;
		kept += strlen(kept) + 1;
	}
	return true;
}

static void
begin_group(struct group *g, sqlite3_stmt *row, int64_t event_id)
{
	g->time = sqlite3_column_int64(row, TIME);
	g->digest = sqlite3_column_int64(row, DIGEST);
	g->family = sqlite3_column_int64(row, FAMILY);
	g->kind = sqlite3_column_int64(row, KIND);
	g->first_event = event_id;
	g->first_file = g->file = sqlite3_column_int64(row, FILE_ID);
	g->count = g->copies = 0;
	buf_clear(&g->text);
	for (int i = HOST; i <= DATA; i++) {
		buf_text(&g->text, sql_text(row, i));
		buf_char(&g->text, '\0');
	}
}

/* data, with a word about the clock when the time was a local one. */
static const char *
data_of(const struct case_sealer *z, sqlite3_stmt *row, struct buf *text)
{
	const char *data = sql_text(row, DATA);
	size_t size = strlen(data);
	if (sqlite3_column_int(row, LOCAL) == 0 || size < 2)
		return data;
	const struct build_clock *c = build_clock_of(z, (uint64_t)sqlite3_column_int64(row, FILESYSTEM));
	buf_clear(text);
	buf_put(text, data, size - 1);
	buf_format(text, "%s\"local_time\":true,\"time_zone\":\"%s\"}", size > 2 ? "," : "", c->zone != NULL ? c->zone_name : "unknown");
	return buf_cstr(text);
}

static enum triage_status
put_event(struct case_sealer *z, sqlite3_stmt *row, sqlite3_stmt *put, int64_t event_id, struct buf *text, struct triage_error *err)
{
	const struct build_clock *c = build_clock_of(z, (uint64_t)sqlite3_column_int64(row, FILESYSTEM));
	const char *host = sql_text(row, HOST), *data = data_of(z, row, text);
	sqlite3_bind_int64(put, 1, sqlite3_column_int64(row, TIME));
	sqlite3_bind_int64(put, 2, event_id);
	sqlite3_bind_int64(put, 3, sqlite3_column_int64(row, KIND));
	sqlite3_bind_int64(put, 4, sqlite3_column_int64(row, FILE_ID));
	if (sqlite3_column_type(row, OFFSET) != SQLITE_NULL)
		sqlite3_bind_int64(put, 5, sqlite3_column_int64(row, OFFSET));
	sql_bind_word(put, 6, host[0] != '\0' ? host : c->hostname);
	sql_bind_word(put, 7, sql_text(row, USER));
	sql_bind_text(put, 8, sql_text(row, MESSAGE));
	sql_bind_text(put, 9, data);
	return text->failed ? store_no_memory(err) : sql_run(&z->q, put, err);
}

static enum triage_status
put_source(struct case_sealer *z, sqlite3_stmt *row, sqlite3_stmt *put, int64_t event_id, struct triage_error *err)
{
	sqlite3_bind_int64(put, 1, event_id);
	sqlite3_bind_int64(put, 2, sqlite3_column_int64(row, FILE_ID));
	if (sqlite3_column_type(row, OFFSET) != SQLITE_NULL)
		sqlite3_bind_int64(put, 3, sqlite3_column_int64(row, OFFSET));
	return sql_run(&z->q, put, err);
}

/* The n-th equal record of another file is a copy of the n-th of the first file; one more than that is a record of its own. */
static enum triage_status
put_row(struct case_sealer *z, struct group *g, sqlite3_stmt *row, sqlite3_stmt *event, sqlite3_stmt *source, int64_t *events, struct buf *text,
    struct triage_error *err)
{
	int64_t file = sqlite3_column_int64(row, FILE_ID);
	if (!is_same(g, row))
		begin_group(g, row, *events + 1);
	if (file != g->file) {
		g->file = file;
		g->copies = 0;
	}
	if (file != g->first_file && g->copies < g->count)
		return put_source(z, row, source, g->first_event + g->copies++, err);
	g->count += file == g->first_file;
	return put_event(z, row, event, ++*events, text, err);
}

static enum triage_status
put_rows(struct case_sealer *z, struct triage_error *err)
{
	sqlite3_stmt *rows = NULL, *event = NULL, *source = NULL;
	struct group g = { 0 };
	struct buf text;
	int64_t events = 0;
	buf_init(&text, TEXT_MAX);
	buf_init(&g.text, TEXT_MAX);
	enum triage_status st = sql_prepare(&z->store->q, events_sql, &rows, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "INSERT INTO t_event VALUES(?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", &event, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "INSERT INTO t_event_source VALUES(?1, ?2, ?3)", &source, err);
	while (st == TRIAGE_OK && (st = sql_step(&z->store->q, rows, err)) == TRIAGE_OK)
		st = put_row(z, &g, rows, event, source, &events, &text, err);
	sqlite3_finalize(rows);
	sqlite3_finalize(event);
	sqlite3_finalize(source);
	buf_release(&text);
	buf_release(&g.text);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
build_events(struct case_sealer *z, struct triage_error *err)
{
	int code = sqlite3_create_function_v2(z->store->q.db, "utc_of", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, z, utc_of, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return sql_fail(&z->store->q, code, "cannot set up", err);
	enum triage_status st = build_batches(z->store, err);
	if (st == TRIAGE_OK)
		st = build_copy(z, &kinds, 0, NULL, NULL, err);
	return st == TRIAGE_OK ? put_rows(z, err) : st;
}

enum triage_status
case_each_artefact(struct case_store *s, enum triage_status (*each)(void *ctx, const struct case_artefact *a, struct triage_error *err), void *ctx,
    struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = sql_prepare(&s->q, "SELECT a.parser, count(*), total(r.state = 1 AND a.whole), total(a.bytes), total(a.events) FROM artefact a"
	    " JOIN result r ON r.unit_id = a.unit_id GROUP BY a.parser ORDER BY a.parser", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		const struct case_artefact a = { .parser = sql_text(rows, 0), .streams = (uint64_t)sqlite3_column_int64(rows, 1),
		    .whole = (uint64_t)sqlite3_column_int64(rows, 2), .bytes = (uint64_t)sqlite3_column_int64(rows, 3),
		    .events = (uint64_t)sqlite3_column_int64(rows, 4) };
		if ((st = each(ctx, &a, err)) != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
