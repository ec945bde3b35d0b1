/* command_info.c - `triage info`: what the evidence holds, without examining files. */
#include "triage/cli/ask_key.h"
#include "triage/cli/commands.h"

#include <triage/run.h>

#include <stdio.h>

static void
tell(void *ctx, unsigned indent, const char *line)
{
	(void)ctx;
	printf("%*s%s%s\n", (int)(indent * 2), "", indent == 3 ? "! " : "", line);
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	struct triage_plan plan = { .evidence = o->operands.items, .evidence_count = o->operands.count, .keys = o->keys.items,
	    .key_count = o->keys.count };
	struct typed_key key = { 0 };
	if (o->parsers) {
		triage_parsers(tell, NULL);
		return EXIT_SEALED;
	}
	options_range(o->vss, &plan.no_vss, &plan.vss_first, &plan.vss_last);
	if (o->ask_key && !ask_key(&key))
		return EXIT_USAGE;
	plan.typed_key = key.bytes;
	plan.typed_key_size = key.size;
	enum triage_status st = triage_info(&plan, tell, NULL, &err);
	forget_key(&key);
	if (st == TRIAGE_OK)
		return EXIT_SEALED;
	complain(err.text);
	return EXIT_NOT_RUN;
}

const struct command command_info = {
	.name = "info", .operands = "EVIDENCE...", .what = "containers, volumes, filesystems, stored hashes", .rows = options_info,
	.row_count = &options_info_count, .operands_min = 1, .operands_max = 1000, .run = run,
};
