/* test_detect_events.c - judging events: fields of their data, and detectors that read them. */
#include "tests/detect_harness.h"

#include "triage/detect/happening.h"

static void
fields_are_found_by_name(void **state)
{
	(void)state;
	struct happening h;
	const struct detect_event e = { .data = "{\"event_id\":4688,\"Image\":\"C:\\\\a.exe\",\"list\":[\"x\",{\"deep\":1},\"y\"],\"sub\":{\"k\":true,\"n\":null},\"hex\":\"0x10\"}" };
	int64_t n = 0;
	size_t at = 0;
	happening_init(&h);
	happening_begin(&h, &e);
	assert_string_equal(happening_text(&h, "image"), "C:\\a.exe");
	assert_true(happening_number(&h, "event_id", &n) && n == 4688);
	assert_true(happening_number(&h, "hex", &n) && n == 16);
	assert_false(happening_number(&h, "image", &n));
	assert_string_equal(happening_text(&h, "sub.k"), "true");
	assert_string_equal(happening_text(&h, "sub.n"), "");
	assert_string_equal(happening_text(&h, "list.deep"), "1");
	assert_string_equal(happening_next(&h, "list", &at), "x");
	assert_string_equal(happening_next(&h, "list", &at), "y");
	assert_null(happening_next(&h, "list", &at));
	assert_false(h.cut);
	const struct detect_event broken = { .data = "{\"a\":\"1\",\"b\":" };
	happening_begin(&h, &broken);
	assert_string_equal(happening_text(&h, "a"), "1");
	assert_true(h.cut);
	happening_release(&h);
}

static void
a_cleared_log_is_told_once_a_host(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_windows(&t, "Security", "Microsoft-Windows-Eventlog", 1102, NIGHT, "beheer", "");
	show_windows(&t, "System", "Microsoft-Windows-Eventlog", 104, NIGHT + 1, "beheer", ",\"data_channel\":\"Application\"");
	/* the same number means something else in another channel */
	show_windows(&t, "Microsoft-Windows-TerminalServices-RDPClient/Operational", "Microsoft-Windows-TerminalServices-ClientActiveXCore", 1102, NIGHT, "jan", "");
	finish(&t, 1);
	const struct detect_finding *f = need_finding(&t, "detect:log-cleared");
	assert_int_equal(f->count, 2);
	assert_int_equal(f->severity, TRIAGE_HIGH);
	assert_string_equal(f->host, "PC-12");
	assert_int_equal(f->first_time, NIGHT);
	assert_int_equal(f->last_time, NIGHT + 1);
	assert_has(f->detail, "\"accounts\":[\"beheer\"]");
	assert_has(f->detail, "Cleared: Application");
	assert_has(f->detail, "\"event_id\":1,");
	assert_has(f->detail, "WHERE event_id = 1");
	assert_null(strstr(f->detail, "jan"));
	assert_int_equal(f->confidence, 70);
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_name),
		cmocka_unit_test(a_cleared_log_is_told_once_a_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
