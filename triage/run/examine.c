/* examine.c - list, read, hash: hands jobs to the crew until nothing is left. */
#include "triage/run/examine.h"

#include "triage/base/scoped.h"
#include "triage/run/collections.h"
#include "triage/run/environment.h"
#include "triage/run/merge.h"
#include "triage/run/nested.h"
#include "triage/run/prepare.h"
#include "triage/run/shadows.h"

#include <stdio.h>
#include <string.h>

enum { QUEUED_BYTES = 64 << 20, TURN_MS = 250 };
#define JOB_LIST (UINT64_C(2) << 61)
#define JOB_IMAGE (UINT64_C(3) << 61)

/* --- giving jobs --- */

struct crew_worker *
examine_free_worker(struct supervisor *s, bool image, bool empty, size_t *ret_slot)
{
	for (size_t i = 0; i < s->crew.count; i++) {
		struct crew_worker *w = &s->crew.workers[i];
		if (w->pid == 0 || !w->ready || w->image != image || w->role != WORKER_EXAMINER || w->killed_for != NULL)
			continue;
		w->full = w->job_count >= CREW_QUEUE || (w->full && w->job_count > CREW_QUEUE - CREW_BATCH);
		if (w->job_count == 0 || (!empty && !w->full && w->job_count < CREW_QUEUE && w->queued_bytes < QUEUED_BYTES)) {
			*ret_slot = i;
			return w;
		}
	}
	return NULL;
}

static struct view
raw_path(const uint8_t *path, size_t size)
{
	return (struct view){ path != NULL ? path : (const uint8_t *)"", size };
}

static void
give_unit(struct supervisor *s, struct wire_stream *wire, const struct crew_job *job)
{
	const struct case_unit *u = &job->unit;
	const struct run_filesystem *f = &s->filesystems[job->filesystem_id - 1];
	struct case_companion beside[WORKER_COMPANIONS_MAX];
	struct worker_companion_job companions[WORKER_COMPANIONS_MAX];
	size_t count = case_companions_of(s->companions, u, beside, WORKER_COMPANIONS_MAX);
	for (size_t i = 0; i < count; i++)
		companions[i] = (struct worker_companion_job){ .ending = beside[i].ending, .inode = beside[i].inode, .attr_type = beside[i].attr_type,
		    .attr_id = beside[i].attr_id, .raw_path = raw_path(beside[i].raw_path, beside[i].raw_path_size) };
	worker_put_content(wire, job->id, &(struct worker_content_job){ .source = job->source, .fs = &f->fs, .inode = u->inode, .size = u->size,
	    .attr_type = u->attr_type, .attr_id = u->attr_id, .path = u->path, .name = u->name, .owner = u->owner, .force = job->attempts > 0, .early = job->early,
	    .closed = job->attempts > 1, .left_closed = nested_is_source(s, job), .placed = f->family_count > 0, .mtime = u->mtime, .btime = u->btime, .companions = companions,
	    .companion_count = count, .raw_path = raw_path(u->raw_path, u->raw_path_size) });
}

void
examine_give(struct supervisor *s, size_t slot, struct crew_job *job)
{
	struct wire_stream *wire = &s->crew.workers[slot].wire;
	if (job->kind == CREW_PROBE) {
		worker_put_probe(wire, job->id, job->source);
	} else if (job->kind == CREW_LIST) {
		struct run_filesystem *f = &s->filesystems[job->filesystem_id - 1];
		f->listing = true;
		worker_put_list(wire, job->id, job->source, &f->fs);
	} else if (job->kind == CREW_IMAGE) {
		const struct run_source *r = &s->sources[job->source];
		/* SHA-256 always; the two broken ones cost as much again and prove less: where there is one to compare with */
		unsigned which = ANALYSE_SHA256 | (r->stored_sha1[0] != '\0' ? ANALYSE_SHA1 : 0) | (r->stored_md5[0] != '\0' ? ANALYSE_MD5 : 0);
		worker_put_image(wire, job->id, job->source, which);
	} else if (job->kind == CREW_PLACES) {
		worker_put_places(wire, job->id, job->source, &s->filesystems[job->filesystem_id - 1].fs, job->streams, job->stream_count);
		s->units_in_work++;
	} else {
		give_unit(s, wire, job);
		s->units_in_work++;
	}
	crew_give(&s->crew, slot, job);
}

