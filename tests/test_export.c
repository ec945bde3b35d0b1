/* test_export.c - the files that other tools read: what a hostile name, a time before 1970 or a missing fact becomes in each. */
#include "tests/export_made.h"

static void
every_exporter_has_a_name_of_its_own(void **state)
{
	(void)state;
	assert_true(exporter_count() >= 9);
	for (size_t i = 0; i < exporter_count(); i++) {
		assert_ptr_equal(exporter_named(exporter_at(i)->name), exporter_at(i));
		assert_true(exporter_at(i)->format == NULL || exporter_of(exporter_at(i)->format) == exporter_at(i));
		assert_true(exporter_at(i)->what[0] != '\0');
	}
	assert_null(exporter_at(exporter_count()));
	assert_null(exporter_named("case.db"));
	assert_non_null(exporter_named("report.html"));
}

static void
the_timeline_agrees_in_its_two_times_and_computes_nothing(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	char *text = exported(&m, "timeline.csv");
	assert_memory_equal(text, "message,datetime,timestamp,timestamp_desc,source_short,parser,hostname,username,filename,inode,sha256_hash,tag,", 107);
	assert_has(text, "\"/old (1000 bytes, deleted)\",1969-12-31T23:59:59.999999+00:00,-1,created,FILE,fs,,,/old,41,");
	assert_has(text, "\r\n\"'=cmd|'\\x0a%\"\"</script> (1000 bytes)\",2020-09-13T12:26:40.123456+00:00,1600000000123456,modified,FILE,");
	assert_has(text, ",\"'=cmd|'\\x0a%\"\"</script>\",40,");
	assert_has(text, "2017-07-14T02:40:00.000000+00:00,1500000000000000,$FILE_NAME modified,");
	free(text);
	text = exported(&m, "timeline.jsonl");
	assert_number_equal(assert_json_lines(text), 3);
	assert_has(text, "\"datetime\":\"1969-12-31T23:59:59.999999+00:00\",\"timestamp\":-1,\"timestamp_desc\":\"created\"");
	assert_has(text, "\"filename\":\"=cmd|'\\\\x0a%\\\"<\\/script>\"");
	assert_has(text, "\"data\":{\"inode\":41,\"size\":1000,\"state\":\"deleted\"}");
	free(text);
	made_end(&m);
}

static void
the_body_file_says_what_mactime_expects(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	char *text = exported(&m, "bodyfile.txt");
	assert_has(text, "|=cmd%7C'\\x0a%25\"</script>|40-128-1|r/rrwsr-xr-x|0|0|1000|0|1600000000|0|0\n");
	assert_has(text, "\n0|=cmd%7C'\\x0a%25\"</script> ($FILE_NAME)|40-128-1|r/rrwsr-xr-x|0|0|1000|0|1500000000|0|0\n");
	assert_has(text, "|/old (deleted-realloc)|41-0-0|r/----------|0|0|1000|0|0|0|0\n");
	assert_has(text, "|/link -> /etc/passwd|44-0-0|l/lrw-r--r--|0|0|1000|0|0|0|0\n");
	assert_has(text, "4e07408562bedb8b60ce05c1decfe3ad|/README.txt|");
	for (const char *line = text, *end; *line != '\0'; line = end + 1) {
		unsigned bars = 0;
		end = strchr(line, '\n');
		assert_non_null(end);
		for (const char *p = line; p < end; p++)
			bars += *p == '|';
		assert_number_equal(bars, 10);
	}
	free(text);
	made_end(&m);
}

static void
several_filesystems_are_told_apart_in_the_body_file(void **state)
{
	(void)state;
	struct made m;
	uint64_t id;
	made_begin(&m, "ext4");
	const struct triage_filesystem fs = { .index = 1, .type = "ext4", .label = "", .uuid = "" };
	assert_ok(case_put_filesystem(m.store, 1, &fs, &id, &err));
	const struct triage_entry e = entry_of(1, 9, "x");
	put_named(&m, &e, 10);
	assert_ok(case_put_entry(m.store, id, &e, "/x", 10, &err));
	made_build(&m);
	made_seal(&m);
	char *text = exported(&m, "bodyfile.txt");
	assert_has(text, "0|fs1:/x|9|r/r");
	assert_has(text, "0|fs2:/x|9|r/r");
	free(text);
	made_end(&m);
}

