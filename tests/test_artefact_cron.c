/* test_artefact_cron.c - jobs of cron and at. */
#include "tests/artefact_harness.h"

static void
the_system_crontab_names_users(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/cron/crontab"));
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_string_equal(p.events[1].user, "beheer");
	assert_non_null(strstr(p.events[1].data, "\"schedule\":\"*/5 * * * 1-5\",\"command\":\"/srv/check\""));
	assert_string_equal(p.events[2].message, "Cron job of root, @reboot: /tmp/.x/run");
	parsed_free(&p);
}

static void
a_users_crontab_is_named_like_the_user(void **state)
{
	static const char text[] = "*/10 * * * * /tmp/.x/run >/dev/null 2>&1\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/var/spool/cron/crontabs/beheer", text, sizeof(text) - 1);
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].user, "beheer");
	assert_non_null(strstr(p.events[0].data, "\"command\":\"/tmp/.x/run >/dev/null 2>&1\""));
	parsed_free(&p);
}

static void
anacron_and_at(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/cron/anacrontab"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[0].data, "\"job\":\"cron.daily\",\"command\":\"run-parts /etc/cron.daily\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/cron/a0000101b07e3f"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[0].data, "\"uid\":1000,\"command\":\"/tmp/.x/run\""));
	assert_string_equal(p.events[1].meaning, "at job runs");
	assert_number_equal(p.events[1].time, INT64_C(0x01b07e3f) * 60 * 1000000000);
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/cron/damaged.crontab"), 22, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_system_crontab_names_users), cmocka_unit_test(a_users_crontab_is_named_like_the_user),
		cmocka_unit_test(anacron_and_at), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
