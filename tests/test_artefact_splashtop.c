/* test_artefact_splashtop.c - the log of the Splashtop streamer. */
#include "tests/artefact_harness.h"

static void
years_come_from_the_file(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	/* the harness says that the file was changed on 2020-01-01 */
	parsed_file(&p, fixture("artefact/splashtop/SPLog.txt"));
	assert_string_equal(p.kind->name, "splashtop");
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2019-12-31T23:59:58Z"));
	assert_number_equal(p.events[1].time, parsed_time("2019-12-31T23:59:59.5Z"));
	assert_string_equal(p.events[1].message, "Splashtop, file sent to this machine: NOTE.txt");
	assert_number_equal(p.events[2].time, parsed_time("2020-01-01T00:00:02Z"));
	assert_true(p.events[0].local);
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/splashtop/damaged.txt"));
	assert_number_equal(p.remark_count, 2);
	assert_number_equal(parsed_with(&p, "NOTE.txt"), 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(years_come_from_the_file),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
