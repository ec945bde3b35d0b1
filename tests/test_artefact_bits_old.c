/* test_artefact_bits_old.c - BITS jobs before Windows 10. */
#include "tests/artefact_harness.h"

static void
jobs_with_files_and_times(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/bits_old/qmgr0.dat"));
	assert_string_equal(p.kind->name, "bits_old");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 6);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.0000003Z"));
	assert_string_equal(p.events[0].meaning, "job created");
	assert_string_equal(p.events[3].message, "BITS job upd: http://198.51.100.9/a.exe and more");
	assert_non_null(strstr(p.events[3].data, "\"command\":\"C:\\\\Users\\\\Public\\\\a.exe\""));
	assert_non_null(strstr(p.events[3].data, "\"urls\":[\"http://198.51.100.9/a.exe\",\"http://198.51.100.9/b\"]"));
	assert_string_equal(p.events[3].user, "S-1-5-21-1-2-3-1001");
	assert_string_equal(p.events[0].technique, "");
	assert_string_equal(p.events[3].technique, "T1197");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/bits_old/damaged.dat"));
	assert_true(parsed_with(&p, "http://example.org/c") > 0);
	assert_true(p.remark_count >= 2);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_with_files_and_times),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
