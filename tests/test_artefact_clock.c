/* test_artefact_clock.c - clocks that were set: what time services log, and entries of a journal whose two clocks part. */
#include "tests/artefact_harness.h"

static void
time_services_say_it(void **state)
{
	static const char log[] = "2023-11-14T22:13:20+00:00 srv chronyd[7]: System clock was stepped by -7200.000123 seconds\n"
	    "2023-11-14T22:13:21+00:00 srv ntpd[8]: time reset +3600.5 s\n2023-11-14T22:13:22+00:00 srv ntpd[8]: 0.0.0.0 c61c 0c clock_step -12.25 s\n"
	    "2023-11-14T22:13:23+00:00 srv systemd-timesyncd[9]: System clock time unset or jumped backwards, restored from recorded timestamp: Tue 2023-11-14 22:00:00 UTC\n"
	    "2023-11-14T22:13:24+00:00 srv systemd-timedated[9]: Changed local time to Tue 2019-01-01 00:00:00 CET\n"
	    "2023-11-14T22:13:25+00:00 srv systemd-journald[9]: Time jumped backwards, rotating.\n2023-11-14T22:13:26+00:00 srv systemd[1]: Time has been changed\n"
	    "2023-11-14T22:13:27+00:00 srv systemd[1]: Started Daily apt download activities.\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/var/log/syslog", log, sizeof(log) - 1);
	assert_number_equal(p.count, 8);
	assert_number_equal(parsed_count(&p, NULL, "clock changed"), 7);
	assert_string_equal(p.events[0].message, "The clock was set by -7200.000123 seconds (chrony)");
	assert_number_equal(parsed_with(&p, "\"step_seconds\":\"+3600.5\""), 1);
	assert_number_equal(parsed_with(&p, "\"step_seconds\":\"-12.25\""), 1);
	assert_non_null(strstr(p.events[4].message, "2019-01-01 00:00:00 CET by hand"));
	parsed_free(&p);
}

static void
a_journal_shows_it(void **state)
{
	enum { REALTIME = 24, MONOTONIC = 32 };
	struct parsed p = { 0 };
	size_t size;
	uint8_t *data = parsed_read(fixture("artefact/journal/system.journal"), &size);
	(void)state;
	parsed_bytes(&p, "/x.journal", data, size);
	assert_number_equal(parsed_count(&p, "journal.clock", NULL), 0);
	size_t at = (size_t)p.events[1].offset, events = p.count;
	parsed_free(&p);
	/* two hours forward, and with the entry behind it back again */
	uint64_t realtime = load_le64(data + at + REALTIME) + UINT64_C(7200000000);
	for (unsigned i = 0; i < 8; i++)
		data[at + REALTIME + i] = (uint8_t)(realtime >> 8 * i);
	parsed_bytes(&p, "/x.journal", data, size);
	assert_number_equal(p.count, events + 2);
	const struct parsed_event *e = parsed_event_of(&p, "journal.clock", "clock changed", "\"step_seconds\":7");
	assert_number_equal(e->offset, at);
	assert_number_equal(e->time, parsed_time("2023-11-15T00:13:20.000001Z"));
	assert_non_null(strstr(e->data, "\"previous_time\":\"2023-11-14T22:13:20"));
	assert_non_null(parsed_event_of(&p, "journal.clock", "clock changed", "\"step_seconds\":-7"));
	parsed_free(&p);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(time_services_say_it), cmocka_unit_test(a_journal_shows_it) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
