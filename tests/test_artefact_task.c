/* test_artefact_task.c - scheduled tasks in XML and as .job, of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

static void
a_task_tells_command_account_author_and_triggers(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/task/Update"));
	assert_string_equal(p.kind->name, "task");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].meaning, "task registered");
	assert_true(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2024-03-05T21:07:33.1234567Z"));
	assert_string_equal(p.events[0].user, "S-1-5-18");
	assert_string_equal(p.events[0].technique, "T1053.005");
	assert_string_equal(p.events[0].message, "Task \\Vendor\\Update runs powershell.exe -w hidden -f \"C:\\ProgramData\\u.ps1\" as S-1-5-18, "
	    "started by CalendarTrigger, LogonTrigger, BootTrigger, made by FIRM\\anna, hidden");
	assert_non_null(strstr(p.events[0].data, "\"description\":\"Keeps <things> up to date & running\""));
	assert_non_null(strstr(p.events[0].data, "\"com_data\":\"a < b\""));
	assert_non_null(strstr(p.events[0].data, "\"triggers\":[\"CalendarTrigger: StartBoundary 2024-03-06T03:00:00, EndBoundary 2025-03-06T03:00:00+02:00, "
	    "Interval PT1H, DaysInterval 1\",\"LogonTrigger: Enabled true\",\"BootTrigger:\"]"));
	parsed_free(&p);
}

static void
a_time_with_a_zone_is_not_local(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/task/Update"));
	assert_string_equal(p.events[1].meaning, "trigger starts");
	assert_true(p.events[1].local);
	assert_string_equal(p.events[2].meaning, "trigger ends");
	assert_false(p.events[2].local);
	assert_number_equal(p.events[2].time, parsed_time("2025-03-06T01:00:00Z"));
	parsed_free(&p);
}

static void
each_encoding_says_the_same(void **state)
{
	struct parsed little = { 0 }, big = { 0 };
	(void)state;
	parsed_file(&little, fixture("artefact/task/Update"));
	parsed_file(&big, fixture("artefact/task/Update_big_endian"));
	assert_number_equal(big.count, little.count);
	assert_string_equal(strstr(big.events[0].data, "\"author\""), strstr(little.events[0].data, "\"author\""));
	parsed_free(&little);
	parsed_free(&big);
}

static void
a_task_without_a_date_is_told_by_its_file_and_entities_stay(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/task/no_date"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "task file written");
	assert_non_null(strstr(p.events[0].data, "\"task\":\"no_date\""));
	assert_non_null(strstr(p.events[0].data, "\"command\":\"calc.exe&b;\""));
	parsed_free(&p);
}

static void
a_cut_document_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/task/cut"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.remarks[0].code, "document-cut");
	parsed_free(&p);
}

static void
other_xml_is_not_claimed(void **state)
{
	static const char *const others[] = { "<?xml version='1.0'?><project><Task>build</Task></project>",
		"see http://schemas.microsoft.com/windows/2004/02/mit/task for <Task>", "<html xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">" };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct parsed p = { 0 };
		const struct artefact_subject who = { .path = "/x.xml", .name = "x.xml", .owner = "", .size = strlen(others[i]), .mtime = 0, .btime = 0 };
		parsed_once(&p, &who, (struct view){ (const uint8_t *)others[i], strlen(others[i]) }, 0);
		assert_null(p.kind);
	}
}

static void
a_job_tells_its_last_run_and_its_triggers(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/task/At1.job"));
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[0].parser, "task.job");
	assert_string_equal(p.events[0].meaning, "last run");
	assert_true(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2009-06-16T11:22:33.444Z"));
	assert_string_equal(p.events[0].message, "Task At1.job runs cmd.exe /c net user x y /add, made by SYSTEM, hidden");
	assert_non_null(strstr(p.events[1].data, "\"trigger\":\"weekly\""));
	assert_string_equal(p.events[2].meaning, "trigger ends");
	assert_number_equal(p.events[2].time, parsed_time("2010-01-31T00:00:00Z"));
	assert_number_equal(p.events[3].time, parsed_time("2009-06-17T01:02:00Z"));
	parsed_free(&p);
	/* one that never ran: the time of its file, which is not local */
	parsed_file(&p, fixture("artefact/task/never.job"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "task file written");
	assert_false(p.events[0].local);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/task/cut.job"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.remarks[0].code, "job-cut");
	parsed_free(&p);
}

static void
mutations_come_back(void **state)
{
	static const char *const names[] = { "Update", "no_date", "At1.job" };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char name[100];
		size_t size;
		snprintf(name, sizeof(name), "artefact/task/%s", names[i]);
		void *data = parsed_read(fixture(name), &size);
		parsed_torture("/x", data, size, 1000);
		free(data);
	}
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "tasks/wintask.job"))
		return;
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2013-08-24T12:42:00.112Z"));
	assert_number_equal(p.events[1].time, parsed_time("2013-07-12T15:42:00Z"));
	assert_non_null(strstr(p.events[1].data, "\"trigger_type\":1"));
	assert_string_equal(p.events[0].user, "Brian");
	parsed_free(&p);
	parsed_file(&p, corpus_path("tasks/atomic_T1053_005_WMI.xml"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[0].data, "\"command\":\"notepad.exe\""));
	assert_non_null(strstr(p.events[0].data, "\"group_id\":\"S-1-5-32-545\""));
	parsed_free(&p);
	/* UTF-8 that calls itself UTF-16 */
	parsed_file(&p, corpus_path("tasks/atomic_T1053_05_SCTASK_HIDDEN_ATTRIB.xml"));
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"hidden\":\"true\""));
	assert_non_null(strstr(p.events[0].data, "\"command\":\"C:\\\\Windows\\\\system32\\\\calc.exe\\\"\""));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_tells_command_account_author_and_triggers),
		cmocka_unit_test(a_time_with_a_zone_is_not_local),
		cmocka_unit_test(each_encoding_says_the_same),
		cmocka_unit_test(a_task_without_a_date_is_told_by_its_file_and_entities_stay),
		cmocka_unit_test(a_cut_document_is_told),
		cmocka_unit_test(other_xml_is_not_claimed),
		cmocka_unit_test(a_job_tells_its_last_run_and_its_triggers),
		cmocka_unit_test(mutations_come_back),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
