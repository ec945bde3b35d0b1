/* command_judge.c - `triage judge`: a new bundle from the facts of an old one, with the rules and tables of today; no evidence. */
#include "triage/base/digest.h"
#include "triage/cli/commands.h"
#include "triage/run/rejudge.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
tell(void *ctx, const char *line)
{
	(void)ctx;
	complain(line);
}

static void
summary(const struct triage_result *r)
{
	fprintf(stderr, "\n  Verdict      %s\n  Findings     ", r->verdict);
	for (unsigned i = TRIAGE_SEVERITY_COUNT; i-- > 0;)
		fprintf(stderr, "%ju %s%s", (uintmax_t)r->findings[i], triage_severity_name(i), i > 0 ? ", " : "\n");
	fprintf(stderr, "  Report       %s/data/report.html\n  Seal         %s\n\n", r->bundle, r->seal);
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	struct triage_result result;
	char bundle[PATH_MAX], tables[PATH_MAX + 32];
	const char *rules = o->tables != NULL ? o->tables : rules_folder();
	if (rules == NULL)
		return EXIT_NOT_RUN;
	snprintf(tables, sizeof(tables), "%s/scores.tsv", rules);
	if (access(tables, R_OK) != 0) {
		complain("there are no tables in that folder (scores.tsv and others; see the folder rules/ of this program)");
		return EXIT_USAGE;
	}
	if (o->output == NULL) {
		complain("where to? triage judge BUNDLE -o DIR");
		return EXIT_USAGE;
	}
	if (realpath(o->operands.items[0], bundle) == NULL) {
		complain("there is no such bundle");
		return EXIT_NOT_RUN;
	}
	if (lies_inside(o->output, bundle)) {
		complain("a bundle inside the bundle would break its seal; give another place with -o");
		return EXIT_USAGE;
	}
	const struct rejudge_plan plan = { .bundle = bundle, .output = o->output, .lang = o->lang != NULL ? o->lang : "en", .rules_dir = rules, .rules = o->rules.items,
	    .rule_count = o->rules.count, .known_good = o->known_good.items, .known_good_count = o->known_good.count, .known_bad = o->known_bad.items,
	    .known_bad_count = o->known_bad.count, .sigma = o->sigma.items, .sigma_count = o->sigma.count, .iocs = o->iocs.items, .ioc_count = o->iocs.count,
	    .town = o->town, .examiner = o->examiner != NULL ? o->examiner : "" };
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = rejudge_make(&plan, tell, NULL, &result, &err);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return err.status == TRIAGE_E_USAGE ? EXIT_USAGE : EXIT_NOT_RUN;
	}
	summary(&result);
	printf("%s\n", result.bundle);
	return EXIT_SEALED;
}

const struct command command_judge = {
	.name = "judge", .operands = "BUNDLE", .what = "judge the facts of a bundle again with today's rules and tables, into a new one; no evidence", .rows = options_judge,
	.row_count = &options_judge_count, .operands_min = 1, .operands_max = 1, .run = run,
};
