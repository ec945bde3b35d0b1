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

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = bag_verify(o->operands.items[0], tell, o, &err);
	if (st == TRIAGE_OK) {
		tell(o, "intact: every file, the manifests and the custody chain are as they were sealed");
		return 0;
	}
	if (!o->quiet)
		complain(err.text);
	return 1;
}

const struct command command_verify = {
	.name = "verify", .operands = "BUNDLE", .what = "is this bundle what was sealed? manifests and custody chain", .rows = options_verify,
	.row_count = &options_verify_count, .operands_min = 1, .operands_max = 1, .run = run,
};
