/*
 * ese_bits.c - the queue of the Background Intelligent Transfer Service since Windows 10 (qmgr.db): jobs and the files that they move.
 *
 * A row has a GUID and a blob. The layout of the blob was taken from databases: a mark of 16 bytes, numbers, texts with their length before
 * them in UTF-16 units; of the part behind the security descriptor only the list of files and the times behind it are read.
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MARK = 16, GUID = 16, TEXT_UNITS_MAX = 16384, FILES_MAX = 4096, NEAR = 64 };

static const uint8_t files_mark[MARK] = { 0x36, 0xda, 0x56, 0x77, 0x6f, 0x51, 0x5a, 0x43, 0xac, 0xac, 0x44, 0xa2, 0x48, 0xff, 0xf3, 0x4d };

/* A text with its length before it. False when it does not fit. */
static bool
take_text(struct view *b, struct buf *out)
{
	buf_clear(out);
	if (b->size < 4)
		return false;
	uint64_t units = load_le32(b->data);
	if (units > TEXT_UNITS_MAX || 2 * units > b->size - 4)
		return false;
	size_t n = 0;
	while (n < units && (b->data[4 + 2 * n] != 0 || b->data[5 + 2 * n] != 0))
		n++;
	text_from_utf16le(out, b->data + 4, n);
	b->data += 4 + 2 * units;
	b->size -= 4 + 2 * (size_t)units;
	return true;
}

static bool
take_number(struct view *b, size_t size, uint64_t *ret)
{
	if (b->size < size)
		return false;
	*ret = size == 8 ? load_le64(b->data) : load_le32(b->data);
	b->data += size;
	b->size -= size;
	return true;
}

static uint64_t
guid_key(const uint8_t *g)
{
	return load_le64(g) ^ load_le64(g + 8);
}

static int64_t
plausible(const uint8_t *p)
{
	uint64_t t = load_le64(p);
	return t > UINT64_C(0x01a0000000000000) && t < UINT64_C(0x0240000000000000) ? when_from_filetime(t) : TRIAGE_TIME_NONE;
}

static void
begin(struct ese_cursor *c, const char *part)
{
	artefact_event(c->e->a, TRIAGE_TIME_NONE, "");
	artefact_offset(c->e->a, c->offset);
	artefact_source(c->e->a, "bits");
	artefact_part(c->e->a, part);
	if (c->recovered)
		artefact_flag(c->e->a, "recovered", true);
}

static enum triage_status
damaged(struct ese_cursor *c, const char *what, struct triage_error *err)
{
	return artefact_remark(c->e->a, TRIAGE_LOW, "blob-unknown", c->offset, c->record.size, err, "a BITS %s whose layout is not known", what);
}

static enum triage_status
take_file(struct ese_cursor *c, struct ese_map *files, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	struct ese_value v;
	SCOPED_BUF target, url, temporary, both;
	uint64_t done = 0, size = 0, key = 0;
	buf_init(&target, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&url, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&temporary, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&both, 10 * ARTEFACT_VALUE_MAX);
	if (ese_get_named(c, "Id", &v) && v.bytes.size == GUID)
		key = guid_key(v.bytes.data);
	if (!ese_get_named(c, "Blob", &v))
		return TRIAGE_OK;
	struct view b = v.bytes;
	if (b.size < MARK)
		return damaged(c, "file", err);
	b = (struct view){ b.data + MARK, b.size - MARK };
	if (!take_text(&b, &target) || !take_text(&b, &url) || !take_text(&b, &temporary))
		return damaged(c, "file", err);
	(void)!(take_number(&b, 8, &done) && take_number(&b, 8, &size));
	buf_format(&both, "%s to %s", buf_cstr(&url), buf_cstr(&target));
	ese_map_put(files, key, buf_cstr(&both));
	begin(c, "file");
	artefact_text(a, "url", buf_cstr(&url));
	artefact_text(a, "target", buf_cstr(&target));
	artefact_text(a, "temporary", buf_cstr(&temporary));
	if (done != UINT64_MAX)
		artefact_unsigned(a, "bytes_done", done);
	if (size != UINT64_MAX)
		artefact_unsigned(a, "bytes", size);
	artefact_message(a, "BITS file %s, from %s", buf_cstr(&target), buf_cstr(&url));
	for (size_t i = 0; i + 8 <= b.size && i < 512; i++)
		if (plausible(b.data + i) != TRIAGE_TIME_NONE) {
			artefact_again(a, plausible(b.data + i), "remote file last modified");
			return artefact_send(a, err);
		}
	return TRIAGE_OK;
}

