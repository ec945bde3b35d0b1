#include "triage/analyse/rule_text.h"

#include "tests/harness.h"

static struct rule_text
cut_of(const char *text)
{
	struct rule_text cut;
	struct triage_error err = { 0 };
	if (rule_text_cut(text, strlen(text), &cut, &err) != TRIAGE_OK)
		fail_msg("not cut: %s", err.text);
	return cut;
}

static enum triage_status
refusal_of(const char *text, size_t *ret_line, struct triage_error *err)
{
	struct rule_text cut;
	enum triage_status st = rule_text_cut(text, strlen(text), &cut, err);
	if (st == TRIAGE_OK)
		rule_text_release(&cut);
	*ret_line = cut.error_line;
	return st;
}

/* Needs of a condition, as the only one of a file. */
static struct rule_need
need_of(const char *condition)
{
	char text[2000];
	snprintf(text, sizeof(text), "import \"pe\" rule x { strings: $a = \"q\" condition: %s }", condition);
	struct rule_text cut = cut_of(text);
	assert_number_equal(cut.count, 1);
	struct rule_need need = cut.parts[0].need;
	rule_text_release(&cut);
	return need;
}

static void
assert_part(const char *text, const struct rule_part *part, const char *name, const char *whole)
{
	assert_number_equal(part->name_size, strlen(name));
	assert_memory_equal(text + part->name, name, part->name_size);
	assert_number_equal(part->end - part->start, strlen(whole));
	assert_memory_equal(text + part->start, whole, strlen(whole));
}

static void
rules_are_cut_from_their_modifiers_to_their_closing_brace(void **state)
{
	(void)state;
	const char *text = "/* rule no { condition: true } */\nprivate global rule a : t1 t2 { condition: true }\n// x\nrule b{condition:false}";
	struct rule_text cut = cut_of(text);
	assert_number_equal(cut.count, 2);
	assert_part(text, &cut.parts[0], "a", "private global rule a : t1 t2 { condition: true }");
	assert_part(text, &cut.parts[1], "b", "rule b{condition:false}");
	assert_true(cut.parts[0].global);
	assert_false(cut.parts[1].global);
	rule_text_release(&cut);
}

static void
braces_and_keywords_inside_strings_are_not_syntax(void **state)
{
	(void)state;
	const char *text = "rule a { meta: m = \"} condition: true }\" strings: $a = \"condition:\" $b = \"quote \\\" } /*\" "
	    "$c = { 01 /* } */ 02 // }\n 03 [2-4] ( 04 | 05 ) } $d = /}\\/[\"] condition:/is condition: $a and \"}\" matches /\\}/ } rule b { condition: a }";
	struct rule_text cut = cut_of(text);
	assert_number_equal(cut.count, 2);
	assert_memory_equal(text + cut.parts[0].end - 1, "}", 1);
	assert_memory_equal(text + cut.parts[1].start, "rule b", 6);
	assert_true(cut.parts[0].searches);
	assert_false(cut.parts[1].searches);
	rule_text_release(&cut);
}

static void
an_empty_file_has_no_rules(void **state)
{
	(void)state;
	struct rule_text cut = cut_of(" \n// nothing");
	assert_number_equal(cut.count, 0);
	rule_text_release(&cut);
}

static void
unfinished_files_are_refused_with_their_line(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"\n\nrule a {", "\n\nrule a { condition: true", "\n\nrule a { strings: $a = \"x", "\n\nrule a { strings: $a = { 01 02 condition: $a }",
		"\n\nrule", "\n\n}", "\n\n/* rule", "\n\nimport pe", "\n\nrule a { }", "\n\nrule a { strings: $a = /x\n condition: $a }", "\n\n\"",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct triage_error err = { 0 };
		size_t line = 0;
		if (refusal_of(texts[i], &line, &err) == TRIAGE_OK)
			fail_msg("accepted: %s", texts[i]);
		assert_true(line >= 3);
		assert_true(err.text[0] != '\0');
	}
}

static void
modules_that_run_or_read_things_are_refused_by_name(void **state)
{
	(void)state;
	static const char *const modules[] = { "cuckoo", "magic", "console", "nonsense" };
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		char text[100];
		struct triage_error err = { 0 };
		size_t line;
		snprintf(text, sizeof(text), "rule a { condition: true }\nimport \"%s\"\n", modules[i]);
		assert_number_equal(refusal_of(text, &line, &err), TRIAGE_E_UNSUPPORTED);
		assert_number_equal(line, 2);
		assert_non_null(strstr(err.text, modules[i]));
	}
}

static void
includes_are_refused(void **state)
{
	(void)state;
	struct triage_error err = { 0 };
	size_t line;
	assert_number_equal(refusal_of("include \"/etc/passwd\"\n", &line, &err), TRIAGE_E_UNSUPPORTED);
	assert_number_equal(line, 1);
}

