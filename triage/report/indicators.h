/* indicators.h - what speaks of the attacker, for those who get indicators: contents that findings of some weight point at. */
#ifndef TRIAGE_REPORT_INDICATORS_H
#define TRIAGE_REPORT_INDICATORS_H

#include "triage/report/export.h"

/* One content, however many files have it. Texts are looked up again when it is written. */
struct indicator {
	char sha256[65];
	struct pointed_file file;	/* the first of its files, and the finding that names it */
	uint64_t count;			/* files */
};

struct indicators {
	struct indicator *items;	/* sorted by digest */
	size_t count;
	bool full;			/* there were more */
};

/*
 * Notes, tools, malware of at least medium severity, with a whole digest. The victim's own files (encrypted, mismatched types) are not
 * indicators: they do not leave the case. Errors: of the case, E_MEMORY.
 */
WARN_UNUSED enum triage_status indicators_collect(struct case_reader *c, struct indicators *ret_indicators, struct triage_error *err);
void indicators_release(struct indicators *n);

/* --- traffic light protocol 2.0 --- */
struct tlp {
	const char *word;		/* amber+strict */
	const char *name;		/* TLP:AMBER+STRICT */
	const char *stix;		/* identifier of the published marking */
	const char *tag;		/* MISP's tag */
};
const struct tlp *tlp_of(const struct report_options *options);	/* amber when none is asked for; never NULL */

#endif
