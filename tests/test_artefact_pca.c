/* test_artefact_pca.c - programs seen by the Program Compatibility Assistant. */
#include "tests/artefact_harness.h"

static void
starts_and_exits(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/pca/PcaAppLaunchDic.txt"));
	assert_string_equal(p.kind->name, "pca");
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[0].meaning, "last run");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/pca/PcaGeneralDb0.txt"));
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"status\":\"abnormal exit\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/pca/damaged.txt"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/PcaAppLaunchDic.txt"))
		return;
	assert_number_equal(p.count, 4);
	parsed_free(&p);
	parsed_file(&p, corpus_path("logs/PcaGeneralDb0.txt"));
	assert_number_equal(p.count, 3);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_and_exits),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
