#include "triage/case/fleet_inside.h"

#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/case/build.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>

struct fleet {
	struct sql q;
	sqlite3_stmt *puts[FLEET_TABLE_COUNT], *put_offset;
	struct buf text;
	struct case_reader *reader;
	bool begun;
};

static enum triage_status
each(struct fleet *f, const char *const *statements, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; statements[i] != NULL && st == TRIAGE_OK; i++)
		st = sql_exec(&f->q, statements[i], err);
	return st;
}

static enum triage_status
set_up(struct fleet *f, struct triage_error *err)
{
	/* rows of a bundle are taken back when it cannot be read to its end, so there is a journal; it is small */
	enum triage_status st = sql_pragma(&f->q, "PRAGMA journal_mode = MEMORY", "memory", err);
	if (st == TRIAGE_OK)
		st = sql_exec(&f->q, "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;"
		    " PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF", err);
	if (st == TRIAGE_OK)
		st = each(f, fleet_tables, err);
	for (size_t i = 0; i < FLEET_TABLE_COUNT && st == TRIAGE_OK; i++)
		st = sql_prepare(&f->q, fleet_puts[i], &f->puts[i], err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&f->q, "UPDATE machines SET clock_reference = ?2, clock_offset = ?3 WHERE machine_id = ?1", &f->put_offset, err);
	return st == TRIAGE_OK ? case_reader_over(&f->q, &f->reader, err) : st;
}

enum triage_status
fleet_create(const char *path, struct fleet **ret_fleet, struct triage_error *err)
{
	enum triage_status st = sql_make_file(path, err);
	if (st != TRIAGE_OK)
		return st;
	struct fleet *f = calloc(1, sizeof(*f));
	if (f == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	buf_init(&f->text, 64 << 20);
	st = sql_open(&f->q, path, SQL_READ_WRITE, err);
	if (st == TRIAGE_OK)
		st = set_up(f, err);
	if (st != TRIAGE_OK) {
		fleet_close(f);
		return st;
	}
	*ret_fleet = f;
	return TRIAGE_OK;
}

void
fleet_close(struct fleet *f)
{
	if (f == NULL)
		return;
	case_reader_close(f->reader);
	sql_close(&f->q);
	buf_release(&f->text);
	free(f);
}

enum triage_status
fleet_finish(struct fleet *f, struct triage_error *err)
{
	enum triage_status st = sql_check(&f->q, err);
	SCOPED_FD fd = st == TRIAGE_OK ? open(f->q.path, O_RDONLY | O_CLOEXEC) : -1;
	fleet_close(f);
	if (st == TRIAGE_OK && (fd < 0 || fsync(fd) != 0)) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot bring fleet.db to the medium");
		st = TRIAGE_E_IO;
	}
	return st;
}

enum triage_status
fleet_begin(struct fleet *f, struct triage_error *err)
{
	f->begun = true;
	return sql_exec(&f->q, "BEGIN IMMEDIATE", err);
}

enum triage_status
fleet_end(struct fleet *f, bool keep, struct triage_error *err)
{
	if (!f->begun)
		return TRIAGE_OK;
	f->begun = false;
	return sql_exec(&f->q, keep ? "COMMIT" : "ROLLBACK", err);
}

/* --- putting --- */

/* Text for a row: harmless, and not longer than it may be. It lies in f->text behind what was put there before. */
static void
take_text(struct fleet *f, const char *text)
{
	size_t size = strnlen(text, FLEET_TEXT_MAX + 1), from = f->text.size;
	bool cut = size > FLEET_TEXT_MAX;
	if (cut)
		for (size = FLEET_TEXT_MAX; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80; size--)
			continue;
	text_safe_bytes(&f->text, text, size);
	if (cut)
		buf_text(&f->text, "…");
	if (f->text.size == from)
		buf_text(&f->text, "");
	buf_char(&f->text, '\0');
}

