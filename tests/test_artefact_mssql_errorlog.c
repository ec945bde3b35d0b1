/* test_artefact_mssql_errorlog.c - error log of SQL Server. */
#include "tests/artefact_harness.h"

static void
entries_over_several_lines(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mssql_errorlog/ERRORLOG"));
	assert_string_equal(p.kind->name, "mssql_errorlog");
	assert_number_equal(p.count, 4);
	assert_number_equal(p.remark_count, 0);
	assert_true(p.events[0].local);
	assert_string_equal(p.events[0].precision, "10ms");
	assert_string_equal(p.events[0].meaning, "service started");
	assert_non_null(strstr(p.events[0].data, "Copyright (C) 2019"));
	assert_non_null(strstr(p.events[1].data, "\"error\":\"18456\",\"severity\":\"14\",\"state\":\"8\""));
	assert_string_equal(p.events[2].meaning, "failed logon");
	assert_string_equal(p.events[2].user, "sa");
	assert_non_null(strstr(p.events[2].data, "\"client\":\"203.0.113.7\""));
	assert_non_null(strstr(p.events[3].data, "\"option\":\"xp_cmdshell\""));
	assert_number_equal(p.events[3].time, parsed_time("2023-11-14T22:13:22.5Z"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/mssql_errorlog/SQLAGENT.OUT"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[1].data, "\"process\":\"SQL Agent\""));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mssql_errorlog/ERRORLOG.damaged"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.remarks[0].code, "line-damaged");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_over_several_lines),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
