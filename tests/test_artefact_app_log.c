/* test_artefact_app_log.c - logons in logs of applications: what is one, who came, from where. */
#include "tests/artefact_harness.h"

#include "triage/artefact/app_logon.h"
#include "triage/artefact/log_front.h"

static void
logons_of_json(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/app_log/nextcloud.log"));
	assert_string_equal(p.kind->name, "app_log");
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].meaning, "failed logon");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_false(p.events[0].local);
	assert_non_null(strstr(p.events[0].data, "\"address\":\"203.0.113.9\""));
	assert_string_equal(p.events[1].meaning, "logon");
	assert_string_equal(p.events[1].user, "anna");
	parsed_free(&p);
}

static void
logons_of_lines(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/app_log/mailbox.log"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].meaning, "failed logon");
	assert_string_equal(p.events[0].user, "jan@town.example");
	assert_true(p.events[0].local);
	assert_non_null(strstr(p.events[0].data, "\"address\":\"198.51.100.7\""));
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:30.456Z"));
	assert_string_equal(p.events[1].technique, "T1078");
	parsed_free(&p);
}

static void
damage_costs_its_lines(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/app_log/damaged.log"));
	assert_number_equal(p.count, 3);
	assert_non_null(strstr(p.events[1].data, "\"address\":\"2001:db8::7\""));
	assert_non_null(strstr(p.events[2].data, "\"address\":\"203.0.113.9\""));
	parsed_free(&p);
}

static void
only_logs(void **state)
{
	static const char text[] = "2023-11-14 22:13:20 login failed from 203.0.113.9\n", prose[] = "how a login failed\nfrom 203.0.113.9\n";
	const struct artefact_subject note = { .path = "/home/anna/notes.txt", .name = "notes.txt", .owner = "", .size = sizeof(text) - 1 };
	const struct artefact_subject log = { .path = "/opt/x/server.log", .name = "server.log", .owner = "", .size = sizeof(text) - 1 };
	const struct artefact_subject old = { .path = "/opt/x/server.log.3", .name = "server.log.3", .owner = "", .size = sizeof(text) - 1 };
	(void)state;
	assert_null(artefact_claim(&note, (struct view){ (const uint8_t *)text, sizeof(text) - 1 }));
	assert_null(artefact_claim(&log, (struct view){ (const uint8_t *)prose, sizeof(prose) - 1 }));
	assert_string_equal(artefact_claim(&log, (struct view){ (const uint8_t *)text, sizeof(text) - 1 })->name, "app_log");
	assert_string_equal(artefact_claim(&old, (struct view){ (const uint8_t *)text, sizeof(text) - 1 })->name, "app_log");
}

/* What a line says: "" address when it is no logon. */
static void
words_of_programs(void **state)
{
	static const struct { const char *text; bool failed; const char *address, *user; } lines[] = {
		{ "Failed login for 'jan' from 203.0.113.9 at noon", true, "203.0.113.9", "jan" },
		{ "Authentication request for \"jan\" has been denied (IP: \"203.0.113.9\").", true, "203.0.113.9", "jan" },
		{ "login failure for user admin from 10.0.0.3 via console", true, "10.0.0.3", "admin" },
		{ "type=LOGIN_ERROR, userId=null, ipAddress=2001:db8::1, username=jan", true, "2001:db8::1", "jan" },
		{ "authenticator failed for ([203.0.113.1]) [203.0.113.2]:5537: (set_id=info@town.example)", true, "203.0.113.2", "info@town.example" },
		{ "server 10.0.0.1: user \"jan\" logged in from 203.0.113.9:4433", false, "203.0.113.9", "jan" },
		{ "Authentication failed for user [root] (?@203.0.113.9)", true, "203.0.113.9", "root" },
		{ "{\"msg\":\"login failed\",\"user\":\"jan\",\"dst_ip\":\"10.0.0.1\",\"src_ip\":\"::ffff:203.0.113.9\"}", true, "::ffff:203.0.113.9", "jan" },
		{ "Event 101 : User root@203.0.113.9 logged in as VMware-client", false, "203.0.113.9", "root" },
		{ "[name=jan@town.example;ip=10.0.0.2;oip=203.0.113.9;] auth failed", true, "203.0.113.9", "jan@town.example" },
		{ "auth failed at 14:12:12, version 9.4.19", false, "", "" },
		{ "user jan is not logged in, 203.0.113.9", false, "", "" },
		{ "page /login shown to 203.0.113.9", false, "", "" },
		{ "Invalid username or password from 203.0.113.9", true, "203.0.113.9", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct app_logon l;
		bool is = app_logon_read(lines[i].text, &l);
		if (is != (lines[i].address[0] != '\0') || (is && (l.failed != lines[i].failed || strcmp(l.address, lines[i].address) != 0 || strcmp(l.user, lines[i].user) != 0)))
			fail_msg("%s: %d %d %s %s", lines[i].text, is, l.failed, l.address, l.user);
	}
}

/* Texts without an end cost no more than their length. */
static void
endless_words(void **state)
{
	static const char *const pieces[] = { "a:", "user=(", "user ", "::", "1.", "for 'x", "[", "name:" };
	static char text[96 << 10];
	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = (size_t)snprintf(text, sizeof(text), "login failed ");
		while (n + 20 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", pieces[i]);
		struct app_logon l;
		/* eight groups at the end are an address */
		assert_int_equal(app_logon_read(text, &l), i == 0);
		snprintf(text + n, sizeof(text) - n, " 203.0.113.9");
		if (!app_logon_read(text, &l) || (i > 0 && strcmp(l.address, "203.0.113.9") != 0))
			fail_msg("%s: %s", pieces[i], l.address);
	}
}

static void
fronts(void **state)
{
	static const char *const same[] = { "2023-11-14T22:13:20Z x", "[2023-11-14 22:13:20 +0000] x", "ERROR    2023-11-14T22:13:20Z - x", "W, [2023-11-14T22:13:20Z #1]  WARN x",
		"time=\"2023-11-14T22:13:20Z\" level=error", "logger=a t=2023-11-14T22:13:20Z x", "host=h t=2023-11-14T22:13:20Z x", "{\"a\":1,\"time\":\"2023-11-14T22:13:20Z\"}", "{\"t\":{\"$date\":\"2023-11-14T22:13:20.000+00:00\"}}",
		"{\"ts\":1700000000}", "{\"timestamp\":1700000000000}", "14/Nov/2023:22:13:20 +0000 x", "{\"ts\": 1700000000.0}" };
	static const char *const none[] = { "", "x", "{\"time\":\"soon\"}", "{\"ts\":17}", "level=error t=now", "a tag that is far too long for a date to stand behind it 2023-11-14T22:13:20Z", "2023-11-14T22:13:20Zx",
		"Nov 14 22:13:20 host x" };
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const char *p = same[i];
		struct log_time t;
		if (!log_front(&p, &t) || t.ns != parsed_time("2023-11-14T22:13:20Z"))
			fail_msg("%s", same[i]);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		const char *p = none[i];
		struct log_time t;
		if (log_front(&p, &t) || p != none[i])
			fail_msg("%s", none[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(logons_of_json), cmocka_unit_test(logons_of_lines), cmocka_unit_test(damage_costs_its_lines), cmocka_unit_test(only_logs),
		cmocka_unit_test(words_of_programs), cmocka_unit_test(endless_words), cmocka_unit_test(fronts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
