/* test_artefact_rustdesk.c - the log of RustDesk. */
#include "tests/artefact_harness.h"

static void
sessions_with_the_zone_of_the_line(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/rustdesk/rustdesk_r2023-11-14_23-13-20.log"));
	assert_string_equal(p.kind->name, "rustdesk");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[1].meaning, "session begun");
	assert_string_equal(p.events[2].meaning, "session ended");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/rustdesk/damaged.log"));
	assert_number_equal(p.remark_count, 1);
	assert_true(p.count >= 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_with_the_zone_of_the_line),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
