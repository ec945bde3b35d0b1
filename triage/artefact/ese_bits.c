/*
 * ese_bits.c - the queue of the Background Intelligent Transfer Service since Windows 10 (qmgr.db): jobs and the files that they move.
 *
 * Rows that were deleted stay in the pages for a time and are told as recovered.
 *
 * A row has a GUID and a blob. The layout of the blob was taken from databases: a mark of 16 bytes, numbers, texts with their length before
 * them in UTF-16 units; of the part behind the security descriptor only the list of files and the times behind it are read.
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MARK = 16, GUID = 16, TEXT_UNITS_MAX = 16384, FILES_MAX = 4096, NEAR = 256, SEEN = 1 << 16, TRIES = 100000, WINDOW = 16 << 10 };

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
	return load_le64(g) * UINT64_C(0x9e3779b97f4a7c15) ^ load_le64(g + 8);
}

static int64_t
plausible(const uint8_t *p)
{
	uint64_t t = load_le64(p);
	return t > UINT64_C(0x01a0000000000000) && t < UINT64_C(0x0240000000000000) ? when_from_filetime(t) : TRIAGE_TIME_NONE;
}

/* A blob of a row, or one that was found in what the tables do not hold any more. */
struct blob {
	struct ese *e;
	uint64_t offset;
	bool recovered;
	uint64_t key;			/* of the row's GUID, 0 when not known */
	struct view bytes;
};

/* Which jobs and files were told: a set of numbers, so that old copies of one row are told once. */
struct queue {
	struct ese_map files;		/* "url to target" by GUID */
	uint64_t *seen;			/* SEEN places */
	size_t seen_count, tries;
	bool with_files;		/* of copies of jobs only those whose files are known */
};

static bool
is_new(struct queue *q, uint64_t key)
{
	key = key == 0 ? 1 : key;
	for (size_t i = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 48;; i = (i + 1) % SEEN) {
		if (q->seen[i] == key)
			return false;
		if (q->seen[i] != 0)
			continue;
		if (q->seen_count < SEEN / 2) {
			q->seen[i] = key;
			q->seen_count++;
		}
		return true;
	}
}

static uint64_t
text_key(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h;
}

static void
begin(const struct blob *at, const char *part)
{
	artefact_event(at->e->a, TRIAGE_TIME_NONE, "");
	artefact_offset(at->e->a, at->offset);
	artefact_source(at->e->a, "bits");
	artefact_part(at->e->a, part);
	if (at->recovered)
		artefact_flag(at->e->a, "recovered", true);
}

/* What was found outside of rows and does not read is none, and of no interest. */
static enum triage_status
damaged(const struct blob *at, const char *what, struct triage_error *err)
{
	if (at->recovered)
		return TRIAGE_OK;
	return artefact_remark(at->e->a, TRIAGE_LOW, "blob-unknown", at->offset, at->bytes.size, err, "a BITS %s whose layout is not known", what);
}

