/* test_artefact_systemd_unit.c - services and timers. */
#include "tests/artefact_harness.h"

static void
a_service_and_a_timer(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/systemd_unit/x.service"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].technique, "T1543.002");
	assert_non_null(strstr(p.events[0].data, "\"exec_start\":\"/tmp/.x/run --quiet  --port 4444\\u000a/bin/true\",\"user\":\"root\""));
	assert_non_null(strstr(p.events[0].data, "\"wanted_by\":\"multi-user.target\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/systemd_unit/x.timer"));
	assert_string_equal(p.events[0].source, "cron");
	assert_string_equal(p.events[0].message, "Timer x.timer, Each hour: hourly, starts x.service");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/systemd_unit/damaged.service"));
	assert_number_equal(p.count, 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_service_and_a_timer) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
