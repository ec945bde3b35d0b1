/* test_artefact_msiecf.c - index.dat of Internet Explorer: our fixtures and the corpus. */
#include "tests/artefact_harness.h"

static void
visits_cookies_and_cached_files_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/msiecf/index.dat"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 9);
	assert_string_equal(p.events[1].message, "Visited file:///C:/geheim/salaris.xls");
	assert_string_equal(p.events[1].user, "anna");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:25Z"));
	assert_number_equal(p.events[1].offset, 0x4000 + 256);
	/* the history of a week keeps the wall clock, that of a day UTC as well */
	assert_true(p.events[2].local);
	assert_number_equal(p.events[2].time, parsed_time("2023-11-13T22:13:20Z"));
	assert_false(p.events[3].local);
	assert_number_equal(p.events[3].time, parsed_time("2023-11-14T22:13:21Z"));
	assert_string_equal(p.events[5].meaning, "cookie last modified");
	assert_non_null(strstr(p.events[6].data, "\"folder\":\"AB12CD34\""));
	assert_non_null(strstr(p.events[6].data, "\"response_headers\":\"HTTP/1.1 200 OK"));
	assert_non_null(strstr(p.events[0].data, "\"expires\":\"2015-09-20T10:58:10.000000000Z\""));
	assert_number_equal(parsed_with(&p, "\"recovered\":true"), 1);
	assert_non_null(strstr(p.events[8].data, "deleted.example"));
	parsed_free(&p);
}

static void
damaged_records_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/msiecf/damaged.dat"));
	assert_number_equal(p.remark_count, 3);
	assert_string_equal(p.remarks[0].code, "record-damaged");
	assert_number_equal(p.remarks[0].offset, 0x4000);
	assert_number_equal(p.remarks[1].offset, 0x4000 + 256);
	assert_string_equal(p.remarks[2].code, "file-cut");
	assert_number_equal(p.count, 6);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "browser/msiecf_History.IE5_index.dat"))
		return;
	assert_number_equal(p.count, 17);
	assert_number_equal(p.events[0].time, parsed_time("2015-08-25T11:05:18.512Z"));
	assert_number_equal(p.events[0].offset, 20480);
	assert_non_null(strstr(p.events[0].data, "\"expires\":\"2015-09-20T10:58:10.000000000Z\""));
	assert_non_null(strstr(p.events[0].data, "\"last_checked\":\"2015-08-25T11:05:20.000000000Z\""));
	assert_string_equal(p.events[0].user, "gold_administrator");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(visits_cookies_and_cached_files_are_told),
		cmocka_unit_test(damaged_records_are_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
