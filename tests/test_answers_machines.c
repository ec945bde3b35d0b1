/* test_answers_machines.c - what page 1 says of each machine: attacked, intruded, without a trace, or not read at all. */
#include "tests/answers_harness.h"

static void
each_machine_has_a_state(void **state)
{
	struct judged t;
	static const struct detect_machine here[] = { { 1, "PC-12", "Windows Server 2019", NULL }, { 7, "PC-13", "Windows 10", NULL } };
	(void)state;
	open_attack(&t, &(struct detect_case){ .machines = here, .machine_count = 2 });
	const char *m = answer_of(&t, "machines");
	assert_has(m, "\"encrypted\":1,\"intruded\":0,\"contacted\":1,\"no-trace-found\":0,\"not-examined\":1");
	assert_has(m, "{\"host\":\"PC-12\",\"os\":\"Windows Server 2019\",\"state\":\"encrypted\",\"certainty\":\"established\",\"in_evidence\":true");
	assert_has(m, "{\"host\":\"srv-file01.town.local\",\"os\":null,\"state\":\"contacted\",\"certainty\":\"established\",\"in_evidence\":false");
	assert_has(m, "{\"host\":\"PC-13\",\"os\":\"Windows 10\",\"state\":\"not-examined\",\"certainty\":null");
	assert_has(m, "\"logs\":[{\"source\":\"evtx\",\"log\":\"Test\",\"first\":\"2022-11-14T01:00:00.000000000Z\",\"last\":\"2022-12-06T03:00:00.000000000Z\",\"events\":34}]");
	assert_hasnt(m, "203.0.113.9");	/* nobody went there from here */
	close_judge(&t);
}

static void
machines_beyond_the_list_are_counted_once(void **state)
{
	struct judged t;
	static const struct detect_machine here = { 1, "PC-12", "Windows Server 2019", NULL };
	char values[200];
	(void)state;
	open_judge(&t);
	show_attack(&t);
	for (int i = 0; i < 640; i++) {
		snprintf(values, sizeof(values), ",\"target_server_name\":\"srv-%03d\",\"target_user_name\":\"user%d\",\"process_name\":\"mstsc.exe\"", i / 2, i % 2);
		show_windows(&t, "Security", security, 4648, NIGHT - 20 * DAY, "TOWN\\testadmin", values);
	}
	finish_case(&t, &(struct detect_case){ .machines = &here, .machine_count = 1 }, 1.0);
	answer_has(&t, "machines", "\"contacted\":299,");
	answer_has(&t, "machines", "\"machines_left_out\":22,");
	answer_has(&t, "contacts", "\"items_left_out\":542,");
	close_judge(&t);
}

static void
an_intruder_without_encryption_is_intruded(void **state)
{
	struct judged t;
	static const struct detect_machine here = { 1, "pc-12.town.local", "Windows 10", NULL };
	(void)state;
	open_judge(&t);
	show(&t, "/a.txt", text_content(100));
	guess(&t, NIGHT);
	finish_case(&t, &(struct detect_case){ .machines = &here, .machine_count = 1 }, 1.0);
	answer_has(&t, "machines", "{\"host\":\"pc-12.town.local\",\"os\":\"Windows 10\",\"state\":\"intruded\",\"certainty\":\"very-probable\"");
	answer_has(&t, "window", "{\"answer\":\"nothing-encrypted-found\",\"certainty\":null,\"start\":null");
	answer_has(&t, "first_action", "\"dwell_until\":\"last-trace\"");
	close_judge(&t);
}

/* The files of a system whose name was not found are its own; two such systems are two. */
static void
a_machine_without_a_name_has_its_files(void **state)
{
	struct judged t;
	static const struct detect_machine here[] = { { 1, "", "Windows 10", NULL }, { 7, "", "Debian 12", NULL } };
	(void)state;
	open_judge(&t);
	show(&t, "/a.txt", text_content(100));
	finish_case(&t, &(struct detect_case){ .machines = here, .machine_count = 2 }, 1.0);
	answer_has(&t, "machines", "{\"host\":\"(no name)\",\"os\":\"Windows 10\",\"state\":\"no-trace-found\",\"certainty\":null,\"in_evidence\":true,\"files\":1,\"files_read\":1,");
	answer_has(&t, "machines", "{\"host\":\"(no name)\",\"os\":\"Debian 12\",\"state\":\"not-examined\"");
	close_judge(&t);
}

static void
no_trace_is_told_with_its_coverage(void **state)
{
	struct judged t;
	static const struct detect_machine here = { 1, "PC-12", "Debian 12", NULL };
	static const char *const unread[] = { "The content of 5 file(s) could not be read." };
	(void)state;
	open_judge(&t);
	for (int i = 0; i < 3; i++)
		show(&t, "/home/an/letter.txt", text_content(2000));
	show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_DELETED }, "/Backup/Job1.vib", NULL, NULL, 0);
	show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED }, "/x", &(struct triage_content){ .state = TRIAGE_CONTENT_UNREADABLE, .mime = "", .magic = "" }, NULL, 0);
	finish_case(&t, &(struct detect_case){ .machines = &here, .machine_count = 1, .unread = unread, .unread_count = 1 }, 0.93);
	answer_has(&t, "attacked", "{\"answer\":\"no-trace-found\",\"certainty\":null,\"examined_share\":0.930000");
	answer_has(&t, "attacked", "\"blind\":[\"The content of 5 file(s) could not be read.\"]");
	answer_has(&t, "active", "{\"answer\":\"no-way-back-found\",\"certainty\":null");
	static const char *const absent[] = { "active", "window", "family", "first_action", "ways_in", "data_left", "contacts", "accounts", "restore", "protection", "keep" };
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_has(strstr(answer_of(&t, absent[i]), "\"blind\":["), "The content of 5 file(s) could not be read.");
	answer_has(&t, "machines", "\"state\":\"no-trace-found\",\"certainty\":null,\"in_evidence\":true,\"files\":4,\"files_read\":3,\"coverage\":0.750000");
	answer_has(&t, "restore", "{\"answer\":\"none-seen\"");
	answer_has(&t, "restore", "\"backups_reached\":false,\"lost\":1,");
	answer_has(&t, "next", "\"do\":[{\"code\":\"do.gaps\"");
	answer_has(&t, "next", "\"code\":\"dont.conclude\"");
	assert_hasnt(answer_of(&t, "next"), "do.police");
	close_judge(&t);
	open_judge(&t);
	finish(&t, 0.0);
	answer_has(&t, "attacked", "{\"answer\":\"too-little-examined\"");
	answer_has(&t, "machines", "{\"answer\":\"no-machine-known\",\"certainty\":null,");
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_machine_has_a_state),
		cmocka_unit_test(machines_beyond_the_list_are_counted_once),
		cmocka_unit_test(an_intruder_without_encryption_is_intruded),
		cmocka_unit_test(a_machine_without_a_name_has_its_files),
		cmocka_unit_test(no_trace_is_told_with_its_coverage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
