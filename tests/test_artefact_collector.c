/* test_artefact_collector.c - what collectors say of the machine. */
#include "tests/artefact_harness.h"

static void
velociraptor_tells_the_host(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/collector/client_info.json"));
	assert_string_equal(p.kind->name, "collector");
	assert_number_equal(p.fact_count, 11);	/* three of the host, and the lines of the log for the custody text */
	assert_string_equal(parsed_fact(&p, "", "hostname"), "RAADHUIS-DC01");
	assert_string_equal(parsed_fact(&p, "", "os"), "Microsoft Windows Server 2019 Standard");
	assert_string_equal(parsed_fact(&p, "", "version"), "10.0.17763");
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

static void
a_cut_file_tells_what_it_has(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/collector/cut-client_info.json"));
	assert_string_equal(parsed_fact(&p, "", "hostname"), "RAADHUIS-DC01");
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "text-damaged");
	parsed_free(&p);
}

static void
kape_and_uac_tell_the_host(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/collector/2024-01-31T10_00_00_ConsoleLog.txt"));
	assert_string_equal(parsed_fact(&p, "", "hostname"), "BALIE-PC7");
	assert_string_equal(parsed_fact(&p, "", "os"), "Windows10");
	parsed_free(&p);
	memset(&p, 0, sizeof(p));
	parsed_file(&p, fixture("artefact/collector/uac.log"));
	assert_string_equal(parsed_fact(&p, "", "hostname"), "web1.gemeente.example");
	assert_string_equal(parsed_fact(&p, "", "os"), "linux");
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	static const char text[] = "Hostname: x\n", json[] = "{\"name\": 1}";
	const struct artefact_subject log = { .path = "/app.log", .name = "app.log", .owner = "", .size = sizeof(text) - 1 };
	const struct artefact_subject info = { .path = "/client_info.json", .name = "client_info.json", .owner = "", .size = sizeof(json) - 1 };
	(void)state;
	parsed_once(&p, &log, (struct view){ (const uint8_t *)text, sizeof(text) - 1 }, 0);
	assert_null(p.kind);
	parsed_once(&p, &info, (struct view){ (const uint8_t *)json, sizeof(json) - 1 }, 0);
	assert_null(p.kind);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(velociraptor_tells_the_host),
		cmocka_unit_test(a_cut_file_tells_what_it_has),
		cmocka_unit_test(kape_and_uac_tell_the_host),
		cmocka_unit_test(other_files_are_not_claimed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