static void
findings_are_lines_of_json_whatever_their_detail_is(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	char *text = exported(&m, "findings.jsonl");
	assert_number_equal(assert_json_lines(text), 2);
	assert_has(text, "\"detail\":{\"examples\":[{\"file_id\":1}]},\"file_id\":null");
	assert_has(text, "\"detail\":\"not {json\",\"file_id\":2");
	assert_has(text, "\"title\":\"Encrypted <\\/script>\xef\xbf\xbd\"");
	assert_has(text, "\"first_time\":null");
	free(text);
	made_end(&m);
}

/* A reader that splits at commas and one that parses XML: neither sees more cells or elements than there are. */
static void
hostile_names_stay_in_their_cell_and_element(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	char *text = exported(&m, "timeline.l2t.csv");
	assert_has(text, "\n09/13/2020,12:26:40,UTC,M...,FILE,filesystem,modified,-,-,'=cmd|'\\x0a%'</script> (1000 bytes),'=cmd|'\\x0a%'</script> (1000 bytes),2,"
	    "'=cmd|'\\x0a%'</script>,40,-,fs,inode: 40; size: 1000; state: allocated\n");
	for (const char *line = text, *end; *line != '\0'; line = end + 1) {
		unsigned commas = 0;
		end = strchr(line, '\n');
		assert_non_null(end);
		for (const char *p = line; p < end; p++)
			commas += *p == ',';
		assert_number_equal(commas, 16);
	}
	free(text);
	text = exported(&m, "files.dfxml.xml");
	assert_has(text, "<filename>=cmd|&#39;\\x0a%&quot;&lt;/script&gt;</filename>");
	assert_has(text, "<filename>old</filename><id>4</id><name_type>r</name_type><filesize>1000</filesize><alloc_inode>1</alloc_inode><alloc_name>0</alloc_name><inode>41</inode>");
	assert_has(text, "<crtime>1969-12-31T23:59:59.999999999Z</crtime>");
	assert_has(text, "<link_target>/etc/passwd</link_target>");
	assert_has_not(text, "</script>");
	free(text);
	made_end(&m);
}

static void
a_case_without_findings_gives_whole_files_too(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	for (size_t i = 0; i < exporter_count(); i++) {
		if (exporter_at(i)->write_folder != NULL)
			continue;
		char *text = exported(&m, exporter_at(i)->name);
		if (strstr(exporter_at(i)->name, ".json") != NULL && strstr(exporter_at(i)->name, ".jsonl") == NULL)
			assert_json(text, strlen(text) - 1);
		free(text);
	}
	made_end(&m);
}

static void
all_files_are_written_and_none_twice(void **state)
{
	(void)state;
	struct made m;
	char folder[250];
	begin_case(&m);
	snprintf(folder, sizeof(folder), "%s/data", m.folder);
	assert_ok(output_folder(folder, &err));
	assert_ok(report_export_all(m.reader, &options, folder, &err));
	assert_status(TRIAGE_E_IO, report_export_all(m.reader, &options, folder, &err));
	for (size_t i = 0; i < exporter_count(); i++) {
		char path[400];
		snprintf(path, sizeof(path), "%s/%s", folder, exporter_at(i)->name);
		assert_int_equal(access(path, F_OK), exporter_at(i)->beside || exporter_at(i)->write_folder != NULL ? -1 : 0);	/* rows few enough for the page */
	}
	made_end(&m);
}

static void
digits_reach_from_end_to_end(void **state)
{
	(void)state;
	static const int64_t values[] = { 0, 7, -7, 10, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char got[24], want[24];
		size_t size = export_digits(values[i], got);
		assert_int_equal(size, snprintf(want, sizeof(want), "%lld", (long long)values[i]));
		assert_memory_equal(got, want, size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_exporter_has_a_name_of_its_own),
		cmocka_unit_test(the_timeline_agrees_in_its_two_times_and_computes_nothing),
		cmocka_unit_test(the_body_file_says_what_mactime_expects),
		cmocka_unit_test(several_filesystems_are_told_apart_in_the_body_file),
		cmocka_unit_test(findings_are_lines_of_json_whatever_their_detail_is),
		cmocka_unit_test(hostile_names_stay_in_their_cell_and_element),
		cmocka_unit_test(a_case_without_findings_gives_whole_files_too),
		cmocka_unit_test(all_files_are_written_and_none_twice),
		cmocka_unit_test(digits_reach_from_end_to_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
