/* test_artefact_mlocate.c - the list of all files. */
#include "tests/artefact_harness.h"

static void
directories_with_their_entries(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mlocate/mlocate.db"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456789Z"));
	assert_non_null(strstr(p.events[0].data, "\"target\":\"/root\",\"entries\":[\".bash_history\",\"x\"],\"files\":1,\"directories\":1"));
	assert_non_null(strstr(p.events[1].data, "\"sch\xc3\xb6n\",\"bad\\\\xff\\u000a\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/mlocate/cut.db"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.remarks[0].code, "directory-damaged");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/mlocate.db"))
		return;
	assert_true(p.count >= 2);
	assert_number_equal(p.remark_count, 0);
	assert_true(parsed_with(&p, "/home/user/temp") > 0);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(directories_with_their_entries), cmocka_unit_test(the_corpus_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
