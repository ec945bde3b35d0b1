/* test_detect_events.c - judging events: fields of their data, and detectors that read them. */
#include "tests/detect_harness.h"

#include "triage/detect/folds.h"
#include "triage/detect/happening.h"

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

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
	const struct detect_event long_name = { .data = "{\"" HUNDRED HUNDRED "\":1,\"b\":2}" };
	happening_begin(&h, &long_name);
	assert_string_equal(happening_text(&h, "b"), "2");
	assert_true(h.cut);
	happening_release(&h);
}

static void
an_event_that_is_not_taken_apart_whole_is_remarked(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "prefetch", .parser = "prefetch", .time = NIGHT, .data = "{\"executable\":\"ANYDESK.EXE\"," });
	finish(&t, 1);
	assert_non_null(finding_of(&t, "detect:tool-present"));
	assert_has(detect_verdict(t.judge)->reasons, "data that is damaged");
	close_judge(&t);
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "prefetch", .parser = "prefetch", .time = NIGHT, .data = "{\"executable\":\"ANYDESK.EXE\"}" });
	finish(&t, 1);
	assert_null(strstr(detect_verdict(t.judge)->reasons, "damaged"));
	close_judge(&t);
}

/* accounts, logs: how many of them one finding is about. */
static void
clear_logs(struct judged *t, unsigned accounts, unsigned logs)
{
	char user[20], channel[60];
	open_judge(t);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(user, sizeof(user), "user%u", i % accounts);
		snprintf(channel, sizeof(channel), ",\"data_channel\":\"Log%u\"", i % logs);
		show_windows(t, "System", "Microsoft-Windows-Eventlog", 104, NIGHT + i, user, channel);
	}
	finish(t, 1);
}

static void
what_does_not_fit_into_a_finding_is_told_in_it(void **state)
{
	(void)state;
	struct judged t;
	clear_logs(&t, 20, 12);
	const char *detail = need_finding(&t, "detect:log-cleared")->detail;
	assert_has(detail, "user19");
	assert_has(detail, "Cleared: Log11");
	assert_null(strstr(detail, "more accounts"));
	assert_null(strstr(detail, "More of the kind"));
	close_judge(&t);
	clear_logs(&t, 21, 13);
	detail = need_finding(&t, "detect:log-cleared")->detail;
	assert_null(strstr(detail, "user20"));
	assert_has(detail, "\"More of the kind was seen than is said here.\",\"It speaks of more accounts than are listed.\"]");
	close_judge(&t);
}

static void
folds_of_very_long_names_are_one_and_a_full_pool_refuses(void **state)
{
	(void)state;
	static struct folds folds;
	static char name[40000];
	struct pool pool;
	memset(name, 'x', sizeof(name) - 1);
	pool_init(&pool, 200000);
	folds_init(&folds, &pool);
	struct fold_plan plan = { .rule = "r", .kind = "k", .family = "", .split = name, .title = "T", .technique = "", .why = "W", .innocent = "I", .version = "1" };
	struct fold *first = fold_for(&folds, &plan);
	assert_non_null(first);
	assert_ptr_equal(fold_for(&folds, &plan), first);
	assert_number_equal(folds.count, 1);
	assert_false(pool.refused);
	size_t made = 1;
	for (; made < 100; made++) {
		name[0] = (char)('A' + made % 26);
		name[1] = (char)('A' + made / 26);
		if (fold_for(&folds, &plan) == NULL)
			break;
	}
	assert_true(made < 100 && pool.refused);
	assert_number_equal(folds.count, made);
	assert_number_equal(folds.refused, 1);
	for (size_t i = 0; i < folds.count; i++)
		assert_true(folds.list[i]->plan.split[0] != '\0');
	folds_release(&folds);
	pool_release(&pool);
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
		cmocka_unit_test(an_event_that_is_not_taken_apart_whole_is_remarked),
		cmocka_unit_test(what_does_not_fit_into_a_finding_is_told_in_it),
		cmocka_unit_test(folds_of_very_long_names_are_one_and_a_full_pool_refuses),
		cmocka_unit_test(a_cleared_log_is_told_once_a_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