enum triage_status
fleet_put(struct fleet *f, enum fleet_table table, const struct fleet_value *values, uint64_t *ret_id, struct triage_error *err)
{
	enum { COLUMNS_MAX = 32 };
	size_t at[COLUMNS_MAX] = { 0 };
	sqlite3_stmt *put = f->puts[table];
	int count = sqlite3_bind_parameter_count(put);
	buf_clear(&f->text);
	for (int i = 0; i < count && i < COLUMNS_MAX; i++) {
		at[i] = f->text.size;
		if (values[i].kind == FLEET_TEXT)
			take_text(f, values[i].text);
	}
	enum triage_status st = buf_check(&f->text, err);
	if (st != TRIAGE_OK)
		return st;
	for (int i = 0; i < count && i < COLUMNS_MAX; i++) {
		if (values[i].kind == FLEET_TEXT)
			sql_bind_text(put, i + 1, f->text.data + at[i]);
		else if (values[i].kind == FLEET_NUMBER)
			sqlite3_bind_int64(put, i + 1, values[i].number);
		else if (values[i].kind == FLEET_REAL)
			sqlite3_bind_double(put, i + 1, values[i].real);
		else
			sqlite3_bind_null(put, i + 1);
	}
	st = sql_run(&f->q, put, err);
	if (st == TRIAGE_OK && ret_id != NULL)
		*ret_id = (uint64_t)sqlite3_last_insert_rowid(f->q.db);
	return st;
}

/* --- comparing --- */

bool
fleet_is_address(const char *key)
{
	return strchr(key, ':') != NULL || (key[0] != '\0' && key[strspn(key, "0123456789.")] == '\0' && strchr(key, '.') != NULL);
}

/* Lower case (of ASCII), in room, cut when longer. */
static void
fold(char *room, size_t size, const char *from, size_t length)
{
	size_t n = 0;
	for (; n + 1 < size && n < length; n++)
		room[n] = (char)tolower((unsigned char)from[n]);
	room[n] = '\0';
}

static bool
among(const char *key, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(key, *words) == 0)
			return true;
	return false;
}

const char *
fleet_key(const char *name, char *room, size_t size)
{
	static const char *const nobody[] = { "-", ".", "*", "::", "::1", "0.0.0.0", "local", "localhost", "console", "unknown", "null", "n/a", NULL };
	name += strspn(name, "\\/ \t");
	if (strncasecmp(name, "::ffff:", 7) == 0)
		name += 7;
	size_t length = strcspn(name, " \t%/\\");
	fold(room, size, name, length);
	if (!fleet_is_address(room))
		room[strcspn(room, ".")] = '\0';
	length = strlen(room);
	if (length > 0 && room[length - 1] == '$')
		room[length - 1] = '\0';
	if (among(room, nobody) || strncmp(room, "127.", 4) == 0 || strncmp(room, "fe80:", 5) == 0 || strncmp(room, "169.254.", 8) == 0)
		room[0] = '\0';
	return room;
}

const char *
fleet_account_key(const char *name, char *room, size_t size)
{
	static const char *const nobody[] = { "-", "system", "local service", "network service", "anonymous logon", "anonymous", "guest", "nobody", NULL };
	const char *slash = strrchr(name, '\\');
	name = slash != NULL ? slash + 1 : name;
	fold(room, size, name, strcspn(name, "@"));
	size_t length = strlen(room);
	if (among(room, nobody) || (length > 0 && room[length - 1] == '$'))
		room[0] = '\0';
	return room;
}

/* --- settling and reading --- */

static enum triage_status
step(struct fleet *f, const char *const *statements, struct triage_error *err)
{
	enum triage_status st = fleet_begin(f, err);
	if (st == TRIAGE_OK)
		st = each(f, statements, err);
	return st == TRIAGE_OK ? fleet_end(f, true, err) : st;
}

enum triage_status
fleet_settle(struct fleet *f, struct triage_error *err)
{
	return step(f, fleet_first_step, err);
}

enum triage_status
fleet_settle_clocks(struct fleet *f, struct triage_error *err)
{
	return step(f, fleet_second_step, err);
}

enum triage_status
fleet_put_offset(struct fleet *f, uint64_t machine_id, uint64_t reference, int64_t offset_ns, struct triage_error *err)
{
	sql_bind_id(f->put_offset, 1, machine_id);
	sql_bind_id(f->put_offset, 2, reference);
	sqlite3_bind_int64(f->put_offset, 3, offset_ns);
	return sql_run(&f->q, f->put_offset, err);
}

enum triage_status
fleet_rows(struct fleet *f, enum fleet_view view, struct case_cursor **ret_cursor, struct triage_error *err)
{
	return case_rows_by(f->reader, fleet_views[view], ret_cursor, err);
}
