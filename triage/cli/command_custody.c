/* command_custody.c - `triage custody`: hand a bundle over, and list what was done with it since it was sealed. */
#include "triage/base/digest.h"
#include "triage/base/when.h"
#include "triage/cli/commands.h"
#include "triage/cli/sign_with.h"
#include "triage/report/later.h"

#include <stdio.h>
#include <string.h>

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* --- add --- */

static enum triage_status
add(const char *bundle, const struct options *o, const struct triage_signer *signer, struct triage_error *err)
{
	char number[65];
	const struct hand_over h = { .from = o->from_person, .to = o->to_person, .place = or_empty(o->place), .seal = or_empty(o->seal),
	    .reason = or_empty(o->reason) };
	enum triage_status st = later_hand_over(bundle, &h, signer, number, err);
	if (st == TRIAGE_OK)
		printf("handed over%s%s\nnumber of this act: %s\nwrite it down: triage verify --seal NUMBER finds out whether the act is still there\n",
		    signer != NULL ? ", signed by " : "", signer != NULL ? signer->who : "", number);
	return st;
}

/* --- list --- */

static void
line(const char *label, const char *value)
{
	if (value[0] != '\0')
		printf("       %-8s %s\n", label, value);
}

static void
show(void *ctx, const struct later_act *act)
{
	char time[WHEN_TEXT_SIZE];
	struct later_words w;
	unsigned *count = ctx;
	(*count)++;
	if (!later_words(act->line, act->size, &w)) {
		printf("%6ju cannot be read\n", (uintmax_t)act->seq);
		return;
	}
	printf("%6ju %s  %s\n", (uintmax_t)act->seq, when_text(act->time, 0, "Z", time), w.action);
	line("from", w.from);
	line("to", w.to);
	line("place", w.place);
	line("seal", w.seal);
	line("reason", w.reason);
	line("by", w.by);
	line("by", w.authority);
	line("stamped", w.stamped);
	line("signer", w.signer);
	line("number", act->hash);
}

static enum triage_status
list(const char *bundle, struct triage_error *err)
{
	struct later_end end;
	unsigned count = 0;
	enum triage_status st = later_walk(bundle, &end, show, &count, err);
	if (st == TRIAGE_OK)
		printf("%ju acts until the seal, %u since; whether the bundle is intact says triage verify\n", (uintmax_t)end.sealed, count);
	return st;
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	struct signing signing;
	bool adds = strcmp(o->operands.items[0], "add") == 0;
	if (!adds && strcmp(o->operands.items[0], "list") != 0) {
		complain("custody: triage custody add BUNDLE --from NAME --to NAME ..., or triage custody list BUNDLE");
		return EXIT_USAGE;
	}
	if (adds && (or_empty(o->from_person)[0] == '\0' || or_empty(o->to_person)[0] == '\0')) {
		complain("custody add: who hands over and who receives? --from NAME --to NAME");
		return EXIT_USAGE;
	}
	if (!sign_with(o, &signing))
		return EXIT_USAGE;
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = adds ? add(o->operands.items[1], o, signing.pid > 0 ? &signing.signer : NULL, &err) : list(o->operands.items[1], &err);
	signing_stop(&signing);
	if (st == TRIAGE_OK)
		return EXIT_SEALED;
	complain(err.text);
	return EXIT_NOT_RUN;
}

const struct command command_custody = {
	.name = "custody", .operands = "add|list BUNDLE", .what = "note a hand-over of a sealed bundle (add), or list what was done since the seal (list)",
	.rows = options_custody, .row_count = &options_custody_count, .operands_min = 2, .operands_max = 2, .run = run,
};
