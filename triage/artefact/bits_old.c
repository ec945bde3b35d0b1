/*
 * bits_old.c - jobs of the Background Intelligent Transfer Service before Windows 10: qmgr0.dat, qmgr1.dat.
 *
 * Records parted by GUIDs: the file's, the queue's, the jobs', the transfers'. Little endian, texts as UTF-16 with their count of units before them.
 * Microsoft does not describe it; source: ANSSI's bits_parser and FireEye's BitsParser. Times of a job lie behind its second transfer mark; where the form
 * is not the known one they are the first FILETIMEs there that can be. Not handled: qmgr.db (ESE) of Windows 10.
 */
#include "triage/artefact/ntfs_parts.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum {
	GUID = 16, TEXT_UNITS_MAX = 8192, FILES_MAX = 64, KINDS = 4, JOB_FIXED = 32, JOB_ID = 16, AFTER_TIMES = 512,
	TYPE = 0, PRIORITY = 4, STATE = 8,
};

static const uint8_t file_mark[GUID] = { 0x13, 0xf7, 0x2b, 0xc8, 0x40, 0x99, 0x12, 0x4a, 0x9f, 0x1a, 0x3a, 0xae, 0xbd, 0x89, 0x4e, 0xea };
static const uint8_t queue_mark[GUID] = { 0x47, 0x44, 0x5f, 0x00, 0xa9, 0xbd, 0xba, 0x44, 0x98, 0x51, 0xc4, 0x7b, 0xb6, 0xc0, 0x7a, 0xce };
static const uint8_t transfer_mark[GUID] = { 0x36, 0xda, 0x56, 0x77, 0x6f, 0x51, 0x5a, 0x43, 0xac, 0xac, 0x44, 0xa2, 0x48, 0xff, 0xf3, 0x4d };
static const uint8_t job_marks[KINDS][GUID] = {
	{ 0x93, 0x36, 0x20, 0x35, 0xa0, 0x0c, 0x10, 0x4a, 0x84, 0xf3, 0xb1, 0x7e, 0x7b, 0x49, 0x9c, 0xd7 },
	{ 0x10, 0x13, 0x70, 0xc8, 0x36, 0x53, 0xb3, 0x41, 0x83, 0xe5, 0x81, 0x55, 0x7f, 0x36, 0x1b, 0x87 },
	{ 0x8c, 0x93, 0xea, 0x64, 0x03, 0x0f, 0x68, 0x40, 0xb4, 0x6f, 0xf9, 0x7f, 0xe5, 0x1d, 0x4d, 0xcd },
	{ 0xb3, 0x46, 0xed, 0x3d, 0x3b, 0x10, 0xf9, 0x44, 0xbc, 0x2f, 0xe8, 0x37, 0x8b, 0xd3, 0x19, 0x86 },
};

struct text {
	const uint8_t *units;
	size_t count;
};

struct file {
	struct text destination, source, temporary;
	uint64_t downloaded, size;
};

struct job {
	uint32_t type, priority, state;
	const uint8_t *id;
	struct text name, description, command, arguments, owner;
	struct file files[FILES_MAX];
	size_t file_count, files_left_out;
	uint64_t created, modified, completed;
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size >= 2 * GUID && memcmp(head.data, file_mark, GUID) == 0;
}

static const uint8_t *
find(struct view in, size_t from, const uint8_t *mark)
{
	return from < in.size ? memmem(in.data + from, in.size - from, mark, GUID) : NULL;
}

/* A text with its count of units, the NUL with it. */
static bool
take_text(struct view in, size_t *at, struct text *t)
{
	if (in.size < *at || in.size - *at < 4)
		return false;
	uint32_t units = load_le32(in.data + *at);
	if (units > TEXT_UNITS_MAX || 2 * (uint64_t)units > in.size - *at - 4)
		return false;
	*t = (struct text){ in.data + *at + 4, units };
	while (t->count > 0 && load_le16(t->units + 2 * (t->count - 1)) == 0)
		t->count--;
	*at += 4 + 2 * (size_t)units;
	return true;
}

