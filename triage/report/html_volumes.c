/* html_volumes.c - what was given and what was in it: evidence with its hashes, volumes, file systems. */
#include "triage/report/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VOLUME_ID, VOLUME_EVIDENCE, VOLUME_PARENT, VOLUME_KIND, VOLUME_START, VOLUME_LENGTH, VOLUME_LABEL, VOLUME_UUID, VOLUME_STATE };
enum { FS_ID, FS_VOLUME, FS_TYPE, FS_LABEL, FS_UUID, FS_BLOCK_SIZE };
enum { TYPE_MAX = 16 };

struct filesystem {
	int64_t id, volume;
	char type[TYPE_MAX];
};

static enum triage_status
put_evidence(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "evidence.name", "evidence.kind", "evidence.size", "evidence.bad", "evidence.hash", NULL };
	struct case_cursor *c;
	char room[64];
	enum triage_status st = case_rows(p->reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "evidence.title", heads);
	size_t rows = 0;
	while ((st = case_next(c, err)) == TRIAGE_OK && rows++ < TABLE_ROWS_MAX) {
		page_raw(p, "<tr><th scope=\"row\">");
		page_code(p, case_text(c, CASE_EVIDENCE_NAME));
		page_raw(p, "</th><td>");
		page_say(p, "span", key_or(p, room, "kind-of-evidence", case_text(c, CASE_EVIDENCE_KIND), "kind-of-evidence.other"), NULL);
		page_raw(p, "</td>");
		page_value(p, "td class=\"num\"", &(struct argument)AS_BYTES(case_int(c, CASE_EVIDENCE_SIZE)));
		page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(case_int(c, CASE_EVIDENCE_BAD_SECTORS)));
		page_say(p, "td", key_or(p, room, "hash", case_text(c, CASE_EVIDENCE_HASH_VERDICT), "hash.not-checked"), NULL);
		page_raw(p, "</tr>\n");
	}
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
load_filesystems(struct page *p, struct filesystem **ret_list, size_t *ret_count, struct triage_error *err)
{
	struct case_cursor *c;
	struct filesystem *list = calloc(TABLE_ROWS_MAX, sizeof(*list));
	*ret_list = list;
	*ret_count = 0;
	if (list == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the list of file systems");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = case_rows(p->reader, CASE_FILESYSTEMS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK && *ret_count < TABLE_ROWS_MAX) {
		struct filesystem *fs = &list[(*ret_count)++];
		fs->id = case_int(c, FS_ID);
		fs->volume = case_int(c, FS_VOLUME);
		snprintf(fs->type, sizeof(fs->type), "%s", case_text(c, FS_TYPE));
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static void
put_volume(struct page *p, struct case_cursor *c, const struct filesystem *list, size_t count)
{
	char room[64];
	page_format(p, "<tr><th scope=\"row\">%jd</th><td>", (intmax_t)case_int(c, VOLUME_ID));
	const char *kind = key_or(p, room, "volume-kind", case_text(c, VOLUME_KIND), NULL);
	if (kind != NULL)
		page_say(p, "span", kind, NULL);
	else
		page_evidence(p, case_text(c, VOLUME_KIND));
	page_raw(p, "</td><td>");
	bool any = false;
	for (size_t i = 0; i < count; i++)
		if (list[i].volume == case_int(c, VOLUME_ID)) {
			page_raw(p, any ? ", " : "");
			page_evidence(p, list[i].type);
			page_format(p, " <span class=\"soft\">(%jd)</span>", (intmax_t)list[i].id);
			any = true;
		}
	page_raw(p, any ? "</td><td>" : "–</td><td>");
	page_evidence(p, case_text(c, VOLUME_LABEL));
	page_raw(p, "</td>");
	page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(case_int(c, VOLUME_START)));
	page_value(p, "td class=\"num\"", &(struct argument)AS_BYTES(case_int(c, VOLUME_LENGTH)));
	page_say(p, "td", key_or(p, room, "state", case_text(c, VOLUME_STATE), "state.unsupported"), NULL);
	page_raw(p, "</tr>\n");
}

/* What shadow copies hold that the volume no longer has. Volume ids are dense, from 1. */
static void
put_gone(struct page *p, size_t volumes)
{
	for (size_t id = 1; id <= volumes && id <= TABLE_ROWS_MAX; id++) {
		char key[40];
		snprintf(key, sizeof(key), "shadow_only.%zu", id);
		const char *files = case_meta(p->reader, key);
		if (files[0] != '\0')
			page_say(p, "p", "volume.gone", WITH(AS_COUNT(strtoll(files, NULL, 10)), AS_COUNT(id)));
	}
}

static enum triage_status
put_volumes(struct page *p, const struct filesystem *list, size_t count, struct triage_error *err)
{
	static const char *const heads[] = { "volume.number", "volume.kind", "volume.filesystem", "volume.label", "volume.start",
		"volume.length", "volume.state", NULL };
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_VOLUMES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "volumes.title", heads);
	size_t rows = 0;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		if (rows++ < TABLE_ROWS_MAX)
			put_volume(p, c, list, count);
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	put_gone(p, rows);
	if (rows > TABLE_ROWS_MAX)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(rows - TABLE_ROWS_MAX)));
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_volumes(struct page *p, struct triage_error *err)
{
	struct filesystem *list;
	size_t count;
	page_section(p, "volumes", "volumes.title");
	enum triage_status st = put_evidence(p, err);
	if (st != TRIAGE_OK)
		return st;
	st = load_filesystems(p, &list, &count, err);
	if (st == TRIAGE_OK)
		st = put_volumes(p, list, count, err);
	free(list);
	page_raw(p, "</section>\n");
	return st;
}