static void
modules_and_names_are_found_in_conditions_only(void **state)
{
	(void)state;
	struct rule_text cut = cut_of("import \"pe\" import \"elf\" rule a { meta: pe = \"filename\" strings: $a = \"elf filepath\" condition: $a and x.filename }"
	    " rule b { condition: pe.is_pe } rule c { condition: elf.type == 2 or filename == \"x\" }");
	assert_number_equal(cut.parts[0].modules, 0);
	assert_false(cut.parts[0].by_name);
	assert_number_equal(cut.parts[1].modules, rule_module_bit("pe", 2));
	assert_number_equal(cut.parts[2].modules, rule_module_bit("elf", 3));
	assert_true(cut.parts[2].by_name);
	rule_text_release(&cut);
}

static void
rules_that_name_each_other_are_linked(void **state)
{
	(void)state;
	struct rule_text cut = cut_of("rule a1 { condition: true } rule a2 { condition: true } rule b { condition: a1 } rule c { condition: pe.a2 }"
	    " rule free { condition: true } rule d1 { condition: true } rule e { condition: any of (d*) }");
	static const bool linked[] = { true, false, true, false, false, true, true };
	assert_number_equal(cut.count, 7);
	for (size_t i = 0; i < 7; i++)
		if (cut.parts[i].linked != linked[i])
			fail_msg("rule %zu", i);
	rule_text_release(&cut);
}

static void
a_global_rule_links_the_whole_file(void **state)
{
	(void)state;
	struct rule_text cut = cut_of("rule a { condition: true } global rule g { condition: true }");
	assert_true(cut.parts[0].linked && cut.parts[1].linked);
	rule_text_release(&cut);
}

static void
header_and_size_are_needs_when_joined_by_and(void **state)
{
	(void)state;
	struct rule_need need = need_of("uint16(0) == 0x5A4D and filesize < 200KB and $a");
	assert_number_equal(need.header_count, 1);
	assert_number_equal(need.headers[0].size, 2);
	assert_memory_equal(need.headers[0].bytes, "MZ", 2);
	assert_number_equal(need.size_max, 200 * 1024 - 1);
}

static void
all_forms_of_a_header_test_give_its_bytes(void **state)
{
	(void)state;
	static const struct {
		const char *condition, *bytes;
		size_t size;
	} forms[] = {
		{ "uint16(0)==0x5a4d", "MZ", 2 }, { "0x5A4D == uint16(0)", "MZ", 2 }, { "uint16be(0) == 0x4D5A", "MZ", 2 },
		{ "uint32(0) == 0x464C457F", "\x7f" "ELF", 4 }, { "uint32be(0) == 0x7F454C46", "\x7f" "ELF", 4 }, { "uint8(0) == 77", "M", 1 },
		{ "int16(0) == 0x5A4D", "MZ", 2 }, { "(uint16(0) == 0o55115)", "MZ", 2 }, { "pe.is_pe", "MZ", 2 },
		{ "pe.exports(\"a\")", "MZ", 2 }, { "pe.imphash() == \"00\" and $a", "MZ", 2 }, { "pe.number_of_sections > 3", "MZ", 2 },
		{ "pe.version_info[\"CompanyName\"] contains \"x\"", "MZ", 2 }, { "pe.sections[pe.number_of_sections - 1].name == \".x\"", "MZ", 2 },
		{ "pe.machine == pe.MACHINE_AMD64", "MZ", 2 }, { "elf.type == elf.ET_EXEC", "\x7f" "ELF", 4 },
		{ "(pe.is_dll() or pe.timestamp != 0)", "MZ", 2 }, { "((uint16(0) == 0x5A4D)) and $a", "MZ", 2 }, { "uint16( /* here */ 0 ) == 0x5A4D", "MZ", 2 },
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct rule_need need = need_of(forms[i].condition);
		if (need.header_count != 1 || need.headers[0].size != forms[i].size || memcmp(need.headers[0].bytes, forms[i].bytes, forms[i].size) != 0)
			fail_msg("%s", forms[i].condition);
	}
}

static void
all_forms_of_a_size_bound_give_the_largest_size(void **state)
{
	(void)state;
	static const struct {
		const char *condition;
		uint64_t size_max;
	} forms[] = {
		{ "filesize < 10", 9 }, { "filesize <= 10", 10 }, { "10 > filesize", 9 }, { "10 >= filesize", 10 }, { "filesize == 3", 3 },
		{ "filesize < 2MB", (2 << 20) - 1 }, { "filesize < 0x10", 15 }, { "filesize < 0", 0 }, { "filesize < 1KB and filesize < 10", 9 },
		{ "filesize < 1KB or filesize < 10", 1023 }, { "(filesize < 5 or filesize < 7) and filesize < 6", 5 },
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (need_of(forms[i].condition).size_max != forms[i].size_max)
			fail_msg("%s", forms[i].condition);
	}
}

