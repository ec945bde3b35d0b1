/* test_artefact_iis_config.c - settings of IIS. */
#include "tests/artefact_harness.h"

static void
modules_and_sites_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis_config/applicationHost.config"));
	assert_string_equal(p.kind->name, "iis_config");
	assert_number_equal(p.count, 7);
	assert_number_equal(p.remark_count, 0);
	const struct parsed_event *e = parsed_event_of(&p, NULL, "native module set", "filter.dll");
	assert_string_equal(e->message, "IIS: native module HttpFilter, C:\\ProgramData\\filter.dll (not in a folder of IIS)");
	assert_string_equal(e->technique, "T1505.004");
	assert_string_equal(parsed_event_of(&p, NULL, "native module set", "static.dll")->technique, "");
	assert_string_equal(parsed_event_of(&p, NULL, "site bound", NULL)->message, "IIS: site Gemeente & Co answers *:443:www.gemeente.example");
	assert_non_null(strstr(parsed_event_of(&p, NULL, "folder served", NULL)->data, "\"physical_path\":\"C:\\\\inetpub\\\\wwwroot\""));
	assert_non_null(strstr(parsed_event_of(&p, NULL, "log set", "D:")->data, "\"site\":\"Gemeente & Co\",\"log_format\":\"W3C\",\"local_time_rollover\":\"true\""));
	assert_non_null(strstr(parsed_event_of(&p, NULL, "handler set", NULL)->data, "\"script_processor\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\""));
	parsed_free(&p);
}

static void
a_machine_key_is_told_but_not_which(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis_config/web.config"));
	assert_number_equal(p.count, 2);
	(void)parsed_event_of(&p, NULL, "machine key set", "\"validation\":\"SHA1\"");
	for (size_t i = 0; i < p.count; i++)
		assert_null(strstr(p.events[i].data, "0011"));
	(void)parsed_event_of(&p, NULL, "module set", "Evil.Module, App");
	parsed_free(&p);
}

/* Each user of Visual Studio has such a file; modules of IIS Express are its own. */
static void
modules_of_iis_express_are_its_own(void **state)
{
	static const char text[] = "<configuration><system.webServer><globalModules><add name=\"a\" image=\"%IIS_BIN%\\cachuri.dll\" /><add name=\"b\" image=\"%IIS_BIN%\\..\\b.dll\" />"
	    "</globalModules></system.webServer></configuration>";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/applicationhost.config", text, sizeof(text) - 1);
	assert_string_equal(parsed_event_of(&p, NULL, "native module set", "cachuri.dll")->technique, "");
	assert_string_equal(parsed_event_of(&p, NULL, "native module set", "b.dll")->technique, "T1505.004");
	parsed_free(&p);
}

static void
what_is_damaged_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis_config/damaged.config"));
	assert_true(p.count >= 2);
	assert_true(parsed_has_remark(&p, "document-cut"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_and_sites_are_told),
		cmocka_unit_test(a_machine_key_is_told_but_not_which),
		cmocka_unit_test(modules_of_iis_express_are_its_own),
		cmocka_unit_test(what_is_damaged_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
