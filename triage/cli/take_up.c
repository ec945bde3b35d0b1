/* take_up.c - `triage run --resume` of a bundle that was sealed when its budget ended: where it goes on. */
#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/cli/commands.h"
#include "triage/run/source.h"

#include <triage/run.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void
tell(void *ctx, const char *line)
{
	(void)ctx;
	complain(line);
}

/* Before anything is written: the arguments can be read, and no evidence that they name has the new bundle in it. */
static bool
may_lie(void *ctx, const char *output)
{
	const char *bundle = ctx;
	struct options saved;
	SCOPED_BUF room, path;
	buf_init(&room, 16 << 20);
	buf_init(&path, PATH_MAX + 64);
	buf_format(&path, "%s/data/unfinished/arguments", bundle);
	bool fine = run_load_arguments(buf_cstr(&path), &saved, &room);
	for (size_t i = 0; i < saved.operands.count && fine; i++) {
		struct triage_error ignored;	/* the run itself opens them, and tells */
		struct source s;
		if (source_open(saved.operands.items[i], &s, &ignored) != TRIAGE_OK)
			continue;
		fine = !source_contains(&s, output);
		if (!fine)
			complain("the bundle would lie inside the evidence; give another place with -o");
		source_close(&s);
	}
	options_release(&saved);
	return fine;
}

enum triage_status
run_take_up(const struct options *o, char bundle[PATH_MAX], struct triage_error *err)
{
	char place[PATH_MAX], next[TRIAGE_BUNDLE_PATH];
	/* the arguments are read in the folder where the run was begun */
	if (o->output != NULL && !absolute_path(o->output, place)) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the folder is not there in which %.300s is to lie", o->output);
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = triage_take_up(bundle, o->output != NULL ? place : NULL, may_lie, tell, bundle, next, err);
	if (st != TRIAGE_OK)
		return st;
	complain("the sealed bundle stays as it is; the run goes on in a new one:");
	complain(next);
	if (realpath(next, bundle) != NULL)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "the new bundle cannot be found: %.300s", next);
	return TRIAGE_E_IO;
}

void
run_said_here(struct options *o, char paths[RUN_SAID_HERE][PATH_MAX])
{
	const char **const said[RUN_SAID_HERE] = { &o->sign, &o->sign_key, &o->status_file };
	for (size_t i = 0; i < RUN_SAID_HERE; i++)
		if (*said[i] != NULL && strncmp(*said[i], "pkcs11:", 7) != 0 && absolute_path(*said[i], paths[i]))
			*said[i] = paths[i];
}
