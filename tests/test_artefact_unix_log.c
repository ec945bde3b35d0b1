/* test_artefact_unix_log.c - logs below /var/log whose format is not known. */
#include "tests/artefact_harness.h"

static void
entries_with_dates(void **state)
{
	static const char text[] = "[Tue Nov 14 22:13:20 2023] backup started\n[Tue Nov 14 22:13:21 2023] WARN: slow\n more of it\n";
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/unix_log/fail2ban.log"), &size);
	(void)state;
	parsed_bytes(&p, "/var/log/fail2ban.log", data, size);
	free(data);
	assert_string_equal(p.kind->name, "unix_log");
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_true(p.events[0].local);
	assert_string_equal(p.events[0].meaning, "address blocked");
	assert_non_null(strstr(p.events[0].data, "\"severity\":\"NOTICE\""));
	assert_non_null(strstr(p.events[0].data, "\"address\":\"203.0.113.9\""));
	parsed_free(&p);
	static const char tomcat[] = "14-Nov-2023 22:13:20.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup\n14-Nov-2023 22:13:21.000 SEVERE [main] x\n\tat y\n";
	parsed_bytes(&p, "/opt/tomcat/logs/catalina.2023-11-14.log", tomcat, sizeof(tomcat) - 1);
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	parsed_free(&p);
	parsed_bytes(&p, "/mnt/var/log/backup/x.log", text, sizeof(text) - 1);
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[1].data, "\"message\":\"WARN: slow\\u000a more of it\""));
	parsed_free(&p);
}

static void
only_where_logs_lie(void **state)
{
	static const char text[] = "2023-11-14 22:13:20 a\n2023-11-14 22:13:21 b\n";
	const struct artefact_subject who = { .path = "/home/anna/notes.txt", .name = "notes.txt", .owner = "", .size = sizeof(text) };
	(void)state;
	assert_null(artefact_claim(&who, (struct view){ (const uint8_t *)text, sizeof(text) - 1 }));
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/unix_log/fail2ban.damaged"));
	assert_number_equal(p.count, 7);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(entries_with_dates), cmocka_unit_test(only_where_logs_lie), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
