/* test_artefact_mysql_log.c - logs of MySQL and MariaDB. */
#include "tests/artefact_harness.h"

static void
errors(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mysql_log/error.log"));
	assert_number_equal(p.count, 3);
	assert_false(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456Z"));
	assert_string_equal(p.events[1].meaning, "failed logon");
	assert_true(p.events[2].local);
	assert_non_null(strstr(p.events[2].data, "\"severity\":\"Warning\",\"message\":\"a warning\\u000athat goes on\""));
	parsed_free(&p);
}

static void
statements(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mysql_log/general.log"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].meaning, "logon");
	assert_string_equal(p.events[0].user, "anna");
	assert_string_equal(p.events[1].technique, "T1505.003");
	assert_number_equal(p.remark_count, 3);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/mysql_log/old.log"));
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_non_null(strstr(p.events[1].data, "\"command\":\"show databases\""));
	assert_number_equal(p.events[2].time, parsed_time("2023-11-14T09:13:21Z"));
	assert_string_equal(p.events[2].user, "x");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/mysql_log/slow.log"));
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"user\":\"anna\",\"client\":\"203.0.113.9\",\"seconds\":\"12.500000\",\"command\":\"SET timestamp"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mysql_log/damaged.log"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(errors), cmocka_unit_test(statements), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
