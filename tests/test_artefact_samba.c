/* test_artefact_samba.c - logons to shares. */
#include "tests/artefact_harness.h"

static void
logons_and_shares(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/samba/log.smbd"));
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[0].meaning, "share opened");
	assert_string_equal(p.events[0].user, "anna");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456Z"));
	assert_true(p.events[0].local);
	assert_string_equal(p.events[0].message, "laptop (ipv4:203.0.113.9:50122) opened the share finance as anna");
	assert_string_equal(p.events[1].meaning, "logon");
	assert_non_null(strstr(p.events[1].data, "\"user\":\"anna\",\"domain\":\"CORP\",\"status\":\"NT_STATUS_OK\",\"address\":\"ipv4:203.0.113.9:50122\""));
	assert_string_equal(p.events[2].meaning, "failed logon");
	assert_string_equal(p.events[3].message, "Samba: smbd version 4.17.12-Debian started.");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/samba/log.damaged"));
	assert_true(p.count >= 3);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(logons_and_shares), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
