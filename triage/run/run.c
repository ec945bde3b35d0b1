/* run.c - triage_run(): prepare, examine, conclude; and what is left behind when it does not end. */
#include "triage/run/supervisor.h"

#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/run/prepare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void
release(struct supervisor *s)
{
	crew_release(&s->crew);
	keys_release(&s->keys);
	case_close(s->store);
	analyse_free(s->rules);
	detect_free(s->tables);
	for (size_t i = 0; i < s->filesystem_count; i++)
		supervisor_release_filesystem(&s->filesystems[i]);
	free(s->filesystems);
	for (size_t i = 0; i < s->waiting_count; i++)
		crew_job_release(&s->waiting[i]);
	free(s->waiting);
	for (size_t i = s->page_next; i < s->page_count; i++)
		case_unit_release(&s->page[i]);
	free(s->page);
	case_companions_free(s->companions);
	for (size_t i = 0; i < s->source_count; i++) {
		source_close(&s->crew_sources[i]);
		free(s->sources[i].parents);
		collection_release(&s->sources[i].collection);
	}
	free(s->sources);
	free(s->crew_sources);
	buf_release(&s->path);
	buf_release(&s->text);
}

/* A run that failed before anything was examined leaves nothing behind. */
static void
remove_bundle(struct supervisor *s)
{
	static const char *const names[] = { "work/journal.db", "work/journal.db-journal", "work/arguments", "work", "data", "" };
	if (s->bundle[0] == '\0')
		return;
	case_close(s->store);
	s->store = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[4500];
		snprintf(path, sizeof(path), "%s/%s", s->bundle, names[i]);
		remove(path);
	}
}

enum triage_status
triage_run(const struct triage_plan *plan, const struct triage_observer *observer, struct triage_result *ret_result, struct triage_error *err)
{
	struct supervisor s = { .plan = plan, .observer = observer, .result = ret_result, .started = crew_clock() };
	*ret_result = (struct triage_result){ 0 };
	buf_init(&s.path, 1 << 20);
	buf_init(&s.text, 64 << 20);
	enum triage_status st = prepare(&s, err);
	bool begun = st == TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = examine(&s, err);
	if (st == TRIAGE_OK || s.budget_ended) {
		/* these workers are no longer needed, their results are in; the keys may be, for flagged files */
		for (size_t i = 0; i < s.crew.count; i++)
			crew_stop(&s.crew, i);
	}
	if (st == TRIAGE_OK)
		st = conclude(&s, err);
	else if (begun && s.store != NULL && (st == TRIAGE_E_INTERRUPTED || s.phase >= TRIAGE_PHASE_LIST)) {
		struct triage_error ignored;
		if (case_custody(s.store, "triage", "interrupted", "{}", &ignored) == TRIAGE_OK && case_commit(s.store, &ignored) != TRIAGE_OK)
			supervisor_log(&s, TRIAGE_MEDIUM, "%s", ignored.text);
	}
	if (st != TRIAGE_OK && st != TRIAGE_E_INTERRUPTED && s.phase < TRIAGE_PHASE_LIST && !plan->resume && s.owns_bundle)
		remove_bundle(&s);
	snprintf(ret_result->bundle, sizeof(ret_result->bundle), "%s", s.bundle);
	ret_result->seconds = crew_clock() - s.started;
	release(&s);
	return st;
}
