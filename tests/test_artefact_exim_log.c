/* test_artefact_exim_log.c - what Exim says of mail: from whom, to whom, by which account, refused and failed. */
#include "tests/artefact_harness.h"

static void
mail_comes_and_goes(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/exim_log/mainlog"));
	assert_string_equal(p.kind->name, "exim_log");
	assert_number_equal(p.count, 8);
	assert_number_equal(p.remark_count, 0);
	assert_true(p.events[1].local);
	assert_string_equal(p.events[1].meaning, "mail received");
	assert_string_equal(p.events[1].user, "anna");
	assert_string_equal(p.events[1].message, "Mail from anna@example.org, other side 203.0.113.9, logged on as anna");
	assert_non_null(strstr(p.events[1].data, "\"subject\":\"Your invoice\""));
	assert_non_null(strstr(p.events[1].data, "\"address\":\"203.0.113.9\""));
	assert_string_equal(p.events[2].meaning, "mail delivered");
	assert_non_null(strstr(p.events[2].data, "\"to\":\"bob@example.net\""));
	assert_non_null(strstr(p.events[2].data, "\"confirmation\":\"250 2.0.0 OK\""));
	assert_string_equal(p.events[3].meaning, "mail completed");
	assert_string_equal(p.events[4].meaning, "failed logon");
	assert_string_equal(p.events[4].user, "admin@example.org");
	assert_string_equal(p.events[4].technique, "T1110");
	assert_string_equal(p.events[5].meaning, "refused");
	assert_string_equal(p.events[6].meaning, "delivery failed");
	assert_string_equal(p.events[7].meaning, "delivery delayed");
	parsed_free(&p);
}

static void
zones_processes_and_long_identifiers(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/exim_log/zoned"));
	assert_number_equal(p.count, 2);
	assert_false(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2024-03-05T09:11:12.345Z"));
	assert_string_equal(p.events[0].precision, "ms");
	assert_non_null(strstr(p.events[0].data, "\"message_number\":\"1rhQfT-0000000ABCD-1234\",\"pid\":\"4711\""));
	assert_string_equal(p.events[1].message, "Mail delivered to root");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/exim_log/damaged"));
	assert_true(parsed_has_remark(&p, "line-damaged"));
	assert_number_equal(parsed_with(&p, "\"cut\":true"), 1);
	parsed_free(&p);
}

/* Below what was rejected stands its header, each field behind a letter: that is no damage. */
static void
headers_of_what_was_rejected(void **state)
{
	static const char text[] = "2024-03-05 10:12:05 1rhQfT-0001xx-Ab H=(x) [198.51.100.4] F=<a@b.example> rejected after DATA: spam\nEnvelope-from: <a@b.example>\nP Received: from x\n\tby y\nF From: a@b.example\n"
	    "* Sender: a\n  Subject: s\nX no field\nP Received\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/rejectlog", text, sizeof(text) - 1);
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 2);
	assert_string_equal(p.remarks[0].message, "line 8 is none of Exim");
	assert_string_equal(p.remarks[1].message, "line 9 is none of Exim");
	parsed_free(&p);
}

static bool
is_taken(const char *text)
{
	const struct artefact_kind *k = artefact_claim(&(struct artefact_subject){ .path = "/x", .name = "x", .owner = "" }, (struct view){ (const uint8_t *)text, strlen(text) });
	return k != NULL && strcmp(k->name, "exim_log") == 0;
}

/* Other logs begin with such a date too. */
static void
other_logs_are_not_taken(void **state)
{
	(void)state;
	assert_true(is_taken("2024-03-05 10:11:13 1rhQfT-0001xx-Ab Completed\n"));
	assert_false(is_taken("2024-03-05 10:11:13 startup archives unpack\n2024-03-05 10:11:13 install tar:amd64 <none> 1.34\n"));
	assert_false(is_taken("2024-03-05 10:11:13 GET /x - 443 - 192.0.2.1 curl 200\n"));
	assert_false(is_taken("2024-03-05 10:11:13 1rhQfT-0001xx-Ab is a job\n"));
	assert_false(is_taken("2024-03-05 10:11:13: (server.c.1464) server started (lighttpd/1.4.59)\n"));
	assert_false(is_taken("2024-03-05 10:11:13,100 [4711] ERROR rejected\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_comes_and_goes),
		cmocka_unit_test(zones_processes_and_long_identifiers),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(headers_of_what_was_rejected),
		cmocka_unit_test(other_logs_are_not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
