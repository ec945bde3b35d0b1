/* command_hashset.c - `triage hashset build -o SET INPUT...` and `triage hashset info SET...`: sets of digests of known files. */
#include "triage/base/buf.h"
#include "triage/cli/commands.h"
#include "triage/run/hashset.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int
build(const struct options *o)
{
	struct triage_error err = { .text = "" };
	struct hashset_tally t;
	if (o->output == NULL) {
		complain("hashset build: say with -o SET where the set goes");
		return EXIT_USAGE;
	}
	if (hashset_build(o->output, o->operands.items + 1, o->operands.count - 1, &t, &err) != TRIAGE_OK) {
		complain(err.text);
		return err.status == TRIAGE_E_USAGE ? EXIT_USAGE : EXIT_NOT_RUN;
	}
	printf("%s: %" PRIu64 " MD5, %" PRIu64 " SHA-1, %" PRIu64 " SHA-256 from %" PRIu64 " digests; %" PRIu64 " files or rows were passed over\n", o->output, t.md5, t.sha1,
	    t.sha256, t.read, t.passed);
	return EXIT_SEALED;
}

static int
run(const struct command *self, struct options *o)
{
	struct triage_error err = { .text = "" };
	(void)self;
	if (strcmp(o->operands.items[0], "build") == 0)
		return build(o);
	if (strcmp(o->operands.items[0], "info") != 0) {
		complain("hashset: the actions are build -o SET INPUT... and info SET...");
		return EXIT_USAGE;
	}
	int status = EXIT_SEALED;
	for (size_t i = 1; i < o->operands.count; i++) {
		SCOPED_BUF out;
		buf_init(&out, 1 << 20);
		if (hashset_info(o->operands.items[i], &out, &err) == TRIAGE_OK) {
			fputs(buf_cstr(&out), stdout);
		} else {
			complain(err.text);
			status = EXIT_NOT_RUN;
		}
	}
	return status;
}

const struct command command_hashset = {
	.name = "hashset", .operands = "build|info PATH...", .what = "make a set of digests of known files (-o SET), or say what a set holds",
	.rows = options_hashset, .row_count = &options_hashset_count, .operands_min = 2, .operands_max = 10000, .run = run,
};
