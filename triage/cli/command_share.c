/* command_share.c - `triage share` makes the bundle for those outside, `triage reveal` opens what is closed in it. */
#include "triage/base/digest.h"
#include "triage/base/text.h"
#include "triage/cli/commands.h"
#include "triage/run/share.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
tell(void *ctx, const char *line)
{
	(void)ctx;
	complain(line);
}

/* A path without the slashes at its end. */
static void
trimmed(char *out, size_t size, const char *path)
{
	snprintf(out, size, "%s", path);
	for (size_t n = strlen(out); n > 1 && out[n - 1] == '/'; n--)
		out[n - 1] = '\0';
}

static int
share(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	char bundle[PATH_MAX], output[PATH_MAX], secret[PATH_MAX + 16], seal[65];
	const char *rules = rules_folder();
	if (rules == NULL)
		return EXIT_NOT_RUN;
	if (o->output == NULL) {
		complain("where to? triage share BUNDLE -o DIR");
		return EXIT_USAGE;
	}
	if (realpath(o->operands.items[0], bundle) == NULL) {
		complain("there is no such bundle");
		return EXIT_NOT_RUN;
	}
	trimmed(output, sizeof(output), o->output);
	snprintf(secret, sizeof(secret), "%s%s", o->secret != NULL ? o->secret : output, o->secret != NULL ? "" : ".secret");
	if (lies_inside(output, bundle) || lies_inside(secret, bundle)) {
		complain("a file inside the bundle would break its seal; give another place with -o");
		return EXIT_USAGE;
	}
	const struct share_plan plan = { .bundle = bundle, .output = output, .secret = secret, .make_secret = o->secret == NULL,
	    .tlp = o->tlp != NULL ? o->tlp : "amber", .lang = o->lang != NULL ? o->lang : "en", .rules_dir = rules };
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = share_make(&plan, tell, NULL, seal, &err);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return EXIT_NOT_RUN;
	}
	fprintf(stderr, "\n  Share        %s (TLP:%s)\n  Secret       %s\n               keep it with the sealed bundle and give it to nobody: with it names can be opened\n"
	    "  Seal         %s\n\n", output, plan.tlp, secret, seal);
	printf("%s\n", output);
	return EXIT_SEALED;
}

static void
opened(void *ctx, const struct share_opened *one)
{
	SCOPED_BUF b;
	(void)ctx;
	buf_init(&b, 16 << 20);
	text_safe(&b, one->text);
	printf("%s\t%s\t%s\t%s\n", one->kind, one->digest, one->salt, buf_cstr(&b));
}

static int
reveal(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	char folder[PATH_MAX], secret[PATH_MAX + 16];
	size_t closed = 0;
	trimmed(folder, sizeof(folder), o->operands.items[0]);
	snprintf(secret, sizeof(secret), "%s%s", o->secret != NULL ? o->secret : folder, o->secret != NULL ? "" : ".secret");
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = share_reveal(folder, o->operands.items[1], secret, o->only.items, o->only.count, opened, tell, NULL, &closed, &err);
	if (st == TRIAGE_OK && closed > 0)
		fprintf(stderr, "triage: %zu commitments were not opened: another secret, or not of this bundle\n", closed);
	if (st != TRIAGE_OK)
		complain(err.text);
	return st == TRIAGE_OK && closed == 0 ? EXIT_SEALED : EXIT_NOT_RUN;
}

const struct command command_share = {
	.name = "share", .operands = "BUNDLE", .what = "make a bundle for those outside: no names, what stands for them can be opened later", .rows = options_share,
	.row_count = &options_share_count, .operands_min = 1, .operands_max = 1, .run = share,
};
const struct command command_reveal = {
	.name = "reveal", .operands = "SHARE BUNDLE", .what = "open the paths and names of a share against the sealed bundle", .rows = options_reveal,
	.row_count = &options_reveal_count, .operands_min = 2, .operands_max = 2, .run = reveal,
};
