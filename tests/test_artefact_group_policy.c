/* test_artefact_group_policy.c - what policies of a domain set: values of the registry, preferences, rights. */
#include "tests/artefact_harness.h"

static void
values_of_the_registry(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/group_policy/Registry.pol"));
	assert_number_equal(p.count, 5);
	assert_number_equal(p.remark_count, 0);
	assert_string_equal(p.events[0].message, "Group policy sets Software\\Policies\\Microsoft\\Windows Defender\\DisableAntiSpyware = 1: turns Microsoft Defender off");
	assert_string_equal(p.events[0].technique, "T1562.001");
	assert_number_equal(p.events[0].offset, 8);
	assert_non_null(strstr(p.events[2].data, "\"data_text\":\"een, twee\""));
	assert_non_null(strstr(p.events[3].message, "removes"));
	parsed_free(&p);
	/* behind what is not sound it goes on */
	parsed_damaged(fixture("artefact/group_policy/damaged.pol"), 1, 2);
}

/* Beginnings that share one end: each would be read to it again. */
static void
settings_that_overlap_do_not_hold_up(void **state)
{
	enum { ENDS = 64, BEGINNINGS = 1020, SIZE = 8 + ENDS * (4 * BEGINNINGS + 4) };
	uint8_t *data = calloc(1, SIZE);
	struct parsed p = { 0 };
	(void)state;
	memcpy(data, "PReg\1", 5);
	for (size_t at = 8, i = 0; at < SIZE; at += 2, i++)
		data[at] = (uint8_t)(i % (2 * BEGINNINGS + 2) < 2 * BEGINNINGS ? (i % 2 == 0 ? ']' : '[') : i % 2 == 0 ? '\0' : ';');
	parsed_bytes(&p, "/Policies/Registry.pol", data, SIZE);
	assert_number_equal(p.count, 0);
	assert_true(parsed_has_remark(&p, "record-damaged"));
	assert_true(parsed_has_remark(&p, "time-limit"));
	parsed_free(&p);
	free(data);
}

static void
preferences(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/group_policy/ScheduledTasks.xml"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_string_equal(p.events[0].message, "Group policy: ImmediateTaskV2 update, Create, runs \\\\dc1\\NETLOGON\\lock.exe -all & -fast, account NT AUTHORITY\\System");
	assert_string_equal(p.events[1].technique, "T1552.006");
	/* that there is a password, not which */
	assert_number_equal(parsed_with(&p, "\"cpassword\":true"), 1);
	assert_number_equal(parsed_with(&p, "GEHEIM"), 0);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/group_policy/Groups.xml"));
	assert_number_equal(parsed_with(&p, "\"members\":\"REMOVE GEM\\\\oud, ADD GEM\\\\nieuw (S-1-5-21-1-2-3-1105)\""), 1);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/group_policy/Registry.xml"));
	/* each value on its own, those of collections too */
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].technique, "T1548.002");
	assert_string_equal(p.events[1].technique, "T1547.001");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:17:02Z"));
	assert_string_equal(p.events[2].technique, "T1021.001");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/group_policy/hostile.xml"));
	assert_number_equal(parsed_with(&p, "\"cpassword\":true"), 1);
	assert_true(parsed_has_remark(&p, "document-cut"));
	/* without a time of its own the file's */
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_string_equal(p.events[0].meaning, "policy last changed");
	parsed_free(&p);
}

static void
rights_and_the_place_of_the_policy(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/group_policy/GptTmpl.inf"), &size);
	(void)state;
	parsed_bytes(&p, "/Windows/SYSVOL/domain/Policies/{31B2F340-016D-11D2-945F-00C04FB984F9}/MACHINE/Microsoft/Windows NT/SecEdit/GptTmpl.inf", data, size);
	assert_number_equal(p.count, 6);
	assert_string_equal(p.events[0].message, "Group policy gives the right SeDebugPrivilege to *S-1-5-32-544,*S-1-5-21-1-2-3-1105");
	assert_non_null(strstr(p.events[0].data, "\"policy\":\"{31B2F340-016D-11D2-945F-00C04FB984F9}\",\"scope\":\"machine\""));
	assert_non_null(strstr(p.events[2].message, "keeps passwords in memory as text"));
	parsed_free(&p);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values_of_the_registry), cmocka_unit_test(settings_that_overlap_do_not_hold_up),
		cmocka_unit_test(preferences), cmocka_unit_test(rights_and_the_place_of_the_policy) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
