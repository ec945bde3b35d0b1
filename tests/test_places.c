/* test_places.c - each place from which something starts by itself, put before the judge (tests/places.tsv); each program for remote access or attack, by its files, services and keys. */
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
	static const char *const others[] = { "systemd_unit", "unix_config", "passwd", "ssh_keys", "docker", "group_policy_script", "group_policy.task", "group_policy.group", "bits_old" };
	const char *source = strncmp(parser, "registry", 8) == 0 ? "registry" : strncmp(parser, "wmi", 3) == 0 ? "wmi" : parser;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		source = strcmp(others[i], parser) == 0 ? "other" : source;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_place_is_told_and_its_normal_twin_is_not),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
