#include "tests/detect_harness.h"

#include "triage/base/json.h"

static const struct detect_rule tool = MADE_RULE("tool", "credential-access", "Mimikatz", TRIAGE_HIGH, 80);
static const struct detect_rule dual = MADE_RULE("dual", "remote-access", "AnyDesk", TRIAGE_MEDIUM, 70);
static const struct detect_rule loose = MADE_RULE("loose", "yara", "", TRIAGE_HIGH, 85);
static const struct detect_rule akira_note = MADE_RULE("note_akira", "ransom-note", "Akira", TRIAGE_HIGH, 85);
static const struct detect_rule any_note = MADE_RULE("note_generic", "ransom-note", "", TRIAGE_HIGH, 60);

static void
a_high_rule_is_one_finding_a_file_up_to_a_number_and_then_one_more(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 80; i++) {
		char path[60];
		snprintf(path, sizeof(path), "/t/%02u.bin", i);
		show_match(&t, path, text_content(100), &tool);
	}
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 51);
	uint64_t sum = 0;
	for (size_t i = 0; i < 51; i++) {
		assert_string_equal(detect_finding(t.judge, i)->rule, "yara:test.tool");
		assert_string_equal(detect_finding(t.judge, i)->kind, "credential-access");
		sum += detect_finding(t.judge, i)->count;
	}
	assert_number_equal(sum, 80);
	close_judge(&t);
}

static void
a_medium_rule_is_one_finding_with_at_most_twenty_examples(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 300; i++) {
		char path[60];
		snprintf(path, sizeof(path), "/t/%03u.bin", 299 - i);
		show_match(&t, path, text_content(100), &dual);
	}
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 1);
	const struct detect_finding *f = detect_finding(t.judge, 0);
	assert_number_equal(f->count, 300);
	assert_string_equal(f->path, "/t/000.bin");
	assert_has(f->detail, "/t/019.bin");
	assert_null(strstr(f->detail, "/t/020.bin"));
	close_judge(&t);
}

/* Keys of the top level in order, and the examples counted. */
static size_t
walk_detail(const char *detail, char *keys, size_t size)
{
	struct json j;
	size_t examples = 0, at = 0;
	json_start(&j, detail, strlen(detail));
	assert_int_equal(json_next(&j), JSON_OBJECT);
	while (json_next(&j) == JSON_KEY) {
		at += (size_t)snprintf(keys + at, size - at, "%.*s ", (int)j.value_size, j.value);
		if (json_is(&j, "examples") && json_next(&j) == JSON_ARRAY) {
			while (json_next(&j) == JSON_OBJECT) {
				examples++;
				assert_true(json_skip(&j));
			}
			continue;
		}
		assert_true(json_skip(&j));
	}
	assert_int_equal(j.event, JSON_OBJECT_END);
	assert_int_equal(json_next(&j), JSON_END);
	return examples;
}

static void
detail_is_json_with_sorted_keys_and_a_command_to_check(void **state)
{
	struct judged t;
	char keys[200];
	(void)state;
	open_judge(&t);
	show_match(&t, "/t/odd \"name\" \\x01</script>.bin", text_content(100), &tool);
	finish(&t, 1.0);
	const char *detail = detect_finding(t.judge, 0)->detail;
	assert_number_equal(walk_detail(detail, keys, sizeof(keys)), 1);
	assert_string_equal(keys, "examples family how_to_check innocent reasons version why ");
	assert_has(detail, "xxd -s 12 -l 5 file-1.bin");
	assert_has(detail, "WHERE file_id = 1 ");
	assert_has(detail, "{\"file_id\":1,\"length\":5,\"offset\":12,\"path\":");
	assert_null(strstr(detail, "</script>"));
	close_judge(&t);
}

