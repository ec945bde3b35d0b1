/* test_artefact_rdp_cache.c - picture cache of the Remote Desktop client. */
#include "tests/artefact_harness.h"

static void
tiles_are_counted(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/rdp_cache/Cache0000.bin"));
	assert_string_equal(p.kind->name, "rdp_cache");
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 0);
	assert_non_null(strstr(p.events[0].data, "\"tiles\":3"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/rdp_cache/bcache24.bmc"));
	assert_non_null(strstr(p.events[0].data, "\"tiles\":5"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/rdp_cache/damaged.bin"));
	assert_non_null(strstr(p.events[0].data, "\"tiles\":1"));
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiles_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
