/*
 * rejudge.h - a new bundle from the facts of an old one, with the rules and tables of today; the evidence is not needed.
 *
 * What needs bytes stays as it was: a rule whose strings were not searched then finds nothing now. What is judged anew: files, names, types, randomness, damage,
 * the matches that are there, events. The new bundle names the seal of the old one; its chain of custody goes on from the old chain. Extracted files stay with the old.
 */
#ifndef TRIAGE_RUN_REJUDGE_H
#define TRIAGE_RUN_REJUDGE_H

#include "triage/base/error.h"

#include <triage/run.h>

struct rejudge_plan {
	const char *bundle, *output;	/* sealed; new, must not exist */
	const char *lang, *rules_dir;	/* folder of the tables and of yara/ */
	const char *const *rules, *const *known_good, *const *known_bad, *const *sigma, *const *iocs;	/* the built-in YARA and Sigma rules come before these */
	size_t rule_count, known_good_count, known_bad_count, sigma_count, ioc_count;
	const char *town;		/* what the town says of itself; NULL: nothing */
	const char *examiner;		/* who judges; "" when not told */
};

/* tell: each difference when the bundle is not what was sealed. Fills bundle, seal, verdict and the counts of ret_result. Errors: E_FORMAT, E_IO, E_USAGE, E_MEMORY. */
WARN_UNUSED enum triage_status rejudge_make(const struct rejudge_plan *plan, void (*tell)(void *ctx, const char *line), void *ctx, struct triage_result *ret_result,
    struct triage_error *err);

#endif
