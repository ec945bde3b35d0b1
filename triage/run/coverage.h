/* coverage.h - coverage rows that not every case has. */
#ifndef TRIAGE_RUN_COVERAGE_H
#define TRIAGE_RUN_COVERAGE_H

#include "triage/run/supervisor.h"

/* How many shadow copies there are, and were examined; no row when there are none. */
WARN_UNUSED enum triage_status coverage_shadows(const struct supervisor *s, struct case_sealer *z, struct triage_error *err);
/* One row for each kind of artefact that was found: its streams, how many of them whole, their bytes; the reason says how many events. */
WARN_UNUSED enum triage_status coverage_artefacts(const struct supervisor *s, struct case_sealer *z, struct triage_error *err);

/* Disk images in filesystems of the evidence: nothing when there is none. */
WARN_UNUSED enum triage_status coverage_containers(const struct supervisor *s, struct case_sealer *z, struct triage_error *err);

/* Space that belongs to no file: how much there is and how much of it was searched; without profile full that it was not. */
WARN_UNUSED enum triage_status coverage_space(const struct supervisor *s, struct case_sealer *z, struct triage_error *err);

#endif
