/*
 * ese_files.c - which files were known: the catalogue of File History (Catalog1.edb) and the index of Windows Search (Windows.edb).
 *
 * Of Windows Search the crawl queue (SystemIndex_Gthr) with its folders and a few properties of each item are read; not its summaries of content.
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum triage_status
read_names(struct ese *e, const char *table, const char *id, const char *text, struct ese_map *names, struct triage_error *err)
{
	struct ese_cursor c;
	SCOPED_BUF name;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	const struct ese_table *t = ese_table(e, table);
	buf_init(&name, 4 * ARTEFACT_VALUE_MAX);
	if (t == NULL)
		return TRIAGE_OK;
	ese_rows(&c, e, t);
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		uint64_t key;
		if (ese_get_unsigned(&c, id, &key) && ese_get_text(&c, text, &name))
			ese_map_put(names, key, buf_cstr(&name));
	}
	if (st == TRIAGE_OK && names->failed)
		st = artefact_remark(e->a, TRIAGE_LOW, "names-left-out", TRIAGE_NO_ID, 0, err, "not all names of files could be kept");
	return st;
}

/* --- File History --- */

static enum triage_status
send_namespace(struct ese_cursor *c, struct ese_map *names, struct ese_map *backups, struct triage_error *err)
{
	static const char *const skip[] = { "fileCreated", "fileModified", NULL };
	struct artefact *a = c->e->a;
	const char *precision = "100ns", *folder = NULL, *name = NULL, *backup = NULL;
	uint64_t id;
	int64_t made = ese_get_time(c, "fileCreated", &precision), modified = ese_get_time(c, "fileModified", &precision);
	if (ese_get_unsigned(c, "parentId", &id))
		folder = ese_map_get(names, id);
	if (ese_get_unsigned(c, "childId", &id))
		name = ese_map_get(names, id);
	if (ese_get_unsigned(c, "tCreated", &id))
		backup = ese_map_get(backups, id);
	folder = folder != NULL ? folder : "";
	name = name != NULL ? name : "";
	artefact_event(a, modified, "file last modified");
	artefact_offset(a, c->offset);
	artefact_part(a, "file_history");
	artefact_text(a, "folder", folder);
	artefact_text(a, "name", name);
	artefact_when(a, "file_created", made);
	artefact_when(a, "file_modified", modified);
	artefact_text(a, "first_backup", backup);
	ese_put_all(c, skip);
	artefact_message(a, "File kept by File History: %s%s%s", folder, folder[0] != '\0' && name[0] != '\0' ? "\\" : "", name);
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && made != modified) {
		artefact_again(a, made, "file created");
		st = artefact_send(a, err);
	}
	return st;
}

/* Each backup: an event, and its time under its number for the files. */
static enum triage_status
read_backups(struct ese *e, struct ese_map *backups, struct triage_error *err)
{
	const struct ese_table *t = ese_table(e, "backupset");
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	if (t == NULL)
		return TRIAGE_OK;
	ese_rows(&c, e, t);
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		const char *precision = "100ns";
		uint64_t id = 0;
		char text[WHEN_TEXT_SIZE];
		int64_t when = ese_get_time(&c, "timestamp", &precision);
		(void)!ese_get_unsigned(&c, "id", &id);
		ese_map_put(backups, id, when_text(when, 9, "Z", text));
		artefact_event(e->a, when, "backup made");
		artefact_offset(e->a, c.offset);
		artefact_part(e->a, "file_history");
		artefact_unsigned(e->a, "id", id);
		artefact_message(e->a, "File History made backup %" PRIu64, id);
		st = artefact_send(e->a, err);
	}
	return st;
}

enum triage_status
ese_read_file_history(struct ese *e, struct triage_error *err)
{
	struct ese_map names = { 0 }, backups = { 0 };
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = read_names(e, "string", "id", "string", &names, err);
	if (st == TRIAGE_OK)
		st = read_backups(e, &backups, err);
	ese_rows(&c, e, ese_table(e, "namespace"));
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
		st = send_namespace(&c, &names, &backups, err);
	ese_map_release(&names);
	ese_map_release(&backups);
	return st;
}

/* --- Windows Search --- */

/* A FILETIME in eight bytes, highest first or last. */
static int64_t
search_time(struct ese_cursor *c, const struct ese_column *column)
{
	struct ese_value v;
	if (!ese_get(c, column, &v) || v.bytes.size != 8)
		return TRIAGE_TIME_NONE;
	uint64_t forward = load_le64(v.bytes.data), reverse = load_be64(v.bytes.data);
	uint64_t low = UINT64_C(0x01a0000000000000), high = UINT64_C(0x0240000000000000);
	return when_from_filetime(reverse > low && reverse < high ? reverse : forward > low && forward < high ? forward : 0);
}

static enum triage_status
read_crawl(struct ese *e, const struct ese_table *t, struct triage_error *err)
{
	struct ese_map folders = { 0 };
	SCOPED_BUF name;
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = read_names(e, "SystemIndex_GthrPth", "Scope", "Name", &folders, err);
	buf_init(&name, 4 * ARTEFACT_VALUE_MAX);
	const struct ese_column *modified = ese_column(e, t, "LastModified");
	ese_rows(&c, e, t);
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		uint64_t scope = 0, id = 0;
		(void)!ese_get_unsigned(&c, "ScopeID", &scope);
		(void)!ese_get_unsigned(&c, "DocumentID", &id);
		(void)ese_get_text(&c, "FileName", &name);
		artefact_event(e->a, search_time(&c, modified), "file last modified");
		artefact_offset(e->a, c.offset);
		artefact_part(e->a, "search");
		artefact_text(e->a, "file_name", buf_cstr(&name));
		artefact_text(e->a, "folder", ese_map_get(&folders, scope));
		artefact_unsigned(e->a, "document_id", id);
		artefact_message(e->a, "File indexed by Windows Search: %s", buf_cstr(&name));
		st = artefact_send(e->a, err);
	}
	ese_map_release(&folders);
	return st;
}

