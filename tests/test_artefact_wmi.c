/* test_artefact_wmi.c - programs that WMI starts. */
#include "tests/artefact_harness.h"

static void
filters_consumers_and_bindings(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/wmi/OBJECTS.DATA"));
	assert_string_equal(p.kind->name, "wmi");
	assert_number_equal(p.remark_count, 0);
	/* a binding that is there twice is told once */
	assert_number_equal(p.count, 5);
	assert_string_equal(p.events[0].parser, "wmi.filter");
	assert_non_null(strstr(p.events[0].data, "\"filter\":\"Bijwerken\",\"query\":\"SELECT * FROM __InstanceModificationEvent WITHIN 60"));
	assert_non_null(strstr(p.events[1].data, "\"command\":\"powershell.exe -nop -w hidden -enc AAAA\",\"consumer_type\":\"CommandLineEventConsumer\""));
	assert_number_equal(parsed_with(&p, "\"VBScript\",\"CreateObject(\\\"WScript.Shell\\\").Run \\\"calc\\\"\"]"), 1);
	assert_string_equal(p.events[2].message, "WMI binding: the filter Bijwerken starts the consumer BijwerkenDoen (CommandLineEventConsumer)");
	assert_string_equal(p.events[2].technique, "T1546.003");
	/* what Windows itself has is known */
	assert_string_equal(p.events[4].technique, "");
	assert_non_null(strstr(p.events[4].data, "\"known\":true"));
	parsed_free(&p);
}

static void
lies_do_no_harm(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/wmi/damaged"));
	assert_true(p.count < 5);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_consumers_and_bindings),
		cmocka_unit_test(lies_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
