/* summary.c - page 1 for machines. What is not known is null or an empty list, never left out. */
#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/export.h"
#include "triage/report/locked_zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 << 20, FACT_MAX = 4096, CONTACTS_MAX = 2000 };

static void
fact(struct buf *b, struct case_reader *c, const char *name, const char *key, const char *other)
{
	char room[FACT_MAX];
	const char *text = export_fact(c, key, other, room, sizeof(room));
	export_text(b, name, text[0] != '\0' ? text : NULL);
}

/* A time that a fact holds in nanoseconds. */
static void
fact_time(struct buf *b, struct case_reader *c, const char *name, const char *key)
{
	char room[64], text[WHEN_TEXT_SIZE];
	const char *ns = export_fact(c, key, NULL, room, sizeof(room));
	export_text(b, name, ns[0] != '\0' ? when_text(strtoll(ns, NULL, 10), 9, "Z", text) : NULL);
}

static void
tool_and_case(struct buf *b, struct case_reader *c)
{
	export_member(b, "tool");
	buf_char(b, '{');
	export_text(b, "name", "triage");
	fact(b, c, "version", "version", "program.version");
	buf_char(b, '}');
	export_member(b, "case");
	buf_char(b, '{');
	fact(b, c, "id", "case_id", "case.id");
	fact(b, c, "evidence_id", "evidence_id", "case.evidence_id");
	fact(b, c, "examiner", "examiner", "case.examiner");
	fact(b, c, "organisation", "organisation", "case.organisation");
	fact(b, c, "note", "note", "case.note");
	fact(b, c, "hostname", "hostname", "host");
	fact(b, c, "started", "started", "run.started");
}

static enum triage_status
evidence(struct buf *b, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	export_member(b, "evidence");
	buf_char(b, '[');
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		export_comma(b);
		buf_char(b, '{');
		export_column_text(b, "name", c, CASE_EVIDENCE_NAME);
		export_column_text(b, "kind", c, CASE_EVIDENCE_KIND);
		export_column_number(b, "size", c, CASE_EVIDENCE_SIZE);
		export_column_text(b, "sha256", c, CASE_EVIDENCE_SHA256);
		export_column_text(b, "hash_verdict", c, CASE_EVIDENCE_HASH_VERDICT);
		buf_char(b, '}');
	}
	case_cursor_close(c);
	buf_text(b, "]}");		/* and the end of "case" */
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* Shares without a damaged file, where others have some: out of the answer about the origin. */
static void
untouched_shares(struct buf *b, struct case_reader *c)
{
	SCOPED_BUF answer;
	struct json j;
	const char *list = "[]";
	buf_init(&answer, TEXT_MAX);
	buf_text(&answer, case_meta(c, "answer.origin"));
	json_start(&j, buf_cstr(&answer), answer.size);
	bool more = json_next(&j) == JSON_OBJECT;
	while (more && json_next(&j) == JSON_KEY) {
		bool here = json_is(&j, "untouched_shares");
		size_t from = j.at;
		more = json_skip(&j);
		if (here && more) {
			answer.data[j.at] = '\0';
			list = answer.data + from + strcspn(answer.data + from, "[");
			break;
		}
	}
	export_raw(b, "untouched_shares", list[0] == '[' ? list : "[]");
}

static enum triage_status
verdict(struct buf *b, struct case_reader *c, struct triage_error *err)
{
	fact(b, c, "verdict", "verdict", NULL);
	export_number(b, "score", export_fact_number(c, "verdict.score"));
	export_member(b, "ransomware");
	buf_char(b, '{');
	fact(b, c, "family", "ransomware.family", NULL);
	export_number(b, "encrypted_files", export_fact_number(c, "ransomware.encrypted_files"));
	export_number(b, "encrypted_bytes", export_fact_number(c, "ransomware.encrypted_bytes"));
	fact_time(b, c, "first_encrypted", "ransomware.first");
	fact_time(b, c, "last_encrypted", "ransomware.last");
	export_number(b, "notes", export_fact_number(c, "ransomware.notes"));
	untouched_shares(b, c);
	const char *window = case_meta(c, "ransomware.window");
	export_raw(b, "window", window[0] == '{' ? window : "null");
	enum triage_status st = summary_damage(b, c, err);
	buf_char(b, '}');
	SCOPED_BUF answer;
	buf_init(&answer, TEXT_MAX);
	buf_text(&answer, case_meta(c, "answer.entry"));
	export_raw(b, "entry", answer.size > 0 ? answer.data : "null");
	buf_clear(&answer);
	buf_text(&answer, case_meta(c, "answer.accounts_to_reset"));
	export_raw(b, "accounts_to_reset", answer.size > 0 ? answer.data : "[]");
	export_member(b, "extracted");
	buf_char(b, '{');
	export_number(b, "files", export_fact_number(c, "extracted.files"));
	export_number(b, "bytes", export_fact_number(c, "extracted.bytes"));
	export_number(b, "left_out", export_fact_number(c, "extracted.left_out"));
	export_text(b, "password", LOCKED_ZIP_PASSWORD);
	buf_char(b, '}');
	SCOPED_BUF reasons;
	buf_init(&reasons, TEXT_MAX);
	buf_text(&reasons, case_meta(c, "verdict.reasons"));
	export_raw(b, "reasons", reasons.size > 0 ? reasons.data : "[]");
	return st;
}

/* Page 1 question by question; null where the case does not say, as one of an older program. */
static void
answers(struct buf *b, struct case_reader *c)
{
	static const char *const names[] = { "attacked", "active", "window", "family", "origin", "first_action", "ways_in", "data_left", "contacts", "accounts", "restore", "protection", "keep",
		"evidence", "machines", "next" };
	export_member(b, "answers");
	buf_char(b, '{');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		SCOPED_BUF json;
		char key[40];
		snprintf(key, sizeof(key), "answer.%s", names[i]);
		buf_init(&json, TEXT_MAX);
		buf_text(&json, case_meta(c, key));
		export_raw(b, names[i], json.size > 0 ? buf_cstr(&json) : "null");
	}
	buf_char(b, '}');
}

