/* test_artefact_veeam.c - logs of Veeam Backup & Replication. */
#include "tests/artefact_harness.h"

static void
jobs_and_deletions_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/veeam/Job.Daily.Backup.log"));
	assert_string_equal(p.kind->name, "veeam");
	assert_number_equal(p.count, 7);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21.25Z"));
	assert_true(p.events[1].local);
	assert_string_equal(p.events[1].precision, "ms");
	assert_string_equal(p.events[2].meaning, "error");
	assert_non_null(strstr(p.events[2].data, "Core.Y()"));
	const struct parsed_event *e = parsed_event_of(&p, NULL, "backup deleted", NULL);
	assert_string_equal(e->message, "Veeam: Deleting backup 'Daily' by GEMEENTE\\beheer");
	(void)parsed_event_of(&p, NULL, "backup ended", "\"severity\":\"Warning\"");
	/* a word of the program for itself is no error */
	assert_string_equal(parsed_event_of(&p, NULL, "backup ended", "\"severity\":\"Debug\"")->message, "Veeam: Backup job has been finished");
	(void)parsed_event_of(&p, NULL, "backup ended", "Job session");
	parsed_free(&p);
}

static void
what_is_damaged_goes_on_with_the_entry_before(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/veeam/damaged.log"));
	assert_number_equal(p.count, 4);
	assert_non_null(strstr(p.events[2].data, "no such day"));
	assert_non_null(strstr(p.events[2].data, "Chatter"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_and_deletions_are_told),
		cmocka_unit_test(what_is_damaged_goes_on_with_the_entry_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
