/* test_yara_windows.c - streams that are larger than a window: each match once, at its place, and sizes that are the true ones. */
#include "tests/analyse_pass.h"

/* A stream of several windows of 2 MiB with landmarks. */
enum { WINDOW = 2 << 20, LARGE = 7 << 20 };

static uint8_t *
large_stream(void)
{
	uint8_t *data = malloc(LARGE);
	assert_non_null(data);
	for (size_t i = 0; i < LARGE; i++)
		data[i] = (uint8_t)(i >> 12 | 0x80);
	memcpy(data, "MZ", 2);
	return data;
}

static struct bench *
windowed_bench(const char *rules)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	bench_rule_file(b, "w.yar", rules);
	bench_load(b, (struct analyse_config){ .window_size = WINDOW });
	return b;
}

static void
a_string_is_found_once_wherever_it_lies_in_a_large_stream(void **state)
{
	(void)state;
	uint8_t *data = large_stream();
	struct bench *b = windowed_bench("rule n { strings: $a = \"needle\" $w = \"word\" fullword condition: $a and not $w }");
	/* every place around the edges of windows, one at a time */
	for (uint64_t edge = WINDOW; edge < LARGE; edge += WINDOW / 8) {
		for (uint64_t at = edge - 7; at < edge + 3; at += 3) {
			uint8_t old[6];
			memcpy(old, data + at, 6);
			memcpy(data + at, "needle", 6);
			bench_run(b, data, LARGE);
			memcpy(data + at, old, 6);
			if (b->match_count != 1 || b->matches[0].offset != at)
				fail_msg("at %ju: %zu matches", (uintmax_t)at, b->match_count);
			assert_memory_equal(b->matches[0].sample, "needle", 6);
		}
	}
	assert_true(b->content.windowed);
	assert_true(bench_has_problem(b, "windowed"));
	free(data);
	bench_free(b);
}

static void
strings_of_one_rule_may_lie_in_different_windows(void **state)
{
	(void)state;
	uint8_t *data = large_stream();
	memcpy(data + 100, "first", 5);
	memcpy(data + LARGE - 100, "second", 6);
	memcpy(data + LARGE / 2, "first", 5);
	struct bench *b = windowed_bench("rule both { strings: $a = \"first\" $b = \"second\" condition: #a == 2 and $b and @b[1] > @a[2] and uint16(0) == 0x5A4D }");
	bench_run(b, data, LARGE);
	assert_number_equal(bench_hits(b, "both"), 3);
	assert_number_equal(b->matches[2].offset, LARGE - 100);
	free(data);
	bench_free(b);
}

static void
sizes_heads_and_tails_of_large_streams_are_the_true_ones(void **state)
{
	(void)state;
	uint8_t *data = large_stream();
	memcpy(data + LARGE - 8, "tailmark", 8);
	struct bench *b = windowed_bench("rule size { condition: filesize == 7340032 } rule small { condition: filesize < 3MB } rule head { condition: uint16(0) == 0x5A4D }"
	    " rule tail { condition: uint32be(filesize - 8) == 0x7461696C and filesize > 5MB } rule tail_string { strings: $a = \"tailmark\" condition: $a at filesize - 8 }");
	bench_run(b, data, LARGE);
	assert_number_equal(bench_hits(b, "size"), 1);
	assert_number_equal(bench_hits(b, "small"), 0);
	assert_number_equal(bench_hits(b, "head"), 1);
	assert_number_equal(bench_hits(b, "tail"), 1);
	assert_number_equal(bench_hits(b, "tail_string"), 1);
	free(data);
	bench_free(b);
}

static void
parts_of_a_chained_string_are_not_joined_across_windows(void **state)
{
	(void)state;
	uint8_t *data = large_stream();
	memcpy(data + 1000, "HEADPART", 8);
	memcpy(data + WINDOW + WINDOW / 2, "TAILPART", 8);
	struct bench *b = windowed_bench("rule chain { strings: $a = { 48 45 41 44 50 41 52 54 [300-900000] 54 41 49 4C 50 41 52 54 } condition: $a }");
	bench_run(b, data, LARGE);
	assert_number_equal(b->match_count, 0);
	memcpy(data + WINDOW + WINDOW / 2 - 5000, "HEADPART", 8);
	bench_run(b, data, LARGE);
	assert_number_equal(b->match_count, 1);
	assert_number_equal(b->matches[0].offset, WINDOW + WINDOW / 2 - 5000);
	free(data);
	bench_free(b);
}

static void
a_large_stream_that_came_before_sends_no_matches_again(void **state)
{
	(void)state;
	uint8_t *data = large_stream();
	memcpy(data + 5000000, "needle", 6);
	struct bench *b = windowed_bench("rule n { strings: $a = \"needle\" condition: $a } rule by { condition: filename == \"sample.bin\" }");
	bench_run(b, data, LARGE);
	assert_number_equal(b->match_count, 2);
	bench_run(b, data, LARGE);
	assert_true(b->content.same_as_seen);
	assert_number_equal(b->match_count, 1);
	assert_true(b->matches[0].by_name);
	free(data);
	bench_free(b);
}

static void
a_large_stream_that_ends_in_a_bad_sector_keeps_what_was_found(void **state)
{
	(void)state;
	uint8_t *data = large_stream();
	memcpy(data + 100000, "needle", 6);
	struct bench *b = windowed_bench("rule n { strings: $a = \"needle\" condition: $a }");
	b->bad_at = 5 << 20;
	b->bad_status = TRIAGE_E_IO;
	bench_run(b, data, LARGE);
	assert_number_equal(b->content.state, TRIAGE_CONTENT_PARTIAL);
	assert_number_equal(b->content.bytes, 5 << 20);
	assert_number_equal(b->match_count, 1);
	assert_true(bench_has_problem(b, "read-error"));
	/* a pass that was stopped in the middle of windows starts afresh */
	b->bad_status = TRIAGE_E_INTERRUPTED;
	struct analyse_subject who = { .size = LARGE, .path = "", .name = "", .owner = "" };
	assert_number_equal(bench_try(b, data, LARGE, &who), TRIAGE_E_INTERRUPTED);
	b->bad_status = TRIAGE_OK;
	data[LARGE - 1] ^= 1;
	bench_run(b, data, LARGE);
	assert_number_equal(b->match_count, 1);
	free(data);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_is_found_once_wherever_it_lies_in_a_large_stream),
		cmocka_unit_test(strings_of_one_rule_may_lie_in_different_windows),
		cmocka_unit_test(sizes_heads_and_tails_of_large_streams_are_the_true_ones),
		cmocka_unit_test(parts_of_a_chained_string_are_not_joined_across_windows),
		cmocka_unit_test(a_large_stream_that_came_before_sends_no_matches_again),
		cmocka_unit_test(a_large_stream_that_ends_in_a_bad_sector_keeps_what_was_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
