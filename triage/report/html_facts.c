/* html_facts.c - one look over findings, problems and coverage before the page begins: what page 1 says in figures. */
#include "triage/report/html.h"

#include "triage/base/json.h"
#include "triage/report/examples.h"

#include <stdlib.h>
#include <string.h>

enum { PROBLEM_SEVERITY = 1, VOLUME_LENGTH = 5, VOLUME_STATE = 8 };

static int
by_file(const void *a, const void *b)
{
	const struct flagged *x = a, *y = b;
	return (x->file_id > y->file_id) - (x->file_id < y->file_id);
}

static int
by_file_then_severity(const void *a, const void *b)
{
	const struct flagged *x = a, *y = b;
	int order = by_file(a, b);
	if (order != 0)
		return order;
	return x->severity != y->severity ? y->severity - x->severity : (x->finding_id > y->finding_id) - (x->finding_id < y->finding_id);
}

const struct flagged *
facts_flagged(const struct facts *f, uint64_t file_id)
{
	struct flagged wanted = { .file_id = file_id };
	return f->flagged_count == 0 ? NULL : bsearch(&wanted, f->flagged, f->flagged_count, sizeof(*f->flagged), by_file);
}

static void
remember_file(struct facts *f, int64_t file_id, uint64_t finding_id, int severity)
{
	if (file_id <= 0)
		return;
	if (f->flagged_count == FLAGGED_MAX) {
		f->flagged_full = true;
		return;
	}
	f->flagged[f->flagged_count++] = (struct flagged){ (uint64_t)file_id, finding_id, severity };
}

/* The files of the examples. */
static void
remember_examples(struct facts *f, const char *detail, uint64_t finding_id, int severity)
{
	struct examples all;
	examples_begin(&all, detail);
	for (const struct example *e; (e = examples_next(&all)) != NULL;)
		remember_file(f, e->file_id, finding_id, severity);
	examples_end(&all);
}

static bool
names_family(const char *detail)
{
	struct json j;
	json_start(&j, detail, strlen(detail));
	bool ok = json_next(&j) == JSON_OBJECT;
	while (ok && json_next(&j) == JSON_KEY) {
		if (json_is(&j, "family"))
			return json_next(&j) == JSON_STRING && j.value_size > 0;
		ok = json_skip(&j);
	}
	return false;
}

bool
finding_in_window(const struct page *p, int64_t first, int64_t last)
{
	int64_t from = p->options->from, to = p->options->to;
	if (first == TRIAGE_TIME_NONE && last == TRIAGE_TIME_NONE)
		return true;
	if (first == TRIAGE_TIME_NONE)
		first = last;
	if (last == TRIAGE_TIME_NONE)
		last = first;
	return (from == TRIAGE_TIME_NONE || last >= from) && (to == TRIAGE_TIME_NONE || first <= to);
}

bool
finding_is_shown(const struct page *p, uint64_t id)
{
	for (size_t i = 0; i < p->shown_count; i++)
		if (p->shown[i] == id)
			return true;
	return false;
}

static int64_t
time_at(struct case_cursor *c, size_t column)
{
	return case_null(c, column) ? TRIAGE_TIME_NONE : case_int(c, column);
}

static void
raise_to(unsigned *value, unsigned confidence)
{
	if (confidence > *value)
		*value = confidence;
}

static void
take_times(struct facts *f, int64_t first, int64_t last, unsigned confidence, uint64_t id)
{
	if (first != TRIAGE_TIME_NONE && (f->first_time == TRIAGE_TIME_NONE || first < f->first_time)) {
		f->first_time = first;
		f->first_confidence = confidence;
		f->first_finding = id;
	}
	int64_t end = last != TRIAGE_TIME_NONE ? last : first;
	if (end != TRIAGE_TIME_NONE && (f->last_time == TRIAGE_TIME_NONE || end > f->last_time))
		f->last_time = end;
}

static void
take_finding(struct page *p, struct case_cursor *c)
{
	struct facts *f = &p->facts;
	int severity = severity_of(case_text(c, CASE_FINDINGS_SEVERITY));
	int64_t first = time_at(c, CASE_FINDINGS_FIRST_TIME), last = time_at(c, CASE_FINDINGS_LAST_TIME);
	uint64_t id = (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID);
	int64_t certainty = case_int(c, CASE_FINDINGS_CONFIDENCE);
	unsigned confidence = certainty < 0 ? 0 : certainty > 100 ? 100 : (unsigned)certainty;
	f->by_severity[severity]++;
	f->findings++;
	if (!finding_in_window(p, first, last))
		f->outside_window++;
	f->dated |= severity >= TRIAGE_MEDIUM && first != TRIAGE_TIME_NONE;
	if (severity >= TRIAGE_HIGH)
		take_times(f, first, last, confidence, finding_in_window(p, first, last) ? id : 0);
	if (!case_null(c, CASE_FINDINGS_FILE_ID))
		remember_file(f, case_int(c, CASE_FINDINGS_FILE_ID), id, severity);
	if (strcmp(case_text(c, CASE_FINDINGS_KIND), "encrypted") == 0)
		raise_to(&f->encrypted_confidence, confidence);
	remember_examples(f, case_text(c, CASE_FINDINGS_DETAIL), id, severity);
	if (names_family(case_text(c, CASE_FINDINGS_DETAIL)))
		raise_to(&f->family_confidence, confidence);
}