/* The list of files and, behind a second mark, times: created, modified, finished. */
static void
read_rest(struct artefact *a, struct view b, struct ese_map *files, int64_t times[3], struct buf *first)
{
	const uint8_t *mark = b.size < MARK ? NULL : memmem(b.data, b.size, files_mark, MARK);
	if (mark == NULL)
		return;
	b = (struct view){ mark + MARK, b.size - (size_t)(mark + MARK - b.data) };
	uint64_t count = 0;
	if (!take_number(&b, 4, &count) || count > b.size / GUID)
		return;
	artefact_list(a, "files");
	for (uint64_t i = 0; i < count && i < FILES_MAX; i++) {
		const char *file = ese_map_get(files, guid_key(b.data + GUID * i));
		if (file == NULL)
			continue;
		artefact_item(a, file);
		if (first->size == 0)
			buf_text(first, file);
	}
	artefact_list_end(a);
	b = (struct view){ b.data + GUID * count, b.size - GUID * (size_t)count };
	if (b.size >= MARK && memcmp(b.data, files_mark, MARK) == 0)
		b = (struct view){ b.data + MARK, b.size - MARK };
	for (size_t i = 0; i + 8 <= b.size && i < NEAR; i++) {
		if (plausible(b.data + i) == TRIAGE_TIME_NONE)
			continue;
		for (size_t k = 0; k < 3 && i + 8 * (k + 1) <= b.size; k++)
			times[k] = plausible(b.data + i + 8 * k);
		return;
	}
}

static void
put_job(struct artefact *a, const uint64_t head[3])
{
	static const char *const types[] = { "download", "upload", "upload with reply" };
	static const char *const priorities[] = { "foreground", "high", "normal", "low" };
	static const char *const states[] = { "queued", "connecting", "transferring", "suspended", "error", "transient error", "transferred",
		"acknowledged", "cancelled" };
	artefact_text(a, "type", head[0] < 3 ? types[head[0]] : "unknown");
	artefact_text(a, "priority", head[1] < 4 ? priorities[head[1]] : "unknown");
	artefact_text(a, "state", head[2] < 9 ? states[head[2]] : "unknown");
}

static enum triage_status
send_times(struct artefact *a, const int64_t times[3], struct triage_error *err)
{
	static const char *const meanings[] = { "job created", "job last changed", "job finished" };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < 3 && st == TRIAGE_OK; i++) {
		if (i > 0 && times[i] == times[i - 1])
			continue;
		artefact_again(a, times[i], meanings[i]);
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
take_job(struct ese_cursor *c, struct ese_map *files, struct triage_error *err)
{
	static const char *const keys[] = { "name", "description", "command", "command_arguments", "owner" };
	struct artefact *a = c->e->a;
	struct ese_value v;
	SCOPED_BUF text, name, owner, command, id, first;
	uint64_t head[4] = { 0 };
	int64_t times[3] = { TRIAGE_TIME_NONE, TRIAGE_TIME_NONE, TRIAGE_TIME_NONE };
	struct buf *const kept[] = { &name, NULL, &command, NULL, &owner };
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&name, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&owner, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&command, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&id, 64);
	buf_init(&first, 10 * ARTEFACT_VALUE_MAX);
	(void)ese_get_text(c, "Id", &id);
	if (!ese_get_named(c, "Blob", &v))
		return TRIAGE_OK;
	struct view b = v.bytes;
	if (b.size < 2 * MARK + GUID)
		return damaged(c, "job", err);
	b = (struct view){ b.data + MARK, b.size - MARK };
	for (size_t i = 0; i < 4; i++)
		(void)!take_number(&b, 4, &head[i]);
	b = (struct view){ b.data + GUID, b.size - GUID };
	begin(c, "job");
	artefact_text(a, "job_id", buf_cstr(&id));
	put_job(a, head);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!take_text(&b, &text))
			return damaged(c, "job", err);
		artefact_text(a, keys[i], buf_cstr(&text));
		if (kept[i] != NULL)
			buf_text(kept[i], buf_cstr(&text));
	}
	read_rest(a, b, files, times, &first);
	artefact_user(a, buf_cstr(&owner));
	/* a program that runs when the job ends is how jobs are used to persist */
	if (command.size > 0)
		artefact_technique(a, "T1197");
	artefact_message(a, "BITS job \"%s\"%s%s%s%s", buf_cstr(&name), first.size > 0 ? ": " : "", buf_cstr(&first), command.size > 0 ? ", then runs " : "",
	    buf_cstr(&command));
	return send_times(a, times, err);
}

enum triage_status
ese_read_bits(struct ese *e, struct triage_error *err)
{
	struct ese_map files = { 0 };
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	ese_rows(&c, e, ese_table(e, "Files"));
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
		st = take_file(&c, &files, err);
	row = true;
	if (st == TRIAGE_OK)
		ese_rows(&c, e, ese_table(e, "Jobs"));
	while (st == TRIAGE_OK && row && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
		st = take_job(&c, &files, err);
	if (st == TRIAGE_OK && files.failed)
		st = artefact_remark(e->a, TRIAGE_LOW, "names-left-out", TRIAGE_NO_ID, 0, err, "not all files of jobs could be kept");
	ese_map_release(&files);
	return st;
}
