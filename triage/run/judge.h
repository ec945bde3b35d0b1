/* judge.h - feeds the detectors from the case that is being built, and writes what they say into it. */
#ifndef TRIAGE_RUN_JUDGE_H
#define TRIAGE_RUN_JUDGE_H

#include "triage/run/supervisor.h"

/*
 * Build the case database at path from the journal, judge it, add findings, coverage, facts and custody, close it. Fills
 * s->result. Needs no evidence.
 */
WARN_UNUSED enum triage_status judge_and_build(struct supervisor *s, const char *path, struct triage_error *err);

/*
 * Judge an old case once more (case_reopen()), with s->rules and s->tables; the case is not closed. Needs of s besides: plan, result, and of its sources and filesystems
 * what shadows_find() needs. Coverage stays as it is: nothing was examined anew.
 */
WARN_UNUSED enum triage_status judge_again(struct supervisor *s, struct case_sealer *z, struct triage_error *err);

#endif
