/* test_artefact_powershell_transcript.c - transcripts of PowerShell sessions. */
#include "tests/artefact_harness.h"

static void
a_session_in_any_language(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/powershell_transcript/PowerShell_transcript.PC-0042.abc.20231114221320.txt"));
	assert_string_equal(p.kind->name, "powershell_transcript");
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[0].meaning, "session started");
	assert_true(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_string_equal(p.events[0].user, "GEMEENTE\\anna");
	assert_string_equal(p.events[0].host, "PC-0042");
	assert_non_null(strstr(p.events[0].data, "\"hosttoepassing\":\"C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell.exe -nop\""));
	assert_string_equal(p.events[1].message, "PowerShell command: whoami");
	assert_string_equal(p.events[2].message, "PowerShell command: vssadmin delete shadows /all");
	assert_number_equal(p.events[2].time, parsed_time("2023-11-14T22:13:30Z"));
	assert_string_equal(p.events[3].meaning, "session ended");
	parsed_free(&p);
}

static void
damage_does_no_harm(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/powershell_transcript/damaged"));
	assert_true(p.count >= 2);
	assert_string_equal(p.events[0].message, "PowerShell session of somebody: dir");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/powershell_transcript.txt"))
		return;
	assert_number_equal(p.events[0].time, parsed_time("2022-07-21T02:37:49Z"));
	assert_string_equal(p.events[0].user, "MSEDGEWIN10\\IEUser");
	assert_non_null(strstr(p.events[0].data, "\"commands\":\"PS C:\\\\Windows\\\\system32> whoami; msedgewin10\\\\ieuser\""));
	assert_non_null(strstr(p.events[0].data, "\"wsmanstackversion\":\"3.0\""));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_in_any_language),
		cmocka_unit_test(damage_does_no_harm),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