/* One file of a transfer. What stands behind the sizes differs between versions: the next file is where texts are sound again. */
static bool
take_file(struct view in, size_t *at, struct file *f)
{
	size_t p = *at;
	if (!take_text(in, &p, &f->destination) || !take_text(in, &p, &f->source) || !take_text(in, &p, &f->temporary) || f->source.count == 0 ||
	    in.size - p < 16)
		return false;
	f->downloaded = load_le64(in.data + p);
	f->size = load_le64(in.data + p + 8);
	p += 16;
	struct text drive = { 0 }, volume = { 0 };
	size_t behind = p + 1;
	/* a byte, the drive, the volume */
	if (take_text(in, &behind, &drive) && take_text(in, &behind, &volume))
		p = behind;
	*at = p;
	return true;
}

static void
take_times(struct view in, size_t from, struct job *j)
{
	size_t found = 0;
	uint64_t *const into[] = { &j->created, &j->modified, &j->completed };
	for (size_t at = from; at + 8 <= in.size && at < from + AFTER_TIMES && found < 3; at++) {
		uint64_t time = load_le64(in.data + at);
		if (!ntfs_time_is_likely(time))
			continue;
		*into[found++] = time;
		at += 7;
	}
}

static void
take_job(struct view in, struct job *j)
{
	size_t at = JOB_FIXED;
	*j = (struct job){ .type = load_le32(in.data + TYPE), .priority = load_le32(in.data + PRIORITY), .state = load_le32(in.data + STATE),
		.id = in.data + JOB_ID };
	if (!take_text(in, &at, &j->name) || !take_text(in, &at, &j->description) || !take_text(in, &at, &j->command) ||
	    !take_text(in, &at, &j->arguments) || !take_text(in, &at, &j->owner))
		return;
	const uint8_t *mark = find(in, at, transfer_mark);
	if (mark == NULL)
		return;
	size_t p = (size_t)(mark - in.data) + GUID, behind = p;
	uint32_t count = in.size - p >= 4 ? load_le32(in.data + p) : 0;
	p += 4;
	for (uint32_t i = 0; i < count && p < in.size; i++) {
		struct file f;
		if (!take_file(in, &p, &f))
			break;
		if (j->file_count < FILES_MAX)
			j->files[j->file_count++] = f;
		else
			j->files_left_out++;
		behind = p;
	}
	const uint8_t *second = find(in, behind, transfer_mark);
	take_times(in, second != NULL ? (size_t)(second - in.data) + GUID : behind, j);
}

static void
put_text(struct artefact *a, const char *key, const struct text *t)
{
	if (t->count > 0)
		artefact_utf16(a, key, t->units, t->count);
}

static void
put_fields(struct artefact *a, const struct job *j, struct buf *b)
{
	static const char *const types[] = { "download", "upload", "upload with reply" };
	static const char *const states[] = { "queued", "connecting", "transferring", "suspended", "error", "transient error", "transferred", "acknowledged",
		"cancelled" };
	static const char *const priorities[] = { "foreground", "high", "normal", "low" };
	const uint8_t *g = j->id;
	char id[40];
	snprintf(id, sizeof(id), "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", load_le32(g), load_le16(g + 4), load_le16(g + 6), g[8], g[9], g[10], g[11],
	    g[12], g[13], g[14], g[15]);
	artefact_text(a, "job_id", id);
	artefact_text(a, "type", j->type < 3 ? types[j->type] : "");
	artefact_text(a, "state", j->state < 9 ? states[j->state] : "");
	artefact_text(a, "priority", j->priority < 4 ? priorities[j->priority] : "");
	put_text(a, "name", &j->name);
	put_text(a, "description", &j->description);
	put_text(a, "command", &j->command);
	put_text(a, "arguments", &j->arguments);
	put_text(a, "owner", &j->owner);
	artefact_list(a, "urls");
	for (size_t i = 0; i < j->file_count; i++)
		artefact_item(a, ntfs_text(b, j->files[i].source.units, j->files[i].source.count));
	artefact_list_end(a);
	artefact_list(a, "files");
	for (size_t i = 0; i < j->file_count; i++)
		artefact_item(a, ntfs_text(b, j->files[i].destination.units, j->files[i].destination.count));
	artefact_list_end(a);
	if (j->file_count > 0) {
		artefact_unsigned(a, "downloaded", j->files[0].downloaded);
		if (j->files[0].size != UINT64_MAX)
			artefact_unsigned(a, "size", j->files[0].size);
	}
	if (j->files_left_out > 0)
		artefact_unsigned(a, "files_left_out", j->files_left_out);
	artefact_user(a, ntfs_text(b, j->owner.units, j->owner.count));
}

