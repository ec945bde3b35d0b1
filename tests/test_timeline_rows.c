/* test_timeline_rows.c - rows of timeline.csv and timeline.jsonl: the quick way of writing the usual row gives what the careful one does, whatever stands in each column. */
#include "tests/case_make.h"

#include "triage/base/text.h"
#include "triage/report/export.h"
#include "triage/report/timeline_row.h"

static const struct report_options options = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE, .rules_dir = "rules" };
static char long_text[70000];

static const char *const nasty[] = { "", "a", "/a b", "=1+1", "+1", "-1", "@x", "1", "\tx", "\rx", "a,b", "a\"b", "a\\b", "GEMEENTE\\an", "\\\\srv\\x$\\", "a\\\"b", "a\\<", "<", "</script>", "a\nb", "a\r\nb", "\x01", "\x7f", "\xff\xfe", "caf\xc3\xa9",
	"\xe2\x80\xae" "fdp", "\xf0\x9f\x92\xa9", "{\"a\":1}", "{", "'=1", " =1", "|", "~", "[a", "_", "`", long_text };

static struct timeline_row
usual_row(void)
{
	struct timeline_row r = { .microseconds = 1670289240002469, .datetime = "2022-12-06T01:14:00.002469+00:00", .source_short = "FILE", .data_type = "fs:stat", .technique = true,
		.timestamp_size = 16, .inode_size = 2, .file_id_size = 1 };
	static const char *const usual[TEXT_COUNT] = { [TEXT_MESSAGE] = "Logon of X", [TEXT_MEANING] = "logon", [TEXT_PARSER] = "evtx", [TEXT_HOST] = "PC", [TEXT_USER] = "anna", [TEXT_PATH] = "/a, b",
		[TEXT_SHA256] = "", [TEXT_TECHNIQUE] = "T1078", [TEXT_SOURCE] = "evtx", [TEXT_PRECISION] = "100ns", [TEXT_DATA] = "{\"inode\":5,\"state\":\"x\"}" };
	memcpy(r.timestamp, "1670289240002469", 16);
	memcpy(r.inode, "40", 2);
	memcpy(r.file_id, "7", 1);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		r.cells[i].text = usual[i];
	return r;
}

static void
measure(struct timeline_row *r)
{
	for (size_t i = 0; i < TEXT_COUNT; i++)
		r->cells[i].size = strlen(r->cells[i].text);
	timeline_measure(r);
}

static void
csv_cell(struct buf *b, const char *text)
{
	text_csv(b, text);
	buf_char(b, ',');
}

/* As RFC 4180 and text_csv() have it. */
static void
csv_of(struct buf *b, const struct timeline_row *r)
{
	const struct timeline_cell *c = r->cells;
	csv_cell(b, c[TEXT_MESSAGE].text);
	buf_format(b, "%s,%jd,", r->datetime, (intmax_t)r->microseconds);
	csv_cell(b, c[TEXT_MEANING].text);
	csv_cell(b, r->source_short);
	csv_cell(b, c[TEXT_PARSER].text);
	csv_cell(b, c[TEXT_HOST].text);
	csv_cell(b, c[TEXT_USER].text);
	csv_cell(b, c[TEXT_PATH].text);
	buf_format(b, "%.*s,", (int)r->inode_size, r->inode);
	csv_cell(b, c[TEXT_SHA256].text);
	csv_cell(b, c[TEXT_TECHNIQUE].text);
	csv_cell(b, r->data_type);
	csv_cell(b, c[TEXT_SOURCE].text);
	csv_cell(b, c[TEXT_PRECISION].text);
	csv_cell(b, c[TEXT_TECHNIQUE].text);
	buf_format(b, "%.*s,", (int)r->file_id_size, r->file_id);
	text_csv(b, c[TEXT_DATA].text);
	buf_text(b, "\r\n");
}

static void
json_member(struct buf *b, const char *key, const char *text)
{
	buf_format(b, ",\"%s\":", key);
	text_json_string(b, text);
}

static void
json_of(struct buf *b, const struct timeline_row *r)
{
	const struct timeline_cell *c = r->cells;
	buf_text(b, "{\"message\":");
	text_json_string(b, c[TEXT_MESSAGE].text);
	json_member(b, "datetime", r->datetime);
	buf_format(b, ",\"timestamp\":%jd", (intmax_t)r->microseconds);
	json_member(b, "timestamp_desc", c[TEXT_MEANING].text);
	json_member(b, "source_short", r->source_short);
	json_member(b, "parser", c[TEXT_PARSER].text);
	json_member(b, "hostname", c[TEXT_HOST].text);
	json_member(b, "username", c[TEXT_USER].text);
	json_member(b, "filename", c[TEXT_PATH].text);
	buf_format(b, ",\"inode\":%.*s", r->inode_size > 0 ? (int)r->inode_size : 4, r->inode_size > 0 ? r->inode : "null");
	json_member(b, "sha256_hash", c[TEXT_SHA256].text);
	buf_text(b, ",\"tag\":[");
	if (r->technique)
		text_json_string(b, c[TEXT_TECHNIQUE].text);
	buf_char(b, ']');
	json_member(b, "data_type", r->data_type);
	json_member(b, "source", c[TEXT_SOURCE].text);
	json_member(b, "precision", c[TEXT_PRECISION].text);
	json_member(b, "technique", r->technique ? c[TEXT_TECHNIQUE].text : NULL);
	buf_format(b, ",\"file_id\":%.*s", r->file_id_size > 0 ? (int)r->file_id_size : 4, r->file_id_size > 0 ? r->file_id : "null");
	export_raw(b, "data", c[TEXT_DATA].text);
	buf_text(b, "}\n");
}

