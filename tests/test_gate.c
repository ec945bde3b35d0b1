/* test_gate.c - what a condition needs, what a string must hold, and which rules a look at a stream names. */
#include "triage/analyse/gate_inside.h"
#include "triage/analyse/rule_literal.h"
#include "triage/analyse/rule_text.h"

#include "tests/harness.h"

#include <stdio.h>

/* --- formulas --- */

struct world {
	const char *occur;		/* letters of the strings that occur */
	bool fits, named;
};

static bool
occurs(const void *ctx, uint32_t slot)
{
	const struct world *w = ctx;
	return strchr(w->occur, (int)('a' + slot)) != NULL;
}

static bool
fits(const void *ctx, uint32_t need)
{
	(void)need;
	return ((const struct world *)ctx)->fits;
}

static bool
is_named(const void *ctx, uint32_t name, uint32_t literal)
{
	(void)name, (void)literal;
	return ((const struct world *)ctx)->named;
}

/* Whether a condition over the strings $a $b $c $d1 ($d) may hold when those of `occur` occur. */
static bool
may_hold(const char *condition, struct world w)
{
	char text[2000];
	struct rule_text cut;
	struct triage_error err = { 0 };
	snprintf(text, sizeof(text), "import \"pe\" rule other { condition: true } rule x { strings: $a = \"q\" $b = \"r\" $c = /s/ $d1 = { 01 } condition: %s }",
	    condition);
	if (rule_text_cut(text, strlen(text), &cut, &err) != TRIAGE_OK)
		fail_msg("%s: %s", condition, err.text);
	const struct rule_formula *f = &cut.parts[1].formula;
	const struct formula_world world = { &w, occurs, fits, is_named };
	assert_number_equal(f->string_count, 4);
	bool holds = rule_formula_holds(f->steps, f->step_count, f->slots, &world);
	rule_text_release(&cut);
	return holds;
}

static void
a_condition_needs_the_strings_that_it_joins(void **state)
{
	static const struct {
		const char *condition, *enough, *too_few;
	} rows[] = {
		{ "$a", "a", "bcd" }, { "$a and $b", "ab", "acd" }, { "$a or $b", "b", "cd" }, { "any of them", "d", "" }, { "all of them", "abcd", "abc" },
		{ "2 of them", "ad", "d" }, { "2 of ($a, $d*)", "ad", "abc" }, { "1 of ($d*) and ($a or ($b and $c))", "dbc", "dbb" },
		{ "$a at 0", "a", "b" }, { "$a in (0..100) and $b", "ab", "b" }, { "#a > 3", "a", "b" }, { "#a >= 1", "a", "b" }, { "#a == 2", "a", "b" },
		{ "#a > #b + #c + 2", "a", "bc" }, { "(#a + #b) > (#c)", "b", "c" }, { "@a < @b", "ab", "a" }, { "uint32(@a + 0x10) == 7", "a", "" },
		{ "!a[1] > 20", "a", "" }, { "for any i in (1..3) : ($b)", "b", "ac" }, { "for 2 i in (0..pe.number_of_sections) : ($a and @b[i] < 9)", "ab", "b" },
		{ "50% of them", "a", "" }, { "$a and other", "", "" }, { "(($a)) and not $b", "a", "b" }, { "any of ($d*, $a)", "d", "bc" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].enough[0] != '\0' && !may_hold(rows[i].condition, (struct world){ rows[i].enough, true, true }))
			fail_msg("%s must hold with %s", rows[i].condition, rows[i].enough);
		if (may_hold(rows[i].condition, (struct world){ rows[i].too_few, true, true }))
			fail_msg("%s cannot hold with %s", rows[i].condition, rows[i].too_few);
	}
}

static void
what_is_not_understood_may_always_hold(void **state)
{
	static const char *const conditions[] = { "not $a", "#a == 0", "#a >= 0", "#a < 3", "true", "for any of them : ($ at 0)", "for all of ($a) : (# > 2)", "not @a > 2",
		"pe.number_of_sections > 0 or $a", "filesize > 20", "$a or not $b", "for all i in (1..2) : ($a)", "0 of them", "#a * 2 > 1", "#c - #a > 0", "defined @a" };
	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (!may_hold(conditions[i], (struct world){ "", true, true }))
			fail_msg("%s may hold without strings", conditions[i]);
}