static void
what_is_not_surely_needed_is_no_need(void **state)
{
	(void)state;
	static const char *const conditions[] = {
		"uint16(0) == 0x5A4D or $a", "not uint16(0) == 0x5A4D", "not (uint16(0) == 0x5A4D and filesize < 5)", "uint16(0) != 0x5A4D",
		"uint16(1) == 0x5A4D", "uint16(0) == 0x5A4D + 1", "uint16(0) & 255 == 0x5A4D", "uint8(0) == 0x5A4D", "filesize > 10", "10 < filesize",
		"filesize < 10 * 10", "filesize + 1 < 10", "filesize < filesize", "filesize != 3", "for any i in (0..1) : ( uint16(0) == 0x5A4D )",
		"$a or (uint16(0) == 0x5A4D and filesize < 9)", "defined uint16(0) == 1", "(filesize < 10) == false", "pe.is_pe == 0",
		"filesize < 99999999999999999999", "filesize < 1.5", "not filesize < 10", "true or filesize < 10", "int8(0) == 0xFF", "pe.is_pex",
		"any of them in (0..10)", "filesize < 10 == true", "not pe.is_dll()", "pe.MACHINE_I386 == 332", "pe.number_of_sections + 0 > 3 or $a",
		"pe.rich_signature.toolid(1) == 0", "defined pe.machine", "pe.machine == 1 or $a", "pe.is_pe != 1", "pe.machine & 1 == 0",
		"for any s in pe.sections : ( s.name == \"x\" )", "1 == pe.machine - pe.machine", "pe.timestamp < filesize", "uint16(0) == 0x5A4D == true",
	};
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		struct rule_need need = need_of(conditions[i]);
		if (need.header_count != 0 || need.size_max != UINT64_MAX)
			fail_msg("%s", conditions[i]);
	}
}

static void
alternatives_unite_their_headers(void **state)
{
	(void)state;
	struct rule_need need = need_of("(uint16(0) == 0x5A4D or uint32(0) == 0x464C457F or uint16(0) == 0x5A4D) and $a");
	assert_number_equal(need.header_count, 2);
	struct view mz = { (const uint8_t *)"MZ\x90", 3 }, elf = { (const uint8_t *)"\x7f" "ELF\2", 5 }, text = { (const uint8_t *)"text", 4 }, cut = { (const uint8_t *)"M", 1 };
	assert_true(rule_header_fits(need.headers, need.header_count, mz));
	assert_true(rule_header_fits(need.headers, need.header_count, elf));
	assert_false(rule_header_fits(need.headers, need.header_count, text));
	assert_false(rule_header_fits(need.headers, need.header_count, cut));
}

