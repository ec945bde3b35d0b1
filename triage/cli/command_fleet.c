/* command_fleet.c - `triage fleet`: many bundles, one picture. */
#include "triage/base/digest.h"
#include "triage/cli/commands.h"
#include "triage/run/fleet.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPERANDS_MAX = FLEET_BUNDLES_MAX };

static void
tell(void *ctx, const char *line)
{
	(void)ctx;
	complain(line);
}

static void
progress(void *ctx, size_t done, size_t all)
{
	(void)ctx;
	fprintf(stderr, "\r%zu %%%s", done * 100 / all, done == all ? "\r     \r" : "");
}

/* A folder inside a bundle would break its seal, also where the operand is the folder that this bundle lies in. */
static bool
place_is_fine(const char *output)
{
	char real[PATH_MAX], above[PATH_MAX + 8], inside[PATH_MAX + 16];
	const char *slash = strrchr(output, '/');
	snprintf(above, sizeof(above), "%.*s", slash == NULL || slash == output ? 1 : (int)(slash - output), slash == NULL ? "." : output);
	if (realpath(above, real) == NULL)
		return true;	/* said when it is made */
	for (char *end = real + strlen(real); end != NULL; end = strrchr(real, '/')) {
		*end = '\0';
		snprintf(inside, sizeof(inside), "%s/bagit.txt", real);
		if (access(inside, F_OK) == 0) {
			complain("a folder inside a bundle would break its seal; give another place with -o");
			return false;
		}
	}
	return true;
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	struct fleet_result r;
	char output[PATH_MAX];
	if (o->output == NULL) {
		complain("where to? triage fleet BUNDLE... -o DIR");
		return EXIT_USAGE;
	}
	snprintf(output, sizeof(output), "%s", o->output);
	for (size_t n = strlen(output); n > 1 && output[n - 1] == '/'; n--)
		output[n - 1] = '\0';
	if (!place_is_fine(output))
		return EXIT_USAGE;
	const struct fleet_plan plan = { .operands = o->operands.items, .operand_count = o->operands.count, .output = output, .lang = o->lang != NULL ? o->lang : "en",
	    .tell = tell, .progress = !o->quiet && isatty(STDERR_FILENO) ? progress : NULL };
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = fleet_make(&plan, &r, &err);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return err.status == TRIAGE_E_USAGE ? EXIT_USAGE : EXIT_NOT_RUN;
	}
	if (!o->quiet)
		fprintf(stderr, "\n  Machines     %zu\n  Bundles      %zu taken, %zu not\n  Page         %s/fleet.html\n\n", r.machines, r.taken, r.refused, output);
	printf("%s\n", output);
	return r.refused > 0 ? EXIT_GAPS : EXIT_SEALED;
}

const struct command command_fleet = {
	.name = "fleet", .operands = "BUNDLE...", .what = "many bundles, one picture: which machine may start again, where it began, how it spread, what they have in common",
	.rows = options_fleet, .row_count = &options_fleet_count, .operands_min = 1, .operands_max = OPERANDS_MAX, .run = run,
};
