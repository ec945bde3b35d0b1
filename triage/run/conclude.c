/* conclude.c - from the journal to the sealed bundle: build, judge, export, seal. */
#include "triage/run/work.h"
#include "triage/run/collections.h"
#include "triage/run/extract.h"
#include "triage/run/judge.h"
#include "triage/run/merge.h"
#include "triage/run/sandbox.h"
#include "triage/run/supervisor.h"
#include "triage/run/unfinished.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- custody of the end --- */

static void
put_code(void *ctx, const char *code, uint64_t count)
{
	struct buf *out = ctx;
	if (out->size > 0 && out->data[out->size - 1] != '{')
		buf_char(out, ',');
	text_json_string(out, code);
	buf_format(out, ":%ju", (uintmax_t)count);
}

/* Judging and sealing are told before they are done: the chain is part of what is sealed. */
static enum triage_status
custody_seal_begun(struct supervisor *s, struct triage_error *err)
{
	SCOPED_BUF detail;
	buf_init(&detail, 1 << 16);
	buf_text(&detail, "{\"files\":[\"case.db\"");
	for (size_t i = 0; i < exporter_count(); i++)
		buf_format(&detail, ",\"%s\"", exporter_at(i)->name);
	buf_text(&detail, "]}");
	enum triage_status st = buf_check(&detail, err);
	return st == TRIAGE_OK ? case_custody(s->store, "triage", "judging-and-sealing", buf_cstr(&detail), err) : st;
}

static enum triage_status
custody_end(struct supervisor *s, struct triage_error *err)
{
	SCOPED_BUF detail;
	buf_init(&detail, 1 << 20);
	buf_text(&detail, "{\"evidence_unchanged\":[");
	for (size_t i = 0; i < s->source_count && s->crew_sources[i].inside == NULL; i++)
		buf_format(&detail, "%s%s", i > 0 ? "," : "", source_unchanged(&s->crew_sources[i]) ? "true" : "false");
	buf_format(&detail, "],\"ended\":\"%s\",\"problems\":{", s->budget_ended ? "budget" : "complete");
	enum triage_status st = case_each_problem_code(s->store, put_code, &detail, err);
	if (st != TRIAGE_OK)
		return st;
	buf_text(&detail, "},\"sandbox_layers\":[");
	const char *comma = "";
	for (unsigned bit = 1; bit < SANDBOX_ALL; bit <<= 1) {
		if ((s->crew.layers & bit) != 0) {
			buf_format(&detail, "%s\"%s\"", comma, sandbox_layer_name(bit));
			comma = ",";
		}
	}
	buf_text(&detail, "],\"sandbox_missing\":[");
	comma = "";
	for (unsigned bit = 1; bit < SANDBOX_ALL; bit <<= 1) {
		if ((s->crew.layers & bit) == 0) {
			buf_format(&detail, "%s\"%s\"", comma, sandbox_layer_name(bit));
			comma = ",";
		}
	}
	buf_text(&detail, "]}");
	st = buf_check(&detail, err);
	if (st == TRIAGE_OK)
		st = collections_logs(s, err);
	return st == TRIAGE_OK ? case_custody(s->store, "triage", "examined", buf_cstr(&detail), err) : st;
}