static enum triage_status
take_file(const struct blob *at, struct queue *q, struct triage_error *err)
{
	struct artefact *a = at->e->a;
	SCOPED_BUF target, url, temporary, both;
	uint64_t done = 0, size = 0;
	buf_init(&target, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&url, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&temporary, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&both, 10 * ARTEFACT_VALUE_MAX);
	struct view b = at->bytes;
	if (b.size < MARK)
		return damaged(at, "file", err);
	b = (struct view){ b.data + MARK, b.size - MARK };
	if (!take_text(&b, &target) || !take_text(&b, &url) || !take_text(&b, &temporary) || (at->recovered && (target.size < 3 || url.size < 3)))
		return damaged(at, "file", err);
	(void)!(take_number(&b, 8, &done) && take_number(&b, 8, &size));
	buf_format(&both, "%s to %s", buf_cstr(&url), buf_cstr(&target));
	if (at->key != 0)
		ese_map_put(&q->files, at->key, buf_cstr(&both));
	if (!is_new(q, text_key(buf_cstr(&both))))
		return TRIAGE_OK;
	begin(at, "file");
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
	if (count > FILES_MAX)
		artefact_cut(a);
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
take_job(const struct blob *at, struct queue *q, struct triage_error *err)
{
	static const char *const keys[] = { "name", "description", "command", "command_arguments", "owner" };
	struct artefact *a = at->e->a;
	SCOPED_BUF text, name, owner, command, id, first;
	uint64_t head[4] = { 0 };
	int64_t times[3] = { TRIAGE_TIME_NONE, TRIAGE_TIME_NONE, TRIAGE_TIME_NONE };
	struct buf *const kept[] = { &name, NULL, &command, NULL, &owner };
	struct view b = at->bytes;
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&name, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&owner, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&command, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&id, 64);
	buf_init(&first, 10 * ARTEFACT_VALUE_MAX);
	if (b.size < 2 * MARK + GUID)
		return damaged(at, "job", err);
	b = (struct view){ b.data + MARK, b.size - MARK };
	for (size_t i = 0; i < 4; i++)
		(void)!take_number(&b, 4, &head[i]);
	if (at->recovered && (head[0] > 2 || head[1] > 3 || head[2] > 8))
		return TRIAGE_OK;
	const struct ese_value guid = { .type = ESE_GUID, .bytes = { b.data, GUID } };
	(void)ese_value_text(&guid, &id);
	uint64_t key = guid_key(b.data);
	b = (struct view){ b.data + GUID, b.size - GUID };
	begin(at, "job");
	artefact_text(a, "job_id", buf_cstr(&id));
	put_job(a, head);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!take_text(&b, &text))
			return damaged(at, "job", err);
		artefact_text(a, keys[i], buf_cstr(&text));
		if (kept[i] != NULL)
			buf_text(kept[i], buf_cstr(&text));
	}
	if (at->recovered && strncmp(buf_cstr(&owner), "S-1-", 4) != 0)
		return TRIAGE_OK;
	read_rest(a, b, &q->files, times, &first);
	if ((at->recovered && q->with_files && first.size == 0) || (!is_new(q, key) && at->recovered))
		return TRIAGE_OK;
	artefact_user(a, buf_cstr(&owner));
	/* a program that runs when the job ends is how jobs are used to persist */
	if (command.size > 0)
		artefact_technique(a, "T1197");
	artefact_message(a, "BITS job \"%s\"%s%s%s%s", buf_cstr(&name), first.size > 0 ? ": " : "", buf_cstr(&first), command.size > 0 ? ", then runs " : "",
	    buf_cstr(&command));
	return send_times(a, times, err);
}

typedef enum triage_status taker(const struct blob *at, struct queue *q, struct triage_error *err);

static enum triage_status
take_rows(struct ese *e, const char *table, struct queue *q, taker *take, struct triage_error *err)
{
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	ese_rows(&c, e, ese_table(e, table));
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		struct blob at = { .e = e, .offset = c.offset, .recovered = c.recovered };
		struct ese_value v;
		if (ese_get_named(&c, "Id", &v) && v.bytes.size == GUID)
			at.key = guid_key(v.bytes.data);
		if (!ese_get_named(&c, "Blob", &v))
			continue;
		at.bytes = v.bytes;
		st = take(&at, q, err);
	}
	return st;
}

