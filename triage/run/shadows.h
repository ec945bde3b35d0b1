/*
 * shadows.h - a volume and its shadow copies cost what differs between them.
 *
 * Level 0 is examined first: every filesystem that is not on a shadow copy. Then the first copy of each volume, then the second and so
 * on, each level only when the one before has all its results: so what a stream may equal is known, whatever the number of workers.
 */
#ifndef TRIAGE_RUN_SHADOWS_H
#define TRIAGE_RUN_SHADOWS_H

#include "triage/run/supervisor.h"

/* Find the levels and families; all volumes and filesystems are known. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status shadows_find(struct supervisor *s, struct triage_error *err);

/* The rank of a unit as the case orders by it: the level first. And back. */
unsigned shadows_rank(const struct run_filesystem *f, unsigned rank);
unsigned shadows_level_of(unsigned rank);
unsigned shadows_plain_rank(unsigned rank);

/* Streams with a result that the job's unit may equal. */
WARN_UNUSED enum triage_status shadows_twins(struct supervisor *s, struct crew_job *job, struct triage_error *err);

#endif
