/*
 * browser_deleted.c - rows that were deleted and still lie in what the database holds free: free pages, and the gap and the free blocks of pages in use.
 *
 * Nothing says there whose the bytes are, so that each row is proved: a record's front with as many columns as the table has, each of a kind that the table's
 * definition lets be, texts of sound UTF-8, moments that are such, and no other table of the database that would take it. Rows that are in the table as
 * well were moved, not deleted; where rows of the table could not be read, each is said to be perhaps an older copy of one of those. Not found: rows whose front is overwritten (the first that a free block held), and those that go over several pages.
 */
#include "triage/artefact/browser_deleted.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum {
	TABLES_MOST = 128, LEAF = 0x0d, PAGE_ONE = 100, UTF8 = 1, TEXTS_UTF8 = 56, FREE_FIRST = 32, STEPS_A_BYTE = 48, STEPS_LEAST = 1 << 24,
	RECOVERED_MOST = 200000, SEEN = 1 << 19,
};

static const int64_t earliest = INT64_C(946684800), latest = INT64_C(2366841600);	/* 2000 and 2045, in seconds */

struct search {
	struct database *db;
	struct shape *shapes;
	size_t count;
	uint64_t steps, found, doubtful, beyond;	/* beyond: tables for which there is no room */
	uint64_t *seen;			/* digests of what was sent, by their low bits; NULL at first */
	uint32_t page_size, pages;
	uint8_t *is_free;		/* bit for each page */
};

/* --- what is in the tables --- */

static uint64_t
mix(uint64_t h, const void *data, size_t size)
{
	const uint8_t *p = data;
	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Of all columns but those that count the row: NULL in a record. */
static uint64_t
digest_of(sqlite3_stmt *stmt, const struct sql_table *t, int columns, int alias)
{
	uint64_t h = mix(UINT64_C(0xcbf29ce484222325), t->table, strlen(t->table));
	for (int i = 0; i < columns; i++) {
		int type = sqlite3_column_type(stmt, i);
		if (i == alias || type == SQLITE_NULL)
			continue;
		h = mix(h, &i, sizeof(i));
		if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
			double number = sqlite3_column_double(stmt, i);
			h = mix(h, &number, sizeof(number));
		} else
			h = mix(h, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i));
	}
	return h;
}

