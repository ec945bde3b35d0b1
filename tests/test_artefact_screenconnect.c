/* test_artefact_screenconnect.c - settings of the ScreenConnect client. */
#include "tests/artefact_harness.h"

static void
the_relay_is_named(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/screenconnect/system.config"));
	assert_string_equal(p.kind->name, "screenconnect");
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].message, "ScreenConnect client of the relay relay.example.org port 8041");
	assert_non_null(strstr(p.events[0].data, "\"session\":\"11111111-2222\",\"kind\":\"Access\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/screenconnect/damaged.config"));
	assert_string_equal(p.events[0].message, "ScreenConnect client, its settings name no relay");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_relay_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
