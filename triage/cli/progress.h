/*
 * progress.h - the progress line on stderr: a bar on a terminal, plain lines elsewhere, JSON for scripts; and the status file.
 */
#ifndef TRIAGE_CLI_PROGRESS_H
#define TRIAGE_CLI_PROGRESS_H

#include "triage/cli/options.h"

#include <triage/run.h>

enum progress_mode { PROGRESS_NONE, PROGRESS_PLAIN, PROGRESS_BAR, PROGRESS_JSON };

struct progress {
	enum progress_mode mode;
	const char *status_file;
	bool verbose, quiet, colour;
	unsigned lines;			/* of the bar, on the screen now */
	double last_plain;
	enum triage_phase last_phase;
	bool begun;
	uint64_t told, swallowed;	/* problem lines printed, and kept back */
};

void progress_init(struct progress *p, const struct options *o);
/* For struct triage_observer. */
void progress_show(void *ctx, const struct triage_progress *state);
void progress_log(void *ctx, enum triage_severity severity, const char *line);
void progress_clear(struct progress *p);	/* take the bar off the screen */

/* "1.4 GB", "3 m 20 s"; out has 32 bytes. */
const char *progress_bytes(double bytes, char *out);
const char *progress_time(double seconds, char *out);

#endif
