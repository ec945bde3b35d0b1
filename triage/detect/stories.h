/*
 * stories.h - findings that belong together: one story for each machine and each tactic of an attack (MITRE ATT&CK), so that a person reads a few lines
 * and not each finding. Made from finished findings alone.
 */
#ifndef TRIAGE_DETECT_STORIES_H
#define TRIAGE_DETECT_STORIES_H

#include "triage/base/table.h"
#include "triage/detect/detect.h"
#include "triage/detect/scores.h"

enum { STORIES_SHOWN = 12 };		/* on page 1; the rest is counted */

/* From tactics.tsv: what a technique or a kind of finding is part of. */
struct tactics {
	const struct table *table;
	size_t order_count;		/* rows that name the tactics, in the order of an attack */
};

/* Errors: E_FORMAT (a row that names a tactic that has no row of its own). table must outlive it. */
WARN_UNUSED enum triage_status tactics_load(struct tactics *tactics, const struct table *table, const char *path, struct triage_error *err);
/* Word of a tactic ("persistence"). By technique, then by kind; "execution" for what no row names. */
const char *tactic_of(const struct tactics *tactics, const char *technique, const char *kind);
/* Its place in an attack, from 0. */
size_t tactic_order(const struct tactics *tactics, const char *tactic);

struct stories {
	struct detect_story *list;	/* most telling first */
	size_t count;
	uint32_t *of_finding;		/* index of the story of each finding, UINT32_MAX for none */
};

/*
 * findings: sorted, most severe first. first, last: of the encryption, TRIAGE_TIME_NONE when there was none; what lies near it weighs more. Findings of low
 * severity join a story but begin none. Each class of source has one vote: two findings that rest on logs are no surer than the surer one,
 * beyond what scores allow one class. Text is the findings' or the table's. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status stories_make(struct stories *stories, const struct tactics *tactics, const struct scores *scores, const struct detect_finding *findings, size_t count,
    int64_t first, int64_t last, struct triage_error *err);
void stories_release(struct stories *stories);

#endif
