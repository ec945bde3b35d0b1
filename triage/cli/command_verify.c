/* command_verify.c - `triage verify`: is this bundle what was sealed? */
#include "triage/base/digest.h"
#include "triage/cli/commands.h"
#include "triage/report/report.h"

#include <stdio.h>

static void
tell(void *ctx, const char *line)
{
	const struct options *o = ctx;
	if (!o->quiet)
		printf("%s\n", line);
}

static void
note(void *ctx, const char *line)
{
	tell(ctx, line);
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	const struct verify_options options = { .tell = tell, .note = note, .ctx = o, .trust = o->trust, .number = o->seal };
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = bag_verify(o->operands.items[0], &options, &err);
	if (st == TRIAGE_OK) {
		tell(o, "intact: every file, the manifests, the custody chain and what came later are as they were sealed and signed");
		return 0;
	}
	if (!o->quiet)
		complain(err.text);
	return 1;
}

const struct command command_verify = {
	.name = "verify", .operands = "BUNDLE", .what = "is this bundle what was sealed? manifests, custody chain, signature, time stamp", .rows = options_verify,
	.row_count = &options_verify_count, .operands_min = 1, .operands_max = 1, .run = run,
};
