/* environment.h - what the case keeps about the run itself: options, rules, versions, and the opening acts of the custody chain. */
#ifndef TRIAGE_RUN_ENVIRONMENT_H
#define TRIAGE_RUN_ENVIRONMENT_H

#include "triage/run/supervisor.h"

/* At the start, and again on resume (then only "resumed" is added to the chain). Rule files that did not load become problems. */
WARN_UNUSED enum triage_status environment_record(struct supervisor *s, struct triage_error *err);

/* A phase begins. totals: what is to be done in it; NULL for none. */
WARN_UNUSED enum triage_status environment_phase(struct supervisor *s, const char *action, const struct case_totals *totals, struct triage_error *err);

/* What of the rules and lists is not used: files, rules, lines. A problem each, of stage "rules". Errors: what tell returns, E_MEMORY. */
typedef enum triage_status environment_tell(void *ctx, const struct triage_problem *p, struct triage_error *err);
WARN_UNUSED enum triage_status environment_left_out(const struct analyse_set *rules, const struct detect_tables *tables, environment_tell *tell, void *ctx,
    struct triage_error *err);

/* The rules and tables in use with their digests, as JSON arrays behind what is in out. Paths are base names: the same rules in another folder are the same. */
void environment_yara_files(const struct analyse_set *rules, struct buf *out);
void environment_sigma_files(const struct detect_tables *tables, struct buf *out);
void environment_tables(const struct detect_tables *tables, struct buf *out);

/* Part of it: what became of the lists of indicators. */
WARN_UNUSED enum triage_status environment_lists(struct supervisor *s, struct triage_error *err);

#endif
