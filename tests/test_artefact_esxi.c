/* test_artefact_esxi.c - logs of VMware ESXi. */
#include "tests/artefact_harness.h"

static void
commands_of_the_shell(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/esxi/shell.log"));
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[0].source, "shell-history");
	assert_string_equal(p.events[0].message, "root ran in the shell of ESXi: esxcli vm process list");
	assert_string_equal(p.events[1].technique, "T1489");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_non_null(strstr(p.events[3].data, "\"severity\":\"In(14)\""));
	assert_non_null(strstr(p.events[3].data, "\"command\":\"chmod +x /tmp/encrypt\""));
	parsed_free(&p);
}

static void
other_logs(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/esxi/hostd.log"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].meaning, "logon");
	assert_string_equal(p.events[1].meaning, "SSH enabled");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/esxi/vmkernel.log"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[1].data, "\"program\":\"vmkernel\",\"pid\":\"cpu0:2097152\",\"severity\":\"In(182)\",\"message\":\"VMB: 65: Reserved\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/esxi/auth.log"));
	assert_string_equal(p.kind->name, "esxi");
	assert_string_equal(p.events[0].message, "SSH logon of root from 203.0.113.9 by keyboard-interactive/pam");
	assert_string_equal(p.events[0].source, "syslog");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/esxi/damaged"));
	assert_true(p.count >= 6);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(commands_of_the_shell), cmocka_unit_test(other_logs) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
