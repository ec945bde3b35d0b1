/* browser_row.c - a row of an SQLite table as events: fields, what it refers to, times of the clocks in use, the message. */
#include "triage/artefact/browser_row.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 64, HEX_MAX = 256, WORD_IN_MESSAGE = 400, VALUES_MAX = 4 << 20 };

static sqlite3_stmt *
prepare_for(struct database *db, const char *table, const char *column, bool one)
{
	char sql[200];
	if (table == NULL || !db_has_table(db, table, column))
		return NULL;
	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\" WHERE \"%s\" = ?1%s", table, column, one ? " LIMIT 1" : "");
	return db_prepare(db, sql);
}

static sqlite3_stmt *
origin(const struct sql_row *r, unsigned from)
{
	return from == 0 ? r->stmt : r->lookups[from - 1];
}

static int
column_of(const struct sql_row *r, unsigned from, const char *name)
{
	sqlite3_stmt *stmt = origin(r, from);
	return name == NULL || stmt == NULL ? -1 : db_column(stmt, name);
}

bool
row_prepare(struct sql_row *r, struct database *db, const struct sql_table *t, const char *sql)
{
	*r = (struct sql_row){ .db = db, .table = t, .found = { true } };
	r->stmt = db_prepare(db, sql);
	if (r->stmt == NULL)
		return false;
	buf_init(&r->values, VALUES_MAX);
	buf_init(&r->message, 8 * ARTEFACT_MESSAGE_MAX);
	r->id = db_column(r->stmt, "triage row");
	for (unsigned i = 0; i < SQL_LOOKUPS; i++) {
		r->by[i] = column_of(r, t->lookups[i].from, t->lookups[i].by);
		r->lookups[i] = prepare_for(db, t->lookups[i].table, t->lookups[i].column, true);
	}
	for (unsigned i = 0; i < SQL_LISTS; i++) {
		r->list_by[i] = column_of(r, 0, t->lists[i].by);
		r->lists[i] = prepare_for(db, t->lists[i].table, t->lists[i].column, false);
	}
	for (unsigned i = 0; i < SQL_FIELDS; i++)
		r->fields[i] = column_of(r, t->fields[i].from, t->fields[i].column);
	for (unsigned i = 0; i < SQL_MOMENTS; i++)
		r->moments[i] = column_of(r, t->moments[i].from, t->moments[i].column);
	return true;
}

void
row_release(struct sql_row *r)
{
	(void)sqlite3_finalize(r->stmt);
	for (unsigned i = 0; i < SQL_LOOKUPS; i++)
		(void)sqlite3_finalize(r->lookups[i]);
	for (unsigned i = 0; i < SQL_LISTS; i++)
		(void)sqlite3_finalize(r->lists[i]);
	buf_release(&r->values);
	buf_release(&r->message);
}

/* --- fields --- */

/* Bytes of a column, as text; a NUL ends text that is not a blob. */
static struct view
column_bytes(sqlite3_stmt *stmt, int column)
{
	bool blob = sqlite3_column_type(stmt, column) == SQLITE_BLOB;
	const void *p = blob ? sqlite3_column_blob(stmt, column) : (const void *)sqlite3_column_text(stmt, column);
	int size = p == NULL ? 0 : sqlite3_column_bytes(stmt, column);
	return (struct view){ size == 0 ? (const uint8_t *)"" : p, (size_t)size };
}

/* The first text of a member of JSON: "name":"...", its escapes undone as far as \\ \" \/ go. */
static void
put_member(struct buf *out, struct view json, const char *name)
{
	char key[64];
	int size = snprintf(key, sizeof(key), "\"%s\":\"", name);
	const uint8_t *p = memmem(json.data, json.size, key, (size_t)size);
	if (p == NULL)
		return;
	const uint8_t *end = json.data + json.size;
	for (p += size; p < end && *p != '"' && *p != 0; p++) {
		if (*p == '\\' && p + 1 < end && (p[1] == '\\' || p[1] == '"' || p[1] == '/'))
			p++;
		buf_char(out, (char)*p);
	}
}

static const char *
word(const char *const *words, uint64_t n)
{
	for (uint64_t i = 0; words[i] != NULL; i++)
		if (i == n)
			return words[i];
	return "unknown";
}

/* A value as text into r->values, for the message and for data. */
static void
keep(struct sql_row *r, unsigned i, struct view bytes)
{
	size_t size = bytes.size > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : bytes.size;
	if (size == 0)
		return;
	r->texts[i] = r->values.size;
	buf_put(&r->values, bytes.data, size);
	buf_char(&r->values, '\0');
}

static bool
key_taken(const struct sql_row *r, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (r->texts[k] != SIZE_MAX && strcmp(r->table->fields[k].key, r->table->fields[i].key) == 0)
			return true;
	return false;
}