static void
first_bytes_sizes_and_names_are_asked_about(void **state)
{
	(void)state;
	assert_false(may_hold("uint16(0) == 0x5a4d and pe.imphash() == \"x\"", (struct world){ "", false, false }));
	assert_true(may_hold("uint16(0) == 0x5a4d and pe.imphash() == \"x\"", (struct world){ "", true, false }));
	assert_false(may_hold("filename == \"x.exe\" and not $a", (struct world){ "", true, false }));
	assert_true(may_hold("filename == \"x.exe\" and not $a", (struct world){ "", true, true }));
	assert_true(may_hold("filename == \"x\\\\y\" and not $a", (struct world){ "", true, false }));
}

/* --- literals --- */

/* longest: the alternatives of the longest run, parted by '|'. */
static void
assert_literal(enum rule_word_kind kind, const char *value, const char *longest)
{
	struct rule_literal runs[RULE_LITERALS];
	size_t count = rule_literals_of((struct rule_word){ kind, value, strlen(value) }, 2, runs), best = 0;
	char found[RULE_ALTERNATIVES * (RULE_LITERAL_MAX + 1) + 1] = "";
	for (size_t i = 1; i < count; i++)
		if (runs[i].size > runs[best].size)
			best = i;
	for (size_t k = 0, at = 0; count != 0 && k < runs[best].count; k++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%.*s", k == 0 ? "" : "|", (int)runs[best].any[k].size, (const char *)runs[best].any[k].bytes);
	if (strcmp(found, longest) != 0)
		fail_msg("%s: found %s", value, found);
}

static void
a_regular_expression_must_hold_its_plain_runs(void **state)
{
	(void)state;
	assert_literal(RULE_WORD_REGEX, "/abcdef/", "abcdef");
	assert_literal(RULE_WORD_REGEX, "/ab+cdef/is", "cdef");
	assert_literal(RULE_WORD_REGEX, "/abcx?def/", "abc");
	assert_literal(RULE_WORD_REGEX, "/abcx*/", "abc");
	assert_literal(RULE_WORD_REGEX, "/abx{0,3}cdefg/", "cdefg");
	assert_literal(RULE_WORD_REGEX, "/abc|defghi/", "");
	assert_literal(RULE_WORD_REGEX, "/(abc|defghi)jk/", "abcjk|defghijk");
	assert_literal(RULE_WORD_REGEX, "/x(ab|cd)(ef|g)h[a-z](ij|kl)/", "xabefh|xabgh|xcdefh|xcdgh");
	assert_literal(RULE_WORD_REGEX, "/(abc|defghi)+jk/", "jk");
	assert_literal(RULE_WORD_REGEX, "/(abc|d.f)jk/", "jk");
	assert_literal(RULE_WORD_REGEX, "/(abc|)jk/", "abcjk|jk");
	assert_literal(RULE_WORD_REGEX, "/(ab|c)d?ef/", "ef");
	assert_literal(RULE_WORD_REGEX, "/(a\\.b|c\\wd)ef/", "ef");
	assert_literal(RULE_WORD_REGEX, "/(a|b|c|d)(a|b|c|d)efg/", "aefg|befg|cefg|defg");
	assert_literal(RULE_WORD_REGEX, "/[abc(]de(f[)]ghi)jkl/", "jkl");
	assert_literal(RULE_WORD_REGEX, "/[]abc]de/", "de");
	assert_literal(RULE_WORD_REGEX, "/[^]abc]de/", "de");
	assert_literal(RULE_WORD_REGEX, "/a\\.b\\/\\x41\\n/", "a.b/A\n");
	assert_literal(RULE_WORD_REGEX, "/ab\\wcd\\bef.gh^ij/", "ab");
	assert_literal(RULE_WORD_REGEX, "/ab(c\\)d|e)?fgh/", "fgh");
}

static void
a_hex_string_must_hold_its_plain_runs(void **state)
{
	(void)state;
	assert_literal(RULE_WORD_HEX, "{ 61 62 63 ?? 64 65 }", "abc");
	assert_literal(RULE_WORD_HEX, "{ 61 6? 62 63 }", "bc");
	assert_literal(RULE_WORD_HEX, "{ 61 ?2 62 63 }", "bc");
	assert_literal(RULE_WORD_HEX, "{ 61 62 [2-4] 63 64 65 }", "cde");
	assert_literal(RULE_WORD_HEX, "{ 61 62 ( 63 64 65 | 66 67 68 ) 69 6a 6b }", "ijk");
	assert_literal(RULE_WORD_HEX, "{ 61 /* 62 63 64 */ 62 // 65 66\n 63 }", "abc");
	assert_literal(RULE_WORD_HEX, "{ 61 [62] 62 63 }", "bc");
}

/* --- looks --- */

struct looker {
	YR_RULES *rules;
	struct rule_text cut;
	struct gate *gate;
	struct gate_look *look;
};

static struct looker
looker_of(const char *text)
{
	struct looker l = { 0 };
	struct triage_error err = { 0 };
	YR_COMPILER *compiler;
	const struct rule_formula *formulas[20];
	uint32_t tags[20];
	assert_int_equal(yr_initialize(), ERROR_SUCCESS);
	assert_int_equal(yr_compiler_create(&compiler), ERROR_SUCCESS);
	for (size_t i = 0; i < RULE_NAME_COUNT; i++)
		yr_compiler_define_string_variable(compiler, rule_names[i], "");
	assert_int_equal(yr_compiler_add_string(compiler, text, NULL), 0);
	assert_int_equal(yr_compiler_get_rules(compiler, &l.rules), ERROR_SUCCESS);
	yr_compiler_destroy(compiler);
	assert_int_equal(rule_text_cut(text, strlen(text), &l.cut, &err), TRIAGE_OK);
	assert_number_equal(l.cut.count, l.rules->num_rules);
	for (size_t i = 0; i < l.cut.count; i++) {
		formulas[i] = &l.cut.parts[i].formula;
		tags[i] = (uint32_t)i;
	}
	assert_int_equal(gate_new(&l.gate, &err), TRIAGE_OK);
	assert_int_equal(gate_add(l.gate, l.rules, formulas, tags, &err), TRIAGE_OK);
	assert_int_equal(gate_close(l.gate, &err), TRIAGE_OK);
	assert_int_equal(gate_look_new(l.gate, &l.look, &err), TRIAGE_OK);
	return l;
}

static void
looker_release(struct looker *l)
{
	gate_look_free(l->look);
	gate_free(l->gate);
	rule_text_release(&l->cut);
	yr_rules_destroy(l->rules);
	yr_finalize();
}

/* The candidates as a set of bits. */
static unsigned
candidates_of_one_way(struct looker *l, const void *data, size_t size)
{
	static const char *const names[RULE_NAME_COUNT] = { "a.txt", "/a.txt", ".txt", "UNKNOWN", "" };
	const uint32_t *tags = NULL;
	size_t count = 0;
	unsigned set = 0;
	assert_true(gate_look_at(l->look, (struct view){ data, size }, names, &tags, &count));
	for (size_t i = 0; i < count; i++) {
		assert_false((set & 1u << tags[i]) != 0);
		set |= 1u << tags[i];
	}
	return set;
}

/* Likewise: in small and, where the processor can, in large steps the same is found. */
static unsigned
candidates(struct looker *l, const void *data, size_t size)
{
	const bool wide = l->gate->wide.usable;
	unsigned set = candidates_of_one_way(l, data, size);
	l->gate->wide.usable = false;
	assert_number_equal(candidates_of_one_way(l, data, size), set);
	l->gate->wide.usable = wide;
	return set;
}

/* Words of each length at which another way of filing begins. */
static void
words_of_all_lengths_are_found_at_every_place(void **state)
{
	static const char *const words[] = { "q1", "q2z", "wxyz", "vbnm6", "kjhgf6", "poiuyt7", "mnbvcx89", "lkjhgfdsa9", "qwertyuiop1", "zxcvbnmasdf2" };
	char rules[2000] = "", stream[120];
	size_t used = 0;
	(void)state;
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
		used += (size_t)snprintf(rules + used, sizeof(rules) - used, "rule r%zu { strings: $a = \"%s\" condition: $a } ", w, words[w]);
	struct looker l = looker_of(rules);
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
		for (size_t at = 0; at + strlen(words[w]) <= sizeof(stream); at++) {
			memset(stream, '.', sizeof(stream));
			memcpy(stream + at, words[w], strlen(words[w]));
			assert_number_equal(candidates(&l, stream, sizeof(stream)), 1u << w);
			assert_number_equal(candidates(&l, stream, at + strlen(words[w])), 1u << w);
		}
	looker_release(&l);
}

/* Runs of one byte are passed over, but not the word in them. */
static void
a_word_of_one_byte_is_found_in_a_run(void **state)
{
	struct looker l = looker_of("rule a { strings: $a = \"AAAAAAAAAAA\" condition: $a } rule b { strings: $a = \"BBBBBBB\" condition: $a }");
	char stream[120];
	(void)state;
	for (size_t at = 0; at < 70; at++)
		for (size_t size = 1; at + size <= sizeof(stream); size++) {
			memset(stream, '.', sizeof(stream));
			memset(stream + at, 'A', size);
			assert_number_equal(candidates(&l, stream, sizeof(stream)), size >= 11 ? 1 : 0);
			assert_number_equal(candidates(&l, stream, at + size), size >= 11 ? 1 : 0);
			memset(stream + at, 'B', size);
			assert_number_equal(candidates(&l, stream, sizeof(stream)), size >= 7 ? 2 : 0);
		}
	looker_release(&l);
}

#define LOOK(l, text) candidates(l, text, sizeof(text) - 1)

static void
a_word_is_found_at_every_place_of_a_stream(void **state)
{
	struct looker l = looker_of("rule a { strings: $a = \"needle in hay\" condition: $a } rule b { strings: $a = \"pin7\" condition: $a } "
	    "rule c { strings: $a = /<%\\s/ condition: $a }");
	char stream[64];
	(void)state;
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = { { "needle in hay", 1 }, { "pin7", 2 }, { "<% ", 4 } };
	for (size_t w = 0; w < 3; w++)
		for (size_t at = 0; at + strlen(words[w].word) <= sizeof(stream); at++) {
			memset(stream, '.', sizeof(stream));
			memcpy(stream + at, words[w].word, strlen(words[w].word));
			assert_number_equal(candidates(&l, stream, sizeof(stream)), words[w].bit);
			/* ends with the word */
			assert_number_equal(candidates(&l, stream, at + strlen(words[w].word)), words[w].bit);
		}
	assert_number_equal(LOOK(&l, ""), 0);
	assert_number_equal(LOOK(&l, "p"), 0);
	looker_release(&l);
}

static void
modifiers_of_strings_are_heeded(void **state)
{
	struct looker l = looker_of("rule a { strings: $a = \"CaseSensitive\" condition: $a } rule b { strings: $a = \"AnyCaseAtAll\" nocase condition: $a } "
	    "rule c { strings: $a = \"OnlyWide\" wide condition: $a } rule d { strings: $a = \"Both\" ascii wide condition: $a } "
	    "rule e { strings: $a = \"xored text\" xor condition: $a } rule f { strings: $a = \"encoded text\" base64 condition: $a } "
	    "rule g { strings: $a = /reg[e3]x run here/ wide condition: $a } rule h { strings: $a = { 01 02 ( 03 | 04 ) 05 06 07 08 } condition: $a }");
	(void)state;
	assert_number_equal(LOOK(&l, "..casesensitive.."), 0);
	assert_number_equal(LOOK(&l, "..CaseSensitive.."), 1);
	assert_number_equal(LOOK(&l, "..anycaseATALL.."), 2);
	assert_number_equal(LOOK(&l, "OnlyWide"), 0);
	assert_number_equal(LOOK(&l, "O\0n\0l\0y\0W\0i\0d\0e\0"), 4);
	assert_number_equal(LOOK(&l, "B\0o\0t\0h\0"), 8);
	assert_number_equal(LOOK(&l, "xBothx"), 8);
	char xored[] = "xored text";
	for (size_t i = 0; i < sizeof(xored) - 1; i++)
		xored[i] ^= 0x37;
	assert_number_equal(LOOK(&l, xored), 16);
	assert_number_equal(LOOK(&l, "ZW5jb2RlZCB0ZXh0"), 32);
	assert_number_equal(LOOK(&l, "r\0e\0g\0003\0x\0 \0r\0u\0n\0 \0h\0e\0r\0e\0"), 64);
	assert_number_equal(LOOK(&l, "\1\2\4\5\6\7\10"), 128);
	assert_number_equal(LOOK(&l, "\1\2\5\5\6\7\11"), 0);
	looker_release(&l);
}

static void
a_rule_that_needs_no_string_stands_where_it_can_match(void **state)
{
	struct looker l = looker_of("import \"pe\" rule a { strings: $a = \"something\" condition: not $a } "
	    "rule b { strings: $a = \"something\" condition: uint16(0) == 0x5a4d and (pe.imphash() == \"q\" or $a) } "
	    "rule c { condition: filename == \"a.txt\" } rule d { condition: filename == \"b.txt\" } rule e { condition: uint32(0) == 0x04034b50 }");
	(void)state;
	assert_number_equal(gate_standing(l.gate, 0), 1u << FILE_MZ | 1u << FILE_ELF | 1u << FILE_REST);
	assert_number_equal(gate_standing(l.gate, 1), 1u << FILE_MZ);
	assert_number_equal(gate_standing(l.gate, 2), 0);
	assert_number_equal(LOOK(&l, "nothing at all"), 4);
	assert_number_equal(LOOK(&l, "something"), 4);
	assert_number_equal(LOOK(&l, "PK\3\4 and more"), 4 | 16);
	looker_release(&l);
}

static void
a_stream_full_of_words_makes_every_rule_a_candidate(void **state)
{
	/* twelve words filed under the same bytes, of which the stream never has one */
	struct looker l = looker_of("rule a { strings: $a = \"abab\" $b = \"aBab\" $c = \"abAb\" $d = \"abaB\" $e = \"Abab\" $f = \"AbAb\" "
	    "$g = \"ABab\" $h = \"abAB\" $i = \"AbaB\" $j = \"aBAb\" $k = \"aBAB\" $l = \"ABAb\" condition: any of them }");
	static char stream[1 << 20];
	static const char *const names[RULE_NAME_COUNT] = { "", "", "", "", "" };
	const uint32_t *tags = NULL;
	size_t count = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(stream); i++)
		stream[i] = "AB"[i % 2];
	assert_number_equal(candidates(&l, stream, 1000), 0);
	assert_false(gate_look_at(l.look, (struct view){ (const uint8_t *)stream, sizeof(stream) }, names, &tags, &count));
	assert_null(tags);
	looker_release(&l);
}

