/* browser_shape.c - what a table's definition lets its records be, and a record held against it. Source: "Record Format" in "Database File Format" of sqlite.org. */
#include "triage/artefact/browser_deleted.h"

#include <string.h>

enum { COLUMNS_LEAST = 4, FRONT_MOST = 127 };

enum affinity { ANY, TEXT, INTEGER, REAL, NUMBER };

static enum affinity
affinity_of(const char *type)
{
	if (type == NULL || type[0] == '\0' || strcasestr(type, "BLOB") != NULL)
		return ANY;
	if (strcasestr(type, "INT") != NULL)
		return INTEGER;
	if (strcasestr(type, "CHAR") != NULL || strcasestr(type, "CLOB") != NULL || strcasestr(type, "TEXT") != NULL)
		return TEXT;
	return strcasestr(type, "REAL") != NULL || strcasestr(type, "FLOA") != NULL || strcasestr(type, "DOUB") != NULL ? REAL : NUMBER;
}

/* --- what a table is --- */

static void
prepare(struct shape *x, struct database *db, sqlite3_stmt *all)
{
	SCOPED_BUF sql;
	buf_init(&sql, 64 << 10);
	for (unsigned i = 0; i < x->columns; i++) {
		char *column = sqlite3_mprintf("%s?%u AS \"%w\"", i == 0 ? "SELECT " : ", ", i + 1, sqlite3_column_name(all, (int)i));
		buf_text(&sql, column != NULL ? column : "?");
		sqlite3_free(column);
	}
	x->prepared = !sql.failed && row_prepare(&x->row, db, x->table, buf_cstr(&sql));
	x->row.recovered = true;
}

bool
shape_make(struct shape *x, struct database *db, const char *name)
{
	char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", name);
	sqlite3_stmt *all = sql != NULL && db_has_table(db, name, NULL) ? db_prepare(db, sql) : NULL;
	unsigned columns = all != NULL ? (unsigned)sqlite3_column_count(all) : 0;
	sqlite3_free(sql);
	bool fit = columns > 0 && columns <= DELETED_COLUMNS;
	if (fit) {
		*x = (struct shape){ .columns = columns, .alias = -1 };
		for (unsigned i = 0; i < columns; i++) {
			const char *type = sqlite3_column_decltype(all, (int)i), *kind, *order;
			int filled = 0, key = 0, counted = 0;
			x->kinds[i] = (uint8_t)affinity_of(type);
			(void)sqlite3_table_column_metadata(db->handle, "main", name, sqlite3_column_name(all, (int)i), &kind, &order, &filled, &key, &counted);
			x->filled[i] = filled != 0;
			if (key != 0 && type != NULL && sqlite3_stricmp(type, "INTEGER") == 0)
				x->alias = (int)i;
		}
		for (size_t i = 0; sql_tables[i] != NULL && columns >= COLUMNS_LEAST; i++)
			if (sqlite3_stricmp(sql_tables[i]->table, name) == 0 && db_column(all, sql_tables[i]->needs) >= 0)
				x->table = sql_tables[i];
		if (x->table != NULL)
			prepare(x, db, all);
	}
	sqlite3_finalize(all);
	return fit;
}

/* --- records --- */

/* A number of 1 to 9 bytes; those of a front that is looked for are short. Bytes read, 0 when it does not end. */
static size_t
varint(const uint8_t *p, size_t size, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < size && i < 5; i++) {
		v = v << 7 | (p[i] & 0x7f);
		if ((p[i] & 0x80) == 0) {
			*ret = v;
			return i + 1;
		}
	}
	return 0;
}

static uint64_t
bytes_of(uint64_t serial)
{
	static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };
	return serial >= 12 ? (serial - 12) / 2 : sizes[serial];
}

static bool
fits(const struct shape *x, unsigned column, uint64_t serial)
{
	bool text = serial >= 13 && (serial & 1) != 0, whole = (serial >= 1 && serial <= 6) || serial == 8 || serial == 9;
	if (serial == 10 || serial == 11)
		return false;
	if ((int)column == x->alias)
		return serial == 0;
	if (serial == 0)
		return !x->filled[column];
	switch ((enum affinity)x->kinds[column]) {
	case TEXT:
		return text;
	case INTEGER:
		return whole;
	case REAL:
		return whole || serial == 7;
	case NUMBER:
		return whole || serial == 7 || text;
	case ANY:
		break;
	}
	return true;
}

size_t
shape_match(uint64_t *steps, const struct shape *x, struct view bytes, uint64_t *serials, size_t *ret_front)
{
	uint64_t front = bytes.data[0], total = front;
	size_t at = 1;
	if (front < x->columns + 1 || front > FRONT_MOST || front > bytes.size)
		return 0;
	for (unsigned i = 0; i < x->columns; i++) {
		size_t n = at < front ? varint(bytes.data + at, (size_t)front - at, &serials[i]) : 0;
		(*steps)++;
		if (n == 0 || !fits(x, i, serials[i]))
			return 0;
		at += n;
		total += bytes_of(serials[i]);
	}
	*ret_front = (size_t)front;
	return at == front && total <= bytes.size ? (size_t)total : 0;
}

static bool
is_text(const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < size;) {
		uint8_t c = p[i];
		size_t more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 4;
		if (more == 4 || (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || more >= size - i)
			return false;
		for (size_t k = 1; k <= more; k++)
			if ((p[i + k] & 0xc0) != 0x80)
				return false;
		i += 1 + more;
	}
	return true;
}

static int64_t
integer_of(const uint8_t *p, uint64_t serial)
{
	size_t size = (size_t)bytes_of(serial);
	uint64_t v = size > 0 && p[0] >= 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < size; i++)
		v = v << 8 | p[i];
	return serial == 9 ? 1 : (int64_t)v;
}

bool
shape_bind(struct shape *x, const uint8_t *p, const uint64_t *serials)
{
	sqlite3_stmt *stmt = x->row.stmt;
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	for (unsigned i = 0; i < x->columns; i++) {
		size_t size = (size_t)bytes_of(serials[i]);
		int column = (int)i + 1;
		if (serials[i] >= 12 && (serials[i] & 1) == 0)
			(void)sqlite3_bind_blob(stmt, column, p, (int)size, SQLITE_TRANSIENT);
		else if (serials[i] >= 13 && !is_text(p, size))
			return false;
		else if (serials[i] >= 13)
			(void)sqlite3_bind_text(stmt, column, (const char *)p, (int)size, SQLITE_TRANSIENT);
		else if (serials[i] == 7) {
			uint64_t bits = load_be64(p);
			double number;
			memcpy(&number, &bits, sizeof(number));
			(void)sqlite3_bind_double(stmt, column, number);
		} else if (serials[i] != 0)
			(void)sqlite3_bind_int64(stmt, column, integer_of(p, serials[i]));
		p += size;
	}
	return sqlite3_step(stmt) == SQLITE_ROW;
}
