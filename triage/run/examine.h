/* examine.h - what the steps of an examination share. */
#ifndef TRIAGE_RUN_EXAMINE_H
#define TRIAGE_RUN_EXAMINE_H

#include "triage/run/supervisor.h"

/* A ready worker with room. image: of the slot that hashes; empty: it must have no job. NULL when there is none. */
struct crew_worker *examine_free_worker(struct supervisor *s, bool image, bool empty, size_t *ret_slot);
/* Hand a job to a slot, on the wire too. */
void examine_give(struct supervisor *s, size_t slot, struct crew_job *job);
/* The first waiting job of a kind, or the one of this id (0: any). False when there is none. */
bool examine_take_waiting(struct supervisor *s, enum crew_job_kind kind, uint64_t id, struct crew_job *ret_job);
/* examine_content.c: everything is listed; hand out streams while workers have room; give back those that were not. */
WARN_UNUSED enum triage_status examine_begin_content(struct supervisor *s, struct triage_error *err);
WARN_UNUSED enum triage_status examine_give_content(struct supervisor *s, struct triage_error *err);
void examine_free_page(struct supervisor *s);
/* One turn of the crew and of the clock. */
WARN_UNUSED enum triage_status examine_turn(struct supervisor *s, struct triage_error *err);

/* examine_probe.c: probe the sources from index `from` on, which lie in filesystems that were listed. */
WARN_UNUSED enum triage_status examine_probe_nested(struct supervisor *s, size_t from, struct triage_error *err);

#endif
