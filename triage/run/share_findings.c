/* share_findings.c - findings, coverage and facts of the shared case, when its files have their numbers. */
#include "triage/run/share_inside.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
by_commitment(const void *a, const void *b)
{
	const struct share_file *const *x = a, *const *y = b;
	return strcmp((*x)->commitment.digest, (*y)->commitment.digest);
}

/* Files of the share are named by their commitments. */
static enum triage_status
number_files(struct share *s, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_FREE struct share_file **files = calloc(s->count + 1, sizeof(struct share_file *));
	if (files == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the files of the share");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < s->count; i++)
		files[i] = &s->files[i];
	if (s->count > 0)
		qsort(files, s->count, sizeof(*files), by_commitment);
	enum triage_status st = case_rows(reader, CASE_FILES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		struct share_file wanted = { .file_id = 0 }, *key = &wanted;
		const char *path = case_text(c, CASE_FILES_PATH);
		snprintf(wanted.commitment.digest, sizeof(wanted.commitment.digest), "%s", path + (path[0] == '/'));
		struct share_file **found = bsearch(&key, files, s->count, sizeof(*files), by_commitment);
		if (found != NULL)
			(*found)->new_id = (uint64_t)case_int(c, CASE_FILES_FILE_ID);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_severity
severity_of(const char *word)
{
	unsigned severity = 0;
	while (severity + 1 < TRIAGE_SEVERITY_COUNT && strcmp(triage_severity_name(severity), word) != 0)
		severity++;
	return (enum triage_severity)severity;
}

/* A rule's title says what it knows, not what was found. */
static enum triage_status
rule_title(struct share *s, const char *rule, struct buf *out, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF name;
	buf_init(&name, 64 << 10);
	enum triage_status st = case_rows(s->from, CASE_RULES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		buf_clear(&name);
		buf_format(&name, "yara:%s", case_text(c, 2));	/* namespace, then name, then title */
		buf_format(&name, ".%s", case_text(c, 1));
		if (strcmp(buf_cstr(&name), rule) == 0)
			text_safe(out, case_text(c, 4));
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
put_finding(struct share *s, struct case_sealer *z, struct case_cursor *c, struct triage_error *err)
{
	char rule[256], family[64], kind[64], path[80], technique[16];
	SCOPED_BUF title, detail, told, host;
	buf_init(&title, 64 << 10);
	buf_init(&detail, 16 << 20);
	buf_init(&told, 64 << 20);
	buf_init(&host, 64 << 10);
	buf_text(&told, case_text(c, CASE_FINDINGS_DETAIL));
	bool ours = share_rule_is_ours(s, case_text(c, CASE_FINDINGS_RULE));
	share_rule(s, case_text(c, CASE_FINDINGS_RULE), rule, sizeof(rule));
	share_family(buf_cstr(&told), family, sizeof(family));
	snprintf(kind, sizeof(kind), "%s", case_text(c, CASE_FINDINGS_KIND));
	snprintf(technique, sizeof(technique), "%s", share_technique(case_text(c, CASE_FINDINGS_TECHNIQUE)));
	if (kind[strspn(kind, "abcdefghijklmnopqrstuvwxyz-")] != '\0')
		snprintf(kind, sizeof(kind), "yara");
	enum triage_status st = buf_check(&told, err);
	if (st == TRIAGE_OK && ours && strncmp(rule, "yara:", 5) == 0)
		st = rule_title(s, rule, &title, err);
	if (st != TRIAGE_OK)
		return st;
	if (title.size == 0)
		share_title(&title, kind, family);
	share_detail(&detail, s, buf_cstr(&told), ours);
	const struct share_file *f = case_null(c, CASE_FINDINGS_FILE_ID) ? NULL : share_find(s, (uint64_t)case_int(c, CASE_FINDINGS_FILE_ID));
	snprintf(path, sizeof(path), "/%s", f != NULL ? f->commitment.digest : "");
	if (case_text(c, CASE_FINDINGS_HOST)[0] != '\0') {
		struct share_commitment name;
		share_commit_name(&s->secret, "host", case_text(c, CASE_FINDINGS_HOST), &name);
		buf_text(&host, name.digest);
	}
	const struct case_finding_row row = { .severity = severity_of(case_text(c, CASE_FINDINGS_SEVERITY)), .confidence = (unsigned)case_int(c, CASE_FINDINGS_CONFIDENCE),
	    .score = (unsigned)case_int(c, CASE_FINDINGS_SCORE), .rule = rule, .kind = kind, .title = buf_cstr(&title),
	    .technique = technique, .host = buf_cstr(&host), .path = f != NULL ? path : "", .detail = buf_cstr(&detail),
	    .first_time = case_null(c, CASE_FINDINGS_FIRST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_FIRST_TIME),
	    .last_time = case_null(c, CASE_FINDINGS_LAST_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FINDINGS_LAST_TIME),
	    .count = (uint64_t)case_int(c, CASE_FINDINGS_COUNT), .file_id = f != NULL ? f->new_id : TRIAGE_NO_ID, .story_id = TRIAGE_NO_ID };
	st = buf_check(&detail, err);
	return st == TRIAGE_OK ? case_seal_finding(z, &row, err) : st;
}

static enum triage_status
put_coverage(struct case_sealer *z, struct case_cursor *c, struct triage_error *err)
{
	char what[64];
	snprintf(what, sizeof(what), "%s", case_text(c, CASE_COVERAGE_WHAT));
	if (what[0] == '\0' || what[strspn(what, "abcdefghijklmnopqrstuvwxyz0123456789-_.: ")] != '\0')
		return TRIAGE_OK;
	const struct case_coverage_row row = { .what = what, .reason = "", .total = (uint64_t)case_int(c, CASE_COVERAGE_TOTAL),
	    .examined = (uint64_t)case_int(c, CASE_COVERAGE_EXAMINED), .skipped = (uint64_t)case_int(c, CASE_COVERAGE_SKIPPED),
	    .failed = (uint64_t)case_int(c, CASE_COVERAGE_FAILED), .bytes_total = (uint64_t)case_int(c, CASE_COVERAGE_BYTES_TOTAL),
	    .bytes_examined = (uint64_t)case_int(c, CASE_COVERAGE_BYTES_EXAMINED) };
	return case_seal_coverage(z, &row, err);
}

enum triage_status
share_findings(struct share *s, struct case_sealer *z, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = number_files(s, case_seal_reader(z), err);
	if (st == TRIAGE_OK)
		st = case_rows(s->from, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		st = put_finding(s, z, c, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	if (st != TRIAGE_END)
		return st;
	st = case_rows(s->from, CASE_COVERAGE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		st = put_coverage(z, c, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
