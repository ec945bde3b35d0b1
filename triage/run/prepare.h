/* prepare.h - everything before the first worker: evidence opened by name, rules loaded, bundle and journal made or resumed. */
#ifndef TRIAGE_RUN_PREPARE_H
#define TRIAGE_RUN_PREPARE_H

#include "triage/run/supervisor.h"

WARN_UNUSED enum triage_status prepare(struct supervisor *s, struct triage_error *err);

/*
 * Load rules and tables, and record them and the options. Called when images are being hashed already: that needs no rules, and loading takes
 * seconds. Workers that were forked before are stopped, but for those that hash.
 */
WARN_UNUSED enum triage_status prepare_rules(struct supervisor *s, struct triage_error *err);

#endif
