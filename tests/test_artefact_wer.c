/* test_artefact_wer.c - reports of Windows Error Reporting. */
#include "tests/artefact_harness.h"

static void
failures_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/wer/Report.wer"));
	assert_string_equal(p.kind->name, "wer");
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.0000005Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[0].meaning, "program failed");
	assert_string_equal(p.events[0].message, "C:\\Users\\Public\\m.exe failed (Werkt niet meer)");
	assert_non_null(strstr(p.events[0].data, "\"sha1\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\""));
	assert_non_null(strstr(p.events[0].data, "\"original_name\":\"mimikatz.exe\""));
	assert_non_null(strstr(p.events[0].data, "\"sign_3_fault_module_name\":\"ntdll.dll\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/wer/hang.wer"));
	assert_string_equal(p.events[0].meaning, "program hung");
	assert_null(strstr(p.events[0].data, "\"cut\""));
	parsed_free(&p);
	/* a value that does not fit is said to be cut */
	char text[5000];
	int front = snprintf(text, sizeof(text), "Version=1\nEventType=APPCRASH\nEventTime=133444736000000000\nAppPath=C:\\");
	memset(text + front, 'a', sizeof(text) - (size_t)front);
	parsed_bytes(&p, "/Report.wer", text, sizeof(text));
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"cut\":true"));
	parsed_free(&p);
}

static void
a_time_that_cannot_be_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/wer/damaged.wer"));
	assert_number_equal(p.count, 0);
	assert_true(parsed_has_remark(&p, "report-damaged"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_told),
		cmocka_unit_test(a_time_that_cannot_be_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