/* Where the processor can, few words are looked for in large steps, and very many in small ones. */
static void
many_beginnings_are_looked_for_in_small_steps(void **state)
{
	static char rules[60000];
	size_t used = (size_t)snprintf(rules, sizeof(rules), "rule a { strings: ");
	(void)state;
	struct looker few = looker_of("rule a { strings: $a = \"pin7\" condition: $a }");
#if defined(__x86_64__)
	assert_int_equal(few.gate->wide.usable, __builtin_cpu_supports("avx2") != 0);
#endif
	looker_release(&few);
	for (unsigned i = 0; i < 1500; i++)
		used += (size_t)snprintf(rules + used, sizeof(rules) - used, "$a%u = \"%c%c%c%c\" ", i, 'a' + i % 26, 'a' + i / 26 % 26, '0' + i / 676 % 10, 'z' - i % 13);
	snprintf(rules + used, sizeof(rules) - used, "condition: any of them }");
	struct looker many = looker_of(rules);
	assert_false(many.gate->wide.usable);
	assert_number_equal(LOOK(&many, "...ab0y....................................................."), 0);
	assert_number_equal(LOOK(&many, "...ba0y....................................................."), 1);
	looker_release(&many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_needs_the_strings_that_it_joins),
		cmocka_unit_test(what_is_not_understood_may_always_hold),
		cmocka_unit_test(first_bytes_sizes_and_names_are_asked_about),
		cmocka_unit_test(a_regular_expression_must_hold_its_plain_runs),
		cmocka_unit_test(a_hex_string_must_hold_its_plain_runs),
		cmocka_unit_test(a_word_is_found_at_every_place_of_a_stream),
		cmocka_unit_test(words_of_all_lengths_are_found_at_every_place),
		cmocka_unit_test(a_word_of_one_byte_is_found_in_a_run),
		cmocka_unit_test(modifiers_of_strings_are_heeded),
		cmocka_unit_test(many_beginnings_are_looked_for_in_small_steps),
		cmocka_unit_test(a_rule_that_needs_no_string_stands_where_it_can_match),
		cmocka_unit_test(a_stream_full_of_words_makes_every_rule_a_candidate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
