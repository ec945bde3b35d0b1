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

/*
 * From here on units of this level are handed out. Above 0 its streams are first compared with those that they may equal: s->comparing until
 * shadows_settle(). Nothing is in work.
 */
void shadows_begin_level(struct supervisor *s, unsigned level);
/* The next job that asks workers where the bytes of streams lie. *ret_found false: all are given; when none is in work any more, settle. */
WARN_UNUSED enum triage_status shadows_compare(struct supervisor *s, struct crew_job *ret_job, bool *ret_found, struct triage_error *err);
/* The answer to such a job. False: it is not one, or the journal cannot be written (then with err). */
bool shadows_take_placed(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
/* Streams that equal one with a result get it; all others of the level are to be examined. */
WARN_UNUSED enum triage_status shadows_settle(struct supervisor *s, struct triage_error *err);

#endif
