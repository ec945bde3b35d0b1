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

/* Password safes and servers of other makers write a date, a zone and such a word too, but no number of a thread. */
static void
logs_of_other_programs_are_left_alone(void **state)
{
	(void)state;
	static const char *const lines[] = { "2023-11-14 22:13:20.123 +00:00 [Warning] Sync was refused\n", "2023-11-14 22:13:20 [Error] Vault is locked\n", "2023-11-14T22:13:20.123Z [Note] begun\n" };
	static const char old[] = "231114 22:13:20 [Note] mysqld: ready for connections\n";
	const struct artefact_subject who = { .path = "/var/log/app.log", .name = "app.log", .owner = "", .mtime = TRIAGE_TIME_NONE, .btime = TRIAGE_TIME_NONE };
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct artefact_kind *kind = artefact_claim(&who, (struct view){ (const uint8_t *)lines[i], strlen(lines[i]) });
		if (kind != NULL)
			fail_msg("%s is taken by %s", lines[i], kind->name);
	}
	assert_string_equal(artefact_claim(&who, (struct view){ (const uint8_t *)old, sizeof(old) - 1 })->name, "mysql_log");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(errors), cmocka_unit_test(statements), cmocka_unit_test(damage_is_told),
		cmocka_unit_test(logs_of_other_programs_are_left_alone) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
