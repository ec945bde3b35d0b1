/* test_yara.c - what a pass tells of rules that match: order, places, equal streams, limits, and rules that fail. */
#include "tests/analyse_pass.h"

static void
a_match_has_its_rule_string_place_length_and_bytes(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule other { strings: $q = \"nowhere\" condition: $q } rule here { strings: $word = \"needle\" condition: $word }");
	bench_run(b, "hay needle hay", 14);
	assert_number_equal(b->match_count, 1);
	assert_string_equal(analyse_rule(b->set, b->matches[0].rule)->name, "here");
	assert_string_equal(b->matches[0].id, "$word");
	assert_number_equal(b->matches[0].offset, 4);
	assert_number_equal(b->matches[0].length, 6);
	assert_number_equal(b->matches[0].sample_size, 6);
	assert_memory_equal(b->matches[0].sample, "needle", 6);
	assert_false(b->matches[0].by_name);
	bench_free(b);
}

static void
a_long_match_keeps_its_full_length_and_a_short_sample(void **state)
{
	(void)state;
	static char text[2000];
	struct bench *b = bench_new("rule long { strings: $a = /<[a-z]{900}>/ condition: $a }");
	memset(text, 'a', sizeof(text));
	text[10] = '<';
	text[911] = '>';
	bench_run(b, text, sizeof(text));
	assert_number_equal(b->match_count, 1);
	assert_number_equal(b->matches[0].length, 902);
	assert_number_equal(b->matches[0].sample_size, 64);
	assert_memory_equal(b->matches[0].sample, "<aaa", 4);
	bench_free(b);
}

static void
rules_without_shown_strings_have_one_match_without_a_name(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule plain { condition: filesize == 4 } rule hidden { strings: $a = \"abcd\" private condition: $a }");
	bench_run(b, "abcd", 4);
	assert_number_equal(b->match_count, 2);
	assert_string_equal(b->matches[0].id, "");
	assert_string_equal(b->matches[1].id, "");
	assert_number_equal(b->matches[1].length, 0);
	bench_free(b);
}

static void
private_rules_do_not_show_but_work(void **state)
{
	(void)state;
	struct bench *b = bench_new("private rule p { strings: $a = \"abc\" condition: $a } rule q { condition: p }");
	bench_run(b, "xabcx", 5);
	assert_number_equal(bench_hits(b, "p"), 0);
	assert_number_equal(bench_hits(b, "q"), 1);
	bench_free(b);
}

static void
matches_come_sorted_by_rule_string_and_offset(void **state)
{
	(void)state;
	/* rules of different groups, so that the order of scanning is not the order of the file */
	struct bench *b = bench_new("rule a { strings: $x = \"x\" condition: uint16(0) == 0x5A4D and $x } rule b { strings: $x = \"x\" $y = \"y\" condition: any of them }"
	    " rule c { strings: $x = \"y\" condition: uint8(0) == 0x4D and filesize < 1KB and $x }");
	bench_run(b, "MZyxyx", 6);
	static const struct {
		const char *rule, *id;
		uint64_t offset;
	} want[] = { { "a", "$x", 3 }, { "a", "$x", 5 }, { "b", "$x", 3 }, { "b", "$x", 5 }, { "b", "$y", 2 }, { "b", "$y", 4 }, { "c", "$x", 2 }, { "c", "$x", 4 } };
	assert_number_equal(b->match_count, 8);
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(analyse_rule(b->set, b->matches[i].rule)->name, want[i].rule);
		assert_string_equal(b->matches[i].id, want[i].id);
		assert_number_equal(b->matches[i].offset, want[i].offset);
	}
	bench_free(b);
}

static void
needs_leave_out_no_rule_that_can_match(void **state)
{
	(void)state;
	struct bench *b = bench_new("import \"pe\" rule mz { condition: uint16(0) == 0x5A4D } rule elf { condition: uint32(0) == 0x464C457F }"
	    " rule zip { condition: uint32(0) == 0x04034B50 } rule tiny { condition: filesize < 5 } rule middle { condition: filesize < 100KB }"
	    " rule always { condition: true } rule no_pe { condition: not pe.is_pe }");
	static char zeros[200000];
	bench_run(b, "MZ12345", 7);
	assert_number_equal(bench_hits(b, "mz") + bench_hits(b, "middle") + bench_hits(b, "always") + bench_hits(b, "no_pe"), 4);
	assert_number_equal(b->match_count, 4);
	bench_run(b, "\x7f" "ELF", 4);
	assert_number_equal(bench_hits(b, "elf") + bench_hits(b, "tiny") + bench_hits(b, "middle") + bench_hits(b, "always") + bench_hits(b, "no_pe"), 5);
	assert_number_equal(b->match_count, 5);
	bench_run(b, "PK\3\4", 4);
	assert_number_equal(bench_hits(b, "zip"), 1);
	bench_run(b, zeros, 102399);
	assert_number_equal(bench_hits(b, "middle"), 1);
	bench_run(b, zeros, 102400);
	assert_number_equal(bench_hits(b, "middle"), 0);
	assert_number_equal(bench_hits(b, "always"), 1);
	bench_run(b, "", 0);
	assert_number_equal(bench_hits(b, "tiny"), 1);
	bench_free(b);
}

