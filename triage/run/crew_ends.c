/*
 * crew_ends.c - how long a job may take in all, whatever its worker says of its progress: a worker that was taken over can say for ever that it moves.
 *
 * What counts is the size of the evidence's files, as the supervisor itself found it, and where a worker claims more (a sparse file, a virtual disk of
 * which most is not stored) at most CLAIM times as much.
 */
#include "triage/run/crew_inside.h"

#include <sys/statvfs.h>

/* FACTOR times --unit-timeout, a second for each SLOWEST bytes of an object, for each SLOWEST_IMAGE of a whole image, for NAMES names of a mounted volume. */
#ifdef TRIAGE_FAULT
enum { FACTOR = 2, SLOWEST = 256 << 10, SLOWEST_IMAGE = 64 << 20, NAMES = 100, CLAIM = 64 };
#else
enum { FACTOR = 40, SLOWEST = 256 << 10, SLOWEST_IMAGE = 1 << 20, NAMES = 100, CLAIM = 64 };
#endif
enum { EXTRACT_BYTES = 128 << 20 };

static double
bytes_of(const struct crew *c, size_t source)
{
	const struct source *s = &c->sources[source];
	while (s->inside != NULL && s->inside->source < (size_t)(s - c->sources))
		s = &c->sources[s->inside->source];
	double bytes = 0;
	for (size_t i = 0; i < s->count && s->sizes != NULL; i++)
		bytes += (double)s->sizes[i];
	return bytes;
}

static double
claimed(double said, double there)
{
	return said < there * CLAIM ? said : there * CLAIM;
}

static double
of_volume(const struct source *s)
{
	struct statvfs v;
	if (s->count == 0 || fstatvfs(s->fds[0], &v) != 0)
		return 0;
	double names = v.f_files > v.f_ffree ? (double)(v.f_files - v.f_ffree) : 0, bytes = (double)v.f_blocks * (double)v.f_frsize;
	/* where names are not counted, as on FAT, by what the volume can hold */
	return names > 0 ? names / NAMES : bytes / SLOWEST_IMAGE;
}

double
crew_end_of(const struct crew *c, const struct crew_worker *w)
{
	double end = FACTOR * c->unit_seconds;
	if (w->job_count == 0) {
		/* not ready yet: it opens all containers */
		for (size_t i = 0; i < c->source_count; i++)
			end += bytes_of(c, i) / SLOWEST_IMAGE;
		return end;
	}
	const struct crew_job *job = &w->jobs[0];
	double there = bytes_of(c, job->source);
	bool mounted = c->sources[job->source].kind == TRIAGE_EVIDENCE_DIRECTORY;
	switch (job->kind) {
	case CREW_CONTENT: return end + (mounted ? (double)job->unit.size : claimed((double)job->unit.size, there)) / SLOWEST;
	case CREW_PLACES: return end + (double)job->unit.size / SLOWEST;
	case CREW_EXTRACT: return end + (double)EXTRACT_BYTES / SLOWEST;
	case CREW_LIST: return end + (mounted ? of_volume(&c->sources[job->source]) : there / SLOWEST_IMAGE);
	case CREW_IMAGE: return end + claimed((double)job->length > there ? (double)job->length : there, there) / SLOWEST_IMAGE;
	case CREW_PROBE: return end + there / SLOWEST_IMAGE;
	}
	return end;
}
