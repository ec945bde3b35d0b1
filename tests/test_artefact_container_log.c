/* test_artefact_container_log.c - what containers of containerd and CRI-O printed. */
#include "tests/artefact_harness.h"

static void
parts_are_joined(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/container_log/0.log"));
	assert_string_equal(p.kind->name, "container_log");
	assert_number_equal(p.count, 6);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456789Z"));
	assert_string_equal(p.events[0].message, "Container: listening on 8080");
	/* the line of the other stream came amid it */
	assert_string_equal(p.events[1].message, "Container: between");
	assert_string_equal(p.events[2].message, "Container: xmrig: first and last");
	assert_number_equal(p.events[2].time, parsed_time("2023-11-14T22:13:21.000000001Z"));
	assert_non_null(strstr(p.events[2].data, "\"stream\":\"stderr\""));
	/* zeros at the end of a fraction are not written */
	assert_number_equal(p.events[3].time, parsed_time("2023-11-14T22:13:22.5Z"));
	assert_string_equal(p.events[4].message, "Container: and of nothing else");
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

static void
what_is_damaged_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/container_log/damaged.log"));
	/* two whole lines are not there: what there is of them is told */
	assert_number_equal(p.count, 3);
	assert_number_equal(parsed_with(&p, "\"cut\":true"), 1);
	assert_number_equal(p.remark_count, 3);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_joined),
		cmocka_unit_test(what_is_damaged_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
