/* test_log_line.c - lines of a log in pieces of any size, and dates in the forms that logs have. */
#include "tests/artefact_harness.h"

#include "triage/artefact/log_line.h"

struct seen {
	char text[4096];
	size_t lines, cut;
	uint64_t last_offset;
};

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct seen *s = state;
	(void)a, (void)err;
	s->lines++;
	s->cut += line->cut;
	s->last_offset = line->offset;
	assert_number_equal(line->size, strlen(line->text));
	if (line->size < 100) {
		strncat(s->text, line->text, sizeof(s->text) - strlen(s->text) - 1);
		strncat(s->text, "|", sizeof(s->text) - strlen(s->text) - 1);
	}
	return TRIAGE_OK;
}

struct sample {
	struct log_lines lines;
	struct seen seen;
};

static enum triage_status
sample_step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct sample *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, &s->seen, err);
}

static struct seen kept;

static void
sample_release(void *state)
{
	struct sample *s = state;
	kept = s->seen;
	log_lines_release(&s->lines);
}

static const struct artefact_kind sample = { .name = "sample", .source = "other", .precision = "s", .step = sample_step, .state_size = sizeof(struct sample),
	.release = sample_release };

static void
run(const void *bytes, size_t size, size_t piece)
{
	struct parsed p = { .kind = &sample };
	struct triage_error err;
	const struct artefact_subject who = { .path = "/x", .name = "x", .owner = "", .size = size };
	const struct artefact_sink sink = { .ctx = &p, .event = parsed_take_event, .fact = parsed_take_fact, .problem = parsed_take_problem };
	struct artefact *a;
	assert_int_equal(artefact_open(&sample, &who, &sink, &a, &err), TRIAGE_OK);
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		assert_int_equal(artefact_feed(a, (struct view){ (const uint8_t *)bytes + at, n }, at + n == size, &err), TRIAGE_OK);
	}
	artefact_close(a);
	assert_number_equal(kept.cut, p.remark_count);
	parsed_free(&p);
}

static void
lines_are_the_same_in_all_pieces(void **state)
{
	static const char text[] = "\xef\xbb\xbf" "one\r\n\n\0\0\0two\0x\nlast";
	static const uint8_t wide[] = { 0xff, 0xfe, 'a', 0, 0xe9, 0, '\r', 0, '\n', 0, 0x0a, 0x0a, 'b', 0, '\n', 0 };
	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		run(text, sizeof(text) - 1, piece);
		assert_string_equal(kept.text, "one||two x|last|");
		assert_number_equal(kept.last_offset, 18);
		run(wide, sizeof(wide), piece);
		assert_string_equal(kept.text, "a\xc3\xa9|\xe0\xa8\x8a" "b|");
	}
}

static void
a_long_line_is_cut_and_the_next_is_whole(void **state)
{
	size_t size = 5 * LOG_LINE_MAX;
	char *text = malloc(size);
	(void)state;
	memset(text, 'x', size);
	memcpy(text, "first\n", 6);
	text[3 * LOG_LINE_MAX] = '\n';
	memcpy(text + size - 5, "\nend\n", 5);
	for (size_t piece = 1000; piece < 9 * size; piece *= 7) {
		run(text, size, piece);
		assert_string_equal(kept.text, "first|end|");
		assert_number_equal(kept.lines, 4);
		assert_number_equal(kept.cut, 2);
	}
	/* a line of exactly the maximum is no long line */
	memset(text, 'y', LOG_LINE_MAX);
	text[LOG_LINE_MAX] = '\n';
	for (size_t piece = 999; piece < 9 * size; piece *= 8) {
		run(text, LOG_LINE_MAX + 1, piece);
		run(text, LOG_LINE_MAX, piece);
	}
	free(text);
}

static void
check(bool (*read)(const char **, struct log_time *), const char *text, const char *time, bool local, const char *rest)
{
	struct log_time t;
	const char *p = text;
	if (!read(&p, &t)) {
		if (time != NULL)
			fail_msg("%s is not read", text);
		assert_ptr_equal(p, text);
		return;
	}
	if (time == NULL)
		fail_msg("%s is read", text);
	char got[WHEN_TEXT_SIZE];
	assert_string_equal(when_text(t.ns, 9, "Z", got), time);
	assert_int_equal(t.local, local);
	assert_string_equal(p, rest);
}

