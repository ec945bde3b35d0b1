/* command_rules.c - `triage rules check PATH...`: what loads, what does not, and why. */
#include "triage/analyse/analyse.h"
#include "triage/base/digest.h"
#include "triage/cli/commands.h"

#include <stdio.h>
#include <string.h>

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	if (strcmp(o->operands.items[0], "check") != 0) {
		complain("rules: the only action is check: triage rules check PATH...");
		return EXIT_USAGE;
	}
	struct triage_error err = { 0 };
	struct analyse_set *set;
	const struct analyse_config config = { .rule_paths = o->operands.items + 1, .rule_path_count = o->operands.count - 1 };
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = analyse_load(&config, &set, &err);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return EXIT_NOT_RUN;
	}
	size_t bad = 0;
	for (size_t i = 0; i < analyse_file_count(set); i++) {
		const struct analyse_rule_file *f = analyse_file(set, i);
		if (f->error[0] == '\0') {
			printf("ok     %5zu rules  %s\n", f->rules, f->path);
			continue;
		}
		printf("error  line %-6u %s: %s\n", f->error_line, f->path, f->error);
		bad++;
	}
	printf("%zu files, %zu rules load; %zu files do not\n", analyse_file_count(set), analyse_rule_count(set), bad);
	analyse_free(set);
	return bad == 0 ? EXIT_SEALED : EXIT_NOT_RUN;
}

const struct command command_rules = {
	.name = "rules", .operands = "check PATH...", .what = "compile rule packs, say what loads, what does not and why", .rows = options_rules,
	.row_count = &options_rules_count, .operands_min = 2, .operands_max = 1000, .run = run,
};