static void
name_and_text_of_a_note_together_are_surer_than_one(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_match(&t, "/a/x.txt", text_content(900), &akira_note);
	finish(&t, 1.0);
	unsigned text_alone = need_finding(&t, "detect:ransom-note")->confidence;
	close_judge(&t);
	open_judge(&t);
	show_match(&t, "/a/akira_readme.txt", text_content(900), &akira_note);
	finish(&t, 1.0);
	assert_true(need_finding(&t, "detect:ransom-note")->confidence > text_alone);
	assert_has(need_finding(&t, "detect:ransom-note")->detail, "2 independent traits: probably Akira.");
	assert_int_equal(need_finding(&t, "detect:ransom-note")->severity, TRIAGE_HIGH);
	close_judge(&t);
	open_judge(&t);
	show(&t, "/a/akira_readme.txt", text_content(900));
	finish(&t, 1.0);
	assert_true(need_finding(&t, "detect:ransom-note")->confidence < text_alone);
	assert_int_equal(need_finding(&t, "detect:ransom-note")->severity, TRIAGE_MEDIUM);
	close_judge(&t);
}

static void
the_rule_that_names_a_family_beats_the_general_one(void **state)
{
	struct judged t;
	const struct detect_match both[] = { { .rule = &any_note, .string_id = "$x", .sample = "" }, { .rule = &akira_note, .string_id = "$a", .sample = "" } };
	const struct triage_content c = text_content(900);
	(void)state;
	open_judge(&t);
	show_as(&t, (struct detect_file){ 0 }, "/a/x.txt", &c, both, 2);
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 1);
	assert_string_equal(detect_finding(t.judge, 0)->title, "Ransom note: Akira");
	assert_string_equal(detect_verdict(t.judge)->family, "Akira");
	close_judge(&t);
}

static void
a_weak_name_alone_is_nothing_until_it_repeats_with_its_content(void **state)
{
	struct judged t;
	const struct triage_content c = text_content(900);
	(void)state;
	open_judge(&t);
	show_as(&t, (struct detect_file){ .sha256 = "11" }, "/a/readme.txt", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .sha256 = "22" }, "/b/readme.txt", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .sha256 = "33" }, "/c/readme.txt", &c, NULL, 0);
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 0);
	close_judge(&t);
	open_judge(&t);
	show_as(&t, (struct detect_file){ .sha256 = "11" }, "/a/readme.txt", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .sha256 = "11" }, "/b/README.txt", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .sha256 = "11" }, "/c/readme.txt", &c, NULL, 0);
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 1);
	assert_int_equal(detect_finding(t.judge, 0)->severity, TRIAGE_LOW);
	assert_number_equal(detect_finding(t.judge, 0)->count, 3);
	close_judge(&t);
}

static void
a_program_under_the_name_of_a_picture_is_high_and_other_mismatches_fold_low(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show(&t, "/u/holiday.jpg", packed_content(9000, "application/x-dosexec"));
	for (unsigned i = 0; i < 40; i++) {
		char path[60];
		snprintf(path, sizeof(path), "/u/%02u.png", i);
		show(&t, path, text_content(3000));
	}
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 2);
	assert_int_equal(need_finding(&t, "detect:disguised-program")->severity, TRIAGE_HIGH);
	assert_string_equal(need_finding(&t, "detect:disguised-program")->path, "/u/holiday.jpg");
	assert_int_equal(need_finding(&t, "detect:type-mismatch")->severity, TRIAGE_LOW);
	assert_number_equal(need_finding(&t, "detect:type-mismatch")->count, 40);
	close_judge(&t);
}

static void
holes_in_a_program_do_not_hide_it_but_excuse_other_mismatches(void **state)
{
	struct judged t;
	const struct triage_content program = packed_content(9000, "application/x-sharedlib"), text = text_content(9000);
	(void)state;
	open_judge(&t);
	show_as(&t, (struct detect_file){ .flags = TRIAGE_ENTRY_SPARSE }, "/u/foto.jpg", &program, NULL, 0);
	show_as(&t, (struct detect_file){ .flags = TRIAGE_ENTRY_SPARSE }, "/u/foto.png", &text, NULL, 0);
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 1);
	assert_string_equal(need_finding(&t, "detect:disguised-program")->path, "/u/foto.jpg");
	close_judge(&t);
}

