/* intake.c - frames of workers to rows of the journal. Everything here was said by a process that may be taken over. */
#include "triage/analyse/unpack.h"
#include "triage/base/text.h"
#include "triage/run/collections.h"
#include "triage/run/intake_inside.h"
#include "triage/run/shadows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run_filesystem *
intake_filesystem(struct supervisor *s, uint64_t id)
{
	return id >= 1 && id <= s->filesystem_count ? &s->filesystems[id - 1] : NULL;
}

static bool
take_entry(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_entry e;
	char owner[600];
	struct run_filesystem *r = intake_filesystem(s, job->filesystem_id);
	if (r == NULL || !wire_get_entry(frame->payload, &store, &e) || (r->entries > 0 && e.edge <= r->last_edge))
		return false;
	if (!intake_harmless(&e.owner, owner, sizeof(owner), err))
		return false;
	if (e.parent == TRIAGE_NO_ID) {
		buf_clear(&s->path);
		buf_char(&s->path, '/');
		if (s->path.failed) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a path");
			return false;
		}
	} else if (paths_join(&r->paths, e.parent, e.name, e.name_size, &s->path, err) != TRIAGE_OK) {
		return false;
	}
	bool folder = (e.kind == TRIAGE_FILE_DIRECTORY || e.kind == TRIAGE_FILE_VIRTUAL) && e.stream_size == 0;
	if (folder && paths_add(&r->paths, &e, err) != TRIAGE_OK)
		return false;
	/* in a shadow copy the records are read and little content: in the order of the records they, and the rows of their twins, lie together */
	if (r->level > 0)
		e.place = e.inode;
	unsigned rank = (e.flags & TRIAGE_ENTRY_HAS_CONTENT) != 0 ? detect_rank(s->tables, buf_cstr(&s->path)) : 90;
	if (case_put_entry(s->store, r->id, &e, buf_cstr(&s->path), shadows_rank(r, rank), err) != TRIAGE_OK)
		return false;
	r->entries++;
	r->last_edge = e.edge;
	free(r->last_path);
	r->last_path = strdup(buf_cstr(&s->path));
	s->progress.entries++;
	return true;
}

/* The path that a problem of a listing means: the entry sent last, or a folder. */
static const char *
path_of_edge(struct supervisor *s, struct run_filesystem *r, uint64_t edge)
{
	if (edge == TRIAGE_NO_ID)
		return "";
	if (r->entries > 0 && edge == r->last_edge && r->last_path != NULL)
		return r->last_path;
	struct triage_error ignored;
	if (paths_join(&r->paths, edge, (const uint8_t *)"", 0, &s->path, &ignored) != TRIAGE_OK)
		return "";
	if (s->path.size > 1)
		s->path.data[--s->path.size] = '\0';	/* the slash before the empty name */
	return buf_cstr(&s->path);
}

static bool
take_problem(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_problem p;
	char message[1000];
	if (!wire_get_problem(frame->payload, &store, &p))
		return false;
	if (!intake_harmless(&p.message, message, sizeof(message), err))
		return false;
	if (job == NULL) {
		/* met while a container was opened, before the first job: the frame's job names the evidence */
		if (frame->job < 1 || frame->job > s->source_count)
			return false;
		return supervisor_problem(s, frame->job, 0, "", &p, err) == TRIAGE_OK;
	}
	const char *path = "";
	uint64_t filesystem_id = 0;
	if (job->kind == CREW_CONTENT) {
		path = job->member_path != NULL ? job->member_path : job->unit.path;
		filesystem_id = job->filesystem_id;
		p.inode = job->unit.inode;
	} else if (job->kind == CREW_LIST) {
		struct run_filesystem *r = intake_filesystem(s, job->filesystem_id);
		filesystem_id = job->filesystem_id;
		path = r != NULL ? path_of_edge(s, r, p.edge) : "";
	} else if (job->kind == CREW_IMAGE) {
		s->sources[job->source].bad_sectors += (p.bytes + 511) / 512;
	}
	return supervisor_problem(s, job->source + 1, filesystem_id, path, &p, err) == TRIAGE_OK;
}

static bool
take_match(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_match m;
	if (!wire_get_match(frame->payload, &store, &m))
		return false;
	const struct analyse_rule *rule = analyse_rule(s->rules, m.rule);
	if (rule == NULL)
		return false;
	if (rule->severity >= TRIAGE_MEDIUM)
		s->progress.hits++;
	return case_put_match(s->store, job->member != 0 ? job->member : job->unit.unit_id, &m, err) == TRIAGE_OK;
}

