#include "triage/run/shadows.h"

#include <stdlib.h>

enum { LEVEL = 1000, LEVEL_MAX = 4000, LOOKED_BACK = 3 };

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

/* The live filesystem, and the copies nearest before: what none of these holds is read. */
enum triage_status
shadows_twins(struct supervisor *s, struct crew_job *job, struct triage_error *err)
{
	const struct run_filesystem *f = &s->filesystems[job->filesystem_id - 1];
	enum triage_status st = TRIAGE_OK;
	job->twin_count = 0;
	/* a worker died over it: whatever that was, it is read as any other */
	if (f->level == 0 || job->attempts > 0)
		return TRIAGE_OK;
	for (size_t i = 0; i < f->family_count && st == TRIAGE_OK; i++) {
		const struct run_filesystem *g = &s->filesystems[f->family[i] - 1];
		if (g->level < f->level && (g->level == 0 || f->level - g->level <= LOOKED_BACK))
			st = case_find_twin(s->store, &job->unit, g->id, job->twins, &job->twin_count, err);
	}
	return st;
}
