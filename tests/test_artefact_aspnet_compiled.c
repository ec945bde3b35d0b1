/* test_artefact_aspnet_compiled.c - pages that ASP.NET compiled. */
#include "tests/artefact_harness.h"

static void
pages_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/aspnet_compiled/erroree.aspx.cdcab7d2.compiled"));
	assert_string_equal(p.kind->name, "aspnet_compiled");
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "web page compiled");
	assert_string_equal(p.events[0].message, "/owa/auth/errorEE.aspx was compiled by ASP.NET, so it was asked for (time: last change of the file)");
	assert_non_null(strstr(p.events[0].data, "\"files\":[\"/owa/auth/errorEE.aspx\",\"/owa/web.config\"]"));
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/aspnet_compiled/old.compiled"));
	assert_number_equal(parsed_with(&p, "\"virtual_path\":\"/a&b.ashx\",\"result_type\":\"2\""), 1);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/aspnet_compiled/damaged.compiled"));
	assert_number_equal(p.count, 1);
	assert_true(parsed_has_remark(&p, "document-cut"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