static bool
put_content(struct supervisor *s, uint64_t unit_id, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_content c = { 0 };
	char mime[300], magic[600];
	if (!wire_get_content(frame->payload, &store, &c) || c.state == TRIAGE_CONTENT_NONE || c.state >= TRIAGE_CONTENT_TIMEOUT)
		return false;
	return intake_harmless(&c.mime, mime, sizeof(mime), err) && intake_harmless(&c.magic, magic, sizeof(magic), err) && case_put_content(s->store, unit_id, &c, err) == TRIAGE_OK;
}

static bool
take_content(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	if (job->member != 0 || (job->attempts > 1 && !intake_not_parsed(s, job, err)) || collections_archive_done(s, job, err) != TRIAGE_OK ||
	    !put_content(s, job->unit.unit_id, frame, err))
		return false;
	s->progress.units_done++;
	s->progress.bytes_done += job->unit.size;
	s->units_in_work--;
	return true;
}

/* --- members of an archive: each a stream of its own, from WIRE_MEMBER to WIRE_MEMBER_DONE --- */

void
intake_forget_member(struct crew_job *job)
{
	free(job->member_path);
	job->member_path = NULL;
	job->member = job->member_number = 0;
}

static bool
take_member(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct triage_member m;
	if (!s->crew.unpack || job->member != 0 || !wire_get_member(frame->payload, &m) || m.number <= job->member_number ||
	    m.number > UNPACK_GIVEN_MEMBERS)
		return false;
	buf_clear(&s->path);
	buf_text(&s->path, job->unit.path);
	buf_text(&s->path, "!/");
	text_display(&s->path, m.name, m.name_size);
	collections_member(s, job, &s->path);
	if (buf_check(&s->path, err) != TRIAGE_OK ||
	    case_put_member(s->store, job->unit.unit_id, &m, buf_cstr(&s->path), &job->member, err) != TRIAGE_OK)
		return false;
	job->member_number = m.number;
	job->member_path = strdup(buf_cstr(&s->path));
	job->frames[WIRE_MATCH] = 0;	/* its cap is that of one stream */
	return true;
}

static bool
take_member_done(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	if (job->member == 0 || !put_content(s, job->member, frame, err))
		return false;
	uint64_t number = job->member_number;
	intake_forget_member(job);
	job->member_number = number;
	return true;
}

static bool
take_places(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	uint8_t places[CASE_PLACES];
	return wire_get_places(frame->payload, places) && case_put_places(s->store, job->unit.unit_id, places, err) == TRIAGE_OK;
}

static const char *
hash_verdict(const struct run_source *r, const char *md5, const char *sha1)
{
	if (r->stored_md5[0] == '\0' && r->stored_sha1[0] == '\0')
		return "none-stored";
	bool same = (r->stored_md5[0] == '\0' || strcasecmp(r->stored_md5, md5) == 0) &&
	    (r->stored_sha1[0] == '\0' || strcasecmp(r->stored_sha1, sha1) == 0);
	return same ? "match" : "mismatch";
}

static bool
is_hex_of(const char *text, size_t length)
{
	return text[0] == '\0' || (strlen(text) == length && strspn(text, "0123456789abcdef") == length);
}

