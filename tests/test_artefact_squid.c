/* test_artefact_squid.c - what a network asked its proxy for. */
#include "tests/artefact_harness.h"

static void
requests(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/squid/access.log"));
	assert_string_equal(p.kind->name, "squid");
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_string_equal(p.events[0].user, "anna");
	assert_string_equal(p.events[0].message, "192.0.2.7 (anna) asked the proxy: GET http://example.org/a%20b, answer 200, 1058 bytes");
	assert_non_null(strstr(p.events[1].data, "\"client\":\"192.0.2.7\",\"method\":\"CONNECT\",\"url\":\"files.example.net:443\",\"result\":\"TCP_TUNNEL\",\"status\":200,\"bytes\":52428800"));
	assert_non_null(strstr(p.events[1].data, "\"server\":\"198.51.100.4\""));
	/* not "request": pages that others have are not looked at as if they were this machine's */
	assert_string_equal(p.events[1].meaning, "fetched");
	assert_string_equal(p.events[2].meaning, "refused");
	assert_null(strstr(p.events[2].data, "\"server\""));
	parsed_free(&p);
}

static void
damage_costs_its_lines(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/squid/damaged.log"));
	assert_number_equal(p.count, 3);
	assert_number_equal(p.remark_count, 3);
	assert_string_equal(p.remarks[0].code, "line-damaged");
	assert_non_null(strstr(p.events[1].message, "2001:db8::7"));
	parsed_free(&p);
}

static void
other_logs_are_left(void **state)
{
	static const char other[] = "1700000000.123 284 a b c d e f g h\n1700000000.123 a\n";
	const struct artefact_subject who = { .path = "/x/access.log", .name = "access.txt", .owner = "", .size = sizeof(other) - 1 };
	(void)state;
	assert_null(artefact_claim(&who, (struct view){ (const uint8_t *)other, sizeof(other) - 1 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(requests), cmocka_unit_test(damage_costs_its_lines), cmocka_unit_test(other_logs_are_left) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
