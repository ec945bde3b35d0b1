/* test_artefact_teamviewer.c - sessions and log of TeamViewer. */
#include "tests/artefact_harness.h"

static void
sessions_both_ways(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/teamviewer/Connections_incoming.txt"));
	assert_string_equal(p.kind->name, "teamviewer");
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].message, "TeamViewer session from 1234567890 (PC van X) (RemoteControl)");
	assert_string_equal(p.events[1].meaning, "session ended");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T23:00:00Z"));
	assert_string_equal(p.events[0].user, "anna");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/teamviewer/Connections.txt"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[0].data, "\"direction\":\"outgoing\",\"remote_id\":\"1234567890\""));
	assert_non_null(strstr(p.events[0].data, "\"mode\":\"FileTransfer\""));
	parsed_free(&p);
}

static void
the_log_is_placed_by_its_zone(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/teamviewer/TeamViewer15_Logfile.log"));
	assert_number_equal(p.count, 2);
	assert_false(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:21.123Z"));
	assert_non_null(strstr(p.events[0].data, "\"remote_address\":\"203.0.113.7\""));
	assert_non_null(strstr(p.events[1].data, "\"participant\":\"aanvaller\""));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/teamviewer/damaged.txt"));
	/* one without an end, two whole; two that are none and one that is cut */
	assert_number_equal(p.count, 5);
	assert_number_equal(p.remark_count, 3);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/teamviewer_Connections.txt"))
		return;
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2024-02-20T13:10:33Z"));
	parsed_free(&p);
	parsed_file(&p, corpus_path("logs/teamviewer_connections_incoming.txt"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[1].time, parsed_time("2024-02-16T14:18:36Z"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_both_ways),
		cmocka_unit_test(the_log_is_placed_by_its_zone),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