static void
read_field(struct sql_row *r, unsigned i)
{
	const struct sql_field *f = &r->table->fields[i];
	struct artefact *a = r->db->a;
	sqlite3_stmt *stmt = origin(r, f->from);
	int column = r->fields[i];
	r->texts[i] = SIZE_MAX;
	if (f->key == NULL || column < 0 || !r->found[f->from] || sqlite3_column_type(stmt, column) == SQLITE_NULL || key_taken(r, i))
		return;
	struct view v = column_bytes(stmt, column);
	uint64_t n = (uint64_t)sqlite3_column_int64(stmt, column);
	const char *text;
	SCOPED_BUF member;
	buf_init(&member, 4 * ARTEFACT_VALUE_MAX);
	switch ((enum sql_form)f->form) {
	case FORM_NUMBER:
		artefact_number(a, f->key, (int64_t)n);
		break;
	case FORM_FLAG:
		artefact_flag(a, f->key, n != 0);
		break;
	case FORM_WORD: case FORM_LOW_WORD:
		text = word(f->words, f->form == FORM_WORD ? n : n & 0xff);
		artefact_text(a, f->key, text);
		v = (struct view){ (const uint8_t *)text, strlen(text) };
		break;
	case FORM_HEX:
		if (v.size > HEX_MAX)
			artefact_cut(a);
		else if (v.size > 0)
			artefact_hex(a, f->key, v.data, v.size);
		break;
	case FORM_MEMBER:
		put_member(&member, v, f->member);
		artefact_text(a, f->key, buf_cstr(&member));
		v = (struct view){ (const uint8_t *)buf_cstr(&member), member.size };
		break;
	case FORM_TEXT:
		if (v.size > 0)
			artefact_bytes(a, f->key, v.data, v.size);
		break;
	}
	keep(r, i, v);
}

static void
read_lookups(struct sql_row *r)
{
	for (unsigned i = 0; i < SQL_LOOKUPS; i++) {
		const struct sql_lookup *l = &r->table->lookups[i];
		r->found[i + 1] = false;
		if (r->lookups[i] == NULL || r->by[i] < 0 || !r->found[l->from])
			continue;
		(void)sqlite3_reset(r->lookups[i]);
		(void)sqlite3_bind_value(r->lookups[i], 1, sqlite3_column_value(origin(r, l->from), r->by[i]));
		r->found[i + 1] = db_step(r->db, r->lookups[i]) == SQLITE_ROW;
	}
}

/* The last of a list is kept for the message: of a chain of redirects it is where it ended. */
static void
read_list(struct sql_row *r, unsigned i)
{
	const struct sql_list *l = &r->table->lists[i];
	int value = r->lists[i] != NULL ? db_column(r->lists[i], l->value) : -1;
	r->list_texts[i] = SIZE_MAX;
	if (value < 0 || r->list_by[i] < 0)
		return;
	(void)sqlite3_reset(r->lists[i]);
	(void)sqlite3_bind_value(r->lists[i], 1, sqlite3_column_value(r->stmt, r->list_by[i]));
	artefact_list(r->db->a, l->key);
	for (unsigned n = 0; db_step(r->db, r->lists[i]) == SQLITE_ROW; n++) {
		if (n == LIST_MAX) {
			artefact_cut(r->db->a);
			break;
		}
		const char *text = (const char *)sqlite3_column_text(r->lists[i], value);
		if (text == NULL || text[0] == '\0')
			continue;
		artefact_item(r->db->a, text);
		r->list_texts[i] = r->values.size;
		buf_put(&r->values, text, strnlen(text, ARTEFACT_VALUE_MAX));
		buf_char(&r->values, '\0');
	}
	artefact_list_end(r->db->a);
}

static const char *
value_of(const struct sql_row *r, const char *key, size_t size)
{
	for (unsigned i = 0; i < SQL_FIELDS && r->table->fields[i].key != NULL; i++)
		if (r->texts[i] != SIZE_MAX && strlen(r->table->fields[i].key) == size && memcmp(r->table->fields[i].key, key, size) == 0)
			return buf_cstr(&r->values) + r->texts[i];
	for (unsigned i = 0; i < SQL_LISTS && r->table->lists[i].key != NULL; i++)
		if (r->list_texts[i] != SIZE_MAX && strlen(r->table->lists[i].key) == size && memcmp(r->table->lists[i].key, key, size) == 0)
			return buf_cstr(&r->values) + r->list_texts[i];
	return "";
}

