/* test_places.c - each place from which something starts by itself, put before the judge (tests/places.tsv); each program for remote access or attack, by its files and services; texts that quote notes of many. */
#include "tests/detect_harness.h"

#include "triage/detect/tables.h"

#include <stdio.h>

static struct detect_tables *tables;

static int
load(void **state)
{
	struct triage_error err = { 0 };
	const struct detect_config config = { .tables = rules_folder() };
	(void)state;
	return detect_load(&config, &tables, &err) == TRIAGE_OK ? 0 : -1;
}

static int
unload(void **state)
{
	(void)state;
	detect_free(tables);
	return 0;
}

static struct judged
judge(void)
{
	struct triage_error err = { 0 };
	struct judged t = { .tables = tables, .next_id = 1 };
	if (detect_judge_new(tables, &t.judge, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	return t;
}

static void
show_place(struct judged *t, const char *parser, const char *path, const char *data)
{
	static const char *const others[] = { "systemd_unit", "unix_config", "passwd", "ssh_keys", "docker", "group_policy_script", "group_policy.task", "group_policy.group", "bits_old", "esxi_vib" };
	const char *source = strncmp(parser, "registry", 8) == 0 ? "registry" : strncmp(parser, "wmi", 3) == 0 ? "wmi" : parser;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		source = strcmp(others[i], parser) == 0 ? "other" : source;
	source = strcmp(parser, "shell_history") == 0 ? "shell-history" : source;
	if (strcmp(parser, "file") == 0 || strcmp(parser, "program") == 0) {
		bool program = parser[0] == 'p';
		show(t, path, program ? packed_content(90000, "application/x-sharedlib") : text_content(2000));
		return;
	}
	show_event(t, (struct detect_event){ .source = source, .parser = parser, .path = path, .data = data, .time = NIGHT, .meaning = "last written",
		.message = strcmp(parser, "ssh_keys") == 0 ? "Key x may log on" : "What it says", .host = "PC-12", .offset = TRIAGE_NO_ID });
}

static void
each_place_is_told_and_its_normal_twin_is_not(void **state)
{
	char path[4200], line[4096], rule[100];
	unsigned wrong = 0, tried = 0;
	(void)state;
	snprintf(path, sizeof(path), "%s/../tests/places.tsv", rules_folder());
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		char *cells[5], *rest = line;
		size_t count = 0;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		while (count < 5 && (cells[count] = strsep(&rest, "\t")) != NULL)
			count++;
		assert_number_equal(count, 5);
		struct judged t = judge();
		bool no = cells[4][0] == '!';
		snprintf(rule, sizeof(rule), "detect:%s", cells[4] + no);
		show_place(&t, cells[1], cells[2], cells[3]);
		finish(&t, 1);
		if ((finding_of(&t, rule) == NULL) != no) {
			print_error("%s: %s\n", cells[0], cells[4]);
			wrong++;
		}
		tried++;
		detect_judge_free(t.judge);
	}
	fclose(in);
	assert_true(tried >= 100);
	assert_number_equal(wrong, 0);
}

static void
a_text_that_quotes_many_notes_is_a_list_and_names_nobody(void **state)
{
	static const char *const families[] = { "Akira", "Play", "Conti", "Royal" };
	struct detect_rule rules[4];
	struct detect_match matches[4];
	struct triage_content text = text_content(9000);
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		rules[i] = (struct detect_rule)MADE_RULE("note", "ransom-note", families[i], TRIAGE_HIGH, 85);
		matches[i] = (struct detect_match){ .rule = &rules[i], .string_id = "$a", .offset = i, .length = 5, .sample = "hello" };
	}
	for (size_t count = 3; count <= 4; count++) {
		struct judged t = judge();
		show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED }, "/a/indicators.csv", &text, matches, count);
		finish(&t, 1);
		assert_true((finding_of(&t, "detect:ransom-note") != NULL) == (count == 3));
		assert_true((detect_remark(t.judge, 0) != NULL) == (count == 4));
		detect_judge_free(t.judge);
	}
}

