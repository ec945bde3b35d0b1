/* intake_lost.c - jobs that come back, because their worker was stopped or died over them. */
#include "triage/run/intake_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
queue_again(struct supervisor *s, struct crew_job *job)
{
	if (s->waiting_count == s->waiting_room) {
		size_t room = s->waiting_room == 0 ? 256 : s->waiting_room * 2;
		struct crew_job *grown = reallocarray(s->waiting, room, sizeof(*grown));
		if (grown == NULL) {
			/* a unit stays without a result and is listed as skipped; nothing goes on without the others */
			if (job->kind != CREW_CONTENT && job->kind != CREW_PLACES)
				triage_error_set(&s->fatal, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			crew_job_release(job);
			return;
		}
		s->waiting = grown;
		s->waiting_room = room;
	}
	memset(job->frames, 0, sizeof(job->frames));
	job->frame_bytes = 0;
	s->waiting[s->waiting_count++] = *job;
}

void
intake_returned(void *ctx, struct crew_job *job)
{
	struct supervisor *s = ctx;
	struct triage_error err;
	intake_forget_member(job);
	if (job->kind == CREW_EXTRACT) {
		extract_lost(s, "it was stopped");
		return;
	}
	if (job->kind == CREW_CONTENT || job->kind == CREW_PLACES)
		s->units_in_work--;
	if (job->kind == CREW_CONTENT && case_drop_unit_rows(s->store, job->unit.unit_id, &err) != TRIAGE_OK)
		supervisor_log(s, TRIAGE_MEDIUM, "%s", err.text);
	if (job->kind == CREW_LIST && case_drop_listing(s->store, job->filesystem_id, &err) != TRIAGE_OK)
		supervisor_log(s, TRIAGE_MEDIUM, "%s", err.text);
	if (job->kind == CREW_LIST) {
		struct run_filesystem *r = intake_filesystem(s, job->filesystem_id);
		paths_release(&r->paths);
		r->entries = 0;
		r->listing = false;
	}
	/* a probe that begins again tells them again, from the same number on */
	while (job->kind == CREW_PROBE && s->filesystem_count > 0 && s->filesystems[s->filesystem_count - 1].source == job->source)
		supervisor_release_filesystem(&s->filesystems[--s->filesystem_count]);
	if (job->kind == CREW_IMAGE)
		s->sources[job->source].bad_sectors = 0;
	queue_again(s, job);
}

/* The last death over a content unit, the first over a timeout: the object is given up, and it is said. */
static void
give_up(struct supervisor *s, struct crew_job *job, const char *code, const char *why)
{
	struct triage_error err = { 0 };
	intake_forget_member(job);
	bool timeout = strcmp(code, "worker-timeout") == 0;
	const struct triage_problem p = { .stage = "content", .severity = TRIAGE_MEDIUM, .code = code, .message = why, .inode = job->unit.inode,
	    .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID, .bytes = job->unit.size };
	const struct triage_content c = { .state = timeout ? TRIAGE_CONTENT_TIMEOUT : TRIAGE_CONTENT_CRASHED, .mime = "", .magic = "",
	    .randomness.entropy = -1 };
	if (case_drop_unit_rows(s->store, job->unit.unit_id, &err) != TRIAGE_OK ||
	    supervisor_problem(s, job->source + 1, job->filesystem_id, job->unit.path, &p, &err) != TRIAGE_OK ||
	    case_put_content(s->store, job->unit.unit_id, &c, &err) != TRIAGE_OK)
		supervisor_log(s, TRIAGE_HIGH, "%s", err.text);
	s->progress.units_done++;
	s->progress.bytes_done += job->unit.size;
	s->units_in_work--;
	case_unit_release(&job->unit);
}

static bool
any_probed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (s->crew_sources[i].kind != TRIAGE_EVIDENCE_DIRECTORY && s->sources[i].probed)
			return true;
	return false;
}

void
intake_lost(void *ctx, struct crew_job *job, const char *code, const char *why)
{
	struct supervisor *s = ctx;
	struct triage_error err = { 0 };
	if (job->kind == CREW_EXTRACT) {
		extract_lost(s, why);
		return;
	}
	if (job->kind == CREW_PLACES) {
		/* its streams are given one by one, and what is wrong with one is said then */
		supervisor_log(s, TRIAGE_LOW, "%s while streams of a shadow copy were compared", why);
		s->units_in_work--;
		crew_job_release(job);
		return;
	}
	bool apart = job->kind == CREW_PROBE && s->source_count > 1 && !s->crew.alone && !any_probed(s);
	/* a third time for the bytes alone: what took the worker down may be a parser, or what lies inside an archive */
	bool open = job->kind == CREW_CONTENT && (s->crew.unpack || job->parsed);
	bool timeout = strcmp(code, "worker-timeout") == 0;
	bool again = apart || (timeout ? job->parsed && job->attempts < 3 : job->attempts < (open ? 3 : 2));
	if (timeout && again)
		job->attempts = 2;	/* a parser that hangs would hang again */
	if (apart) {
		/* the containers are looked at together: one that takes workers down must not cost the others */
		crew_probe_alone(&s->crew);
		job->attempts = 0;
	}
	supervisor_log(s, TRIAGE_LOW, "%s%s%s%s", why, job->kind == CREW_CONTENT ? " over " : "",
	    job->kind == CREW_CONTENT ? job->unit.path : "", again ? "; trying once more" : "");
	if (again) {
		intake_returned(s, job);
		return;
	}
	if (job->kind == CREW_CONTENT) {
		give_up(s, job, code, why);
		return;
	}
	const struct triage_problem p = { .stage = job->kind == CREW_PROBE ? "open" : job->kind == CREW_LIST ? "list" : "image",
	    .severity = TRIAGE_HIGH, .code = code, .message = why, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	if (supervisor_problem(s, job->source + 1, job->filesystem_id, "", &p, &err) != TRIAGE_OK)
		supervisor_log(s, TRIAGE_HIGH, "%s", err.text);
	struct run_source *r = &s->sources[job->source];
	if (job->kind == CREW_LIST) {
		/* what was listed before it died stays */
		if (!intake_list_done(s, job, TRIAGE_OK, "", &err))
			supervisor_log(s, TRIAGE_HIGH, "%s", err.text);
	} else if (job->kind == CREW_PROBE) {
		r->probed = true;
		r->probe_failed = true;
		r->probe_status = TRIAGE_E_CRASHED;
		snprintf(r->probe_error, sizeof(r->probe_error), "%s", why);
	} else {
		r->image_done = true;
	}
}
