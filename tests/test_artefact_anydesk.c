/* test_artefact_anydesk.c - traces and sessions of AnyDesk. */
#include "tests/artefact_harness.h"

static void
a_trace_tells_the_peer(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/anydesk/ad_svc.trace"));
	assert_string_equal(p.kind->name, "anydesk");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 4);
	assert_non_null(strstr(p.events[0].data, "\"remote_id\":\"123456789\""));
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[1].message, "AnyDesk: Logged in from 203.0.113.7:51234 on relay 8f3a2b1c.");
	assert_non_null(strstr(p.events[1].data, "\"remote_address\":\"203.0.113.7\",\"relay\":\"8f3a2b1c\""));
	assert_non_null(strstr(p.events[2].data, "\"remote_id\":\"123456789\""));
	assert_string_equal(p.events[3].meaning, "files transferred");
	assert_string_equal(p.events[0].technique, "T1219");
	parsed_free(&p);
}

static void
sessions_in_local_time(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/anydesk/connection_trace.txt"));
	assert_number_equal(p.count, 2);
	assert_true(p.events[0].local);
	assert_string_equal(p.events[0].precision, "min");
	assert_string_equal(p.events[0].message, "AnyDesk: incoming session from 123456789, accepted by Passwd");
	assert_string_equal(p.events[1].meaning, "session begun");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/anydesk/damaged.trace"), 2, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_tells_the_peer),
		cmocka_unit_test(sessions_in_local_time),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