static void
a_header_that_must_differ_excludes_its_class(void **state)
{
	(void)state;
	static const struct {
		const char *condition;
		unsigned excludes;
	} forms[] = {
		{ "uint16(0) != 0x5A4D", 1u << FILE_MZ }, { "0x5A4D != uint16(0) and $a", 1u << FILE_MZ }, { "uint8(0) != 0x4D", 1u << FILE_MZ },
		{ "uint32(0) != 0x464C457F", 1u << FILE_ELF }, { "uint16be(0) != 0x7F45 and uint16(0) != 0x5A4D", 1u << FILE_ELF | 1u << FILE_MZ },
		{ "uint16(0) != 0x5A4D or $a", 0 }, { "uint32(0) != 0x00905A4D", 0 }, { "not uint16(0) != 0x5A4D", 0 }, { "uint16(2) != 0x5A4D", 0 },
		{ "uint32(0) != 0x464C457F or uint16(0) != 0x5A4D", 0 }, { "uint32(0) != 0x46666C45", 0 },
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (need_of(forms[i].condition).excludes != forms[i].excludes)
			fail_msg("%s", forms[i].condition);
}

static void
a_header_test_says_which_classes_of_streams_are_possible(void **state)
{
	(void)state;
	static const struct {
		struct rule_header header;
		bool possible[FILE_CLASS_COUNT];
	} forms[] = {
		{ { "MZ", 2 }, { [FILE_MZ] = true } },
		{ { "MZ\x90", 4 }, { [FILE_MZ] = true } },
		{ { "M", 1 }, { [FILE_MZ] = true, [FILE_REST] = true } },
		{ { "\x7f" "ELF", 4 }, { [FILE_ELF] = true } },
		{ { "\x7f" "E", 2 }, { [FILE_ELF] = true, [FILE_REST] = true } },
		{ { "PK", 2 }, { [FILE_REST] = true } },
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		for (unsigned class = 0; class < FILE_CLASS_COUNT; class++)
			if (rule_header_possible(&forms[i].header, (enum file_class)class) != forms[i].possible[class])
				fail_msg("%zu, class %u", i, class);
	assert_number_equal(file_class_of((struct view){ (const uint8_t *)"MZ", 2 }), FILE_MZ);
	assert_number_equal(file_class_of((struct view){ (const uint8_t *)"\x7f" "ELF", 4 }), FILE_ELF);
	assert_number_equal(file_class_of((struct view){ (const uint8_t *)"\x7f" "EL", 3 }), FILE_REST);
	assert_number_equal(file_class_of((struct view){ (const uint8_t *)"M", 1 }), FILE_REST);
	assert_number_equal(file_class_of((struct view){ NULL, 0 }), FILE_REST);
}

static void
brackets_without_end_of_depth_do_no_harm(void **state)
{
	(void)state;
	enum { DEPTH = 5000 };
	static char text[2 * DEPTH + 200];
	static char open[DEPTH + 1], shut[DEPTH + 1];
	memset(open, '(', DEPTH);
	memset(shut, ')', DEPTH);
	snprintf(text, sizeof(text), "rule x { condition: %suint16(0) == 0x5A4D%s }", open, shut);
	struct rule_text cut = cut_of(text);
	assert_number_equal(cut.parts[0].need.header_count, 0);
	rule_text_release(&cut);
}

static bool
is_second(void *ctx, size_t part)
{
	(void)ctx;
	return part == 1;
}

static void
a_selection_keeps_lines_and_drops_unused_imports(void **state)
{
	(void)state;
	const char *text = "import \"pe\"\nimport \"math\"\nrule a\n{\ncondition: pe.is_pe\n}\nrule b { condition: math.min(1, 2) == 1 }\n// end";
	struct rule_text cut = cut_of(text);
	SCOPED_BUF out;
	buf_init(&out, 10000);
	rule_text_select(text, strlen(text), &cut, is_second, NULL, &out);
	assert_string_equal(buf_cstr(&out), " \nimport \"math\"\n \n\n\n\nrule b { condition: math.min(1, 2) == 1 }\n// end");
	rule_text_release(&cut);
}

static void
any_bytes_at_all_can_be_cut(void **state)
{
	(void)state;
	const char *good = "import \"pe\" private rule a : t { meta: x = \"y\" strings: $a = { 01 02 } $b = /x\\/y/i condition: $a or uint16(0) == 0x5A4D }";
	size_t size = strlen(good);
	char text[300];
	uint32_t x = 1;
	for (size_t round = 0; round < 20000; round++) {
		memcpy(text, good, size);
		for (size_t k = 0; k < 1 + round % 4; k++) {
			x = x * 1664525 + 1013904223;
			text[(x >> 8) % size] = "{}()\"/*'=:\n\\ $a0"[x >> 28];
		}
		struct rule_text cut;
		struct triage_error err;
		if (rule_text_cut(text, size - round % 7, &cut, &err) != TRIAGE_OK)
			continue;
		for (size_t i = 0; i < cut.count; i++)
			assert_true(cut.parts[i].start < cut.parts[i].end && cut.parts[i].end <= size && cut.parts[i].condition <= cut.parts[i].condition_end);
		rule_text_release(&cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_cut_from_their_modifiers_to_their_closing_brace),
		cmocka_unit_test(braces_and_keywords_inside_strings_are_not_syntax),
		cmocka_unit_test(an_empty_file_has_no_rules),
		cmocka_unit_test(unfinished_files_are_refused_with_their_line),
		cmocka_unit_test(modules_that_run_or_read_things_are_refused_by_name),
		cmocka_unit_test(includes_are_refused),
		cmocka_unit_test(modules_and_names_are_found_in_conditions_only),
		cmocka_unit_test(rules_that_name_each_other_are_linked),
		cmocka_unit_test(a_global_rule_links_the_whole_file),
		cmocka_unit_test(header_and_size_are_needs_when_joined_by_and),
		cmocka_unit_test(all_forms_of_a_header_test_give_its_bytes),
		cmocka_unit_test(all_forms_of_a_size_bound_give_the_largest_size),
		cmocka_unit_test(what_is_not_surely_needed_is_no_need),
		cmocka_unit_test(alternatives_unite_their_headers),
		cmocka_unit_test(a_header_that_must_differ_excludes_its_class),
		cmocka_unit_test(a_header_test_says_which_classes_of_streams_are_possible),
		cmocka_unit_test(brackets_without_end_of_depth_do_no_harm),
		cmocka_unit_test(a_selection_keeps_lines_and_drops_unused_imports),
		cmocka_unit_test(any_bytes_at_all_can_be_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