static bool
take_digests(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_cursor c = { frame->payload, false };
	char md5[65], sha1[65], sha256[65];
	wire_get_text(&c, md5, 64);
	wire_get_text(&c, sha1, 64);
	wire_get_text(&c, sha256, 64);
	if (!wire_all_read(&c) || !is_hex_of(md5, 32) || !is_hex_of(sha1, 40) || !is_hex_of(sha256, 64))
		return false;
	struct run_source *r = &s->sources[job->source];
	const char *verdict = hash_verdict(r, md5, sha1);
	if (strcmp(verdict, "mismatch") == 0) {
		s->result->hash_mismatch = true;
		const struct triage_problem p = { .stage = "image", .severity = TRIAGE_HIGH, .code = "hash-mismatch",
		    .message = r->source_size != 0 && r->source_size != r->size ?
		        "the image's digest differs from the one stored in the container; the original was of another size than whole sectors, which alone explains it" :
		        "the image's digest differs from the one stored in the container: it is not what was acquired, or parts of it are damaged",
		    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
		if (supervisor_problem(s, job->source + 1, 0, "", &p, err) != TRIAGE_OK)
			return false;
	}
	char key[64];
	snprintf(key, sizeof(key), "image.%zu", job->source + 1);
	return case_put_image_hash(s->store, job->source + 1, md5, sha1, sha256, verdict, r->bad_sectors, err) == TRIAGE_OK &&
	    case_set(s->store, key, verdict, err) == TRIAGE_OK;
}

bool
intake_list_done(struct supervisor *s, struct crew_job *job, enum triage_status st, const char *text, struct triage_error *err)
{
	struct run_filesystem *r = intake_filesystem(s, job->filesystem_id);
	if (r == NULL)
		return false;
	r->listed = true;
	r->listing = false;
	paths_release(&r->paths);
	if (st != TRIAGE_OK) {
		char message[400];
		snprintf(message, sizeof(message), "the %s filesystem could not be listed to its end: %s", r->fs.type, text);
		const struct triage_problem p = { .stage = "list", .severity = TRIAGE_HIGH, .code = "filesystem-unreadable", .message = message,
		    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = r->fs.start, .bytes = r->entries == 0 ? r->fs.length : 0 };
		if (supervisor_problem(s, r->source + 1, r->id, "", &p, err) != TRIAGE_OK)
			return false;
	}
	char key[64];
	snprintf(key, sizeof(key), "listed.%ju", (uintmax_t)r->id);
	return case_set(s->store, key, "yes", err) == TRIAGE_OK && case_commit(s->store, err) == TRIAGE_OK;
}

static bool
take_done(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_cursor c = { frame->payload, false };
	char text[1001], shown[600];
	int64_t status = wire_get_i64(&c);
	wire_get_text(&c, text, 1000);
	if (!wire_all_read(&c) || status > TRIAGE_OK || status < TRIAGE_E_INTERRUPTED)
		return false;
	const char *said = text;
	if (!intake_harmless(&said, shown, sizeof(shown), err))
		return false;
	struct run_source *r = &s->sources[job->source];
	if (job->kind == CREW_LIST)
		return intake_list_done(s, job, (enum triage_status)status, shown, err);
	if (job->kind == CREW_PROBE) {
		r->probed = true;
		r->probe_failed = status != TRIAGE_OK;
		r->probe_status = (enum triage_status)status;
		snprintf(r->probe_error, sizeof(r->probe_error), "%.239s", shown);
		return true;
	}
	r->image_done = true;
	if (status == TRIAGE_OK)
		return true;
	const struct triage_problem p = { .stage = "image", .severity = TRIAGE_MEDIUM, .code = "image-not-hashed", .message = shown,
	    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	return supervisor_problem(s, job->source + 1, 0, "", &p, err) == TRIAGE_OK;
}

static bool
take_extent(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct triage_extent x;
	return wire_get_extent(frame->payload, &x) && case_put_extent(s->store, job->unit.unit_id, &x, err) == TRIAGE_OK;
}

bool
intake_frame(void *ctx, struct crew_worker *w, struct crew_job *job, const struct wire_frame *frame, bool *finished)
{
	static bool (*const take[WIRE_TYPE_COUNT])(struct supervisor *, struct crew_job *, const struct wire_frame *, struct triage_error *) = {
		[WIRE_EVIDENCE] = intake_evidence, [WIRE_VOLUME] = intake_volume, [WIRE_FILESYSTEM] = intake_filesystem_found, [WIRE_ENTRY] = take_entry,
		[WIRE_EXTENT] = take_extent, [WIRE_PROBLEM] = take_problem, [WIRE_MATCH] = take_match, [WIRE_CONTENT] = take_content,
		[WIRE_DIGESTS] = take_digests, [WIRE_DONE] = take_done, [WIRE_PLACES] = take_places, [WIRE_PLACED] = shadows_take_placed,
		[WIRE_MEMBER] = take_member, [WIRE_MEMBER_DONE] = take_member_done, [WIRE_EVENT] = intake_event, [WIRE_FACT] = intake_fact,
		[WIRE_ARTEFACT] = intake_artefact, [WIRE_BYTES] = extract_bytes, [WIRE_BYTES_END] = extract_end,
	};
	(void)w;
	struct supervisor *s = ctx;
	struct triage_error err = { 0 };
	*finished = frame->type == WIRE_DONE || frame->type == WIRE_CONTENT || frame->type == WIRE_PLACED || frame->type == WIRE_BYTES_END;
	if (take[frame->type] == NULL || s->fatal.status != TRIAGE_OK)
		return s->fatal.status != TRIAGE_OK;
	if (take[frame->type](s, job, frame, &err))
		return true;
	/* a journal that cannot be written is our trouble, not the worker's lie */
	if (err.status == TRIAGE_E_IO || err.status == TRIAGE_E_MEMORY) {
		s->fatal = err;
		return true;
	}
	return false;
}
