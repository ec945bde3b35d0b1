/* test_artefact_group_policy_script.c - scripts of group policy. */
#include "tests/artefact_harness.h"

static void
scripts_with_their_occasion(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/group_policy_script/scripts.ini"));
	assert_string_equal(p.kind->name, "group_policy_script");
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].message, "Group policy runs \\\\dc01\\netlogon\\update.bat /quiet at Startup");
	assert_string_equal(p.events[0].technique, "T1037");
	assert_non_null(strstr(p.events[1].data, "\"command\":\"b.ps1\""));
	assert_string_equal(p.events[2].technique, "T1037.003");
	assert_number_equal(p.events[2].time, parsed_time("2020-01-01T00:00:00Z"));
	parsed_free(&p);
}

static void
damage_does_no_harm(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/group_policy_script/damaged.ini"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[1].data, "\"when\":\"Shutdown\",\"command\":\"last\""));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_with_their_occasion),
		cmocka_unit_test(damage_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
