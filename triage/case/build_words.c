#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/case/build.h"

enum { NAME_MAX_SIZE = 4 << 20 };

struct word {
	const char *name;		/* of the SQL function */
	const char *(*of)(unsigned value);
};

static struct word words[] = {
	{ "evidence_kind_word", triage_evidence_kind_name }, { "volume_state_word", triage_volume_state_name },
	{ "file_kind_word", triage_file_kind_name }, { "file_state_word", triage_file_state_name },
	{ "content_state_word", triage_content_state_name }, { "severity_word", triage_severity_name },
};

static void
word_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct word *w = sqlite3_user_data(context);
	(void)count;
	sqlite3_result_text(context, w->of((unsigned)sqlite3_value_int(values[0])), -1, SQLITE_STATIC);
}

/* NULL stays NULL; plain names, which most are, are copied once. */
static void
display_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	const void *raw = sqlite3_value_blob(values[0]);
	SCOPED_BUF out;
	buf_init(&out, NAME_MAX_SIZE);
	text_display(&out, raw, (size_t)sqlite3_value_bytes(values[0]));
	if (out.failed)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text64(context, buf_cstr(&out), out.size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* A digest as lower-case hex. */
static void
hex_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	char text[2 * DIGEST_MAX + 1];
	const void *raw = sqlite3_value_blob(values[0]);
	int size = sqlite3_value_bytes(values[0]);
	(void)count;
	if (raw == NULL || size <= 0 || size > DIGEST_MAX)
		return;
	text_hex(text, raw, (size_t)size);
	sqlite3_result_text(context, text, 2 * size, SQLITE_TRANSIENT);
}

/* What kind of clock a filesystem has: which = 0 in general, 1 last access, 2 creation. */
static const struct {
	const char *type, *precision[3];
} clocks[] = {
	{ "ntfs", { "100ns", "100ns", "100ns" } },
	{ "fat12", { "2s", "day", "10ms" } }, { "fat16", { "2s", "day", "10ms" } }, { "fat32", { "2s", "day", "10ms" } },
	{ "exfat", { "10ms", "2s", "10ms" } },
	{ "ext2", { "s", "s", "s" } }, { "ext3", { "s", "s", "s" } },
	{ "iso9660", { "s", "s", "s" } }, { "hfs+", { "s", "s", "s" } },
};

static void
precision_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *type = (const char *)sqlite3_value_text(values[0]);
	int which = sqlite3_value_int(values[1]);
	const char *found = "ns";
	(void)count;
	for (size_t i = 0; type != NULL && i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (sqlite3_stricmp(type, clocks[i].type) == 0)
			found = clocks[i].precision[which == 1 || which == 2 ? which : 0];
	sqlite3_result_text(context, found, -1, SQLITE_STATIC);
}

enum triage_status
build_words(struct case_store *s, struct triage_error *err)
{
	enum { PURE = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY };
	int code = sqlite3_create_function_v2(s->q.db, "display", 1, PURE, NULL, display_of, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(s->q.db, "hex_text", 1, PURE, NULL, hex_of, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(s->q.db, "precision_of", 2, PURE, NULL, precision_of, NULL, NULL, NULL);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && code == SQLITE_OK; i++)
		code = sqlite3_create_function_v2(s->q.db, words[i].name, 1, PURE, &words[i], word_of, NULL, NULL, NULL);
	return code == SQLITE_OK ? TRIAGE_OK : sql_fail(&s->q, code, "cannot set up", err);
}
