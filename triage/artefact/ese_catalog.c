/* ese_catalog.c - header and catalogue of an ESE database: which tables there are and what their columns are called. */
#include "triage/artefact/ese_db.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	HEADER_SIGNATURE = 4, HEADER_FILE_TYPE = 12, HEADER_STATE = 52, HEADER_REVISION = 232, HEADER_PAGE_SIZE = 236, HEADER_NEEDED = 240,
	HEADER_LOG_FIRST = 296, HEADER_LOG_LAST = 300, HEADER_LOG_COMMITTED = 416,
	STATE_DIRTY = 2,
	REVISION_LARGE = 0x11, LARGE_PAGE = 16384,
	CATALOGUE_PAGE = 4, CATALOGUE_COPY_PAGE = 24, CATALOGUE_OBJID = 2, CATALOGUE_COPY_OBJID = 3,
	KIND_TABLE = 1, KIND_COLUMN = 2, KIND_LONG_VALUE = 4,
	TABLE_MAX = 1 << 20, COLUMN_MAX = 4 << 20, LONG_BYTES = 64 << 20, FIRST_COLUMN = 4, TEMPLATES_MAX = 1000,
};
static const uint32_t signature = 0x89abcdef;

bool
ese_is_header(struct view head)
{
	return head.size >= HEADER_NEEDED && load_le32(head.data + HEADER_SIGNATURE) == signature && load_le32(head.data + HEADER_FILE_TYPE) <= 1;
}

/* The columns of the catalogue itself, which it describes, but must be known to read it. */
static const struct ese_column catalogue_columns[] = {
#define COLUMN(n, i, t, s, at) { .name = { (const uint8_t *)(n), sizeof(n) - 1 }, .id = (i), .type = (t), .size = (s), .record_offset = (at), .codepage = 1252 }
	COLUMN("ObjidTable", 1, ESE_I32, 4, 4), COLUMN("Type", 2, ESE_I16, 2, 8), COLUMN("Id", 3, ESE_I32, 4, 10),
	COLUMN("ColtypOrPgnoFDP", 4, ESE_I32, 4, 14), COLUMN("SpaceUsage", 5, ESE_I32, 4, 18), COLUMN("Flags", 6, ESE_I32, 4, 22),
	COLUMN("PagesOrLocale", 7, ESE_I32, 4, 26), COLUMN("RootFlag", 8, ESE_BIT, 1, 30), COLUMN("RecordOffset", 9, ESE_I16, 2, 31),
	COLUMN("Name", 128, ESE_TEXT, 0, 0), COLUMN("TemplateTable", 130, ESE_TEXT, 0, 0),
#undef COLUMN
};
enum { OBJID, KIND, ID, TYPE_OR_PAGE, SPACE, FLAGS, LOCALE, ROOT, RECORD_OFFSET, NAME, TEMPLATE, CATALOGUE_COLUMNS };

static uint32_t
number(struct ese_cursor *c, unsigned column)
{
	struct ese_value v;
	if (!ese_get(c, &catalogue_columns[column], &v) || v.bytes.size < 1)
		return 0;
	return v.bytes.size >= 4 ? load_le32(v.bytes.data) : v.bytes.size >= 2 ? load_le16(v.bytes.data) : v.bytes.data[0];
}

static struct view
text(struct ese_cursor *c, unsigned column)
{
	struct ese_value v;
	return ese_get(c, &catalogue_columns[column], &v) ? v.bytes : (struct view){ NULL, 0 };
}

/* Room for one more. */
static bool
grow(struct ese *e, void **items, size_t count, size_t *room, size_t size, size_t max)
{
	if (count < *room)
		return true;
	size_t wanted = *room == 0 ? 64 : 2 * *room;
	if (count >= max) {
		e->catalogue_cut = true;
		return false;
	}
	void *more = fault_hit() ? NULL : realloc(*items, wanted * size);
	if (more == NULL) {
		e->failed = true;
		return false;
	}
	*items = more;
	*room = wanted;
	return true;
}

/* Rows come sorted by table: a table, its columns, its indices, its long values. */
static void
take_row(struct ese_cursor *c)
{
	struct ese *e = c->e;
	uint32_t objid = number(c, OBJID), kind = number(c, KIND);
	struct ese_table *t = e->table_count > 0 ? &e->tables[e->table_count - 1] : NULL;
	if (kind == KIND_TABLE) {
		if (grow(e, (void **)&e->tables, e->table_count, &e->table_room, sizeof(*e->tables), TABLE_MAX))
			e->tables[e->table_count++] = (struct ese_table){ .name = text(c, NAME), .objid = objid, .root = number(c, TYPE_OR_PAGE),
				.template = text(c, TEMPLATE), .first_column = e->column_count };
		return;
	}
	if (t == NULL || t->objid != objid)
		return;
	if (kind == KIND_LONG_VALUE)
		t->long_root = number(c, TYPE_OR_PAGE);
	if (kind != KIND_COLUMN)
		return;
	if (!grow(e, (void **)&e->columns, e->column_count, &e->column_room, sizeof(*e->columns), COLUMN_MAX))
		return;
	e->columns[e->column_count++] = (struct ese_column){ .name = text(c, NAME), .id = number(c, ID), .type = number(c, TYPE_OR_PAGE),
		.codepage = number(c, LOCALE), .size = number(c, SPACE), .record_offset = number(c, RECORD_OFFSET) };
	t->column_count++;
}