static void
random_bytes_that_pass_for_a_com_program_are_no_disguise(void **state)
{
	struct judged t;
	struct triage_content c = random_content(9000);
	(void)state;
	open_judge(&t);
	c.mime = "application/x-dosexec";
	c.magic = "COM executable for DOS";
	show(&t, "/u/brief.pdf", c);
	c.magic = "PE32 executable (GUI) Intel 80386, for MS Windows";
	show(&t, "/u/foto.jpg", c);
	finish(&t, 1.0);
	assert_number_equal(need_finding(&t, "detect:disguised-program")->count, 1);
	assert_string_equal(need_finding(&t, "detect:disguised-program")->path, "/u/foto.jpg");
	close_judge(&t);
}

static void
double_extensions_and_turned_names_are_medium_and_shortcuts_are_not(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show(&t, "/u/factuur.pdf.exe", packed_content(9000, "application/x-dosexec"));
	show(&t, "/u/factuur.pdf      .exe", packed_content(9000, "application/x-dosexec"));
	show(&t, "/u/Recent/factuur.pdf.lnk", packed_content(900, "application/x-ms-shortcut"));
	show(&t, "/u/setup.v2.exe", packed_content(9000, "application/x-dosexec"));
	show(&t, "/u/icon.svg.js", text_content(9000));
	show(&t, "/u/foto\\xe2\\x80\\xaegpj.exe", packed_content(9000, "application/x-dosexec"));
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 2);
	assert_number_equal(need_finding(&t, "detect:double-extension")->count, 2);
	assert_int_equal(need_finding(&t, "detect:double-extension")->severity, TRIAGE_MEDIUM);
	assert_number_equal(need_finding(&t, "detect:reversed-name")->count, 1);
	close_judge(&t);
}

static void
known_bad_is_critical_and_hidden_data_high(void **state)
{
	struct judged t;
	const struct triage_content c = text_content(900);
	(void)state;
	open_judge(&t);
	show_as(&t, (struct detect_file){ .known = DETECT_BAD, .sha256 = "aa" }, "/a", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .known = DETECT_BAD, .sha256 = "aa" }, "/b", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .known = DETECT_BAD, .sha256 = "bb" }, "/c", &c, NULL, 0);
	show_as(&t, (struct detect_file){ .flags = TRIAGE_ENTRY_HIDDEN, .kind = TRIAGE_FILE_DIRECTORY }, "/h", NULL, NULL, 0);
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 3);
	assert_int_equal(detect_finding(t.judge, 0)->severity, TRIAGE_CRITICAL);
	assert_number_equal(detect_finding(t.judge, 0)->count, 2);
	assert_string_equal(detect_finding(t.judge, 0)->kind, "known-bad");
	assert_int_equal(need_finding(&t, "detect:hidden-data")->severity, TRIAGE_HIGH);
	assert_string_equal(detect_verdict(t.judge)->word, "compromised");
	close_judge(&t);
}

static void
one_noisy_rule_does_not_tip_the_verdict(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 1000; i++) {
		char path[60];
		snprintf(path, sizeof(path), "/t/%03u.bin", i);
		show_match(&t, path, text_content(100), &loose);
	}
	finish(&t, 1.0);
	assert_string_equal(detect_verdict(t.judge)->word, "suspicious");
	assert_number_equal(detect_verdict(t.judge)->score, 25);
	close_judge(&t);
}

static void
two_kinds_that_agree_are_compromised(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_match(&t, "/t/m.exe", text_content(100), &tool);
	show_match(&t, "/t/a.exe", text_content(100), &dual);
	finish(&t, 1.0);
	assert_string_equal(detect_verdict(t.judge)->word, "compromised");
	assert_has(detect_verdict(t.judge)->reasons, "credential-access: Title of tool (high, confidence 80, count 1): 48 points.");
	close_judge(&t);
}

static void
too_little_examined_is_incomplete_and_never_nothing_found(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show(&t, "/a.txt", text_content(100));
	finish(&t, 0.5);
	assert_string_equal(detect_verdict(t.judge)->word, "incomplete");
	assert_has(detect_verdict(t.judge)->reasons, "50.0 % of the content bytes were examined");
	close_judge(&t);
	open_judge(&t);
	finish(&t, 1.0);
	assert_string_equal(detect_verdict(t.judge)->word, "nothing-found");
	close_judge(&t);
}

