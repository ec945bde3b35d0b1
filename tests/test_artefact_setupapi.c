/* test_artefact_setupapi.c - devices and drivers that were installed. */
#include "tests/artefact_harness.h"

static void
sections_with_their_end(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/setupapi/setupapi.dev.log"));
	assert_string_equal(p.kind->name, "setupapi");
	assert_number_equal(p.count, 4);
	assert_true(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.11Z"));
	assert_string_equal(p.events[0].message, "Device Install (Hardware initiated) - USBSTOR\\Disk&Ven_SanDisk&Prod_Ultra\\4C530001: SUCCESS");
	assert_string_equal(p.events[1].meaning, "section ended");
	assert_non_null(strstr(p.events[2].data, "\"exit_status\":\"FAILURE(0x00000005)\",\"command\":\"C:\\\\Users\\\\Public\\\\kill.exe\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/setupapi/damaged.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	const char *path = corpus_path("logs/setupapi.dev.log");
	size_t sections = 0;
	(void)state;
	if (path == NULL)
		return;
	parsed_file(&p, path);
	for (size_t i = 0; i < p.count; i++)
		sections += strcmp(p.events[i].meaning, "section ended") != 0;
	assert_number_equal(sections, 194);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_with_their_end),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
