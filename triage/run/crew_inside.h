/* crew_inside.h - shared by the files of the crew. */
#ifndef TRIAGE_RUN_CREW_INSIDE_H
#define TRIAGE_RUN_CREW_INSIDE_H

#include "triage/run/crew.h"

/* The worker is gone: free what the slot holds. */
void crew_clear_slot(struct crew_worker *w);
/* A job leaves the queue; it is the caller's. */
void crew_remove_job(struct crew_worker *w, size_t index);
/* Seconds that the first job of a worker, or the start of one that is not ready, may take in all. */
double crew_end_of(const struct crew *c, const struct crew_worker *w);

#endif
