/* test_detect_clock_jumps.c - clocks of Linux machines that were set by an hour or more, or by hand. */
#include "tests/detect_harness.h"

static void
jumps_of_an_hour_are_told(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "syslog", .parser = "syslog", .meaning = "clock changed", .time = NIGHT, .message = "said", .data = "{\"step_seconds\":\"-7200.5\"}" });
	show_event(&t, (struct detect_event){ .source = "journal", .parser = "journal.clock", .meaning = "clock changed", .time = NIGHT, .message = "said", .data = "{\"step_seconds\":3601}" });
	show_event(&t, (struct detect_event){ .source = "syslog", .parser = "syslog", .meaning = "clock changed", .time = NIGHT, .message = "said", .data = "{\"program\":\"systemd-timedated\"}" });
	/* what time services correct each day */
	show_event(&t, (struct detect_event){ .source = "syslog", .parser = "syslog", .meaning = "clock changed", .time = NIGHT, .message = "said", .data = "{\"step_seconds\":\"3.2\"}" });
	show_event(&t, (struct detect_event){ .source = "syslog", .parser = "syslog", .meaning = "logged", .time = NIGHT, .message = "said", .data = "{\"step_seconds\":\"9000\"}" });
	finish(&t, 1);
	assert_number_equal(finding_of(&t, "detect:anti-clock")->count, 3);
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(jumps_of_an_hour_are_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
