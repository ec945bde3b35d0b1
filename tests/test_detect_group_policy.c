/* test_detect_group_policy.c - policies of a domain that spread programs, weaken protection or keep passwords, and those that do not. */
#include "tests/detect_harness.h"

static void
policy(struct judged *t, const char *parser, const char *technique, const char *data)
{
	show_event(t, (struct detect_event){ .source = "other", .parser = parser, .time = NIGHT, .technique = technique, .message = "said", .path = "/SYSVOL/x", .data = data });
}

static void
what_attackers_do_is_found(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	policy(&t, "group_policy.account", "T1552.006", "{\"item\":\"User\",\"cpassword\":true}");
	policy(&t, "group_policy.task", "T1053.005", "{\"item\":\"ImmediateTaskV2\",\"command\":\"C:\\\\Windows\\\\cmd.exe\"}");
	policy(&t, "group_policy.task", "T1053.005", "{\"item\":\"TaskV2\",\"command\":\"\\\\\\\\dc1\\\\NETLOGON\\\\a.exe\"}");
	policy(&t, "group_policy.registry", "T1562.001", "{\"key\":\"Software\\\\Policies\\\\Microsoft\\\\Windows Defender\",\"value\":\"DisableAntiSpyware\"}");
	policy(&t, "group_policy.service", "T1489", "{\"service\":\"VSS\"}");
	finish(&t, 3);
	assert_number_equal(finding_of(&t, "detect:policy-password")->count, 1);
	assert_number_equal(finding_of(&t, "detect:policy-password")->confidence, 60);
	assert_number_equal(finding_of(&t, "detect:policy-task")->count, 2);
	assert_number_equal(finding_of(&t, "detect:policy-task")->confidence, 40);
	assert_number_equal(finding_of(&t, "detect:policy-protection-off")->count, 2);
	close_judge(&t);
}

static void
what_administrators_do_is_not(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	policy(&t, "group_policy.task", "T1053.005", "{\"item\":\"TaskV2\",\"command\":\"C:\\\\Program Files\\\\Inventory\\\\scan.exe\"}");
	policy(&t, "group_policy.registry", "T1562.001", "{\"key\":\"Software\\\\Policies\\\\Microsoft\\\\Windows Defender\\\\Exclusions\\\\Paths\",\"value\":\"D:\\\\db\"}");
	policy(&t, "group_policy.service", "T1489", "{\"service\":\"Fax\"}");
	policy(&t, "other.task", "T1552.006", "{\"cpassword\":true}");
	finish(&t, 0);
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_attackers_do_is_found), cmocka_unit_test(what_administrators_do_is_not) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