/* "Visited {url}[ ({title})]" */
static void
make_message(struct sql_row *r, const char *pattern)
{
	struct buf *m = &r->message;
	size_t begin = 0;
	bool empty = false;
	buf_clear(m);
	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '[') {
			begin = m->size;
			empty = false;
		} else if (*p == ']') {
			/* a part with an empty field is taken back */
			if (empty && m->data != NULL) {
				m->size = begin;
				m->data[begin] = '\0';
			}
		} else if (*p == '{') {
			size_t size = strcspn(p + 1, "}");
			const char *value = value_of(r, p + 1, size);
			size_t length = strnlen(value, WORD_IN_MESSAGE);
			while (length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80)
				length--;
			empty = empty || length == 0;
			if (length == 0 && r->recovered)
				buf_char(m, '?');
			buf_put(m, value, length);
			p += size + 1;
		} else
			buf_char(m, *p);
	}
	artefact_message(r->db->a, "%s%s", buf_cstr(m), !r->recovered ? "" : r->doubtful ? " (from a deleted row, or an old copy of one that could not be read)" :
	    " (from a deleted row)");
}

/* "http://example.org/path" of a cookie */
static void
put_cookie_url(struct sql_row *r)
{
	struct artefact *a = r->db->a;
	char url[2048];
	const char *host = value_of(r, "host", 4), *path = value_of(r, "path", 4), *secure = value_of(r, "secure", 6);
	if (r->table->scheme == NULL || host[0] == '\0')
		return;
	snprintf(url, sizeof(url), "%s://%.500s%.1400s", strcmp(secure, "1") == 0 ? "https" : "http", host[0] == '.' ? host + 1 : host, path);
	artefact_text(a, "url", url);
}

static const struct sql_variant *
variant_of(const struct sql_row *r)
{
	for (unsigned i = 0; i < SQL_VARIANTS && r->table->variants[i].key != NULL; i++)
		if (strcmp(value_of(r, r->table->variants[i].key, strlen(r->table->variants[i].key)), r->table->variants[i].value) == 0)
			return &r->table->variants[i];
	return NULL;
}

/* Whose profile the file lies in: "/Users/anna/AppData/..." and "/home/anna/.mozilla/..." are anna's; a row that names one is its. */
static void
put_user(struct artefact *a, const char *named)
{
	static const char *const before[] = { "/Users/", "/home/", "/Documents and Settings/" };
	const char *path = artefact_who(a)->path;
	char user[128];
	artefact_user(a, named);
	for (size_t i = 0; named[0] == '\0' && i < sizeof(before) / sizeof(before[0]); i++) {
		const char *found = strcasestr(path, before[i]);
		size_t size = found != NULL ? strcspn(found + strlen(before[i]), "/") : 0;
		if (size == 0 || size >= sizeof(user) || found[strlen(before[i]) + size] != '/')
			continue;
		snprintf(user, sizeof(user), "%.*s", (int)size, found + strlen(before[i]));
		artefact_user(a, user);
		return;
	}
}

enum triage_status
row_send(struct sql_row *r, struct triage_error *err)
{
	struct artefact *a = r->db->a;
	enum triage_status st = TRIAGE_OK;
	buf_clear(&r->values);
	read_lookups(r);
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_part(a, r->table->part);
	if (r->table->source != NULL)
		artefact_source(a, r->table->source);
	artefact_text(a, "application", r->table->application);
	for (unsigned i = 0; i < SQL_FIELDS; i++)
		read_field(r, i);
	for (unsigned i = 0; i < SQL_LISTS; i++)
		read_list(r, i);
	put_cookie_url(r);
	if (r->id >= 0)
		artefact_number(a, "row", sqlite3_column_int64(r->stmt, r->id));
	if (r->recovered) {
		artefact_flag(a, "recovered", true);
		if (r->doubtful)
			artefact_flag(a, "table_incomplete", true);
		artefact_offset(a, r->at);
	}
	const struct sql_variant *variant = variant_of(r);
	if (variant != NULL)
		artefact_part(a, variant->part);
	put_user(a, value_of(r, "user", 4));
	make_message(r, variant != NULL ? variant->message : r->table->message);
	for (unsigned i = 0; i < SQL_MOMENTS && st == TRIAGE_OK; i++) {
		const struct sql_moment *m = &r->table->moments[i];
		const char *precision = "us";
		if (m->column == NULL || r->moments[i] < 0 || !r->found[m->from])
			continue;
		int64_t when = row_clock(origin(r, m->from), r->moments[i], m->clock, &precision);
		artefact_precision(a, precision);
		if (m->clock == CLOCK_TWO_TEXTS)
			artefact_local(a);
		artefact_again(a, when, variant != NULL && i == 0 ? variant->meaning : variant != NULL && i == 1 && variant->second != NULL ? variant->second : m->meaning);
		st = artefact_send(a, err);
	}
	return st;
}