static enum triage_status
note_missing_layers(struct supervisor *s, struct triage_error *err)
{
	for (unsigned bit = 1; bit < SANDBOX_ALL; bit <<= 1) {
		if ((s->crew.layers & bit) != 0)
			continue;
		char message[200];
		snprintf(message, sizeof(message), "this kernel or environment does not offer the layer %s; the other layers were in force",
		    sandbox_layer_name(bit));
		const struct triage_problem p = { .stage = "sandbox", .severity = TRIAGE_INFO, .code = "sandbox-degraded", .message = message,
		    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
		enum triage_status st = supervisor_problem(s, 0, 0, "", &p, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
note_changed(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < s->source_count; i++) {
		if (source_unchanged(&s->crew_sources[i]))
			continue;
		const struct triage_problem p = { .stage = "seal", .severity = TRIAGE_HIGH, .code = "evidence-changed",
		    .message = "size or modification time of the evidence file changed during the run: something else writes to it",
		    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
		enum triage_status st = supervisor_problem(s, i + 1, 0, "", &p, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
put_left(struct supervisor *s, const char *fact, uint64_t value, struct triage_error *err)
{
	char number[32];
	snprintf(number, sizeof(number), "%ju", (uintmax_t)value);
	return case_set(s->store, fact, number, err);
}

/* Page 1 takes the figures from the facts; the problem stands with the others. */
static enum triage_status
note_budget(struct supervisor *s, struct triage_error *err)
{
	if (!s->budget_ended)
		return TRIAGE_OK;
	char message[300], rest[120] = "";
	double minutes = s->budget_rest / 60;
	enum triage_status st = put_left(s, "meta.budget.streams", s->progress.units - s->progress.units_done, err);
	if (st == TRIAGE_OK)
		st = put_left(s, "meta.budget.bytes", s->progress.bytes - s->progress.bytes_done, err);
	if (st == TRIAGE_OK && minutes > 0)
		st = put_left(s, "meta.budget.seconds", (uint64_t)s->budget_rest + 1, err);
	if (st != TRIAGE_OK)
		return st;
	if (minutes > 0)
		snprintf(rest, sizeof(rest), "; at the pace of this run the rest would take about %.0f %s more", minutes >= 90 ? minutes / 60 : minutes < 1 ? 1 : minutes,
		    minutes >= 90 ? "hours" : "min");
	snprintf(message, sizeof(message), "the time given with --budget was up: %ju of %ju streams were not examined%s",
	    (uintmax_t)(s->progress.units - s->progress.units_done), (uintmax_t)s->progress.units, rest);
	const struct triage_problem p = { .stage = "content", .severity = TRIAGE_MEDIUM, .code = "budget-ended", .message = message,
	    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
	    .bytes = s->progress.bytes - s->progress.bytes_done };
	return supervisor_problem(s, 0, 0, "", &p, err);
}

/* --- the bag --- */

enum { TRIAGE_ELEMENTS = 8, EXPORTERS = 2 };

static enum triage_status
seal_bag(struct supervisor *s, struct triage_error *err)
{
	const struct triage_plan *p = s->plan;
	char date[WHEN_TEXT_SIZE];
	when_text(when_now(), 0, "", date);
	date[10] = '\0';
	char examined[32], problems[32];
	snprintf(examined, sizeof(examined), "%.4f", s->result->examined_share);
	snprintf(problems, sizeof(problems), "%ju", (uintmax_t)s->result->problems);
	SCOPED_BUF names;
	buf_init(&names, 1 << 20);
	for (size_t i = 0; i < s->source_count && s->crew_sources[i].inside == NULL; i++)
		buf_format(&names, "%s%s", i > 0 ? ", " : "", s->crew_sources[i].name);
	const char *keys[TRIAGE_ELEMENTS] = { "Triage-Case", "Triage-Evidence", "Triage-Verdict", "Triage-Examined-Share", "Triage-Problems" };
	const char *values[TRIAGE_ELEMENTS] = { p->case_id, buf_cstr(&names), s->result->verdict, examined, problems };
	struct triage_error why = { 0 };
	const struct bag_info info = { .signer = p->signer, .unsigned_why = &why,
	    .source_organization = p->organisation, .contact_name = p->examiner,
	    .external_identifier = p->evidence_id[0] != '\0' ? p->evidence_id : p->case_id, .external_description = p->note,
	    .software_agent = "triage " TRIAGE_VERSION, .bagging_date = date, .triage_keys = keys, .triage_values = values, .triage_count = 5 };
	enum triage_status st = bag_seal(s->bundle, &info, s->result->seal, err);
	s->result->is_signed = st == TRIAGE_OK && p->signer != NULL && why.text[0] == '\0';
	snprintf(s->result->unsigned_why, sizeof(s->result->unsigned_why), "%s", st == TRIAGE_OK ? why.text : "");
	return st;
}

/* Every EXPORTERS-th exporter, from first on. */
static enum triage_status
export_some(struct supervisor *s, const char *database, const char *folder, size_t first, struct triage_error *err)
{
	struct case_reader *reader = NULL;
	const struct report_options options = { .lang = s->plan->lang, .timezone = s->plan->timezone, .from = s->plan->from, .to = s->plan->to,
	    .rules_dir = s->plan->rules_dir };
	enum triage_status st = case_open(database, &reader, err);
	for (size_t i = first; i < exporter_count() && st == TRIAGE_OK; i += EXPORTERS)
		if (!exporter_at(i)->beside && !exporter_is_second(exporter_at(i)))
			st = report_export_pair(exporter_at(i), reader, &options, folder, err);
	case_reader_close(reader);
	return st;
}

/* The exporters share nothing but the finished database, so they run side by side; a child's error comes back through a pipe. */
static enum triage_status
export_all(struct supervisor *s, const char *database, const char *folder, struct triage_error *err)
{
	int pipes[EXPORTERS][2], pids[EXPORTERS];
	size_t begun = 0;
	for (; begun < EXPORTERS; begun++) {
		if (pipe2(pipes[begun], O_CLOEXEC) != 0)
			break;
		pids[begun] = fork();
		if (pids[begun] == 0) {
			struct triage_error told = { 0 };
			if (export_some(s, database, folder, begun, &told) == TRIAGE_OK)
				told.status = TRIAGE_OK;
			_exit(write(pipes[begun][1], &told, sizeof(told)) == (ssize_t)sizeof(told) ? 0 : 1);
		}
		close(pipes[begun][1]);
		if (pids[begun] < 0)
			break;
	}
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < begun; i++) {
		struct triage_error told;
		ssize_t n;
		while ((n = read(pipes[i][0], &told, sizeof(told))) < 0 && errno == EINTR)
			continue;
		bool heard = n == (ssize_t)sizeof(told);
		close(pipes[i][0]);
		while (waitpid(pids[i], NULL, 0) < 0 && errno == EINTR)
			continue;
		if (st != TRIAGE_OK || (heard && told.status == TRIAGE_OK))
			continue;
		if (!heard)
			triage_error_set(&told, TRIAGE_E_CRASHED, TRIAGE_NO_OFFSET, "an exporter died; --resume tries again");
		*err = told;
		st = told.status;
	}
	if (st == TRIAGE_OK && begun < EXPORTERS) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot start an exporter");
		return TRIAGE_E_IO;
	}
	return st;
}

/* Everything under data/ is made anew: a run that was cut off while sealing seals again from the journal. */
static enum triage_status
clear_data(const char *folder, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < exporter_count() && st == TRIAGE_OK; i++)
		st = report_remove(exporter_at(i), folder, err);
	return st;
}

static enum triage_status
remove_work(struct supervisor *s, struct triage_error *err)
{
	case_close(s->store);
	s->store = NULL;
	return work_clear(s->work, err);
}

/* Extraction may have met some after the case was judged. The journal knows them all: those of the run that is resumed, or of the parts that are merged, too. */
static enum triage_status
count_problems(struct supervisor *s, const char *database, struct triage_error *err)
{
	struct case_reader *reader;
	enum triage_severity loudest;
	enum triage_status st = case_loudest_problem(s->store, &loudest, err);
	if (st == TRIAGE_OK)
		st = case_open(database, &reader, err);
	if (st != TRIAGE_OK)
		return st;
	s->result->problems = case_count(reader, CASE_PROBLEMS);
	s->result->incomplete = s->result->incomplete || loudest >= TRIAGE_LOW;
	st = case_reader_status(reader, err);
	case_reader_close(reader);
	return st;
}

enum triage_status
conclude(struct supervisor *s, struct triage_error *err)
{
	char database[4400], data[4300];
	snprintf(data, sizeof(data), "%s/data", s->bundle);
	snprintf(database, sizeof(database), "%s/case.db", data);
	s->phase = TRIAGE_PHASE_JUDGE;
	s->last_progress = 0;
	enum triage_status st = supervisor_tick(s, err);
	bool first = strcmp(case_get(s->store, "examined"), "yes") != 0;
	if (st == TRIAGE_OK && first && s->plan->shards > 1)
		st = merge_keep(s, err);
	if (st == TRIAGE_OK && first)
		st = note_missing_layers(s, err);
	if (st == TRIAGE_OK && first)
		st = note_changed(s, err);
	if (st == TRIAGE_OK && first)
		st = note_budget(s, err);
	if (st == TRIAGE_OK && first)
		st = custody_end(s, err);
	if (st == TRIAGE_OK && first)
		st = custody_seal_begun(s, err);
	if (st == TRIAGE_OK)
		st = case_set(s->store, "examined", "yes", err);
	if (st == TRIAGE_OK)
		st = case_commit(s->store, err);
	if (st == TRIAGE_OK)
		st = extract_clear(s, err);
	if (st == TRIAGE_OK)
		st = judge_and_build(s, database, err);
	keys_wipe(&s->keys);
	if (st == TRIAGE_OK)
		st = count_problems(s, database, err);
	s->phase = TRIAGE_PHASE_SEAL;
	s->last_progress = 0;
	if (st == TRIAGE_OK)
		st = supervisor_tick(s, err);
	if (st == TRIAGE_OK)
		st = clear_data(data, err);
	if (st == TRIAGE_OK)
		st = export_all(s, database, data, err);
	if (st == TRIAGE_OK && s->budget_ended)
		st = unfinished_keep(s, err);
	if (st == TRIAGE_OK)
		st = seal_bag(s, err);
	return st == TRIAGE_OK && !s->budget_ended ? remove_work(s, err) : st;
}