/* The first alternative of a cell, its stars filled. */
static void
first_of(const char *cell, char separator, char *out, size_t size)
{
	size_t n = 0;
	for (const char *p = cell; *p != '\0' && *p != separator && n + 2 < size; p++)
		out[n++] = *p == '*' || *p == '?' ? 'x' : *p;
	out[n] = '\0';
}

static void
expect_tool(struct judged *t, const char *tool, const char *by, unsigned *wrong)
{
	bool found = false;
	finish(t, 1);
	for (size_t i = 0; i < detect_finding_count(t->judge); i++)
		found |= strcmp(detect_finding(t->judge, i)->rule, "detect:tool-present") == 0 && strstr(detect_finding(t->judge, i)->title, tool) != NULL;
	if (!found) {
		print_error("%s is not told by its %s\n", tool, by);
		(*wrong)++;
	}
	detect_judge_free(t->judge);
}

/* One line of rules/remote_tools.tsv: tool, category, dual, severity, technique, files, homes, services, keys, unix, why. */
static unsigned
try_tool(char *const cells[11], unsigned *wrong)
{
	char name[300], path[700], data[900];
	unsigned ways = 0;
	if (cells[5][0] != '\0') {
		struct judged t = judge();
		first_of(cells[5], ';', name, sizeof(name));
		snprintf(path, sizeof(path), "/Users/anna/Downloads/%s", name);
		show(&t, path, packed_content(900000, "application/x-dosexec"));
		expect_tool(&t, cells[0], "file", wrong);
		t = judge();
		snprintf(data, sizeof(data), "{\"executable\":\"%s\"}", name);
		show_event(&t, (struct detect_event){ .source = "prefetch", .parser = "prefetch", .path = "/Windows/Prefetch/X.pf", .data = data, .time = NIGHT, .meaning = "executed", .host = "PC-12" });
		expect_tool(&t, cells[0], "prefetch", wrong);
		ways++;
	}
	if (cells[7][0] != '\0') {
		struct judged t = judge();
		first_of(cells[7], ';', name, sizeof(name));
		snprintf(data, sizeof(data), ",\"service_name\":\"%s\",\"image_path\":\"C:\\\\Program Files\\\\x\\\\x.exe\"", name);
		show_windows(&t, "System", "Service Control Manager", 7045, NIGHT, "anna", data);
		expect_tool(&t, cells[0], "service", wrong);
		ways++;
	}
	if (cells[9][0] != '\0') {
		struct judged t = judge();
		first_of(cells[9], ';', name, sizeof(name));
		snprintf(path, sizeof(path), "/usr/local/bin/%s", name);
		show(&t, path, packed_content(900000, "application/x-executable"));
		expect_tool(&t, cells[0], "name on Unix", wrong);
		ways++;
	}
	return ways;
}

static void
each_tool_is_told_by_its_files_services_and_programs(void **state)
{
	char path[4200], line[8192];
	unsigned wrong = 0, tried = 0;
	(void)state;
	snprintf(path, sizeof(path), "%s/remote_tools.tsv", rules_folder());
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	assert_non_null(fgets(line, sizeof(line), in));
	while (fgets(line, sizeof(line), in) != NULL) {
		char *cells[11], *rest = line;
		size_t count = 0;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		while (count < 11 && (cells[count] = strsep(&rest, "\t")) != NULL)
			count++;
		assert_number_equal(count, 11);
		if (try_tool(cells, &wrong) == 0) {
			print_error("%s has neither files nor services nor programs\n", cells[0]);
			wrong++;
		}
		tried++;
	}
	fclose(in);
	assert_true(tried >= 75);
	assert_number_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_quotes_many_notes_is_a_list_and_names_nobody),
		cmocka_unit_test(each_tool_is_told_by_its_files_services_and_programs),
		cmocka_unit_test(each_place_is_told_and_its_normal_twin_is_not),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
