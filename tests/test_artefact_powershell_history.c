/* test_artefact_powershell_history.c - commands typed into PowerShell. */
#include "tests/artefact_harness.h"

static void
commands_in_chunks(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/powershell_history/ConsoleHost_history.txt"));
	assert_string_equal(p.kind->name, "powershell_history");
	/* 63 commands, 50 an event; the time is that of the file */
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_non_null(strstr(p.events[0].data, "\"commands\":[\"whoami /all\",\"Get-ChildItem C:\\\\ \\\\x0a  -Recurse\","));
	assert_non_null(strstr(p.events[0].data, "\"first\":1,\"last\":50"));
	assert_non_null(strstr(p.events[1].data, "\"first\":51,\"last\":63"));
	assert_string_equal(p.events[0].technique, "T1059.001");
	parsed_free(&p);
}

static void
the_path_names_the_account(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/Users/anna/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/Visual Studio Code Host_history.txt", "ls\n", 3);
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].user, "anna");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_in_chunks),
		cmocka_unit_test(the_path_names_the_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