static void
column_time(struct buf *b, const char *name, struct case_cursor *c, size_t column)
{
	char text[WHEN_TEXT_SIZE];
	export_text(b, name, case_null(c, column) ? NULL : when_text(case_int(c, column), 9, "Z", text));
}

/* At most CONTACTS_MAX of them, in order of first sight; all are in case.db. */
static enum triage_status
contacts(struct buf *b, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	size_t n = 0;
	enum triage_status st = case_rows(reader, CASE_CONTACTS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	export_member(b, "hosts_contacted");
	buf_char(b, '[');
	while (n < CONTACTS_MAX && (st = case_next(c, err)) == TRIAGE_OK) {
		export_comma(b);
		buf_char(b, '{');
		export_column_text(b, "host", c, CASE_CONTACTS_HOST);
		export_column_text(b, "direction", c, CASE_CONTACTS_DIRECTION);
		export_column_text(b, "peer", c, CASE_CONTACTS_PEER);
		export_column_text(b, "account", c, CASE_CONTACTS_ACCOUNT);
		export_column_text(b, "protocol", c, CASE_CONTACTS_PROTOCOL);
		column_time(b, "first", c, CASE_CONTACTS_FIRST_TIME);
		column_time(b, "last", c, CASE_CONTACTS_LAST_TIME);
		export_column_number(b, "count", c, CASE_CONTACTS_COUNT);
		export_column_number(b, "failed", c, CASE_CONTACTS_FAILED);
		export_column_text(b, "source", c, CASE_CONTACTS_SOURCE);
		buf_char(b, '}');
		n++;
	}
	case_cursor_close(c);
	buf_char(b, ']');
	export_number(b, "hosts_contacted_total", (int64_t)case_count(reader, CASE_CONTACTS));
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
coverage(struct buf *b, struct case_reader *reader, struct triage_error *err)
{
	char share[64];
	struct case_cursor *c;
	enum triage_status st = case_rows(reader, CASE_COVERAGE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	export_member(b, "coverage");
	buf_char(b, '{');
	export_raw(b, "examined_share", export_fact(reader, "examined_share", NULL, share, sizeof(share)));
	export_member(b, "rows");
	buf_char(b, '[');
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		export_comma(b);
		buf_char(b, '{');
		export_column_text(b, "what", c, CASE_COVERAGE_WHAT);
		export_column_number(b, "total", c, CASE_COVERAGE_TOTAL);
		export_column_number(b, "examined", c, CASE_COVERAGE_EXAMINED);
		export_column_number(b, "skipped", c, CASE_COVERAGE_SKIPPED);
		export_column_number(b, "failed", c, CASE_COVERAGE_FAILED);
		export_column_number(b, "bytes_total", c, CASE_COVERAGE_BYTES_TOTAL);
		export_column_number(b, "bytes_examined", c, CASE_COVERAGE_BYTES_EXAMINED);
		export_column_text(b, "reason", c, CASE_COVERAGE_REASON);
		buf_char(b, '}');
	}
	case_cursor_close(c);
	buf_text(b, "]}");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
counts(struct buf *b, struct case_reader *reader, struct triage_error *err)
{
	static const struct {
		const char *key;
		enum case_view view;
	} views[] = {
		{ "evidence", CASE_EVIDENCE }, { "volumes", CASE_VOLUMES }, { "filesystems", CASE_FILESYSTEMS }, { "files", CASE_FILES },
		{ "timeline", CASE_TIMELINE }, { "matches", CASE_MATCHES }, { "findings", CASE_FINDINGS }, { "problems", CASE_PROBLEMS },
	};
	uint64_t by_severity[TRIAGE_SEVERITY_COUNT] = { 0 };
	struct case_cursor *c;
	enum triage_status st = case_rows(reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		for (unsigned i = 0; i < TRIAGE_SEVERITY_COUNT; i++)
			by_severity[i] += strcmp(case_text(c, CASE_FINDINGS_SEVERITY), triage_severity_name(i)) == 0;
	case_cursor_close(c);
	export_member(b, "counts");
	buf_char(b, '{');
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		export_number(b, views[i].key, (int64_t)case_count(reader, views[i].view));
	export_member(b, "findings_by_severity");
	buf_char(b, '{');
	for (unsigned i = TRIAGE_SEVERITY_COUNT; i-- > 0;)
		export_number(b, triage_severity_name(i), (int64_t)by_severity[i]);
	buf_text(b, "}}");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
write_summary(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	SCOPED_BUF b;
	(void)options;
	buf_init(&b, TEXT_MAX);
	buf_char(&b, '{');
	export_text(&b, "schema", "triage-summary-1");
	tool_and_case(&b, reader);
	enum triage_status st = evidence(&b, reader, err);
	if (st == TRIAGE_OK)
		st = verdict(&b, reader, err);
	if (st == TRIAGE_OK)
		st = contacts(&b, reader, err);
	if (st == TRIAGE_OK)
		answers(&b, reader);
	if (st == TRIAGE_OK)
		st = coverage(&b, reader, err);
	if (st == TRIAGE_OK)
		st = counts(&b, reader, err);
	buf_text(&b, "}\n");
	if (st == TRIAGE_OK)
		st = buf_check(&b, err);
	if (st == TRIAGE_OK)
		output_buf(out, &b);
	return st;
}

const struct exporter summary_exporter = {
	.name = "summary.json",
	.what = "page 1 of the report for programs",
	.write = write_summary,
};
