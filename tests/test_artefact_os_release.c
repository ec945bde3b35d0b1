/* test_artefact_os_release.c - name, version, host name and time zone of a system. */
#include "tests/artefact_harness.h"

static void
name_and_version(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/os_release/os-release"));
	assert_string_equal(parsed_fact(&p, "", "os"), "Debian GNU/Linux");
	assert_string_equal(parsed_fact(&p, "", "version"), "12");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/os_release/lsb-release"));
	assert_string_equal(parsed_fact(&p, "", "os"), "Ubuntu");
	parsed_free(&p);
}

static void
host_name_and_zone_only_where_they_belong(void **state)
{
	struct parsed p = { 0 };
	const struct artefact_subject who = { .path = "/x/hostname", .name = "hostname", .owner = "", .size = 6 };
	(void)state;
	parsed_bytes(&p, "/etc/hostname", "files\n", 6);
	assert_string_equal(parsed_fact(&p, "", "hostname"), "files");
	parsed_free(&p);
	parsed_bytes(&p, "/etc/timezone", "Europe/Amsterdam\n", 17);
	assert_string_equal(parsed_fact(&p, "", "timezone"), "Europe/Amsterdam");
	parsed_free(&p);
	assert_null(artefact_claim(&who, (struct view){ (const uint8_t *)"files\n", 6 }));
	parsed_file(&p, fixture("artefact/os_release/localtime"));
	assert_string_equal(parsed_fact(&p, "", "timezone"), "CET-1CEST,M3.5.0,M10.5.0/3");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/os_release/localtime.cut"));
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/localtime.tzif"))
		return;
	assert_number_equal(p.fact_count, 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(name_and_version), cmocka_unit_test(host_name_and_zone_only_where_they_belong), cmocka_unit_test(the_corpus_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