static void
an_entry_point_is_not_inherited_from_the_stream_before(void **state)
{
	(void)state;
	static uint8_t elf[4096];
	/* a 64-bit ELF whose entry address maps to file offset 0x100 */
	static const uint8_t header[] = { 0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0, 1, 0, 0, 0, 0, 1, 0x40, 0, 0, 0, 0, 0, 64 };
	static const uint8_t segment[] = { 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40 };
	memcpy(elf, header, sizeof(header));
	elf[52] = 64;
	elf[54] = 56;
	elf[56] = 1;
	memcpy(elf + 64, segment, sizeof(segment));
	elf[64 + 33] = elf[64 + 41] = 0x10;
	struct bench *b = bench_new("rule entry { condition: entrypoint == 0x100 }");
	bench_run(b, elf, sizeof(elf));
	assert_number_equal(bench_hits(b, "entry"), 1);
	bench_run(b, "plain text, no program", 22);
	assert_number_equal(bench_hits(b, "entry"), 0);
	bench_free(b);
}

static void
an_equal_stream_is_judged_again_by_name_only(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule content { strings: $a = \"abc\" condition: $a } rule named { condition: filename == \"evil.txt\" and extension == \".txt\" }");
	bench_run_named(b, "abc", 3, "/a/b.txt", "b.txt");
	assert_false(b->content.same_as_seen);
	assert_number_equal(bench_hits(b, "content"), 1);
	assert_number_equal(bench_hits(b, "named"), 0);
	assert_string_equal(b->content.mime, "text/plain");
	bench_run_named(b, "abc", 3, "/a/evil.TXT", "evil.txt");
	assert_true(b->content.same_as_seen);
	assert_number_equal(bench_hits(b, "content"), 0);
	assert_number_equal(bench_hits(b, "named"), 1);
	assert_true(b->matches[0].by_name);
	assert_string_equal(b->content.mime, "");
	assert_true(b->content.hashed);
	bench_free(b);
}

static void
force_judges_an_equal_stream_in_full(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule content { strings: $a = \"abc\" condition: $a }");
	struct analyse_subject who = { .size = 3, .path = "", .name = "", .owner = "", .force = true };
	bench_run(b, "abc", 3);
	assert_number_equal(bench_try(b, "abc", 3, &who), TRIAGE_OK);
	assert_false(b->content.same_as_seen);
	assert_number_equal(bench_hits(b, "content"), 1);
	bench_free(b);
}

static void
thousands_of_contents_are_remembered(void **state)
{
	(void)state;
	enum { MANY = 6000 };
	struct bench *b = bench_new(NULL);
	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < MANY; i++) {
			bench_run(b, &i, sizeof(i));
			assert_number_equal(b->content.same_as_seen, round == 1);
		}
	}
	bench_free(b);
}

static void
too_many_hits_of_a_string_are_a_problem_and_not_silence(void **state)
{
	(void)state;
	enum { MANY = 1200000 };
	char *text = malloc(MANY);
	assert_non_null(text);
	memset(text, 'a', MANY);
	struct bench *b = bench_new("rule many { strings: $a = \"aa\" condition: #a > 5 } rule other { strings: $a = \"aaaaa\" condition: filesize > 3 and $a at 0 }");
	bench_run(b, text, MANY);
	assert_true(bench_has_problem(b, "too-many-matches"));
	assert_true(bench_has_problem(b, "match-limit"));
	assert_true(b->content.scan_incomplete);
	assert_number_equal(b->match_count, 1000);
	assert_true(bench_hits(b, "other") >= 1);
	bench_run(b, text, MANY);
	assert_true(b->content.same_as_seen);
	assert_true(b->content.scan_incomplete);
	free(text);
	bench_free(b);
}

