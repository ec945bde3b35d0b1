/* test_artefact_recent_file_cache.c - programs that Windows 7 saw. */
#include "tests/artefact_harness.h"

static void
programs_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/recent_file_cache/RecentFileCache.bcf"));
	assert_string_equal(p.kind->name, "recent_file_cache");
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_non_null(strstr(p.events[0].data, "\"path\":\"c:\\\\users\\\\public\\\\svchost.exe\",\"file_time\":true"));
	assert_string_equal(p.events[1].message, "c:\\windows\\temp\\é\U0001f600.exe was run or copied shortly before this list was last written");
	assert_number_equal(p.events[1].offset, 20 + 4 + 2 * 27 + 2);
	parsed_free(&p);
}

static void
what_is_damaged_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/recent_file_cache/damaged.bcf"));
	assert_number_equal(p.count, 1);
	assert_true(parsed_has_remark(&p, "version-unknown"));
	assert_true(parsed_has_remark(&p, "entry-damaged"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_told),
		cmocka_unit_test(what_is_damaged_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
