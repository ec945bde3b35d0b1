/* run_with.h - `triage run` for guided mode: the same options, another way to show progress and end. */
#ifndef TRIAGE_CLI_RUN_WITH_H
#define TRIAGE_CLI_RUN_WITH_H

#include "triage/cli/options.h"

#include <triage/run.h>

struct run_watch {
	const struct triage_observer *observer;	/* its cancelled() is not asked: SIGINT, SIGTERM and SIGHUP stop the run */
	const void *keys;			/* typed, with a NUL between them; the caller's */
	size_t keys_size;
	enum triage_status *ret_status;		/* untouched when the run was not begun: the reason is on stderr */
	struct triage_result *ret_result;
	struct triage_error *err;
};

/* Carry out the options of `triage run`. watch NULL: as on the command line. The exit status. */
int run_with(struct options *o, const struct run_watch *watch);

#endif
