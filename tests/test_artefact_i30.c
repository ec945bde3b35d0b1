/* test_artefact_i30.c - the index of a folder: names in use and in slack. */
#include "tests/artefact_harness.h"

static void
names_in_use_and_in_slack(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/i30/$I30"));
	assert_string_equal(p.kind->name, "i30");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 3 + 1 + 3 + 1);
	assert_string_equal(p.events[1].message, "file begroting.xlsx: modified, record changed");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21.0000007Z"));
	assert_non_null(strstr(p.events[1].data, "\"entry\":40,\"sequence\":1,\"parent_entry\":5,\"parent_sequence\":5,\"slack\":false"));
	assert_string_equal(p.events[3].message, "folder archief: created, modified, record changed, accessed");
	/* twice in slack, told once */
	assert_string_equal(p.events[4].message, "old index entry of file mimikatz.exe: created");
	assert_non_null(strstr(p.events[4].data, "\"entry\":43,\"sequence\":7"));
	assert_non_null(strstr(p.events[4].data, "\"size\":1250056"));
	/* its head is overwritten */
	assert_non_null(strstr(p.events[7].data, "\"name\":\"half.txt\",\"parent_entry\":5"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/i30/damaged"));
	assert_string_equal(p.remarks[0].code, "block-torn");
	assert_string_equal(p.remarks[1].code, "entry-damaged");
	assert_number_equal(p.remarks[1].offset, 4096 + 64);
	assert_true(parsed_with(&p, "begroting.xlsx") > 0);
	assert_true(parsed_with(&p, "mimikatz.exe") > 0);
	parsed_free(&p);
}

static size_t
names(const struct parsed *p, const char *slack)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		n += (i == 0 || p->events[i].offset != p->events[i - 1].offset) && strstr(p->events[i].data, slack) != NULL;
	return n;
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "mft/EZ_I30_Start"))
		return;
	assert_number_equal(parsed_with(&p, "\"name\":\"SomeFile20.txt\"") > 0, 1);
	size_t in_use = names(&p, "\"slack\":false");
	parsed_free(&p);
	parsed_file(&p, corpus_path("mft/EZ_I30_FirstDelete"));
	/* files went between the two, and are found in slack */
	assert_true(names(&p, "\"slack\":false") < in_use);
	assert_true(names(&p, "\"slack\":true") > 10);
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_use_and_in_slack),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