static enum triage_status
read_catalogue(struct ese *e, uint32_t page, uint32_t objid, struct triage_error *err)
{
	static const struct ese_table catalogue = { .name = { (const uint8_t *)"MSysObjects", 11 } };
	struct ese_table t = catalogue;
	struct ese_cursor c;
	bool row = true;
	t.objid = objid;
	t.root = page;
	ese_rows(&c, e, &t);
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && row && !e->failed && !e->catalogue_cut) {
		st = ese_next(&c, &row, err);
		if (st == TRIAGE_OK && row)
			take_row(&c);
	}
	return st;
}

/* Where each fixed column of a table lies: one behind the other, and further back where columns before it were deleted. */
static uint32_t
place_columns(struct ese *e, struct ese_table *t, uint32_t at)
{
	static const uint8_t sizes[ESE_TYPE_COUNT] = { [ESE_BIT] = 1, [ESE_U8] = 1, [ESE_I16] = 2, [ESE_I32] = 4, [ESE_I64] = 8, [ESE_F32] = 4,
		[ESE_F64] = 8, [ESE_DATE] = 8, [ESE_U32] = 4, [ESE_LONG_I64] = 8, [ESE_GUID] = 16, [ESE_U16] = 2 };
	for (size_t k = 0; k < t->column_count; k++) {
		struct ese_column *col = &e->columns[t->first_column + k];
		if (col->type >= ESE_TYPE_COUNT)
			col->type = ESE_NULL;
		if (col->id >= 128)
			continue;
		if (sizes[col->type] != 0)
			col->size = sizes[col->type];
		col->size = col->size > 255 ? 255 : col->size;
		if (col->record_offset > at && col->record_offset < 0x8000)
			at = col->record_offset;
		col->record_offset = at;
		at += col->size;
	}
	return at;
}

/* A table may have the columns of another before its own. */
static const struct ese_table *
find_template(const struct ese *e, const struct ese_table *t)
{
	for (size_t k = 0; k < e->table_count; k++)
		if (e->tables[k].template.size == 0 && e->tables[k].name.size == t->template.size && t->template.size > 0 &&
		    memcmp(e->tables[k].name.data, t->template.data, t->template.size) == 0)
			return &e->tables[k];
	return NULL;
}

static uint32_t
end_of_columns(const struct ese *e, const struct ese_table *t)
{
	uint32_t end = FIRST_COLUMN;
	for (size_t k = 0; t != NULL && k < t->column_count; k++)
		if (e->columns[t->first_column + k].id < 128)
			end = e->columns[t->first_column + k].record_offset + e->columns[t->first_column + k].size;
	return end;
}

static void
place_tables(struct ese *e)
{
	size_t looked = 0;
	for (size_t i = 0; i < e->table_count; i++)
		if (e->tables[i].template.size == 0)
			(void)place_columns(e, &e->tables[i], FIRST_COLUMN);
	for (size_t i = 0; i < e->table_count; i++) {
		struct ese_table *t = &e->tables[i];
		if (t->template.size == 0)
			continue;
		e->catalogue_cut |= looked == TEMPLATES_MAX;
		if (looked < TEMPLATES_MAX) {
			t->before = find_template(e, t);
			looked++;
		}
		(void)place_columns(e, t, end_of_columns(e, t->before));
	}
}

/*
 * Which log files hold what is not in the database: their names end in the number, in hexadecimal (SRU0001A.log), or are the newest without a number (SRU.log).
 * Databases of before Windows Vista may not say it.
 */
static enum triage_status
dirty_remark(struct ese *e, struct triage_error *err)
{
	uint32_t first = load_le32(e->all.data + HEADER_LOG_FIRST), last = load_le32(e->all.data + HEADER_LOG_LAST), committed = load_le32(e->all.data + HEADER_LOG_COMMITTED);
	static const char front[] = "the database was not closed: its newest changes may be in its log files, which are not replayed";
	if (first == 0 || last < first)
		return artefact_remark(e->a, TRIAGE_LOW, "dirty-shutdown", 0, 0, err, "%s (.log, .jrs)", front);
	return artefact_remark(e->a, TRIAGE_LOW, "dirty-shutdown", HEADER_LOG_FIRST, 0, err, "%s: those numbered %u (*%05X.log) to %u (*%05X.log), of which the highest may be the"
	    " one without a number; rows written, changed or deleted by these are missing, old or still here", front, first, first, committed > last ? committed : last,
	    committed > last ? committed : last);
}

