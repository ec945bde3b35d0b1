/* test_artefact_postgres_log.c - the log of PostgreSQL. */
#include "tests/artefact_harness.h"

static void
logons_and_statements(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/postgres_log/postgresql-15-main.log"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[1].meaning, "logon");
	assert_string_equal(p.events[1].user, "anna");
	assert_non_null(strstr(p.events[1].data, "\"pid\":\"711\",\"user\":\"anna\",\"database\":\"shop\""));
	assert_true(p.events[2].local);
	assert_string_equal(p.events[2].technique, "T1110");
	assert_non_null(strstr(p.events[2].data, "DETAIL:  Connection matched"));
	assert_non_null(strstr(p.events[3].data, "\"user\":\"postgres\",\"database\":\"shop\",\"client\":\"203.0.113.9\""));
	assert_string_equal(p.events[3].technique, "T1059");
	parsed_free(&p);
}

static void
prefixes_of_services_are_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/postgres_log/services.log"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].meaning, "failed logon");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.425Z"));
	assert_non_null(strstr(p.events[0].data, "\"client\":\"203.0.113.9\",\"pid\":\"812\",\"user\":\"x\",\"database\":\"postgres\""));
	assert_string_equal(p.events[1].user, "anna");
	assert_false(p.events[1].local);
	assert_non_null(strstr(p.events[1].data, "\"pid\":\"813\",\"user\":\"anna\",\"database\":\"shop\",\"client\":\"203.0.113.9\""));
	assert_string_equal(p.events[2].meaning, "service started");
	assert_true(p.events[2].local);
	assert_string_equal(p.events[2].user, "");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/postgres_log/damaged.log"));
	assert_true(p.count >= 3);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(logons_and_statements), cmocka_unit_test(prefixes_of_services_are_read), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
