/* bundle_make.h - a small bundle for tests: a case database and its custody log, not sealed yet. */
#ifndef TRIAGE_TESTS_BUNDLE_MAKE_H
#define TRIAGE_TESTS_BUNDLE_MAKE_H

#include "tests/case_make.h"

#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

static const struct bag_info info = { .external_identifier = "E1", .software_agent = "triage test", .bagging_date = "2026-11-24" };
static struct made made;

static inline char *
path_in(const char *name)
{
	static char path[4][400];
	static unsigned next;
	char *out = path[next++ % 4];
	snprintf(out, sizeof(path[0]), "%s/bundle/%s", made.folder, name);
	return out;
}

static inline int
begin_bundle(void **state)
{
	static const struct report_options options = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE };
	struct output *out;
	(void)state;
	made_begin(&made, "ntfs");
	assert_ok(output_folder(path_in(""), &err));
	assert_ok(output_folder(path_in("data"), &err));
	snprintf(made.database, sizeof(made.database), "%s", path_in("data/case.db"));
	put_simple(&made, 1, 1, "a");
	assert_ok(case_custody(made.store, "triage", "sealed", "{}", &err));
	made_build(&made);
	made_seal(&made);
	assert_ok(output_create(path_in("data/custody.jsonl"), &out, &err));
	assert_ok(exporter_named("custody.jsonl")->write(made.reader, &options, out, &err));
	assert_ok(output_finish(out, NULL, &err));
	return 0;
}

static inline int
end_bundle(void **state)
{
	(void)state;
	made_end(&made);
	return 0;
}

static inline void
say_nothing(void *ctx, const char *line)
{
	(void)ctx, (void)line;
}

static inline enum triage_status
verified(struct triage_error *ret_why)
{
	const struct verify_options options = { .tell = say_nothing };
	return bag_verify(path_in(""), &options, ret_why);
}

static inline bool
is_intact(void)
{
	struct triage_error ignored;
	return verified(&ignored) == TRIAGE_OK;
}

#endif
