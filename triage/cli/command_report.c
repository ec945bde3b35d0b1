/* command_report.c - `triage report`: write the report again from the sealed data, beside the bundle, never inside it. */
#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/cli/commands.h"
#include "triage/report/chunks.h"
#include "triage/report/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder beside the page for the rows of a large case: its name without ".html", and "-rows". */
static void
rows_folder(const char *path, char out[PATH_MAX + 64])
{
	size_t size = strlen(path);
	if (size > 5 && strcmp(path + size - 5, ".html") == 0)
		size -= 5;
	snprintf(out, PATH_MAX + 64, "%.*s-rows", (int)size, path);
}

/* Of a report that could not be written: the next one would find the place taken. */
static void
remove_rows(char *rows)
{
	struct triage_error ignored;
	char *slash = strrchr(rows, '/');
	const struct exporter folder = { .name = slash != NULL ? slash + 1 : rows };
	if (slash != NULL)
		*slash = '\0';
	enum triage_status st = report_remove(&folder, slash == NULL ? "." : slash == rows ? "/" : rows, &ignored);
	(void)st;
}

static enum triage_status
write_report(struct case_reader *reader, const struct options *o, const char *bundle, const char *path, struct triage_error *err)
{
	char rows[PATH_MAX + 64];
	rows_folder(path, rows);
	const char *slash = strrchr(rows, '/');
	const struct report_options options = { .lang = o->lang != NULL ? o->lang : "en", .timezone = o->timezone != NULL ? o->timezone : "",
	    .from = o->from, .to = o->to, .rules_dir = "", .chunks = slash != NULL ? slash + 1 : rows };
	struct output *out;
	bool beside = !o->print && chunks_beside(reader), was = access(rows, F_OK) == 0;
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	if (beside)
		st = chunks_folder(reader, rows, err);
	if (st == TRIAGE_OK)
		st = o->print ? report_print(reader, &options, bundle, out, err) : exporter_named("report.html")->write(reader, &options, out, err);
	if (st == TRIAGE_OK)
		st = output_finish(out, NULL, err);
	else
		output_abandon(out);
	if (st != TRIAGE_OK && beside && !was)
		remove_rows(rows);
	return st;
}

static void
ignore(void *ctx, const char *line)
{
	(void)ctx, (void)line;
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	char bundle[PATH_MAX], path[PATH_MAX + 32], database[PATH_MAX + 32];
	if (realpath(o->operands.items[0], bundle) == NULL) {
		complain("there is no such bundle");
		return EXIT_NOT_RUN;
	}
	if (o->output != NULL)
		snprintf(path, sizeof(path), "%s", o->output);
	else
		snprintf(path, sizeof(path), "%s-%s-%s.html", bundle, o->print ? "print" : "report", o->lang != NULL ? o->lang : "en");
	if (lies_inside(path, bundle)) {
		complain("a report inside the bundle would break its seal; give another place with -o");
		return EXIT_USAGE;
	}
	snprintf(database, sizeof(database), "%s/data/case.db", bundle);
	struct case_reader *reader = NULL;
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK && o->print)
		st = bag_verify(bundle, &(const struct verify_options){ .tell = ignore }, &err);	/* paper outlives the bundle: it bears no seal that is wrong */
	if (st == TRIAGE_OK)
		st = case_open(database, &reader, &err);
	if (st == TRIAGE_OK)
		st = write_report(reader, o, bundle, path, &err);
	case_reader_close(reader);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return EXIT_NOT_RUN;
	}
	printf("%s\n", path);
	return EXIT_SEALED;
}

const struct command command_report = {
	.name = "report", .operands = "BUNDLE", .what = "write the report again from the sealed data, beside the bundle", .rows = options_report,
	.row_count = &options_report_count, .operands_min = 1, .operands_max = 1, .run = run,
};
