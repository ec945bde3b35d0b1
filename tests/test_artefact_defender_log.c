/* test_artefact_defender_log.c - MPLog of Windows Defender. */
#include "tests/artefact_harness.h"

static void
lines_and_blocks(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_log/MPLog-20231114-221320.log"));
	assert_string_equal(p.kind->name, "defender_log");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 6);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_string_equal(p.events[1].meaning, "process seen");
	assert_non_null(strstr(p.events[1].data, "\"process\":\"rclone.exe\",\"pid\":\"4711\""));
	assert_non_null(strstr(p.events[1].data, "\"max_time_file\":\"\\\\Device\\\\HarddiskVolume3\\\\Data\\\\a, b.zip\""));
	assert_string_equal(p.events[2].meaning, "threat detected");
	assert_non_null(strstr(p.events[2].data, "\"threat_name\":\"Ransom:Win32/Voorbeeld.A\",\"file\":\"C:\\\\Users\\\\anna\\\\Downloads\\\\factuur.exe\""));
	assert_non_null(strstr(p.events[3].data, "\"path\":\"\\\\\\\\?\\\\C:\\\\tools\\\\a.exe\",\"sha1\":\"0123\",\"sha256\":\"4567\""));
	assert_string_equal(p.events[4].meaning, "file blocked");
	assert_non_null(strstr(p.events[4].data, "\"blocked_file\":\"\\\\Device\\\\HarddiskVolume3\\\\x.exe\""));
	/* times of blocks are of the machine's clock */
	assert_false(p.events[4].local);
	assert_true(p.events[5].local);
	assert_string_equal(p.events[5].message, "Defender, resource scanned: Ransom:Win32/Voorbeeld.A in C:\\Users\\anna\\Downloads\\factuur.exe");
	assert_number_equal(p.events[5].time, parsed_time("2023-11-14T22:13:25Z"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/defender_log/MPLog-damaged.log"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.events[1].meaning, "behaviour reported");
	assert_string_equal(p.events[3].meaning, "threat action");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_blocks),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
