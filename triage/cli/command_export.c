/* command_export.c - `triage export`: one more file for another tool, from the sealed data, beside the bundle, never inside it. */
#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/cli/commands.h"
#include "triage/report/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
list(void)
{
	for (size_t i = 0; i < exporter_count(); i++) {
		const struct exporter *x = exporter_at(i);
		if (x->format != NULL)
			printf("%-16s %s%s\n", x->format, x->what, x->beside ? "" : "; in each bundle");
	}
	return EXIT_SEALED;
}

static enum triage_status
write_file(const struct exporter *x, struct case_reader *reader, const struct options *o, const char *path, struct triage_error *err)
{
	const struct report_options options = { .lang = "en", .timezone = "", .from = o->from, .to = o->to, .rules_dir = "", .tlp = o->tlp,
	    .rows_of_window = true };
	struct output *out;
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	st = x->write(reader, &options, out, err);
	if (st == TRIAGE_OK)
		st = case_reader_status(reader, err);
	if (st == TRIAGE_OK)
		return output_finish(out, NULL, err);
	output_abandon(out);
	return st;
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	char bundle[PATH_MAX], path[PATH_MAX + 64], database[PATH_MAX + 32];
	if (o->format == NULL || strcmp(o->format, "list") == 0)
		return list();
	const struct exporter *x = exporter_of(o->format);
	if (x == NULL) {
		complain("there is no such format; triage export --format list names them");
		return EXIT_USAGE;
	}
	if (o->operands.count != 1) {
		complain("which bundle? triage export --format FORMAT BUNDLE");
		return EXIT_USAGE;
	}
	if (realpath(o->operands.items[0], bundle) == NULL) {
		complain("there is no such bundle");
		return EXIT_NOT_RUN;
	}
	if (o->output != NULL)
		snprintf(path, sizeof(path), "%s", o->output);
	else
		snprintf(path, sizeof(path), "%s-%s", bundle, x->name);
	if (lies_inside(path, bundle)) {
		complain("a file inside the bundle would break its seal; give another place with -o");
		return EXIT_USAGE;
	}
	snprintf(database, sizeof(database), "%s/data/case.db", bundle);
	struct case_reader *reader = NULL;
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = case_open(database, &reader, &err);
	if (st == TRIAGE_OK)
		st = write_file(x, reader, o, path, &err);
	case_reader_close(reader);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return EXIT_NOT_RUN;
	}
	printf("%s\n", path);
	return EXIT_SEALED;
}

const struct command command_export = {
	.name = "export", .operands = "BUNDLE", .what = "write one more file for another tool, from the sealed data, beside the bundle", .rows = options_export,
	.row_count = &options_export_count, .operands_min = 0, .operands_max = 1, .run = run,
};