bool
examine_take_waiting(struct supervisor *s, enum crew_job_kind kind, uint64_t id, struct crew_job *ret_job)
{
	for (size_t i = 0; i < s->waiting_count; i++) {
		if (s->waiting[i].kind != kind || (id != 0 && s->waiting[i].id != id))
			continue;
		*ret_job = s->waiting[i];
		s->waiting_count--;
		memmove(&s->waiting[i], &s->waiting[i + 1], (s->waiting_count - i) * sizeof(*s->waiting));
		return true;
	}
	return false;
}

/* Keep the slots filled: examiners always, listers for mounted volumes while they are needed. */
static enum triage_status
staff(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < s->crew.count; i++) {
		struct crew_worker *w = &s->crew.workers[i];
		if (w->role == WORKER_LISTER && w->job_count == 0)
			crew_stop(&s->crew, i);
		if (w->pid != 0 || (w->image && s->plan->no_image_hash))
			continue;
		enum triage_status st = crew_start(&s->crew, i, WORKER_EXAMINER, 0, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static void
give_images(struct supervisor *s)
{
	size_t slot;
	struct crew_job job;
	const struct crew_worker *w = examine_free_worker(s, true, true, &slot);
	if (w == NULL)
		return;
	if (examine_take_waiting(s, CREW_IMAGE, 0, &job)) {
		examine_give(s, slot, &job);
		return;
	}
	for (size_t i = 0; i < s->source_count; i++) {
		struct run_source *r = &s->sources[i];
		if (!r->image_wanted || r->image_given || r->image_done)
			continue;
		if (i >= w->source_count) {
			crew_stop(&s->crew, slot);	/* it was begun before this container was found; staff() brings a new one */
			return;
		}
		r->image_given = true;
		examine_give(s, slot, &(struct crew_job){ .id = JOB_IMAGE | i, .kind = CREW_IMAGE, .source = i, .length = s->sources[i].size });
		return;
	}
}

/* Lists are given to free examiners; that of a mounted volume to a lister, which lives for this one job. */
static enum triage_status
give_lists(struct supervisor *s, struct triage_error *err)
{
	struct crew_job job;
	size_t slot;
	for (size_t i = 0; i < s->filesystem_count; i++) {
		struct run_filesystem *f = &s->filesystems[i];
		bool mounted = s->crew_sources[f->source].kind == TRIAGE_EVIDENCE_DIRECTORY;
		if (f->listed || f->listing)
			continue;
		if (!mounted) {
			if (examine_free_worker(s, false, true, &slot) == NULL)
				continue;
		} else {
			/* an examiner steps aside; staff() brings it back */
			slot = SIZE_MAX;
			for (size_t k = 0; k < s->crew.count; k++)
				if (!s->crew.workers[k].image && s->crew.workers[k].job_count == 0 && s->crew.workers[k].role == WORKER_EXAMINER)
					slot = k;
			if (slot == SIZE_MAX)
				continue;
			crew_stop(&s->crew, slot);
			enum triage_status st = crew_start(&s->crew, slot, WORKER_LISTER, f->source, err);
			if (st != TRIAGE_OK)
				return st;
		}
		if (!examine_take_waiting(s, CREW_LIST, JOB_LIST | f->id, &job))
			job = (struct crew_job){ .id = JOB_LIST | f->id, .kind = CREW_LIST, .source = f->source, .filesystem_id = f->id,
			    .length = mounted ? 0 : f->fs.length };
		f->listing = true;
		examine_give(s, slot, &job);
	}
	return TRIAGE_OK;
}

/* --- phases --- */

static bool
all_listed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->filesystem_count; i++)
		if (!s->filesystems[i].listed)
			return false;
	return true;
}

static bool
all_hashed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (s->sources[i].image_wanted && !s->sources[i].image_done)
			return false;
	return true;
}

