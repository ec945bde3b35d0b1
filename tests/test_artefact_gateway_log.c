/* test_artefact_gateway_log.c - firewalls and VPN gateways that write key=value. */
#include "tests/artefact_harness.h"

static void
vpn_sessions_and_refused_traffic(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/gateway_log/fortigate.log"));
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456789Z"));
	assert_string_equal(p.events[0].meaning, "logon");
	assert_string_equal(p.events[0].technique, "T1133");
	assert_string_equal(p.events[0].host, "FW1");
	assert_string_equal(p.events[0].message, "Firewall event vpn, tunnel-up, user anna, from 203.0.113.9: SSL tunnel established");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T21:13:21Z"));
	assert_false(p.events[1].local);
	assert_string_equal(p.events[1].meaning, "failed logon");
	assert_true(p.events[2].local);
	assert_string_equal(p.events[2].meaning, "refused");
	assert_non_null(strstr(p.events[2].data, "\"dstip\":\"192.0.2.7\",\"dstport\":\"3389\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/gateway_log/sophos.log"));
	assert_string_equal(p.events[0].meaning, "failed logon");
	assert_string_equal(p.events[0].user, "anna");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/gateway_log/sonicwall.log"));
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_string_equal(p.events[0].user, "admin");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/gateway_log/damaged.log"), 10, 4);
}

static void
fields_beyond_a_bound_are_told(void **state)
{
	struct parsed p = { 0 };
	struct buf line;
	(void)state;
	buf_init(&line, 8 << 10);
	for (unsigned keys = 98; keys <= 99; keys++) {
		buf_clear(&line);
		buf_text(&line, "date=2023-11-14 time=22:13:20");
		for (unsigned i = 0; i < keys; i++)
			buf_format(&line, " k%u=v", i);
		buf_char(&line, '\n');
		parsed_bytes(&p, "/fw.log", buf_cstr(&line), line.size);
		assert_number_equal(parsed_with(&p, "\"k97\":\"v\""), 1);
		assert_number_equal(parsed_with(&p, "\"cut\":true"), keys == 99);
		parsed_free(&p);
	}
	buf_release(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(vpn_sessions_and_refused_traffic), cmocka_unit_test(damage_is_told), cmocka_unit_test(fields_beyond_a_bound_are_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