static enum triage_status
header_remarks(struct ese *e, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (e->state == STATE_DIRTY)
		st = dirty_remark(e, err);
	if (st == TRIAGE_OK && e->all.size % e->page_size != 0)
		st = artefact_remark(e->a, TRIAGE_LOW, "file-cut", e->all.size - e->all.size % e->page_size, e->all.size % e->page_size, err,
		    "the database ends inside a page");
	return st;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a database");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
open_pages(struct ese *e, struct triage_error *err)
{
	e->page_count = (uint32_t)(e->all.size / e->page_size) - 2;
	e->visits_left = 8 * (uint64_t)e->page_count + 1024;
	e->long_left = LONG_BYTES + 4 * (uint64_t)e->all.size;
	e->seen = fault_hit() ? NULL : calloc((size_t)e->page_count + 1, sizeof(*e->seen));
	e->uses = e->seen == NULL || fault_hit() ? NULL : calloc((size_t)e->page_count + 1, sizeof(*e->uses));
	if (e->uses == NULL)
		return no_memory(err);
	enum triage_status st = header_remarks(e, err);
	if (st == TRIAGE_OK)
		st = read_catalogue(e, CATALOGUE_PAGE, CATALOGUE_OBJID, err);
	if (st == TRIAGE_OK && !e->failed && e->table_count == 0)
		st = read_catalogue(e, CATALOGUE_COPY_PAGE, CATALOGUE_COPY_OBJID, err);
	if (st == TRIAGE_OK && e->failed)
		return no_memory(err);
	place_tables(e);
	if (st == TRIAGE_OK && e->catalogue_cut)
		st = artefact_remark(e->a, TRIAGE_MEDIUM, "catalogue-cut", TRIAGE_NO_ID, 0, err, "the catalogue names more tables, columns or copies of templates than are read: the rest is left out");
	return st;
}

enum triage_status
ese_open(struct ese *e, struct artefact *a, struct view all, struct triage_error *err)
{
	*e = (struct ese){ .a = a, .all = all };
	buf_init(&e->value, 1 << 20);
	buf_init(&e->chunk, 1 << 20);
	if (!ese_is_header(all))
		return TRIAGE_OK;
	uint32_t size = load_le32(all.data + HEADER_PAGE_SIZE);
	e->revision = load_le32(all.data + HEADER_REVISION);
	e->state = load_le32(all.data + HEADER_STATE);
	e->page_size = size == 0 ? 4096 : size;
	e->large = e->revision >= REVISION_LARGE && e->page_size >= LARGE_PAGE;
	if (e->page_size < 2048 || e->page_size > 32768 || (e->page_size & (e->page_size - 1)) != 0)
		return artefact_remark(a, TRIAGE_LOW, "header-damaged", HEADER_PAGE_SIZE, 4, err, "the database says that its pages have %u bytes", size);
	if (load_le32(all.data + HEADER_FILE_TYPE) != 0)
		return artefact_remark(a, TRIAGE_INFO, "not-supported", HEADER_FILE_TYPE, 4, err, "an ESE streaming file, which is not read");
	if (all.size < 3 * (size_t)e->page_size)
		return artefact_remark(a, TRIAGE_LOW, "file-cut", all.size, 0, err, "the database ends before its first page");
	return open_pages(e, err);
}

void
ese_release(struct ese *e)
{
	free(e->tables);
	free(e->columns);
	free(e->seen);
	free(e->uses);
	buf_release(&e->value);
	buf_release(&e->chunk);
	e->tables = NULL;
	e->columns = NULL;
	e->seen = NULL;
	e->uses = NULL;
}

bool
ese_named(struct view name, const char *with)
{
	return name.size == strlen(with) && strncasecmp((const char *)name.data, with, name.size) == 0;
}

const struct ese_table *
ese_table(const struct ese *e, const char *name)
{
	for (size_t i = 0; i < e->table_count; i++)
		if (ese_named(e->tables[i].name, name))
			return &e->tables[i];
	return NULL;
}

const struct ese_column *
ese_column(const struct ese *e, const struct ese_table *t, const char *name)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (ese_named(e->columns[t->first_column + i].name, name))
			return &e->columns[t->first_column + i];
	for (size_t i = 0; t->before != NULL && i < t->before->column_count; i++)
		if (ese_named(e->columns[t->before->first_column + i].name, name))
			return &e->columns[t->before->first_column + i];
	return NULL;
}
