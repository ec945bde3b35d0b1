/* test_artefact_defender_quarantine.c - what Windows Defender put away. */
#include "tests/artefact_harness.h"

static void
an_entry_names_its_resources(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_quarantine/{80015C1F-0000-0000-5317-C5A2A65A71B1}"));
	assert_string_equal(p.kind->name, "defender_quarantine");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.0000009Z"));
	assert_string_equal(p.events[0].message, "Defender quarantined C:\\Users\\anna\\Downloads\\factuur.exe as Ransom:Win32/Voorbeeld.A");
	assert_non_null(strstr(p.events[0].data, "\"quarantine_id\":\"80015C1F-0000-0000-5317-C5A2A65A71B1\""));
	assert_non_null(strstr(p.events[0].data, "\"resource_id\":\"000102030405060708090a0b0c0d0e0f10111213\""));
	assert_non_null(strstr(p.events[0].data, "\"modified\":\"2023-11-14T22:12:40.000000000Z\""));
	assert_non_null(strstr(p.events[1].data, "\"resource_type\":\"regkeyvalue\""));
	parsed_free(&p);
}

static void
content_is_told_by_its_digest(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_quarantine/000102030405060708090A0B0C0D0E0F10111213"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"streams\":[\"security descriptor 40 bytes\",\"data 912 bytes\",\"stream :Zone.Identifier 5 bytes\"]"));
	/* printf 'MZ' and 910 NUL through sha256sum */
	assert_non_null(strstr(p.events[0].data, "\"sha256\":\"dd09293231df7a458e84aa46023720ed77f73110f68a086891edf890b8d2d17d\""));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_quarantine/damaged-entry"));
	assert_true(p.remark_count >= 2);
	assert_true(parsed_with(&p, "factuur.exe") > 0);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/defender_quarantine/damaged-content"));
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_names_its_resources),
		cmocka_unit_test(content_is_told_by_its_digest),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
