/*
 * unfinished.h - a run whose budget ended leaves its journal in the sealed bundle, as data/unfinished/. triage_take_up() (triage/run.h)
 * begins another bundle with it, in which the run goes on; the sealed one stays as it is.
 */
#ifndef TRIAGE_RUN_UNFINISHED_H
#define TRIAGE_RUN_UNFINISHED_H

#include "triage/run/supervisor.h"

/* Close the journal and put it into the bundle's payload. Before the bag is sealed, after the last use of the journal. Errors: E_IO. */
WARN_UNUSED enum triage_status unfinished_keep(struct supervisor *s, struct triage_error *err);

#endif