/* One turn of the crew and of the clock. */
enum triage_status
examine_turn(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = staff(s, err);
	if (st == TRIAGE_OK)
		st = crew_turn(&s->crew, TURN_MS, err);
	if (st == TRIAGE_OK && s->fatal.status != TRIAGE_OK) {
		*err = s->fatal;
		st = err->status;
	}
	return st == TRIAGE_OK ? supervisor_tick(s, err) : st;
}

static enum triage_status
begin_listing(struct supervisor *s, size_t from, struct triage_error *err)
{
	s->phase = TRIAGE_PHASE_LIST;
	enum triage_status st = shadows_find(s, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = from; i < s->filesystem_count; i++) {
		char key[64];
		struct run_filesystem *f = &s->filesystems[i];
		snprintf(key, sizeof(key), "listed.%ju", (uintmax_t)f->id);
		if (case_get(s->store, key)[0] != '\0') {
			f->listed = true;
			continue;
		}
		/* an interrupted listing begins anew */
		st = case_drop_listing(s->store, f->id, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return case_commit(s->store, err);
}

static bool
any_image(const struct supervisor *s, bool given)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (s->sources[i].image_wanted && !s->sources[i].image_done && s->sources[i].image_given == given)
			return true;
	return false;
}

/* Hand the first image out, and let it go on its way: the worker that hashes may still be about to start. */
static enum triage_status
begin_hashing(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && any_image(s, false) && !any_image(s, true)) {
		give_images(s);
		st = any_image(s, true) ? crew_turn(&s->crew, 0, err) : examine_turn(s, err);
	}
	return st;
}

/* List the filesystems from index `from` on. */
static enum triage_status
list_from(struct supervisor *s, size_t from, struct triage_error *err)
{
	enum triage_status st = begin_listing(s, from, err);
	while (st == TRIAGE_OK && !all_listed(s)) {
		give_images(s);
		st = give_lists(s, err);
		if (st == TRIAGE_OK)
			st = examine_turn(s, err);
	}
	return st;
}

/* Workers know the sources that there were when they began: those without work make place for others. One that hashes goes on. */
static void
renew_crew(struct supervisor *s)
{
	s->crew.source_count = s->source_count;
	for (size_t i = 0; i < s->crew.count; i++)
		if (!s->crew.workers[i].image)
			crew_stop(&s->crew, i);
}

/* Containers in what was listed, then those in what was listed in them. */
static enum triage_status
examine_nested(struct supervisor *s, struct triage_error *err)
{
	size_t from = 0;
	for (;;) {
		size_t sources = s->source_count, filesystems = s->filesystem_count;
		enum triage_status st = nested_find(s, from, err);
		if (st != TRIAGE_OK || s->source_count == sources)
			return st;
		renew_crew(s);
		st = examine_probe_nested(s, sources, err);
		if (st == TRIAGE_OK)
			st = list_from(s, filesystems, err);
		if (st != TRIAGE_OK)
			return st;
		from = filesystems;
	}
}

enum triage_status
examine(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = examine_probe(s, err);
	if (st == TRIAGE_OK)
		st = begin_hashing(s, err);
	if (st == TRIAGE_OK)
		st = prepare_rules(s, err);
	st = st == TRIAGE_OK ? environment_phase(s, "listing", NULL, err) : st;
	if (st == TRIAGE_OK)
		st = list_from(s, 0, err);
	if (st == TRIAGE_OK)
		st = collections_find(s, err);
	if (st == TRIAGE_OK)
		st = examine_nested(s, err);
	if (st == TRIAGE_OK && s->plan->missing_parts != NULL)
		return merge_examined(s, err);
	if (st == TRIAGE_OK)
		st = examine_begin_content(s, err);
	while (st == TRIAGE_OK && !s->budget_ended) {
		give_images(s);
		st = examine_give_content(s, err);
		if (st == TRIAGE_OK && s->units_ended && s->page_next == s->page_count && s->units_in_work == 0 && s->waiting_count == 0 &&
		    all_hashed(s))
			break;
		if (st == TRIAGE_OK)
			st = examine_turn(s, err);
	}
	examine_free_page(s);
	return st;
}