static void
the_limit_keeps_the_first_hit_of_every_string(void **state)
{
	(void)state;
	struct bench *b = calloc(1, sizeof(*b));
	bench_rule_file(b, "a.yar", "rule a { strings: $a = \"a\" condition: $a } rule z { strings: $z = \"z\" $y = \"y\" condition: any of them }");
	bench_load(b, (struct analyse_config){ .match_limit = 5 });
	bench_run(b, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaayz", 34);
	assert_number_equal(b->match_count, 5);
	assert_number_equal(bench_hits(b, "a"), 3);
	assert_number_equal(b->matches[0].offset, 0);
	assert_number_equal(b->matches[1].offset, 1);
	assert_number_equal(b->matches[2].offset, 2);
	assert_number_equal(bench_hits(b, "z"), 2);
	assert_true(bench_has_problem(b, "match-limit"));
	assert_non_null(strstr(b->messages[0], "29 more"));
	bench_free(b);
}

static void
content_that_blinds_one_rule_leaves_the_others_seeing(void **state)
{
	(void)state;
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);
	assert_non_null(text);
	memset(text, 'X', SIZE);
	memcpy(text + SIZE - 10, "needle", 6);
	struct bench *b = bench_new("rule blind { strings: $a = /X[^Y]{0,4000}X[^Y]{0,4000}Y/ condition: $a } rule sees { strings: $a = \"needle\" condition: $a }"
	    " rule uses { condition: blind or sees }");
	bench_run(b, text, SIZE);
	assert_true(bench_has_problem(b, "rule-failed"));
	assert_non_null(strstr(b->messages[0], "blind"));
	assert_number_equal(bench_hits(b, "sees"), 1);
	assert_number_equal(bench_hits(b, "uses"), 1);
	assert_true(b->content.scan_incomplete);
	/* and it is back for the next stream */
	bench_run(b, "XX__XXXX__Y needle", 18);
	assert_true(bench_hits(b, "blind") >= 1);
	assert_number_equal(b->problem_count, 0);
	free(text);
	bench_free(b);
}

static void
a_scan_that_takes_too_long_is_a_problem(void **state)
{
	(void)state;
	enum { SIZE = 8 << 20 };
	char *text = malloc(SIZE);
	assert_non_null(text);
	memset(text, 'X', SIZE);
	struct bench *b = calloc(1, sizeof(*b));
	bench_rule_file(b, "slow.yar", "rule slow { strings: $a = /X{100,900}Z/ condition: $a }");
	bench_load(b, (struct analyse_config){ .scan_timeout = 1 });
	bench_run(b, text, SIZE);
	assert_true(bench_has_problem(b, "rule-group-failed") || bench_has_problem(b, "rule-failed"));
	assert_true(b->content.scan_incomplete);
	assert_number_equal(b->content.state, TRIAGE_CONTENT_COMPLETE);
	assert_true(b->content.hashed);
	free(text);
	bench_free(b);
}

static void
what_a_sink_answers_ends_the_pass(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule n { strings: $a = \"needle\" condition: $a }");
	struct analyse_subject who = { .size = 6, .path = "", .name = "", .owner = "" };
	b->match_status = TRIAGE_E_LIMIT;
	assert_number_equal(bench_try(b, "needle", 6, &who), TRIAGE_E_LIMIT);
	b->match_status = TRIAGE_OK;
	bench_run(b, "needle.", 7);
	assert_number_equal(b->match_count, 1);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_match_has_its_rule_string_place_length_and_bytes),
		cmocka_unit_test(a_long_match_keeps_its_full_length_and_a_short_sample),
		cmocka_unit_test(rules_without_shown_strings_have_one_match_without_a_name),
		cmocka_unit_test(private_rules_do_not_show_but_work),
		cmocka_unit_test(matches_come_sorted_by_rule_string_and_offset),
		cmocka_unit_test(needs_leave_out_no_rule_that_can_match),
		cmocka_unit_test(an_entry_point_is_not_inherited_from_the_stream_before),
		cmocka_unit_test(an_equal_stream_is_judged_again_by_name_only),
		cmocka_unit_test(force_judges_an_equal_stream_in_full),
		cmocka_unit_test(thousands_of_contents_are_remembered),
		cmocka_unit_test(too_many_hits_of_a_string_are_a_problem_and_not_silence),
		cmocka_unit_test(the_limit_keeps_the_first_hit_of_every_string),
		cmocka_unit_test(content_that_blinds_one_rule_leaves_the_others_seeing),
		cmocka_unit_test(a_scan_that_takes_too_long_is_a_problem),
		cmocka_unit_test(what_a_sink_answers_ends_the_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
