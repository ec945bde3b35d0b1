/* command_merge.c - `triage merge`: the parts that --shard made, as the one bundle of one run. */
#include "triage/base/buf.h"
#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/cli/commands.h"
#include "triage/run/merge.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void
tell(void *ctx, const char *line)
{
	(void)ctx;
	complain(line);
}

/* The end of the run that the parts belong to, with its options. */
static int
conclude_parts(const char *output, const char *arguments, const char *missing, struct options *o)
{
	struct options saved;
	struct triage_plan plan;
	SCOPED_BUF room;
	buf_init(&room, 16 << 20);
	const char *rules = rules_folder();
	if (rules == NULL)
		return EXIT_NOT_RUN;
	if (!run_load_arguments(arguments, &saved, &room)) {
		options_release(&saved);
		return EXIT_USAGE;
	}
	saved.shard[0] = saved.shard[1] = 0;
	saved.quiet = o->quiet;
	saved.json = o->json;
	saved.progress = o->quiet ? "none" : saved.progress;
	run_to_plan(&saved, rules, &plan);
	plan.resume = true;
	plan.output = output;
	plan.missing_parts = missing;
	plan.budget_seconds = 0;
	plan.jobs = o->jobs;
	int status = run_carry_out(&plan, &saved);
	options_release(&saved);
	return status;
}

static int
merge(const struct command *self, struct options *o)
{
	struct triage_error err = { 0 };
	char output[PATH_MAX], arguments[PATH_MAX];
	SCOPED_BUF missing;
	(void)self;
	buf_init(&missing, 1 << 20);
	if (o->output == NULL) {
		complain("where to? triage merge BUNDLE... -o BUNDLE");
		return EXIT_USAGE;
	}
	SCOPED_FREE const char **bundles = calloc(o->operands.count + 1, sizeof(*bundles));
	if (bundles == NULL || !absolute_path(o->output, output)) {
		complain("cannot find the folder in which the bundle is to lie");
		return EXIT_USAGE;
	}
	int status = EXIT_NOT_RUN;
	bool there = true;
	for (size_t i = 0; i < o->operands.count && there; i++) {
		bundles[i] = realpath(o->operands.items[i], NULL);
		there = bundles[i] != NULL;
		if (there && lies_inside(output, bundles[i])) {
			complain("a bundle inside a bundle would break its seal; give another place with -o");
			there = false;
		} else if (!there) {
			complain(o->operands.items[i]);
			complain("there is no such bundle");
		}
	}
	const struct merge_plan plan = { .bundles = bundles, .count = o->operands.count, .output = output, .tell = tell };
	enum triage_status st = there ? digest_setup(&err) : TRIAGE_E_USAGE;
	if (st == TRIAGE_OK)
		st = merge_prepare(&plan, arguments, &missing, &err);
	if (st == TRIAGE_OK) {
		status = conclude_parts(output, arguments, buf_cstr(&missing), o);
		if (status == EXIT_NOT_RUN || status == EXIT_USAGE || status == EXIT_INTERRUPTED)
			merge_remove(output);
	} else if (there) {
		complain(err.text);
		status = st == TRIAGE_E_USAGE ? EXIT_USAGE : EXIT_NOT_RUN;
	}
	for (size_t i = 0; i < o->operands.count; i++)
		free((void *)(uintptr_t)bundles[i]);
	return status;
}

const struct command command_merge = {
	.name = "merge", .operands = "BUNDLE...", .what = "the parts of one machine (--shard) into the bundle that one run would have made; the evidence must be where it was",
	.rows = options_merge, .row_count = &options_merge_count, .operands_min = 1, .operands_max = MERGE_PARTS_MAX, .run = merge,
};