/* --- the property store: its columns have a number before the name of the property ("4447-System_ItemPathDisplay") --- */

enum { PATH, TARGET, URL, APPLICATION, TITLE, TYPE, OWNER, SIZE, GATHERED, MODIFIED, CREATED, ACCESSED, VISITED, BEGUN, ENDED, PROPERTIES };

static const struct { const char *name, *key, *meaning; } properties[PROPERTIES] = {
	[PATH] = { "System_ItemPathDisplay", "path", NULL }, [URL] = { "System_ItemUrl", "url", NULL },
	[TARGET] = { "System_Link_TargetUrl", "target_url", NULL }, [TITLE] = { "System_Title", "title", NULL },
	[APPLICATION] = { "System_Activity_AppDisplayName", "application", NULL }, [TYPE] = { "System_ItemTypeText", "item_type", NULL },
	[OWNER] = { "System_FileOwner", "owner", NULL }, [SIZE] = { "System_Size", "size", NULL },
	[GATHERED] = { "System_Search_GatherTime", "gather_time", "indexed" }, [MODIFIED] = { "System_DateModified", "date_modified", "file last modified" },
	[VISITED] = { "System_Link_DateVisited", "date_visited", "visited" },
	[BEGUN] = { "System_ActivityHistory_StartTime", "activity_start", "activity started" },
	[ENDED] = { "System_ActivityHistory_EndTime", "activity_end", "activity ended" },
	[CREATED] = { "System_DateCreated", "date_created", "file created" }, [ACCESSED] = { "System_DateAccessed", "date_accessed", "file last accessed" },
};

static void
find_properties(const struct ese *e, const struct ese_table *t, const struct ese_column *ret_columns[PROPERTIES])
{
	for (size_t i = 0; i < t->column_count; i++) {
		const struct ese_column *col = &e->columns[t->first_column + i];
		const uint8_t *dash = col->name.size > 0 ? memchr(col->name.data, '-', col->name.size) : NULL;
		if (dash == NULL)
			continue;
		struct view name = { dash + 1, col->name.size - (size_t)(dash + 1 - col->name.data) };
		for (size_t k = 0; k < PROPERTIES; k++)
			if (ret_columns[k] == NULL && ese_named(name, properties[k].name))
				ret_columns[k] = col;
	}
}

/* A size is eight bytes, lowest first. */
static void
put_size(struct ese_cursor *c, const struct ese_column *column)
{
	struct ese_value v;
	if (ese_get(c, column, &v) && v.bytes.size == 8)
		artefact_unsigned(c->e->a, "size", load_le64(v.bytes.data));
}

static enum triage_status
send_properties(struct ese_cursor *c, const struct ese_column *const columns[PROPERTIES], struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF text, item;
	struct ese_value v;
	enum triage_status st = TRIAGE_OK;
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&item, 4 * ARTEFACT_VALUE_MAX);
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, c->offset);
	artefact_part(a, "search");
	for (size_t i = PATH; i <= OWNER; i++) {
		if (!ese_get(c, columns[i], &v) || !ese_value_text(&v, &text))
			continue;
		artefact_text(a, properties[i].key, buf_cstr(&text));
		if (i <= APPLICATION && item.size == 0)
			buf_text(&item, buf_cstr(&text));
	}
	put_size(c, columns[SIZE]);
	for (size_t i = GATHERED; i < PROPERTIES; i++)
		artefact_when(a, properties[i].key, search_time(c, columns[i]));
	artefact_message(a, "Indexed by Windows Search: %s", buf_cstr(&item));
	for (size_t i = GATHERED; i < PROPERTIES && st == TRIAGE_OK && item.size > 0; i++) {
		artefact_again(a, search_time(c, columns[i]), properties[i].meaning);
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
read_properties(struct ese *e, const struct ese_table *t, uint64_t *ret_count, struct triage_error *err)
{
	const struct ese_column *columns[PROPERTIES] = { NULL };
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	*ret_count = 0;
	find_properties(e, t, columns);
	ese_rows(&c, e, t);
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		++*ret_count;
		if (columns[PATH] != NULL || columns[URL] != NULL)
			st = send_properties(&c, columns, err);
	}
	return st;
}

enum triage_status
ese_read_search(struct ese *e, struct triage_error *err)
{
	const struct ese_table *crawl = ese_table(e, "SystemIndex_Gthr"), *store = ese_table(e, "SystemIndex_PropertyStore");
	const struct ese_table *old = store == NULL ? ese_table(e, "SystemIndex_0A") : NULL;
	uint64_t count = 0;
	enum triage_status st = crawl != NULL ? read_crawl(e, crawl, err) : TRIAGE_OK;
	if (st == TRIAGE_OK && store != NULL)
		st = read_properties(e, store, &count, err);
	if (st == TRIAGE_OK && old != NULL)
		st = read_properties(e, old, &count, err);
	if (st == TRIAGE_OK && old != NULL)
		st = artefact_remark(e->a, TRIAGE_INFO, "properties-not-read", TRIAGE_NO_ID, 0, err,
		    "the index of Windows 7 has properties of %" PRIu64 " items, which are not read: they are scrambled", count);
	return st;
}
