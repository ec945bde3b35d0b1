/* test_artefact_defender_detection.c - detections of Windows Defender. */
#include "tests/artefact_harness.h"

static void
a_detection_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_detection/6AFE33A0-19BA-4FFF-892F-B700539D7D63"));
	assert_string_equal(p.kind->name, "defender_detection");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:14:20.0000001Z"));
	assert_string_equal(p.events[0].meaning, "detection recorded");
	assert_string_equal(p.events[1].meaning, "threat detected");
	assert_string_equal(p.events[2].meaning, "threat seen");
	assert_string_equal(p.events[0].message, "Defender found Ransom:Win32/Voorbeeld.A in C:\\Users\\anna\\Downloads\\factuur.exe");
	assert_string_equal(p.events[0].user, "GEMEENTE\\anna");
	assert_non_null(strstr(p.events[0].data, "\"detection_id\":\"6AFE33A0-19BA-4FFF-892F-B700539D7D63\""));
	assert_non_null(strstr(p.events[0].data, "\"process\":\"C:\\\\Windows\\\\explorer.exe\""));
	assert_non_null(strstr(p.events[0].data, "\"sha256\":\"abab"));
	assert_non_null(strstr(p.events[0].data, "\"size\":912"));
	assert_non_null(strstr(p.events[0].data, "\"resource_webfile\":[\"C:\\\\Users\\\\anna\\\\Downloads\\\\factuur.exe|https://example.org/factuur.exe|pid:4\"]"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_detection/damaged"));
	assert_true(p.count > 0);
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "defender/6AFE33A0-19BA-4FFF-892F-B700539D7D63"))
		return;
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 3);
	/* what plaso takes as the time */
	assert_number_equal(p.events[2].time, parsed_time("2022-07-22T05:36:18.9094421Z"));
	assert_string_equal(p.events[2].user, "FRYPTOP\\testuser");
	assert_non_null(strstr(p.events[2].data, "\"sha256\":\"275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f\""));
	parsed_free(&p);
	parsed_file(&p, corpus_path("defender/FC380697-A68D-4C94-B67F-9B6449039463"));
	assert_number_equal(p.remark_count, 0);
	bool found = false;
	for (size_t i = 0; i < p.count; i++)
		found |= p.events[i].time == parsed_time("2022-07-22T05:32:27.8302783Z");
	assert_true(found);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_detection_is_told),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
