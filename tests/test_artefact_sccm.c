/* test_artefact_sccm.c - logs in the form of CMTrace. */
#include "tests/artefact_harness.h"

static void
entries_of_many_lines(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/sccm/AppEnforce.log"));
	assert_string_equal(p.kind->name, "sccm");
	assert_number_equal(p.count, 2);
	assert_false(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_true(p.events[1].local);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21.5Z"));
	assert_non_null(strstr(p.events[1].data, "\"type\":\"error\""));
	assert_non_null(strstr(p.events[1].data, "first\\u000a  second\\u000alast"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/sccm/damaged.log"));
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 3);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/sccm_various.log"))
		return;
	assert_number_equal(p.count, 10);
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_many_lines),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
