#include "triage/run/extract.h"

#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TURN_MS = 250, ATTEMPTS = 2, JOB = 1 };

/* --- what workers say --- */

bool
extract_bytes(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_cursor c = { frame->payload, false };
	struct view bytes = wire_get_bytes(&c, WIRE_PAYLOAD_MAX);
	struct extraction *x = s->extraction;
	(void)job;
	/* more than was read before is not what was judged */
	if (x == NULL || !wire_all_read(&c) || bytes.size > x->expected || x->bytes.size > x->expected - bytes.size)
		return false;
	buf_put(&x->bytes, bytes.data, bytes.size);
	return buf_check(&x->bytes, err) == TRIAGE_OK;
}

bool
extract_end(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_cursor c = { frame->payload, false };
	char text[WIRE_WORDS_MAX + 1];
	int64_t status = wire_get_i64(&c);
	struct extraction *x = s->extraction;
	(void)job, (void)err;
	wire_get_text(&c, text, WIRE_WORDS_MAX);
	if (x == NULL || !wire_all_read(&c) || status > TRIAGE_OK || status < TRIAGE_E_INTERRUPTED)
		return false;
	SCOPED_BUF shown;
	buf_init(&shown, 16 << 10);
	text_safe(&shown, text);
	snprintf(x->why, sizeof(x->why), "%.200s", buf_cstr(&shown));
	x->state = status == TRIAGE_OK ? EXTRACT_READ : EXTRACT_FAILED;
	return true;
}

void
extract_lost(struct supervisor *s, const char *why)
{
	if (s->extraction == NULL)
		return;
	snprintf(s->extraction->why, sizeof(s->extraction->why), "%s", why);
	s->extraction->state = EXTRACT_FAILED;
}

/* --- one file --- */

/* The slot of a worker that is ready. */
static enum triage_status
hire(struct supervisor *s, size_t *ret_slot, struct triage_error *err)
{
	for (size_t i = 0; i < s->crew.count; i++) {
		struct crew_worker *w = &s->crew.workers[i];
		if (w->image)
			continue;
		*ret_slot = i;
		for (;;) {
			enum triage_status st = w->pid == 0 ? crew_start(&s->crew, i, WORKER_EXAMINER, 0, err) : TRIAGE_OK;
			if (st != TRIAGE_OK || w->ready)
				return st;
			st = crew_turn(&s->crew, TURN_MS, err);
			if (st == TRIAGE_OK)
				st = supervisor_tick(s, err);
			if (st != TRIAGE_OK)
				return st;
		}
	}
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "there is no worker to read flagged files");
	return TRIAGE_E_UNSUPPORTED;
}

/* Let a worker read it into x->bytes; x->state says how it went. */
static enum triage_status
fetch(struct supervisor *s, struct flagged *f, const struct case_unit *u, uint64_t member, struct triage_error *err)
{
	struct extraction *x = s->extraction;
	size_t slot;
	x->expected = f->size;
	x->state = EXTRACT_FAILED;
	for (unsigned attempt = 0; attempt < ATTEMPTS && x->state == EXTRACT_FAILED; attempt++) {
		enum triage_status st = hire(s, &slot, err);
		if (st != TRIAGE_OK)
			return st;
		const struct run_filesystem *fs = &s->filesystems[f->filesystem_id - 1];
		const struct worker_extract_job job = { .source = fs->source, .fs = &fs->fs, .inode = u->inode, .size = u->size == TRIAGE_NO_ID ? 0 : u->size,
		    .attr_type = u->attr_type, .attr_id = u->attr_id, .member = member, .path = u->path, .name = u->name,
		    .raw_path = { u->raw_path != NULL ? u->raw_path : (const uint8_t *)"", u->raw_path_size } };
		buf_clear(&x->bytes);
		x->state = EXTRACT_WAITING;
		worker_put_extract(&s->crew.workers[slot].wire, JOB, &job);
		crew_give(&s->crew, slot, &(struct crew_job){ .id = JOB, .kind = CREW_EXTRACT, .source = fs->source, .filesystem_id = f->filesystem_id });
		while (x->state == EXTRACT_WAITING) {
			st = crew_turn(&s->crew, TURN_MS, err);
			if (st == TRIAGE_OK)
				st = supervisor_tick(s, err);
			if (st != TRIAGE_OK)
				return st;
		}
	}
	return TRIAGE_OK;
}

static enum triage_status
tell(struct supervisor *s, const struct flagged *f, const char *path, const char *why, struct triage_error *err)
{
	char message[400];
	snprintf(message, sizeof(message), "flagged, but not extracted: %s", why);
	return supervisor_problem(s, s->filesystems[f->filesystem_id - 1].source + 1, f->filesystem_id, path, &(struct triage_problem){ .stage = "extract",
		.severity = TRIAGE_LOW, .code = "not-extracted", .message = message, .inode = f->inode, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID, .bytes = f->size }, err);
}

