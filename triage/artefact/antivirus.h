/* antivirus.h - what the logs of virus protection programs have in common: a file in which something was found. */
#ifndef TRIAGE_ARTEFACT_ANTIVIRUS_H
#define TRIAGE_ARTEFACT_ANTIVIRUS_H

#include "triage/artefact/log_line.h"

/* One entry; texts are borrowed, "" when not told. */
struct antivirus_entry {
	const char *product;		/* "Sophos" */
	const char *threat, *path, *action, *user;
	const char *meaning;		/* when threat is "", else it is "threat detected" */
	const char *text;		/* the message when nothing was found */
};

/*
 * Begin an event of a line and put product, threat_name, path, action, its user and its message. Callers add what else their line holds, and send.
 * Sigma rules of the category antivirus are asked about events with the meaning "threat detected" (rules/sigma_logsources.tsv).
 */
void antivirus_event(struct artefact *a, const struct log_line *line, const struct log_time *t, const struct antivirus_entry *e);

enum { ANTIVIRUS_VALUES = 96 };
/*
 * Take a line apart at a separator, in place; with quotes, "a, b" is one value, its quotes are taken off and "" in it is one quote. Returns how many values there are, up to
 * ANTIVIRUS_VALUES; ret_values of the others are "".
 */
size_t antivirus_split(char *line, const char *separator, bool quotes, const char *ret_values[ANTIVIRUS_VALUES]);

#endif
