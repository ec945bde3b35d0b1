/* share_fill.c - the journal of a share: evidence and filesystems without names, the files that findings point at under their commitments, the records they cite. */
#include "triage/run/share_inside.h"

#include "triage/base/json.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the view filesystems. */
enum { FS_ID, FS_VOLUME, FS_TYPE, FS_LABEL, FS_UUID, FS_BLOCK_SIZE, FS_EVIDENCE, FS_START, FS_LENGTH };
enum { FILESYSTEMS_MAX = 1 << 16, MESSAGE_MAX = 64 << 10 };

static unsigned
index_of(const char *word, const char *(*name)(unsigned), unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(word, name(i)) == 0)
			return i;
	return 0;
}

/* --- evidence, filesystems --- */

static enum triage_status
put_evidence(struct share *s, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(s->from, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		char name[40];
		uint64_t id = (uint64_t)case_int(c, CASE_EVIDENCE_EVIDENCE_ID);
		const struct triage_evidence e = { .kind = (enum triage_evidence_kind)index_of(case_text(c, CASE_EVIDENCE_KIND), triage_evidence_kind_name,
		    TRIAGE_EVIDENCE_KIND_COUNT), .size = (uint64_t)case_int(c, CASE_EVIDENCE_SIZE), .sector_size = (uint32_t)case_int(c, CASE_EVIDENCE_SECTOR_SIZE),
		    .stored_md5 = "", .stored_sha1 = "" };
		snprintf(name, sizeof(name), "evidence %ju", (uintmax_t)id);
		st = case_put_evidence(s->store, id, name, &e, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* One volume for each filesystem; ids stay as they are. */
static enum triage_status
put_filesystems(struct share *s, struct triage_error *err)
{
	struct case_cursor *c;
	uint32_t index = 0;
	enum triage_status st = case_rows(s->from, CASE_FILESYSTEMS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	for (; (st = case_next(c, err)) == TRIAGE_OK; index++) {
		char type[32];
		uint64_t id, evidence = (uint64_t)case_int(c, FS_EVIDENCE), start = (uint64_t)case_int(c, FS_START), length = (uint64_t)case_int(c, FS_LENGTH);
		snprintf(type, sizeof(type), "%s", case_text(c, FS_TYPE));
		if (type[strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789+")] != '\0')
			snprintf(type, sizeof(type), "unknown");
		const struct triage_volume v = { .index = index, .parent = UINT32_MAX, .kind = "none", .label = "", .uuid = "", .start = start, .length = length };
		const struct triage_filesystem fs = { .index = index, .volume = index, .type = type, .label = "", .uuid = "", .start = start, .length = length,
		    .block_size = (uint32_t)case_int(c, FS_BLOCK_SIZE) };
		st = case_put_volume(s->store, evidence, &v, err);
		if (st == TRIAGE_OK)
			st = case_put_filesystem(s->store, evidence, &fs, &id, err);
		if (st == TRIAGE_OK && (id != (uint64_t)case_int(c, FS_ID) || index >= FILESYSTEMS_MAX)) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the filesystems of the case are not in order");
			st = TRIAGE_E_FORMAT;
		}
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- files --- */

static bool
is_attackers(const struct share *s, const char *sha256)
{
	size_t low = 0, high = s->indicators.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(s->indicators.items[middle].sha256, sha256);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Type descriptions of libmagic can quote the file: only the type of our own short list form goes out. */
static void
fill_content(const struct share *s, struct case_cursor *c, struct triage_content *content, char mime[64])
{
	content->state = (enum triage_content_state)index_of(case_text(c, CASE_FILES_CONTENT), triage_content_state_name, TRIAGE_CONTENT_STATE_COUNT);
	if (content->state == TRIAGE_CONTENT_NONE)
		content->state = TRIAGE_CONTENT_COMPLETE;
	int64_t bytes = case_int(c, CASE_FILES_BYTES_READ);
	content->bytes = bytes > 0 ? (uint64_t)bytes : 0;	/* a case from elsewhere may hold any number */
	content->mime = content->magic = "";
	content->randomness.entropy = case_null(c, CASE_FILES_ENTROPY) ? -1 : case_real(c, CASE_FILES_ENTROPY);
	if (!is_attackers(s, case_text(c, CASE_FILES_SHA256)))
		return;
	snprintf(mime, 64, "%s", case_text(c, CASE_FILES_MIME));
	if (mime[strspn(mime, "abcdefghijklmnopqrstuvwxyz0123456789-+./")] == '\0')
		content->mime = mime;
	content->hashed = text_unhex(case_text(c, CASE_FILES_SHA256), content->sha256, sizeof(content->sha256)) &&
	    text_unhex(case_text(c, CASE_FILES_SHA1), content->sha1, sizeof(content->sha1)) &&
	    text_unhex(case_text(c, CASE_FILES_MD5), content->md5, sizeof(content->md5));
}

static enum triage_status
put_root(struct share *s, uint64_t filesystem_id, struct triage_error *err)
{
	struct triage_entry e = { .parent = TRIAGE_NO_ID, .inode = TRIAGE_NO_ID, .kind = TRIAGE_FILE_DIRECTORY, .name = (const uint8_t *)"", .stream = (const uint8_t *)"",
		.link = (const uint8_t *)"", .size = TRIAGE_NO_ID, .uid = TRIAGE_NO_ID, .gid = TRIAGE_NO_ID, .owner = "" };
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		e.times[i] = TRIAGE_TIME_NONE;
	return case_put_entry(s->store, filesystem_id, &e, "/", 90, err);
}

static enum triage_status
put_file(struct share *s, struct share_file *f, struct case_cursor *c, uint64_t edge, struct triage_error *err)
{
	char path[80];
	uint64_t filesystem_id = (uint64_t)case_int(c, CASE_FILES_FILESYSTEM_ID), member;
	struct case_unit unit = { 0 };
	share_commit_file(&s->secret, f->file_id, case_text(c, CASE_FILES_PATH), &f->commitment);
	snprintf(path, sizeof(path), "/%s", f->commitment.digest);
	struct triage_entry e = { .edge = edge, .parent = 0, .inode = edge, .kind = TRIAGE_FILE_REGULAR, .flags = TRIAGE_ENTRY_HAS_CONTENT, .name = (const uint8_t *)f->commitment.digest,
		.name_size = 64, .stream = (const uint8_t *)"", .link = (const uint8_t *)"", .size = case_null(c, CASE_FILES_SIZE) ? TRIAGE_NO_ID : (uint64_t)case_int(c, CASE_FILES_SIZE),
		.state = (enum triage_file_state)index_of(case_text(c, CASE_FILES_STATE), triage_file_state_name, TRIAGE_STATE_COUNT),
		.uid = TRIAGE_NO_ID, .gid = TRIAGE_NO_ID, .owner = "" };
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		e.times[i] = case_null(c, CASE_FILES_MTIME + i) ? TRIAGE_TIME_NONE : case_int(c, CASE_FILES_MTIME + i);
	enum triage_status st = case_put_entry(s->store, filesystem_id, &e, path, 50, err);
	if (st == TRIAGE_OK)
		st = case_unit_of(s->store, filesystem_id, edge, 0, 0, &unit, &member, err);
	f->unit_id = unit.unit_id;
	case_unit_release(&unit);
	return st;
}

/* step: what is done with the row of each file; edges count within a filesystem, from 1. */
static enum triage_status
each_file(struct share *s, enum triage_status (*step)(struct share *s, struct share_file *f, struct case_cursor *c, uint64_t edge, struct triage_error *err),
    struct triage_error *err)
{
	uint64_t edge = 0;
	int64_t filesystem = -1;
	for (size_t i = 0; i < s->count; i++) {
		struct case_cursor *c;
		enum triage_status st = case_rows_of(s->from, CASE_FILES, s->files[i].file_id, &c, err);
		if (st != TRIAGE_OK)
			return st;
		st = case_next(c, err);
		if (st == TRIAGE_OK) {
			edge = case_int(c, CASE_FILES_FILESYSTEM_ID) == filesystem ? edge + 1 : 1;
			filesystem = case_int(c, CASE_FILES_FILESYSTEM_ID);
			st = step(s, &s->files[i], c, edge, err);
		}
		case_cursor_close(c);
		if (st != TRIAGE_OK && st != TRIAGE_END)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
put_entry(struct share *s, struct share_file *f, struct case_cursor *c, uint64_t edge, struct triage_error *err)
{
	enum triage_status st = edge == 1 ? put_root(s, (uint64_t)case_int(c, CASE_FILES_FILESYSTEM_ID), err) : TRIAGE_OK;
	return st == TRIAGE_OK ? put_file(s, f, c, edge, err) : st;
}

static enum triage_status
put_result(struct share *s, struct share_file *f, struct case_cursor *c, uint64_t edge, struct triage_error *err)
{
	struct triage_content content = { 0 };
	char mime[64];
	enum triage_status st = TRIAGE_OK;
	(void)edge;
	fill_content(s, c, &content, mime);
	if (f->has_events)
		st = case_put_artefact(s->store, f->unit_id, &(struct triage_parsed){ .parser = f->parser, .events = f->events, .whole = true }, err);
	return st == TRIAGE_OK ? case_put_content(s->store, f->unit_id, &content, err) : st;
}

/* --- records that findings cite --- */

static enum triage_status
add_event_id(struct share *s, int64_t id, struct triage_error *err)
{
	if (s->event_count == s->event_room) {
		size_t room = s->event_room == 0 ? 256 : s->event_room * 2;
		uint64_t *grown = reallocarray(s->events, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the records of the share");
			return TRIAGE_E_MEMORY;
		}
		s->events = grown;
		s->event_room = room;
	}
	s->events[s->event_count++] = (uint64_t)id;
	return TRIAGE_OK;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Every event_id, wherever it stands in the detail of a finding. */
static enum triage_status
collect_events(struct share *s, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(s->from, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		struct json j;
		int64_t id;
		bool wanted = false;
		const char *detail = case_text(c, CASE_FINDINGS_DETAIL);
		json_start(&j, detail, strlen(detail));
		while (st == TRIAGE_OK && json_next(&j) != JSON_END && j.event != JSON_ERROR) {
			if (j.event == JSON_NUMBER && wanted && json_int(&j, &id) && id > 0)
				st = add_event_id(s, id, err);
			wanted = j.event == JSON_KEY && json_is(&j, "event_id");
		}
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	if (s->event_count > 0)
		qsort(s->events, s->event_count, sizeof(*s->events), by_number);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* The name in a column as its commitment, "" for none. */
static void
commit_column(struct share *s, struct case_cursor *c, size_t column, const char *kind, char out[65])
{
	struct share_commitment name;
	out[0] = '\0';
	if (case_null(c, column) || case_text(c, column)[0] == '\0')
		return;
	share_commit_name(&s->secret, kind, case_text(c, column), &name);
	memcpy(out, name.digest, 65);
}

static enum triage_status
put_event(struct share *s, struct share_file *f, struct case_cursor *c, struct triage_error *err)
{
	char host[65], user[65], meaning[80], source[40], parser[65];
	SCOPED_BUF data, message;
	buf_init(&data, MESSAGE_MAX);
	buf_init(&message, MESSAGE_MAX);
	snprintf(meaning, sizeof(meaning), "%s", case_text(c, CASE_EVENTS_MEANING));
	snprintf(source, sizeof(source), "%s", case_text(c, CASE_EVENTS_SOURCE));
	snprintf(parser, sizeof(parser), "%s", case_text(c, CASE_EVENTS_PARSER));
	commit_column(s, c, CASE_EVENTS_HOST, "host", host);
	commit_column(s, c, CASE_EVENTS_USER, "account", user);
	share_event_data(&data, case_text(c, CASE_EVENTS_DATA));
	buf_format(&message, "%s, cited by a finding", meaning);
	struct triage_event e = { .time = case_int(c, CASE_EVENTS_TIME), .precision = "s", .meaning = meaning, .source = source, .parser = parser, .host = host, .user = user,
		.message = buf_cstr(&message), .data = buf_cstr(&data), .offset = TRIAGE_NO_ID };
	/* a case from elsewhere may hold any number */
	if (e.time == TRIAGE_TIME_NONE)
		return TRIAGE_OK;
	char technique[16];
	snprintf(technique, sizeof(technique), "%s", share_technique(case_text(c, CASE_EVENTS_TECHNIQUE)));
	e.technique = technique;
	f->has_events = true;
	f->events++;
	snprintf(f->parser, sizeof(f->parser), "%s", parser);
	enum triage_status st = buf_check(&data, err);
	return st != TRIAGE_OK ? st : case_put_event(s->store, f->unit_id, &e, err);
}

static enum triage_status
put_events(struct share *s, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = collect_events(s, err);
	if (st != TRIAGE_OK || s->event_count == 0)
		return st;
	st = case_rows(s->from, CASE_EVENTS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		uint64_t id = (uint64_t)case_int(c, CASE_EVENTS_EVENT_ID);
		if (bsearch(&id, s->events, s->event_count, sizeof(id), by_number) == NULL)
			continue;
		struct share_file *f = share_find(s, (uint64_t)case_int(c, CASE_EVENTS_FILE_ID));
		st = f != NULL && f->unit_id != 0 ? put_event(s, f, c, err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- facts --- */

static enum triage_status
put_facts(struct share *s, struct triage_error *err)
{
	/* words and numbers that this program made */
	static const char *const keys[] = { "version", "started", "verdict", "verdict.score", "ransomware.family", "ransomware.encrypted_files", "ransomware.encrypted_bytes",
		"ransomware.notes", "ransomware.first", "ransomware.last", "examined_share" };
	char key[64], detail[300];
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && st == TRIAGE_OK; i++) {
		const char *value = case_meta(s->from, keys[i]);
		bool plain = strlen(value) < 200 && strpbrk(value, "@\\/") == NULL;
		snprintf(key, sizeof(key), "meta.%s", keys[i]);
		buf_clear(&s->text);
		text_safe(&s->text, plain ? value : "");
		st = case_set(s->store, key, buf_cstr(&s->text), err);
	}
	if (st == TRIAGE_OK)
		st = case_set(s->store, "meta.verdict.reasons", "[]", err);
	if (st == TRIAGE_OK)
		st = case_set(s->store, "meta.shared.from", s->seal, err);
	if (st == TRIAGE_OK)
		st = case_set(s->store, "meta.shared.tlp", s->plan->tlp, err);
	snprintf(detail, sizeof(detail), "{\"from\":\"%s\",\"program\":\"triage " TRIAGE_VERSION "\",\"tlp\":\"%s\"}", s->seal, s->plan->tlp);
	return st == TRIAGE_OK ? case_custody(s->store, "triage", "shared", detail, err) : st;
}

enum triage_status
share_fill(struct share *s, struct triage_error *err)
{
	enum triage_status st = put_evidence(s, err);
	if (st == TRIAGE_OK)
		st = put_filesystems(s, err);
	if (st == TRIAGE_OK)
		st = each_file(s, put_entry, err);
	if (st == TRIAGE_OK)
		st = put_events(s, err);
	if (st == TRIAGE_OK)
		st = each_file(s, put_result, err);
	return st == TRIAGE_OK ? put_facts(s, err) : st;
}