static void
sort_flagged(struct facts *f)
{
	qsort(f->flagged, f->flagged_count, sizeof(*f->flagged), by_file_then_severity);
	size_t kept = 0;
	for (size_t i = 0; i < f->flagged_count; i++)
		if (kept == 0 || f->flagged[kept - 1].file_id != f->flagged[i].file_id)
			f->flagged[kept++] = f->flagged[i];
	f->flagged_count = kept;
}

static void
take_problem(struct page *p, struct case_cursor *c)
{
	p->facts.problems++;
	p->facts.problem_severity[severity_of(case_text(c, PROBLEM_SEVERITY))]++;
}

static uint64_t
count_at(struct case_cursor *c, size_t column)
{
	int64_t value = case_int(c, column);
	return value > 0 ? (uint64_t)value : 0;
}

static void
take_coverage(struct page *p, struct case_cursor *c)
{
	struct coverage *k = &p->facts.coverage;
	const char *what = case_text(c, CASE_COVERAGE_WHAT);
	if (strcmp(what, "streams") != 0)
		return;
	k->streams = count_at(c, CASE_COVERAGE_TOTAL);
	k->streams_examined = count_at(c, CASE_COVERAGE_EXAMINED);
	k->streams_skipped = count_at(c, CASE_COVERAGE_SKIPPED);
	k->streams_failed = count_at(c, CASE_COVERAGE_FAILED);
	k->bytes = count_at(c, CASE_COVERAGE_BYTES_TOTAL);
	k->bytes_examined = count_at(c, CASE_COVERAGE_BYTES_EXAMINED);
}

static void
take_volume(struct page *p, struct case_cursor *c)
{
	struct coverage *k = &p->facts.coverage;
	const char *state = case_text(c, VOLUME_STATE);
	if (strcmp(state, "examined") == 0 || strcmp(state, "empty") == 0)
		return;
	k->closed_volumes++;
	if (__builtin_add_overflow(k->closed_bytes, count_at(c, VOLUME_LENGTH), &k->closed_bytes))
		k->closed_bytes = INT64_MAX;
}

static void
take_act(struct page *p, struct case_cursor *c)
{
	int64_t time = time_at(c, CASE_CUSTODY_TIME);
	if (time != TRIAGE_TIME_NONE && (p->facts.finished == TRIAGE_TIME_NONE || time > p->facts.finished))
		p->facts.finished = time;
}

/* Tenths of a percent, cut; what is not all is never 100 %. */
static int64_t
share_of(uint64_t part, uint64_t whole)
{
	if (part >= whole)
		return 1000;
	int64_t tenths = (int64_t)((long double)part * 1000 / (long double)whole);
	return tenths > 999 ? 999 : tenths;
}

/* The worse of the two shares, so that neither a large file nor many small ones are hidden. */
static void
judge_coverage(struct coverage *k)
{
	if (k->streams == 0 && k->bytes == 0)
		return;
	int64_t streams = k->streams > 0 ? share_of(k->streams_examined, k->streams) : 1000;
	int64_t bytes = k->bytes > 0 ? share_of(k->bytes_examined, k->bytes) : 1000;
	k->known = true;
	k->examined = streams < bytes ? streams : bytes;
	uint64_t missed = k->streams_skipped + k->streams_failed;
	int64_t rest = 1000 - k->examined;
	k->failed = missed > 0 ? (int64_t)((double)rest * (double)k->streams_failed / (double)missed + 0.5) : 0;
	k->skipped = rest - k->failed;
}

static enum triage_status
each_row(struct page *p, enum case_view view, void (*take)(struct page *p, struct case_cursor *c), struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, view, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		take(p, c);
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
facts_collect(struct page *p, struct triage_error *err)
{
	struct facts *f = &p->facts;
	*f = (struct facts){ .first_time = TRIAGE_TIME_NONE, .last_time = TRIAGE_TIME_NONE, .finished = TRIAGE_TIME_NONE };
	f->flagged = calloc(FLAGGED_MAX, sizeof(*f->flagged));
	if (f->flagged == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the report");
		return TRIAGE_E_MEMORY;
	}
	f->encrypted_files = meta_number(p, "ransomware.encrypted_files");
	f->encrypted_bytes = meta_number(p, "ransomware.encrypted_bytes");
	f->notes = meta_number(p, "ransomware.notes");
	f->encrypted_first = meta_time(p, "ransomware.first");
	f->encrypted_last = meta_time(p, "ransomware.last");
	enum triage_status st = each_row(p, CASE_FINDINGS, take_finding, err);
	if (st == TRIAGE_OK)
		st = each_row(p, CASE_PROBLEMS, take_problem, err);
	if (st == TRIAGE_OK)
		st = each_row(p, CASE_COVERAGE, take_coverage, err);
	if (st == TRIAGE_OK)
		st = each_row(p, CASE_VOLUMES, take_volume, err);
	if (st == TRIAGE_OK)
		st = each_row(p, CASE_CUSTODY, take_act, err);
	if (f->by_severity[TRIAGE_CRITICAL] + f->by_severity[TRIAGE_HIGH] > FINDINGS_SHOWN_MAX)
		f->first_finding = 0;
	/* the page shows them in this order, unless a window leaves some out */
	f->linkable = f->outside_window == 0 ? FINDINGS_SHOWN_MAX : 0;
	html_first_act(p);
	sort_flagged(f);
	judge_coverage(&f->coverage);
	return st;
}

void
facts_release(struct facts *f)
{
	free(f->flagged);
	f->flagged = NULL;
	f->flagged_count = 0;
}
