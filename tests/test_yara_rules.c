/* test_yara_rules.c - rule files as they are loaded: what rules say of themselves, files that are wrong, equal names, links. */
#include "tests/analyse_pass.h"

static void
rules_tell_what_they_are(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule ours : one two { meta: title = \"T\" why = \"W\" innocent = \"I\" severity = \"critical\" confidence = 99 kind = \"webshell\""
	    " family = \"F\" technique = \"T1505.003\" source = \"S\" version = 3 condition: true }"
	    " rule public { meta: description = \"D\\x1b[31m\" author = \"A\" reference = \"http://r\" score = 85 mitre_attack = \"uses T1059.001 and T1486.\" condition: true }"
	    " rule threat { meta: threat_level = 5 condition: true } rule low { meta: score = 40 condition: true } rule bare { condition: true }");
	const struct analyse_rule *r = analyse_rule(b->set, 0);
	assert_number_equal(analyse_rule_count(b->set), 5);
	assert_string_equal(r->name_space, "test.yar");
	assert_string_equal(r->tags, "one,two");
	assert_string_equal(r->title, "T");
	assert_string_equal(r->why, "W");
	assert_string_equal(r->innocent, "I");
	assert_number_equal(r->severity, TRIAGE_CRITICAL);
	assert_number_equal(r->confidence, 95);
	assert_string_equal(r->kind, "webshell");
	assert_string_equal(r->family, "F");
	assert_string_equal(r->technique, "T1505.003");
	assert_string_equal(r->source, "S");
	assert_string_equal(r->version, "3");
	r = analyse_rule(b->set, 1);
	assert_string_equal(r->title, "D\\x1b[31m");
	assert_string_equal(r->source, "A; http://r");
	assert_string_equal(r->technique, "T1059.001,T1486");
	assert_number_equal(r->severity, TRIAGE_HIGH);
	assert_string_equal(r->kind, "yara");
	assert_number_equal(r->confidence, 50);
	assert_number_equal(analyse_rule(b->set, 2)->severity, TRIAGE_MEDIUM);
	assert_number_equal(analyse_rule(b->set, 3)->severity, TRIAGE_LOW);
	assert_number_equal(analyse_rule(b->set, 4)->severity, TRIAGE_MEDIUM);
	assert_string_equal(analyse_rule(b->set, 4)->title, "");
	assert_null(analyse_rule(b->set, 5));
	bench_free(b);
}

static void
a_bad_file_is_listed_with_its_line_and_costs_no_other(void **state)
{
	(void)state;
	struct bench *b = calloc(1, sizeof(*b));
	bench_rule_file(b, "a.yar", "rule a { condition: true }");
	bench_rule_file(b, "b.yar", "rule x { condition: true }\n\nrule b {\n condition: undefined_thing }");
	bench_rule_file(b, "c.yara", "import \"cuckoo\"\nrule c { condition: true }");
	bench_rule_file(b, "d.rule", "rule d { condition: true }");
	bench_rule_file(b, "e.txt", "rule e { condition: true }");
	bench_rule_file(b, "f.yar", "include \"a.yar\"");
	bench_rule_file(b, "g.yar", "rule a { condition: true }");
	bench_rule_file(b, "h.yar", "\x80 rule");
	bench_load(b, (struct analyse_config){ 0 });
	static const struct {
		const char *name, *word;
		unsigned line;
		size_t rules;
	} want[] = { { "a.yar", NULL, 0, 1 }, { "b.yar", "undefined_thing", 4, 0 }, { "c.yara", "cuckoo", 1, 0 }, { "d.rule", NULL, 0, 1 },
		{ "f.yar", "include", 1, 0 }, { "g.yar", "same text", 0, 0 }, { "h.yar", "", 1, 0 } };
	assert_number_equal(analyse_file_count(b->set), 7);
	for (size_t i = 0; i < 7; i++) {
		const struct analyse_rule_file *file = analyse_file(b->set, i);
		assert_string_equal(file->name_space, want[i].name);
		assert_number_equal(strlen(file->sha256), 64);
		assert_number_equal(file->rules, want[i].rules);
		assert_number_equal(file->error_line, want[i].line);
		if (want[i].word == NULL)
			assert_string_equal(file->error, "");
		else if (file->error[0] == '\0' || strstr(file->error, want[i].word) == NULL)
			fail_msg("%s: %s", file->name_space, file->error);
	}
	assert_number_equal(analyse_rule_count(b->set), 2);
	assert_null(analyse_file(b->set, 7));
	bench_run(b, "x", 1);
	assert_number_equal(bench_hits(b, "a"), 1);
	assert_number_equal(bench_hits(b, "d"), 1);
	bench_free(b);
}

static void
files_of_equal_names_and_rules_of_equal_names_live_side_by_side(void **state)
{
	(void)state;
	struct bench *b = calloc(1, sizeof(*b));
	char path[2][100];
	bench_rule_file(b, "same.yar", "rule one { strings: $a = \"a\" condition: $a }");
	snprintf(path[0], sizeof(path[0]), "%s/sub", b->folder);
	assert_number_equal(mkdir(path[0], 0700), 0);
	bench_rule_file(b, "sub/same.yar", "rule one { strings: $a = \"b\" condition: $a }");
	bench_load(b, (struct analyse_config){ 0 });
	snprintf(path[1], sizeof(path[1]), "%s/sub/same.yar", b->folder);
	unlink(path[1]);
	assert_string_equal(analyse_file(b->set, 0)->name_space, "same.yar");
	assert_string_equal(analyse_file(b->set, 1)->name_space, "same.yar~2");
	bench_run(b, "ab", 2);
	assert_number_equal(bench_hits(b, "one"), 2);
	bench_free(b);
}

static void
a_path_without_rules_is_an_error(void **state)
{
	(void)state;
	static const char *const paths[] = { "/nonexistent/rules", "/dev/null" };
	for (size_t i = 0; i < 2; i++) {
		struct analyse_set *set;
		struct triage_error err = { 0 };
		struct analyse_config config = { .rule_paths = &paths[i], .rule_path_count = 1 };
		assert_number_equal(analyse_load(&config, &set, &err), TRIAGE_E_IO);
		assert_non_null(strstr(err.text, paths[i]));
		assert_true(err.sys_errno != 0);
	}
}

static void
linked_files_in_a_folder_are_named_and_not_followed(void **state)
{
	(void)state;
	struct bench *b = calloc(1, sizeof(*b));
	char path[100];
	bench_rule_file(b, "a.yar", "rule a { condition: true }");
	snprintf(path, sizeof(path), "%s/b.yar", b->folder);
	assert_number_equal(symlink("a.yar", path), 0);
	bench_load(b, (struct analyse_config){ 0 });
	assert_number_equal(analyse_file_count(b->set), 2);
	assert_non_null(strstr(analyse_file(b->set, 1)->error, "link"));
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_tell_what_they_are),
		cmocka_unit_test(a_bad_file_is_listed_with_its_line_and_costs_no_other),
		cmocka_unit_test(files_of_equal_names_and_rules_of_equal_names_live_side_by_side),
		cmocka_unit_test(a_path_without_rules_is_an_error),
		cmocka_unit_test(linked_files_in_a_folder_are_named_and_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