void
deleted_keep(struct database *db, const struct sql_row *row)
{
	const char *alias = row->id >= 0 ? sqlite3_column_name(row->stmt, row->id) : NULL;
	int columns = sqlite3_column_count(row->stmt) - (row->id >= 0), key = -1;
	/* the number of the row is the last column too: the one that always equals it is its alias */
	for (int i = 0; i < columns && alias != NULL && key < 0; i++) {
		const char *type = sqlite3_column_decltype(row->stmt, i);
		if (type != NULL && sqlite3_stricmp(type, "INTEGER") == 0 && sqlite3_column_type(row->stmt, i) == SQLITE_INTEGER &&
		    sqlite3_column_int64(row->stmt, i) == sqlite3_column_int64(row->stmt, row->id))
			key = i;
	}
	uint64_t digests[2] = { digest_of(row->stmt, row->table, columns, key), digest_of(row->stmt, row->table, columns, -1) };
	buf_put(&db->live, digests, sizeof(digests));
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* --- rows --- */

/* At least one moment of the row itself, and none that is absurd. */
static bool
has_moments(const struct shape *x)
{
	unsigned sound = 0;
	for (unsigned i = 0; i < SQL_MOMENTS; i++) {
		const struct sql_moment *m = &x->table->moments[i];
		const char *precision = "us";
		int column = x->row.moments[i];
		if (m->column == NULL || m->from != 0 || column < 0 || sqlite3_column_type(x->row.stmt, column) == SQLITE_NULL)
			continue;
		int64_t when = row_clock(x->row.stmt, column, m->clock, &precision);
		if (when == TRIAGE_TIME_NONE && sqlite3_column_double(x->row.stmt, column) <= 0)
			continue;
		if (when == TRIAGE_TIME_NONE || when / 1000000000 < earliest || when / 1000000000 > latest)
			return false;
		sound++;
	}
	return sound > 0;
}

static bool
is_unread(const struct database *db, const struct sql_table *t)
{
	for (size_t i = 0; i < db->unread_count; i++)
		if (db->unread[i] == t)
			return true;
	/* beyond that many any table may be one */
	return db->unread_count == DB_UNREAD;
}

static enum triage_status
take(struct search *s, struct shape *x, struct view bytes, size_t front, const uint64_t *serials, uint64_t at, struct triage_error *err)
{
	uint64_t others[DELETED_COLUMNS];
	size_t ignored;
	s->steps += bytes.size;
	if (!shape_bind(x, bytes.data + front, serials) || !has_moments(x))
		return TRIAGE_OK;
	uint64_t digest = digest_of(x->row.stmt, x->table, (int)x->columns, x->alias);
	if (bsearch(&digest, buf_cstr(&s->db->live), s->db->live.size / sizeof(digest), sizeof(digest), by_value) != NULL)
		return TRIAGE_OK;
	for (size_t i = 0; i < s->count; i++)
		if (&s->shapes[i] != x && shape_match(&s->steps, &s->shapes[i], bytes, others, &ignored) != 0) {
			s->doubtful++;
			return TRIAGE_OK;
		}
	/* the same row may lie at several places */
	if (s->seen == NULL && (s->seen = fault_hit() ? NULL : calloc(SEEN, sizeof(*s->seen))) == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for deleted rows");
		return TRIAGE_E_MEMORY;
	}
	size_t place = digest % SEEN;
	while (s->seen[place] != 0 && s->seen[place] != digest)
		place = (place + 1) % SEEN;
	if (s->seen[place] == digest || s->found == RECOVERED_MOST)
		return TRIAGE_OK;
	s->seen[place] = digest;
	s->found++;
	x->row.at = at;
	x->row.doubtful = is_unread(s->db, x->table);
	return row_send(&x->row, err);
}

static enum triage_status
scan(struct search *s, uint64_t from, uint64_t to, struct triage_error *err)
{
	uint64_t serials[DELETED_COLUMNS];
	enum triage_status st = TRIAGE_OK;
	for (uint64_t at = from; at < to && st == TRIAGE_OK && s->steps < (uint64_t)STEPS_A_BYTE * s->db->bytes.size + STEPS_LEAST;) {
		struct view bytes = { s->db->bytes.data + at, (size_t)(to - at) };
		size_t size = 0, front = 0;
		uint64_t before = s->found;
		s->steps++;
		for (size_t i = 0; i < s->count && size == 0 && bytes.data[0] != 0; i++)
			if (s->shapes[i].prepared && (size = shape_match(&s->steps, &s->shapes[i], bytes, serials, &front)) != 0)
				st = take(s, &s->shapes[i], (struct view){ bytes.data, size }, front, serials, at, err);
		at += s->found > before ? size : 1;
	}
	return st;
}

/* --- what is free --- */

static void
mark_free(struct search *s)
{
	uint32_t trunk = load_be32(s->db->bytes.data + FREE_FIRST);
	while (trunk > 1 && trunk <= s->pages && (s->is_free[trunk / 8] >> trunk % 8 & 1) == 0) {
		const uint8_t *p = s->db->bytes.data + (uint64_t)(trunk - 1) * s->page_size;
		uint32_t count = load_be32(p + 4);
		s->is_free[trunk / 8] |= (uint8_t)(1 << trunk % 8);
		for (uint32_t i = 0; i < count && i < s->page_size / 4 - 2; i++) {
			uint32_t page = load_be32(p + 8 + 4 * (size_t)i);
			if (page > 1 && page <= s->pages)
				s->is_free[page / 8] |= (uint8_t)(1 << page % 8);
		}
		trunk = load_be32(p);
	}
}

static enum triage_status
scan_page(struct search *s, uint32_t page, struct triage_error *err)
{
	uint64_t start = (uint64_t)(page - 1) * s->page_size;
	uint32_t front = page == 1 ? PAGE_ONE : 0;
	const uint8_t *p = s->db->bytes.data + start;
	if ((s->is_free[page / 8] >> page % 8 & 1) != 0)
		return scan(s, start, start + s->page_size, err);
	if (p[front] != LEAF)
		return TRIAGE_OK;
	uint32_t cells = front + 8 + 2 * (uint32_t)load_be16(p + front + 3), content = load_be16(p + front + 5), block = load_be16(p + front + 1);
	content = content == 0 ? 65536 : content;
	enum triage_status st = cells < content && content <= s->page_size ? scan(s, start + cells, start + content, err) : TRIAGE_OK;
	while (st == TRIAGE_OK && block >= cells && block + 4 <= s->page_size) {
		uint32_t next = load_be16(p + block), size = load_be16(p + block + 2);
		if (size < 4 || size > s->page_size - block)
			break;
		st = scan(s, start + block + 4, start + block + size, err);
		if (next <= block)
			break;
		block = next;
	}
	return st;
}

static enum triage_status
search_pages(struct search *s, struct triage_error *err)
{
	sqlite3_stmt *stmt = db_prepare(s->db, "SELECT name FROM sqlite_schema WHERE type = 'table'");
	enum triage_status st = TRIAGE_OK;
	while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
		if (sqlite3_column_type(stmt, 0) == SQLITE_TEXT && s->count < TABLES_MOST)
			s->count += shape_make(&s->shapes[s->count], s->db, (const char *)sqlite3_column_text(stmt, 0));
		else
			s->beyond++;
	sqlite3_finalize(stmt);
	if (s->db->live.size > 0)
		qsort(s->db->live.data, s->db->live.size / sizeof(uint64_t), sizeof(uint64_t), by_value);
	mark_free(s);
	for (uint32_t page = 1; page <= s->pages && st == TRIAGE_OK; page++)
		st = scan_page(s, page, err);
	for (size_t i = 0; i < s->count; i++)
		if (s->shapes[i].prepared)
			row_release(&s->shapes[i].row);
	return st;
}

enum triage_status
deleted_read(struct database *db, struct triage_error *err)
{
	struct search s = { .db = db, .page_size = db_page_size(db->bytes) };
	s.pages = s.page_size != 0 ? (uint32_t)(db->bytes.size / s.page_size) : 0;
	const char *why = db->live.failed ? "the database has too many rows to tell deleted ones from them" : load_be32(db->bytes.data + TEXTS_UTF8) != UTF8 ?
	    "deleted rows are not looked for in a database whose texts are UTF-16" : NULL;
	if (s.pages == 0 || why != NULL)
		return why != NULL ? artefact_remark(db->a, TRIAGE_INFO, "deleted-not-read", TRIAGE_NO_ID, 0, err, "%s", why) : TRIAGE_OK;
	s.shapes = fault_hit() ? NULL : calloc(TABLES_MOST, sizeof(*s.shapes));
	s.is_free = fault_hit() ? NULL : calloc(1, s.pages / 8 + 1);
	enum triage_status st = TRIAGE_E_MEMORY;
	if (s.shapes != NULL && s.is_free != NULL)
		st = search_pages(&s, err);
	else
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for deleted rows");
	free(s.shapes);
	free(s.is_free);
	free(s.seen);
	if (st == TRIAGE_OK && s.beyond > 0)
		st = artefact_remark(db->a, TRIAGE_INFO, "deleted-not-read", TRIAGE_NO_ID, 0, err, "deleted rows were not looked for in %ju tables beyond the first %d", (uintmax_t)s.beyond,
		    TABLES_MOST);
	if (st == TRIAGE_OK && s.doubtful > 0)
		st = artefact_remark(db->a, TRIAGE_INFO, "deleted-doubtful", TRIAGE_NO_ID, 0, err, "%ju deleted rows may be of more than one table and are not told", (uintmax_t)s.doubtful);
	if (st == TRIAGE_OK && (s.found == RECOVERED_MOST || s.steps >= (uint64_t)STEPS_A_BYTE * db->bytes.size + STEPS_LEAST))
		st = artefact_remark(db->a, TRIAGE_LOW, "time-limit", TRIAGE_NO_ID, 0, err, "the search for deleted rows ended early, behind %ju of them", (uintmax_t)s.found);
	return st;
}