/* Read it, see that it is what was judged, lock it away. */
static enum triage_status
extract_one(struct supervisor *s, size_t index, struct case_reader *reader, struct triage_error *err)
{
	struct extraction *x = s->extraction;
	struct flagged *f = &x->files[index];
	struct case_unit u = { 0 };
	uint64_t member = 0;
	char sha256[65];
	const char *why = NULL;
	bool placed = f->filesystem_id >= 1 && f->filesystem_id <= s->filesystem_count;
	enum triage_status st = placed ? case_unit_of(s->store, f->filesystem_id, f->inode, f->attr_type, f->attr_id, &u, &member, err) : TRIAGE_END;
	if (st == TRIAGE_END) {
		f->left_out = "it has no content of its own";
		return TRIAGE_OK;
	}
	if (st == TRIAGE_OK && !x->no_worker)
		st = fetch(s, f, &u, member, err);
	if (st == TRIAGE_E_UNSUPPORTED) {
		snprintf(x->why, sizeof(x->why), "%.200s", err->text);
		x->no_worker = true;
		st = TRIAGE_OK;
	}
	if (st == TRIAGE_OK && x->state == EXTRACT_FAILED)
		why = x->why;
	if (st == TRIAGE_OK && why == NULL) {
		digest_sha256_hex(buf_cstr(&x->bytes), x->bytes.size, sha256);
		if (f->whole && strcmp(sha256, f->sha256) != 0)
			why = "its bytes are no longer those that were judged";
		memcpy(f->sha256, sha256, sizeof(sha256));
	}
	if (st == TRIAGE_OK && why != NULL) {
		f->left_out = "it could not be read again; see problems";
		x->failed++;
		st = tell(s, f, u.path, why, err);
	} else if (st == TRIAGE_OK) {
		st = extract_write(x, index, reader, err);
		x->total += x->bytes.size;
		x->written++;
	}
	case_unit_release(&u);
	return st;
}

/* --- all --- */

/* Before it is read: is it here already, or too much? */
static const char *
why_not(const struct supervisor *s, size_t index, bool *ret_same)
{
	const struct extraction *x = s->extraction;
	const struct flagged *f = &x->files[index];
	uint64_t most = s->plan->extract_max != 0 ? s->plan->extract_max : EXTRACT_MAX_DEFAULT;
	*ret_same = false;
	if (!f->has_content)
		return "nothing of it was read";
	for (size_t i = 0; i < index && f->whole; i++) {
		if (!x->files[i].whole || strcmp(x->files[i].sha256, f->sha256) != 0)
			continue;
		*ret_same = x->files[i].left_out == NULL;
		if (*ret_same)
			return NULL;
	}
	if (f->size > EXTRACT_FILE_MAX)
		return "larger than what is extracted of one file";
	if (x->written >= EXTRACT_FILES)
		return "beyond how many files are extracted";
	return f->size > most || x->total > most - f->size ? "beyond how many bytes are extracted (--extract-max)" : NULL;
}

static enum triage_status
extract_all(struct supervisor *s, struct case_reader *reader, struct triage_error *err)
{
	struct extraction *x = s->extraction;
	enum triage_status st = output_folder(x->folder, err);
	for (size_t i = 0; i < x->count && st == TRIAGE_OK; i++) {
		bool same;
		struct flagged *f = &x->files[i];
		f->left_out = f->left_out != NULL ? f->left_out : why_not(s, i, &same);
		if (f->left_out == NULL && !same)
			st = extract_one(s, i, reader, err);
	}
	return st == TRIAGE_OK ? extract_index(x, reader, err) : st;
}

/* How much, for the report; the act is told once, however often the end is tried. */
static enum triage_status
record(struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	const struct extraction *x = s->extraction;
	char files[32], bytes[32], left_out[32], detail[200];
	size_t left = 0;
	for (size_t i = 0; i < x->count; i++)
		left += x->files[i].left_out != NULL;
	snprintf(files, sizeof(files), "%zu", x->written);
	snprintf(bytes, sizeof(bytes), "%ju", (uintmax_t)x->total);
	snprintf(left_out, sizeof(left_out), "%zu", left);
	enum triage_status st = case_seal_meta(z, "extracted.files", files, err);
	if (st == TRIAGE_OK)
		st = case_seal_meta(z, "extracted.bytes", bytes, err);
	if (st == TRIAGE_OK)
		st = case_seal_meta(z, "extracted.left_out", left_out, err);
	if (st != TRIAGE_OK || case_get(s->store, "extracted")[0] != '\0')
		return st;
	snprintf(detail, sizeof(detail), "{\"bytes\":%ju,\"failed\":%zu,\"files\":%zu,\"left_out\":%zu}", (uintmax_t)x->total, x->failed, x->written, left);
	st = case_custody(s->store, "triage", "flagged-files-extracted", detail, err);
	return st == TRIAGE_OK ? case_set(s->store, "extracted", "yes", err) : st;
}

enum triage_status
extract_flagged(struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	struct extraction x = { 0 };
	if (s->plan->no_extract)
		return TRIAGE_OK;
	snprintf(x.folder, sizeof(x.folder), "%s/data/extracted", s->bundle);
	buf_init(&x.bytes, EXTRACT_FILE_MAX + 1);
	s->extraction = &x;
	enum triage_status st = extract_select(&x, case_seal_reader(z), err);
	if (st == TRIAGE_OK && x.count > 0)
		st = extract_all(s, case_seal_reader(z), err);
	if (st == TRIAGE_OK)
		st = record(s, z, err);
	for (size_t i = 0; i < s->crew.count; i++)
		crew_stop(&s->crew, i);
	s->extraction = NULL;
	free(x.files);
	buf_release(&x.bytes);
	return st;
}

enum triage_status
extract_clear(struct supervisor *s, struct triage_error *err)
{
	char folder[4400], path[4800];
	snprintf(folder, sizeof(folder), "%s/data/extracted", s->bundle);
	DIR *dir = opendir(folder);
	if (dir == NULL && errno == ENOENT)
		return TRIAGE_OK;
	const struct dirent *entry;
	bool ok = dir != NULL;
	while (ok && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%.255s", folder, entry->d_name);
		ok = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || unlink(path) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	if (!ok || rmdir(folder) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot replace %s", folder);
		return TRIAGE_E_IO;
	}
	return TRIAGE_OK;
}
