/* test_artefact_firewall_log.c - the log of the Windows firewall. */
#include "tests/artefact_harness.h"

static void
connections_in_local_time(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/firewall_log/pfirewall.log"));
	assert_string_equal(p.kind->name, "firewall_log");
	assert_number_equal(p.count, 3);
	assert_true(p.events[0].local);
	assert_string_equal(p.events[0].message, "ALLOW TCP from 203.0.113.7 to 10.0.0.5 port 3389, RECEIVE");
	assert_string_equal(p.events[1].meaning, "dropped");
	assert_string_equal(p.events[2].meaning, "events lost");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/firewall_log/damaged.log"), 1, 4);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/windows_firewall.log"))
		return;
	assert_number_equal(p.count, 15);
	assert_number_equal(p.events[7].time, parsed_time("2005-04-11T08:06:26Z"));
	assert_non_null(strstr(p.events[7].data, "\"tcpsyn\":\"123456789\""));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_in_local_time),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
