/* command_sign.c - `triage sign`: sign a bundle that was sealed without a signature. */
#include "triage/base/digest.h"
#include "triage/cli/commands.h"
#include "triage/cli/sign_with.h"
#include "triage/report/later.h"

#include <stdio.h>

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	struct signing signing;
	char number[65];
	if (o->sign == NULL) {
		complain("sign: --sign CERT and --sign-key KEY say with what");
		return EXIT_USAGE;
	}
	if (!sign_with(o, &signing))
		return EXIT_USAGE;
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = later_sign(o->operands.items[0], &signing.signer, number, &err);
	if (st == TRIAGE_OK)
		printf("signed by %s\nnumber of this act: %s\n", signing.who, number);
	else
		complain(err.text);
	signing_stop(&signing);
	return st == TRIAGE_OK ? EXIT_SEALED : EXIT_NOT_RUN;
}

const struct command command_sign = {
	.name = "sign", .operands = "BUNDLE", .what = "sign a sealed bundle that has no signature yet", .rows = options_sign,
	.row_count = &options_sign_count, .operands_min = 1, .operands_max = 1, .run = run,
};