static enum triage_status
send_job(struct artefact *a, struct view in, uint64_t offset, struct triage_error *err)
{
	SCOPED_BUF b;
	SCOPED_BUF url;
	struct job j;
	enum triage_status st = TRIAGE_OK;
	buf_init(&b, 4 * (size_t)TEXT_UNITS_MAX);
	buf_init(&url, 4 * (size_t)TEXT_UNITS_MAX);
	if (in.size < JOB_FIXED)
		return artefact_remark(a, TRIAGE_LOW, "record-cut", offset, in.size, err, "a job of %zu bytes", in.size);
	take_job(in, &j);
	if (j.name.count == 0 && j.file_count == 0)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", offset, in.size, err, "a job at byte %ju is not of a known form", (uintmax_t)offset);
	const uint64_t times[3] = { j.created, j.modified, j.completed };
	static const char *const meanings[3] = { "job created", "job changed", "job completed" };
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, offset);
	/* a job alone is daily work of Windows; a program that it runs at its end is not */
	if (j.command.count > 0)
		artefact_technique(a, "T1197");
	put_fields(a, &j, &b);
	const char *from = j.file_count > 0 ? ntfs_text(&url, j.files[0].source.units, j.files[0].source.count) : "nothing";
	const char *name = ntfs_text(&b, j.name.units, j.name.count);
	artefact_message(a, "BITS job %s: %s%s", name, from, j.file_count > 1 ? " and more" : "");
	for (size_t i = 0; i < 3 && st == TRIAGE_OK; i++) {
		if (times[i] == 0 || (i > 0 && times[i] == times[i - 1]))
			continue;
		artefact_again(a, when_from_filetime(times[i]), meanings[i]);
		st = artefact_send(a, err);
	}
	if (st == TRIAGE_OK && j.created == 0)
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", offset, in.size, err, "the BITS job %s (%s) has no time", name, from);
	return st;
}

/* The next job mark from `from` on. */
static size_t
next_job(struct view all, size_t from)
{
	for (; from + GUID <= all.size; from++) {
		const uint8_t *p = all.data + from;
		for (size_t k = 0; k < KINDS; k++)
			if (p[0] == job_marks[k][0] && memcmp(p, job_marks[k], GUID) == 0)
				return from;
	}
	return all.size;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const uint8_t *queue = find(all, GUID, queue_mark);
	if (queue == NULL)
		st = artefact_remark(a, TRIAGE_LOW, "queue-missing", 0, all.size, err, "there is no mark of the queue");
	/* the same mark stands before and behind a job */
	size_t at = next_job(all, GUID);
	while (st == TRIAGE_OK && at + GUID < all.size) {
		size_t begin = at + GUID, end = next_job(all, begin);
		/* behind the last job the queue and the file end */
		bool over = end - begin >= GUID && (memcmp(all.data + begin, queue_mark, GUID) == 0 || memcmp(all.data + begin, file_mark, GUID) == 0);
		if (end - begin >= JOB_FIXED && !over)
			st = send_job(a, (struct view){ all.data + begin, end - begin }, begin, err);
		at = end;
	}
	return st;
}

const struct artefact_kind artefact_bits_old = {
	.name = "bits_old",
	.source = "bits",
	.title = "BITS jobs before Windows 10 (qmgr0.dat, qmgr1.dat)",
	.yields = "downloads and uploads in the background: addresses, files, account, program run at the end",
	.reference = "ANSSI bits_parser; FireEye BitsParser",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
