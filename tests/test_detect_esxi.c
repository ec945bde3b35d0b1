/* test_detect_esxi.c - what the logs of an ESXi host say of it. */
#include "tests/detect_harness.h"

static bool
tells(const char *message, const char *detection)
{
	struct judged t;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "syslog", .parser = "esxi", .meaning = "logged", .host = "", .path = "/var/log/hostd.log", .time = NIGHT, .message = message, .data = "{}" });
	finish(&t, 1);
	bool told = finding_of(&t, detection) != NULL;
	close_judge(&t);
	return told;
}

static void
an_opened_command_line_and_new_accounts(void **state)
{
	(void)state;
	assert_true(tells("hostd: Event 302 : SSH access has been enabled.", "detect:protection-esxi-opened"));
	assert_true(tells("hostd: Event 9 : The ESXi Shell for the host esx1 has been enabled", "detect:protection-esxi-opened"));
	assert_false(tells("hostd: Event 302 : SSH access has been disabled.", "detect:protection-esxi-opened"));
	assert_true(tells("hostd: Event 303 : Account backup2 was created on host esx1", "detect:account-created"));
	assert_false(tells("hostd: Event 303 : Account vpxuser was created on host esx1", "detect:account-created"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_opened_command_line_and_new_accounts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
