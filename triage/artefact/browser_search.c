/*
 * browser_search.c - the index of Windows Search since Windows 11 (Windows.db): a table of items, properties and values.
 *
 * Rows of one item lie together; the name of a property is in a table of its own, behind a number ("4447-System_ItemPathDisplay"). Numbers
 * and times are bytes, lowest first. Summaries of content are not told.
 */
#include "triage/artefact/browser_row.h"

#include "triage/base/when.h"

#include <string.h>

enum { PATH, TARGET, URL, APPLICATION, TITLE, TYPE, OWNER, SIZE, GATHERED, MODIFIED, CREATED, ACCESSED, VISITED, BEGUN, ENDED, PROPERTIES };
enum { COLUMNS_MAX = 8192, TEXT_KEPT = 8192 };

static const struct { const char *name, *key, *meaning; } properties[PROPERTIES] = {
	[PATH] = { "System_ItemPathDisplay", "path", NULL }, [TARGET] = { "System_Link_TargetUrl", "target_url", NULL },
	[URL] = { "System_ItemUrl", "url", NULL }, [APPLICATION] = { "System_Activity_AppDisplayName", "application", NULL },
	[TITLE] = { "System_Title", "title", NULL }, [TYPE] = { "System_ItemTypeText", "item_type", NULL }, [OWNER] = { "System_FileOwner", "owner", NULL },
	[SIZE] = { "System_Size", "size", NULL }, [GATHERED] = { "System_Search_GatherTime", "gather_time", "indexed" },
	[MODIFIED] = { "System_DateModified", "date_modified", "file last modified" }, [CREATED] = { "System_DateCreated", "date_created", "file created" },
	[ACCESSED] = { "System_DateAccessed", "date_accessed", "file last accessed" }, [VISITED] = { "System_Link_DateVisited", "date_visited", "visited" },
	[BEGUN] = { "System_ActivityHistory_StartTime", "activity_start", "activity started" },
	[ENDED] = { "System_ActivityHistory_EndTime", "activity_end", "activity ended" },
};

struct item {
	struct database *db;
	sqlite3_int64 work_id;
	bool any, cut;			/* cut: a text was longer than is kept */
	struct buf texts[SIZE];
	uint64_t numbers[PROPERTIES];
	uint8_t property_of[COLUMNS_MAX];	/* by column number: a property and 1, 0 for none */
};

/* SQLITE_DONE, or why not all names were read. */
static int
read_names(struct item *it)
{
	sqlite3_stmt *stmt = db_prepare(it->db, "SELECT Id, UniqueKey FROM SystemIndex_1_PropertyStore_Metadata");
	int rc = SQLITE_ERROR;
	while (stmt != NULL && (rc = db_step(it->db, stmt)) == SQLITE_ROW) {
		sqlite3_int64 id = sqlite3_column_int64(stmt, 0);
		const char *name = (const char *)sqlite3_column_text(stmt, 1), *dash = name != NULL ? strchr(name, '-') : NULL;
		for (unsigned i = 0; dash != NULL && id >= 0 && id < COLUMNS_MAX && i < PROPERTIES; i++)
			if (sqlite3_stricmp(dash + 1, properties[i].name) == 0)
				it->property_of[id] = (uint8_t)(i + 1);
	}
	(void)sqlite3_finalize(stmt);
	return rc;
}

static void
take_value(struct item *it, sqlite3_stmt *stmt)
{
	sqlite3_int64 column = sqlite3_column_int64(stmt, 1);
	unsigned property = column >= 0 && column < COLUMNS_MAX ? it->property_of[column] : 0;
	if (property == 0)
		return;
	property--;
	it->any = true;
	if (property < SIZE) {
		const char *text = (const char *)sqlite3_column_text(stmt, 2);
		buf_clear(&it->texts[property]);
		size_t length = text != NULL ? strlen(text) : 0;
		buf_put(&it->texts[property], text, length < TEXT_KEPT ? length : TEXT_KEPT);
		it->cut = it->cut || length > TEXT_KEPT;
		return;
	}
	const uint8_t *bytes = sqlite3_column_blob(stmt, 2);
	int size = sqlite3_column_bytes(stmt, 2);
	if (sqlite3_column_type(stmt, 2) == SQLITE_INTEGER)
		it->numbers[property] = (uint64_t)sqlite3_column_int64(stmt, 2);
	else if (bytes != NULL && size == 8)
		it->numbers[property] = load_le64(bytes);
}

static enum triage_status
send_item(struct item *it, struct triage_error *err)
{
	struct artefact *a = it->db->a;
	const char *what = "";
	enum triage_status st = TRIAGE_OK;
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_part(a, "search");
	artefact_source(a, "database");
	artefact_precision(a, "100ns");
	artefact_number(a, "work_id", it->work_id);
	for (unsigned i = 0; i < SIZE; i++) {
		artefact_text(a, properties[i].key, buf_cstr(&it->texts[i]));
		if (i <= APPLICATION && what[0] == '\0')
			what = buf_cstr(&it->texts[i]);
	}
	if (it->numbers[SIZE] != 0)
		artefact_unsigned(a, properties[SIZE].key, it->numbers[SIZE]);
	for (unsigned i = GATHERED; i < PROPERTIES; i++)
		artefact_when(a, properties[i].key, when_from_filetime(it->numbers[i]));
	if (it->cut)
		artefact_cut(a);
	artefact_message(a, "Indexed by Windows Search: %s", what);
	for (unsigned i = GATHERED; i < PROPERTIES && st == TRIAGE_OK && what[0] != '\0'; i++) {
		artefact_again(a, when_from_filetime(it->numbers[i]), properties[i].meaning);
		st = artefact_send(a, err);
	}
	for (unsigned i = 0; i < SIZE; i++)
		buf_clear(&it->texts[i]);
	memset(it->numbers, 0, sizeof(it->numbers));
	it->any = it->cut = false;
	return st;
}

enum triage_status
search_read(struct database *db, struct triage_error *err)
{
	struct item it = { .db = db };
	enum triage_status st = TRIAGE_OK;
	int rc = SQLITE_ERROR, names;
	if (!db_has_table(db, "SystemIndex_1_PropertyStore", "ColumnId") || !db_has_table(db, "SystemIndex_1_PropertyStore_Metadata", "UniqueKey"))
		return TRIAGE_OK;
	for (unsigned i = 0; i < SIZE; i++)
		buf_init(&it.texts[i], 2 * TEXT_KEPT);
	names = read_names(&it);
	sqlite3_stmt *stmt = db_prepare(db, "SELECT WorkId, ColumnId, Value FROM SystemIndex_1_PropertyStore");
	while (st == TRIAGE_OK && stmt != NULL && (rc = db_step(db, stmt)) == SQLITE_ROW) {
		if (it.any && sqlite3_column_int64(stmt, 0) != it.work_id)
			st = send_item(&it, err);
		it.work_id = sqlite3_column_int64(stmt, 0);
		take_value(&it, stmt);
	}
	if (st == TRIAGE_OK && it.any)
		st = send_item(&it, err);
	rc = rc == SQLITE_DONE ? names : rc;
	if (st == TRIAGE_OK && rc != SQLITE_DONE)
		st = artefact_remark(db->a, TRIAGE_LOW, "database-damaged", TRIAGE_NO_ID, 0, err, "the index of Windows Search: %.150s",
		    rc == SQLITE_INTERRUPT ? "it takes too long" : sqlite3_errmsg(db->handle));
	(void)sqlite3_finalize(stmt);
	for (unsigned i = 0; i < SIZE; i++)
		buf_release(&it.texts[i]);
	return st;
}