static void
findings_come_worst_first_and_the_same_each_time(void **state)
{
	char first[20000] = "";
	(void)state;
	for (unsigned run = 0; run < 2; run++) {
		struct judged t;
		char all[20000] = "";
		size_t at = 0;
		open_judge(&t);
		show_match(&t, "/t/z.exe", text_content(100), &dual);
		show_match(&t, "/t/y.exe", text_content(100), &tool);
		show_match(&t, "/t/b.exe", text_content(100), &tool);
		show(&t, "/u/holiday.jpg", packed_content(9000, "application/x-dosexec"));
		show(&t, "/u/x.png", text_content(3000));
		finish(&t, 1.0);
		for (size_t i = 0; i < detect_finding_count(t.judge); i++) {
			const struct detect_finding *f = detect_finding(t.judge, i);
			at += (size_t)snprintf(all + at, sizeof(all) - at, "%d %u %s %s %s\n", f->severity, f->score, f->rule, f->path, f->detail);
			if (i > 0)
				assert_true(f->severity <= detect_finding(t.judge, i - 1)->severity);
		}
		assert_string_equal(detect_finding(t.judge, 0)->path, "/t/b.exe");
		if (run == 0)
			memcpy(first, all, sizeof(first));
		assert_string_equal(first, all);
		close_judge(&t);
	}
}

static void
streams_beside_a_file_are_not_judged_by_its_extension(void **state)
{
	struct judged t;
	const struct triage_content c = text_content(90);
	(void)state;
	open_judge(&t);
	show_as(&t, (struct detect_file){ .stream = "Zone.Identifier" }, "/u/a.docx:Zone.Identifier", &c, NULL, 0);
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 0);
	close_judge(&t);
}

static void
a_flood_of_names_meets_limits_and_says_so(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 20000; i++) {
		char path[80], sha256[20];
		const struct triage_content c = text_content(900);
		snprintf(path, sizeof(path), "/d%u/readme.txt", i);
		snprintf(sha256, sizeof(sha256), "%x", i);
		show_as(&t, (struct detect_file){ .sha256 = sha256 }, path, &c, NULL, 0);
	}
	finish(&t, 1.0);
	assert_has(detect_verdict(t.judge)->reasons, "those beyond were not compared");
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_high_rule_is_one_finding_a_file_up_to_a_number_and_then_one_more),
		cmocka_unit_test(a_medium_rule_is_one_finding_with_at_most_twenty_examples),
		cmocka_unit_test(detail_is_json_with_sorted_keys_and_a_command_to_check),
		cmocka_unit_test(name_and_text_of_a_note_together_are_surer_than_one),
		cmocka_unit_test(the_rule_that_names_a_family_beats_the_general_one),
		cmocka_unit_test(a_weak_name_alone_is_nothing_until_it_repeats_with_its_content),
		cmocka_unit_test(a_program_under_the_name_of_a_picture_is_high_and_other_mismatches_fold_low),
		cmocka_unit_test(holes_in_a_program_do_not_hide_it_but_excuse_other_mismatches),
		cmocka_unit_test(random_bytes_that_pass_for_a_com_program_are_no_disguise),
		cmocka_unit_test(double_extensions_and_turned_names_are_medium_and_shortcuts_are_not),
		cmocka_unit_test(known_bad_is_critical_and_hidden_data_high),
		cmocka_unit_test(one_noisy_rule_does_not_tip_the_verdict),
		cmocka_unit_test(two_kinds_that_agree_are_compromised),
		cmocka_unit_test(too_little_examined_is_incomplete_and_never_nothing_found),
		cmocka_unit_test(findings_come_worst_first_and_the_same_each_time),
		cmocka_unit_test(streams_beside_a_file_are_not_judged_by_its_extension),
		cmocka_unit_test(a_flood_of_names_meets_limits_and_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