static void
assert_rows(struct timeline_row *r)
{
	static const struct {
		void (*row)(struct buf *b, const struct timeline_row *r), (*wanted)(struct buf *b, const struct timeline_row *r);
	} forms[] = { { timeline_csv_row, csv_of }, { timeline_jsonl_row, json_of } };
	measure(r);
	for (size_t i = 0; i < 2; i++) {
		SCOPED_BUF is, wanted;
		buf_init(&is, EXPORT_ROW_MAX);
		buf_init(&wanted, EXPORT_ROW_MAX);
		forms[i].row(&is, r);
		forms[i].wanted(&wanted, r);
		assert_string_equal(buf_cstr(&is), buf_cstr(&wanted));
		assert_number_equal(is.size, wanted.size);
	}
}

static void
each_text_in_each_column_is_written_as_the_rules_of_the_file_have_it(void **state)
{
	(void)state;
	memset(long_text, 'A', sizeof(long_text) - 1);
	for (size_t column = 0; column < TEXT_COUNT; column++)
		for (size_t i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
			struct timeline_row r = usual_row();
			r.cells[column].text = nasty[i];
			assert_rows(&r);
		}
}

static void
what_is_not_known_is_empty_or_null(void **state)
{
	(void)state;
	struct timeline_row r = usual_row();
	r.technique = false;
	r.cells[TEXT_TECHNIQUE].text = "";
	r.inode_size = r.file_id_size = 0;
	assert_rows(&r);
	r.cells[TEXT_DATA].text = "{\"a\":1} {";	/* no JSON: a string of it */
	assert_rows(&r);
	r.cells[TEXT_DATA].text = "{\"a\":\n1}";
	assert_rows(&r);
}

static char *
file_of(struct made *m, const char *folder, const char *name)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s/%s", m->folder, folder, name);
	return read_whole(path, NULL);
}

/* Each file alone, and both in one pass. */
static void
one_pass_for_both_files_gives_the_bytes_of_two(void **state)
{
	(void)state;
	struct made m;
	struct triage_error why;
	char alone[300], both[300];
	made_begin(&m, "ntfs");
	struct triage_entry a = entry_of(1, 40, "=a,\"b"), b = entry_of(2, 41, "b");
	a.times[TRIAGE_MTIME] = 1600000000 * NS + 123456789;
	b.times[TRIAGE_BTIME] = -1;
	put_named(&m, &a, 10);
	put_named(&m, &b, 10);
	made_build(&m);
	made_seal(&m);
	snprintf(alone, sizeof(alone), "%s/alone", m.folder);
	snprintf(both, sizeof(both), "%s/both", m.folder);
	assert_ok(output_folder(alone, &err));
	assert_ok(output_folder(both, &err));
	const struct exporter *csv = exporter_named("timeline.csv"), *jsonl = exporter_named("timeline.jsonl");
	assert_true(csv->pair == jsonl && exporter_is_second(jsonl) && !exporter_is_second(csv));
	assert_ok(report_export(csv, m.reader, &options, alone, &err));
	assert_ok(report_export(jsonl, m.reader, &options, alone, &err));
	assert_ok(report_export_pair(csv, m.reader, &options, both, &err));
	for (size_t i = 0; i < 2; i++) {
		char *one = file_of(&m, "alone", i == 0 ? "timeline.csv" : "timeline.jsonl"), *other = file_of(&m, "both", i == 0 ? "timeline.csv" : "timeline.jsonl");
		assert_true(strlen(one) > 100);
		assert_string_equal(one, other);
		free(one);
		free(other);
	}
	/* the second is there already: neither is left half done, nor the other's touched */
	unlink(strcat(strcpy(alone, both), "/timeline.csv"));
	assert_int_equal(report_export_pair(csv, m.reader, &options, both, &why), TRIAGE_E_IO);
	assert_int_equal(access(alone, F_OK), -1);	/* what was begun is gone */
	char *kept = file_of(&m, "both", "timeline.jsonl");
	assert_true(strlen(kept) > 100);
	free(kept);
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_in_each_column_is_written_as_the_rules_of_the_file_have_it),
		cmocka_unit_test(what_is_not_known_is_empty_or_null),
		cmocka_unit_test(one_pass_for_both_files_gives_the_bytes_of_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
