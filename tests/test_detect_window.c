/* test_detect_window.c - when files were encrypted, what was only renamed, and limits that the judge says it met. */
#include "tests/detect_harness.h"

#define DAY (INT64_C(86400) * 1000000000)

static const struct detect_rule note_rule = MADE_RULE("note", "ransom-note", "", TRIAGE_HIGH, 80);

static void
show_name_given(struct judged *t, const char *name, int64_t time)
{
	char message[100], data[100];
	snprintf(message, sizeof(message), "%s: renamed (new name)", name);
	snprintf(data, sizeof(data), "{\"name\":\"%s\"}", name);
	show_event(t, (struct detect_event){ .source = "usn", .parser = "usn", .meaning = "renamed (new name)", .message = message, .time = time, .data = data });
}

/* The sum of the numbers in the list "counts" of the window, and how many there are. */
static unsigned long
rate_of(const char *window, size_t *ret_steps)
{
	const char *at = strstr(window, "\"counts\":[");
	unsigned long sum = 0;
	assert_non_null(at);
	*ret_steps = 0;
	for (at += strlen("\"counts\":["); *at != ']'; ++*ret_steps) {
		char *end;
		sum += strtoul(at, &end, 10);
		at = *end == ',' ? end + 1 : end;
	}
	return sum;
}

static void
the_rate_covers_the_whole_window_however_long_it_is(void **state)
{
	(void)state;
	struct judged t;
	size_t steps;
	open_judge(&t);
	show_match(&t, "/x/note.txt", text_content(100), &note_rule);
	for (int i = 0; i < 50; i++) {
		show_name_given(&t, "a.docx.lockbit", 1000 * DAY);
		if (i < 25)
			show_name_given(&t, "b.docx.lockbit", 1000 * DAY);
	}
	for (int i = 0; i < 40; i++)
		show_name_given(&t, "c.docx.lockbit", 30000 * DAY);
	finish(&t, 1);
	const char *window = detect_verdict(t.judge)->window;
	assert_has(window, "\"first\":\"1972-09-27T00:00:00.000000000Z\",\"last\":\"2052-02-20T00:00:00.000000000Z\",\"peak_per_minute\":75,\"source\":\"usn\"");
	assert_number_equal(rate_of(window, &steps), 115);
	assert_true(steps > 720 && steps <= 1440);
	close_judge(&t);
}

static void
an_ending_is_one_in_any_capitals(void **state)
{
	static const char *const paths[] = { "/x/a.txt.xyzq", "/x/b.txt.XYZQ", "/x/c.txt.xyzq", "/x/d.txt.Xyzq" };
	(void)state;
	struct judged t;
	struct triage_content content = text_content(5000);
	content.shape = (struct triage_shape){ .cell_size = 4096, .cells = 2 };
	open_judge(&t);
	for (size_t i = 0; i < 4; i++)
		show(&t, paths[i], content);
	show_match(&t, "/x/xyzq-readme.txt", text_content(100), &note_rule);
	finish(&t, 1);
	assert_number_equal(need_finding(&t, "detect:renamed-files")->count, 4);
	close_judge(&t);
}

static void
a_limit_that_is_met_stands_in_the_reasons_of_the_verdict(void **state)
{
	enum { LOGS = 4096 };
	static const char told[] = "There are more files of logs than the judge tells apart";
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct judged t;
		open_judge(&t);
		for (unsigned i = 0; i < LOGS + more; i++)
			show_event(&t, (struct detect_event){ .source = "evtx", .parser = "evtx", .file_id = 10 + i, .time = NIGHT + i, .data = "{\"event_id\":1,\"channel\":\"System\"}" });
		finish(&t, 1);
		assert_true((strstr(detect_verdict(t.judge)->reasons, told) != NULL) == (more == 1));
		close_judge(&t);
	}
}

/* Sanitizers would see a sum that does not fit. */
static void
times_that_lie_centuries_apart_do_no_harm(void **state)
{
	static const int64_t times[] = { INT64_MIN + 1, -1, NIGHT, INT64_MAX };
	static const char values[] = ",\"target_sid\":\"S-1-5-21-1\",\"target_user_name\":\"jan\",\"ip_address\":\"203.0.113.9\",\"logon_type\":10,\"old_time\":\"1680-01-01T00:00:00Z\","
	    "\"new_time\":\"2260-01-01T00:00:00Z\",\"previous_time\":\"1680-01-01T00:00:00Z\"";
	static const int ids[] = { 4625, 4624, 4720, 4724, 4726, 4616, 4648, 4769, 1100 };
	(void)state;
	struct judged t;
	open_judge(&t);
	show_match(&t, "/x/note.txt", text_content(100), &note_rule);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++)
			show_windows(&t, "Security", "Microsoft-Windows-Security-Auditing", ids[k], times[i], "jan", values);
		show_name_given(&t, "a.docx.lockbit", times[i]);
	}
	finish(&t, 1);
	assert_non_null(finding_of(&t, "detect:anti-clock"));
	assert_non_null(finding_of(&t, "detect:logon-public"));
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_covers_the_whole_window_however_long_it_is),
		cmocka_unit_test(an_ending_is_one_in_any_capitals),
		cmocka_unit_test(times_that_lie_centuries_apart_do_no_harm),
		cmocka_unit_test(a_limit_that_is_met_stands_in_the_reasons_of_the_verdict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
