/* test_artefact_dns_log.c - names that machines asked the DNS server of Windows for. */
#include "tests/artefact_harness.h"

static void
questions_and_answers_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/dns_log/dns.log"));
	assert_string_equal(p.kind->name, "dns_log");
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 0);
	assert_string_equal(p.events[0].message, "DNS: asked by 10.0.2.17 files.example.com (A)");
	assert_string_equal(p.events[0].meaning, "name asked");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_true(p.events[0].local);
	assert_non_null(strstr(p.events[0].data, "\"query_type\":\"A\",\"query_name\":\"files.example.com\""));
	assert_string_equal(p.events[1].message, "DNS: answered 10.0.2.17 wpad.gemeente.example (AAAA), no such name");
	parsed_free(&p);
}

static void
day_and_month_are_told_apart(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	/* the first line could be of February too; there is no month 14 */
	parsed_file(&p, fixture("artefact/dns_log/dns.nl.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2019-11-02T22:13:20Z"));
	assert_number_equal(p.events[1].time, parsed_time("2019-11-14T22:13:21Z"));
	parsed_free(&p);
	/* neither the numbers nor the file's time decide */
	static const char text[] = "02/03/2019 10:13:20 0E5C PACKET  0001 UDP Rcv 10.0.2.17 0002   Q [0001   D   NOERROR] A (1)a(0)\n";
	parsed_bytes(&p, "/x", text, sizeof(text) - 1);
	assert_number_equal(p.events[0].time, parsed_time("2019-03-02T10:13:20Z"));
	assert_non_null(strstr(p.events[0].data, "\"date_order_guessed\":true"));
	parsed_free(&p);
	/* the file was last written on the first of January: the second of December had not come */
	static const char late[] = "02/12/2019 10:13:20 0E5C PACKET  0001 UDP Rcv 10.0.2.17 0002   Q [0001   D   NOERROR] A (1)a(0)\n"
	    "12/02/2020 10:13:20 0E5C PACKET  0001 UDP Rcv 10.0.2.17 0002   Q [0001   D   NOERROR] A (1)a(0)\n"
	    "01/02/2020 10:13:20 0E5C PACKET  0001 UDP Rcv 10.0.2.17 0002   Q [0001   D   NOERROR] A (1)a(0)\n";
	parsed_bytes(&p, "/x", late, sizeof(late) - 1);
	assert_number_equal(p.events[2].time, parsed_time("2020-01-02T10:13:20Z"));
	assert_null(strstr(p.events[2].data, "guessed"));
	parsed_free(&p);
}

static void
what_is_damaged_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/dns_log/damaged.log"));
	assert_number_equal(p.count, 2);
	/* a date that is none, and a packet whose flags have no end */
	assert_number_equal(p.remark_count, 2);
	assert_true(parsed_has_remark(&p, "line-damaged"));
	parsed_free(&p);
}

/* English of Canada: the year first, and half days. */
static void
half_days_behind_the_year(void **state)
{
	static const char text[] = "2023-11-14 10:13:20 PM 0E5C PACKET  0001 UDP Rcv 10.0.2.17 0002   Q [0001   D   NOERROR] A (1)a(0)\n"
	    "2023-11-14 10:13:21 p.m. 0E5C PACKET  0001 UDP Rcv 10.0.2.17 0002   Q [0001   D   NOERROR] A (1)a(0)\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/x", text, sizeof(text) - 1);
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	/* words for half a day that are not known */
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_and_answers_are_told),
		cmocka_unit_test(day_and_month_are_told_apart),
		cmocka_unit_test(half_days_behind_the_year),
		cmocka_unit_test(what_is_damaged_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