static void
dates_in_all_forms(void **state)
{
	(void)state;
	check(log_time_iso, "2020-05-31T00:00:45.698463+02:00 x", "2020-05-30T22:00:45.698463000Z", false, " x");
	check(log_time_iso, "2012-07-20 15:44:14,123 INFO", "2012-07-20T15:44:14.123000000Z", true, " INFO");
	check(log_time_iso, "2012/07/20 15:44:14 [error]", "2012-07-20T15:44:14.000000000Z", true, " [error]");
	check(log_time_iso, "2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000000000Z", false, "");
	check(log_time_iso, "2024-01-01 10:00:00 UTC [5]", "2024-01-01T10:00:00.000000000Z", false, " [5]");
	check(log_time_iso, "2024-01-01T10:00:00.1234567-0330]", "2024-01-01T13:30:00.123456700Z", false, "]");
	check(log_time_iso, "2023-02-29T00:00:00Z", NULL, false, "");
	check(log_time_iso, "2023-13-01T00:00:00Z", NULL, false, "");
	check(log_time_iso, "2023-12-01T24:00:00Z", NULL, false, "");
	check(log_time_iso, "2023-11-14 10:13:20 PM 0E5C", "2023-11-14T22:13:20.000000000Z", true, " 0E5C");
	check(log_time_iso, "2023-11-14 12:13 am", "2023-11-14T00:13:00.000000000Z", true, "");
	check(log_time_iso, "2023-11-14 10:13:20 pmlogger", "2023-11-14T10:13:20.000000000Z", true, " pmlogger");
	check(log_time_iso, "2023-11-14 22:13:20 AM radio", "2023-11-14T22:13:20.000000000Z", true, " AM radio");
	check(log_time_iso, "1970-01-01T00:00:00Z", NULL, false, "");
	check(log_time_iso, "9999-01-01T00:00:00Z", NULL, false, "");
	check(log_time_named, "Feb 29 07:52:33 host", "2000-02-29T07:52:33.000000000Z", true, " host");
	check(log_time_named, "Jan  2 07:52:33.5 host", "2000-01-02T07:52:33.500000000Z", true, " host");
	check(log_time_named, "Wed Jan  2 2019 07:52:33: x", "2019-01-02T07:52:33.000000000Z", true, ": x");
	check(log_time_named, "May be 1 07:52:33", NULL, true, "");
	check(log_time_named, "Jan 22 07:52 host", NULL, true, "");
	check(log_time_asctime, "Wed Oct 11 14:32:52.123456 2000] x", "2000-10-11T14:32:52.123456000Z", true, "] x");
	check(log_time_asctime, "Thu Dec  1 09:00:00 UTC 2022", "2022-12-01T09:00:00.000000000Z", false, "");
	check(log_time_clf, "10/Oct/2000:13:55:36 -0700] \"GET", "2000-10-10T20:55:36.000000000Z", false, "] \"GET");
	check(log_time_clf, "10-Oct-2000 13:55:36.001 x", "2000-10-10T13:55:36.001000000Z", true, " x");
}

static void
dates_whose_parts_are_in_another_order(void **state)
{
	struct log_time t;
	const char *p = "1/2/2015 12:05:09 AM rest";
	(void)state;
	assert_true(log_time_order(&p, "mdy", &t));
	assert_number_equal(t.ns, parsed_time("2015-01-02T00:05:09Z"));
	assert_string_equal(p, " rest");
	assert_string_equal(log_precision(&t), "s");
	p = "31.12.69 1:05 PM";
	assert_true(log_time_order(&p, "dmy", &t));
	assert_number_equal(t.ns, parsed_time("2069-12-31T13:05:00Z"));
	p = "31.12.69 11:05 pm_proxy";
	assert_true(log_time_order(&p, "dmy", &t));
	assert_number_equal(t.ns, parsed_time("2069-12-31T11:05:00Z"));
	assert_string_equal(log_precision(&t), "min");
	assert_string_equal(p, " pm_proxy");
	p = "31.12.69 1:05 PM";
	assert_true(log_time_order(&p, "dmy", &t));
	p = "31/12/2015 10:00:00";
	assert_false(log_time_order(&p, "mdy", &t));
	log_set_year(&t, 2020);
	assert_number_equal(t.ns, parsed_time("2020-12-31T13:05:00Z"));
}

/* What a form of one's own puts into the parts is held to the bounds of a day. */
static void
parts_that_are_no_time(void **state)
{
	static const struct { int hour, minute, second; const char *time; } parts[] = { { 24, 0, 0, "2023-11-15T00:00:00Z" }, { 23, 59, 60, "2023-11-15T00:00:00Z" }, { 24, 0, 1, NULL },
		{ 24, 1, 0, NULL }, { 25, 0, 0, NULL }, { 0, 60, 0, NULL }, { 0, 0, 61, NULL }, { -1, 0, 0, NULL }, { 0, -1, 0, NULL }, { 0, 0, -1, NULL } };
	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct log_time t = { .year = 2023, .month = 11, .day = 14, .hour = parts[i].hour, .minute = parts[i].minute, .second = parts[i].second };
		assert_int_equal(log_time_make(&t, 0, 0), parts[i].time != NULL);
		assert_number_equal(t.ns, parts[i].time != NULL ? parsed_time(parts[i].time) : TRIAGE_TIME_NONE);
	}
}

static bool
begins_with_a_date(const char *line)
{
	struct log_time t;
	return log_time_iso(&line, &t);
}

static void
heads_are_looked_at(void **state)
{
	static const uint8_t text[] = "2020-01-01 00:00:01 a\n\nnone\n2020-01-01 00:00:02 b";
	struct view head = { text, sizeof(text) - 1 };
	char line[10];
	size_t looked;
	(void)state;
	assert_number_equal(log_head_count(head, 10, begins_with_a_date, &looked), 2);
	assert_number_equal(looked, 3);
	assert_true(log_head_line(head, 2, line, sizeof(line)));
	assert_string_equal(line, "none");
	assert_true(log_head_line(head, 3, line, sizeof(line)));
	assert_string_equal(line, "2020-01-0");
	assert_false(log_head_line(head, 4, line, sizeof(line)));
	assert_number_equal(log_head_count((struct view){ NULL, 0 }, 10, begins_with_a_date, &looked), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_the_same_in_all_pieces),
		cmocka_unit_test(a_long_line_is_cut_and_the_next_is_whole),
		cmocka_unit_test(dates_in_all_forms),
		cmocka_unit_test(dates_whose_parts_are_in_another_order),
		cmocka_unit_test(parts_that_are_no_time),
		cmocka_unit_test(heads_are_looked_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
