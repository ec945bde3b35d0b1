/* test_artefact_passwd.c - accounts, passwords and groups. */
#include "tests/artefact_harness.h"

static void
accounts(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/passwd/passwd"));
	/* three can log on */
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[2].message, "Account backup2, uid 0, home /home/backup2, shell /bin/sh: has the rights of root");
	assert_string_equal(p.events[2].technique, "T1136.001");
	assert_number_equal(p.events[2].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_string_equal(parsed_fact(&p, "1000", "home"), "/home/beheer");
	assert_string_equal(parsed_fact(&p, "1", "name"), "daemon");
	assert_string_equal(parsed_fact(&p, "1", "shell"), "/usr/sbin/nologin");
	parsed_free(&p);
}

static void
passwords_are_told_without_their_hash(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/passwd/shadow"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T00:00:00Z"));
	assert_string_equal(p.events[0].precision, "day");
	assert_non_null(strstr(p.events[0].data, "\"password\":\"yescrypt\""));
	assert_non_null(strstr(p.events[2].data, "\"password\":\"locked\",\"maximum_days\":\"90\",\"expires\":\"2024-10-04T"));
	assert_non_null(strstr(p.events[3].message, "none: anyone may log on"));
	assert_number_equal(parsed_with(&p, "j9T"), 0);
	assert_string_equal(parsed_fact(&p, "beheer", "disabled"), "yes");
	assert_null(parsed_fact(&p, "root", "disabled"));
	parsed_free(&p);
}

static void
groups(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/passwd/group"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].message, "Group sudo has the members beheer,backup2");
	assert_string_equal(parsed_fact(&p, "backup2", "groups"), "sudo");
	parsed_free(&p);
}

static void
damaged_lines_are_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/passwd/damaged"), 15, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(accounts), cmocka_unit_test(passwords_are_told_without_their_hash), cmocka_unit_test(groups),
		cmocka_unit_test(damaged_lines_are_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