/* Rows that were deleted, and old copies of rows, begin with the mark of their kind wherever they lie. */
static enum triage_status
carve(struct ese *e, const uint8_t mark[MARK], struct queue *q, taker *take, struct triage_error *err)
{
	static const uint8_t inline_value[] = { 0xfe, 0x00, 0x01, 0x04, 0x00, 0x01 };	/* between a row's GUID and a blob that lies in the row */
	enum triage_status st = TRIAGE_OK;
	const uint8_t *end = e->all.data + e->all.size, *p = e->all.data;
	while (st == TRIAGE_OK && q->tries < TRIES && (p = memmem(p, (size_t)(end - p), mark, MARK)) != NULL) {
		uint64_t offset = (uint64_t)(p - e->all.data);
		size_t left = (size_t)(end - p);
		struct blob at = { .e = e, .offset = offset, .recovered = true, .bytes = { p, left < WINDOW ? left : WINDOW } };
		if (offset >= GUID + sizeof(inline_value) && memcmp(p - sizeof(inline_value), inline_value, sizeof(inline_value)) == 0)
			at.key = guid_key(p - sizeof(inline_value) - GUID);
		q->tries++;
		st = take(&at, q, err);
		p += MARK;
	}
	return st;
}

static enum triage_status
read_queue(struct ese *e, struct queue *q, struct triage_error *err)
{
	static const uint8_t file_mark[MARK] = { 0xe4, 0xcf, 0x9e, 0x51, 0x46, 0xd9, 0x97, 0x43, 0xb7, 0x3e, 0x26, 0x85, 0x13, 0x05, 0x1a, 0xb2 };
	/* of the versions of Windows 10 and 11 and their servers */
	static const uint8_t job_marks[][MARK] = {
		{ 0xa1, 0x56, 0x09, 0xe1, 0x43, 0xaf, 0xc9, 0x42, 0x92, 0xe6, 0x6f, 0x98, 0x56, 0xeb, 0xa7, 0xf6 },
		{ 0x9f, 0x95, 0xd4, 0x4c, 0x64, 0x70, 0xf2, 0x4b, 0x84, 0xd7, 0x47, 0x6a, 0x7e, 0x62, 0x69, 0x9f },
		{ 0xf1, 0x19, 0x26, 0xa9, 0x32, 0x03, 0xbf, 0x4c, 0x94, 0x27, 0x89, 0x88, 0x18, 0x95, 0x88, 0x31 },
		{ 0xc1, 0x33, 0xbc, 0xdd, 0xfb, 0x5a, 0xaf, 0x4d, 0xb8, 0xa1, 0x22, 0x68, 0xb3, 0x9d, 0x01, 0xad },
		{ 0xd0, 0x57, 0x56, 0x8f, 0x2c, 0x01, 0x3e, 0x4e, 0xad, 0x2c, 0xf4, 0xa5, 0xd7, 0x65, 0x6f, 0xaf },
		{ 0x50, 0x67, 0x41, 0x94, 0x57, 0x03, 0x1d, 0x46, 0xa4, 0xcc, 0x5d, 0xd9, 0x99, 0x07, 0x06, 0xe4 },
	};
	enum triage_status st = take_rows(e, "Files", q, take_file, err);
	if (st == TRIAGE_OK)
		st = carve(e, file_mark, q, take_file, err);
	if (st == TRIAGE_OK)
		st = take_rows(e, "Jobs", q, take_job, err);
	/* of several copies of a job one that still names its files tells most */
	const size_t marks = sizeof(job_marks) / sizeof(job_marks[0]);
	for (size_t i = 0; i < 2 * marks && st == TRIAGE_OK; i++) {
		q->with_files = i < marks;
		st = carve(e, job_marks[i % marks], q, take_job, err);
	}
	if (st == TRIAGE_OK && (q->files.failed || q->tries == TRIES || q->seen_count == SEEN / 2))
		st = artefact_remark(e->a, TRIAGE_LOW, "names-left-out", TRIAGE_NO_ID, 0, err, "not all jobs and files that may be in the queue were looked at");
	return st;
}

enum triage_status
ese_read_bits(struct ese *e, struct triage_error *err)
{
	struct queue q = { .seen = fault_hit() ? NULL : calloc(SEEN, sizeof(*q.seen)) };
	if (q.seen == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a queue of BITS");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = read_queue(e, &q, err);
	ese_map_release(&q.files);
	free(q.seen);
	return st;
}
