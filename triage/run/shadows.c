#include "triage/run/shadows.h"

#include "triage/run/merge.h"
#include "triage/run/examine.h"

#include <stdlib.h>
#include <string.h>

enum { LEVEL = 1000, LEVEL_MAX = 4000, LOOKED_BACK = 3 };
/* As queued bytes: a worker holds some four of them at a time. */
#define JOB_WEIGHT (UINT64_C(16) << 20)
#define JOB_PLACES (UINT64_C(1) << 61)

unsigned
shadows_rank(const struct run_filesystem *f, unsigned rank)
{
	return f->level * LEVEL + rank % LEVEL;
}

unsigned
shadows_level_of(unsigned rank)
{
	return rank / LEVEL;
}

unsigned
shadows_plain_rank(unsigned rank)
{
	return rank % LEVEL;
}

/* A folder has one volume and no table of parents. */
static bool
is_shadow(const struct run_source *r, uint32_t volume)
{
	return r->parents != NULL && volume < r->volumes && r->parents[volume].shadow_of;
}

/* The volume whose shadow copy a filesystem lies on, else the one it lies on itself. */
static uint32_t
head_volume(const struct run_source *r, uint32_t volume)
{
	return is_shadow(r, volume) ? r->parents[volume].volume : volume;
}

static bool
is_relative(const struct supervisor *s, const struct run_filesystem *f, const struct run_filesystem *g)
{
	const struct run_source *r = &s->sources[f->source];
	return f->source == g->source && head_volume(r, f->fs.volume) == head_volume(r, g->fs.volume);
}

static enum triage_status
join_family(struct supervisor *s, struct run_filesystem *f, size_t count, struct triage_error *err)
{
	size_t n = 0;
	f->family = calloc(count, sizeof(*f->family));
	if (f->family == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < s->filesystem_count && n < count; i++)
		if (is_relative(s, f, &s->filesystems[i]))
			f->family[n++] = s->filesystems[i].id;
	f->family_count = n;
	return TRIAGE_OK;
}

/* Filesystems are told in the order of their volumes, so a family is in the order of its levels. */
enum triage_status
shadows_find(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < s->filesystem_count; i++) {
		struct run_filesystem *f = &s->filesystems[i];
		const struct run_source *r = &s->sources[f->source];
		size_t relatives = 0;
		unsigned level = is_shadow(r, f->fs.volume);
		for (size_t k = 0; k < s->filesystem_count; k++) {
			const struct run_filesystem *g = &s->filesystems[k];
			bool relative = is_relative(s, f, g);
			relatives += relative;
			level += level > 0 && relative && k < i && is_shadow(r, g->fs.volume);
		}
		f->level = level < LEVEL_MAX ? level : LEVEL_MAX;
		enum triage_status st = relatives > 1 && f->family == NULL ? join_family(s, f, relatives, err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* --- equal streams --- */

void
shadows_begin_level(struct supervisor *s, unsigned level)
{
	s->level = level;
	s->comparing = level > 0;
	s->compared = 0;
	s->compared_to = NULL;
}

static bool
is_wanted(const struct supervisor *s, const struct case_stream *one)
{
	return (s->plan->rank_max == 0 || shadows_plain_rank(one->rank) <= s->plan->rank_max) && merge_is_ours(s->plan, one->inode, one->attr_type, one->attr_id);
}

/* The next streams of f, those that are to be examined at all. They are given in pieces, so that all workers have some. */
static enum triage_status
next_streams(struct supervisor *s, const struct run_filesystem *f, struct crew_job *job, struct triage_error *err)
{
	size_t count = 0, wanted = 0;
	struct case_stream *streams = calloc(WORKER_PLACES_MAX, sizeof(*streams));
	if (streams == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = case_next_streams(s->store, f->id, s->compared_to, WORKER_PLACES_MAX, streams, &count, err);
	if (st == TRIAGE_OK && count > 0) {
		s->compared_last = streams[count - 1];
		s->compared_to = &s->compared_last;
	}
	for (size_t i = 0; i < count; i++)
		if (is_wanted(s, &streams[i]))
			streams[wanted++] = streams[i];
	if (st != TRIAGE_OK || wanted == 0) {
		free(streams);
		if (count == 0) {
			s->compared++;
			s->compared_to = NULL;
		}
		return st;
	}
	*job = (struct crew_job){ .id = JOB_PLACES | streams[0].unit_id, .kind = CREW_PLACES, .source = f->source, .filesystem_id = f->id, .unit.size = JOB_WEIGHT,
		.streams = streams, .stream_count = wanted };
	return TRIAGE_OK;
}

enum triage_status
shadows_compare(struct supervisor *s, struct crew_job *ret_job, bool *ret_found, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	*ret_found = examine_take_waiting(s, CREW_PLACES, 0, ret_job);
	while (!*ret_found && s->compared < s->filesystem_count && st == TRIAGE_OK) {
		const struct run_filesystem *f = &s->filesystems[s->compared];
		if (f->level != s->level || f->family_count == 0) {
			s->compared++;
			continue;
		}
		ret_job->stream_count = 0;
		st = next_streams(s, f, ret_job, err);
		*ret_found = st == TRIAGE_OK && ret_job->stream_count > 0;
	}
	return st;
}

bool
shadows_take_placed(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	static const uint8_t not_told[CASE_PLACES];
	struct view places;
	if (!wire_get_placed(frame->payload, job->stream_count, &places))
		return false;
	s->units_in_work--;
	for (size_t i = 0; i < job->stream_count; i++) {
		const uint8_t *one = places.data + i * CASE_PLACES;
		if (memcmp(one, not_told, CASE_PLACES) != 0 && case_put_placed(s->store, job->streams[i].unit_id, one, err) != TRIAGE_OK)
			return false;
	}
	return true;
}

/* The live filesystem, and the copies nearest before: what none of these holds is read. */
static enum triage_status
settle_one(struct supervisor *s, const struct run_filesystem *f, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < f->family_count && st == TRIAGE_OK; i++) {
		const struct run_filesystem *g = &s->filesystems[f->family[i] - 1];
		struct case_twins twins = { 0 };
		if (g->level < f->level && (g->level == 0 || f->level - g->level <= LOOKED_BACK))
			st = case_put_twins(s->store, f->id, g->id, &twins, err);
		s->progress.units_done += twins.units;
		s->progress.bytes_done += twins.bytes;
	}
	return st;
}

enum triage_status
shadows_settle(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < s->filesystem_count && st == TRIAGE_OK; i++)
		if (s->filesystems[i].level == s->level)
			st = settle_one(s, &s->filesystems[i], err);
	s->comparing = false;
	return st == TRIAGE_OK ? case_forget_placed(s->store, err) : st;
}
