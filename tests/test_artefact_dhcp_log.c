/* test_artefact_dhcp_log.c - addresses that the DHCP server of Windows gave. */
#include "tests/artefact_harness.h"

static void
leases_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/dhcp_log/DhcpSrvLog-Tue.log"));
	assert_string_equal(p.kind->name, "dhcp_log");
	assert_number_equal(p.count, 4);
	assert_number_equal(p.remark_count, 0);
	const struct parsed_event *e = parsed_event_of(&p, NULL, "address leased", NULL);
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20Z"));
	assert_true(e->local);
	assert_string_equal(e->message, "DHCP: Assign 10.0.2.17, PC-KASSA.gemeente.example, network card 525400EEB605");
	assert_non_null(strstr(e->data, "\"address\":\"10.0.2.17\",\"client_name\":\"PC-KASSA.gemeente.example\",\"mac_address\":\"525400EEB605\""));
	assert_non_null(strstr(e->data, "\"vendorclass_ascii\":\"MSFT 5.0\""));
	(void)parsed_event_of(&p, NULL, "address refused", "\"description\":\"NACK\"");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/dhcp_log/DhcpV6SrvLog-Tue.log"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].message, "DHCP: DHCPV6 Request 2001:db8::17, PC-KASSA");
	assert_non_null(strstr(p.events[0].data, "\"duid_bytes_hex\":\"0001000115A0\""));
	parsed_free(&p);
}

static void
what_is_damaged_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/dhcp_log/DhcpSrvLog-damaged.log"));
	/* lines that are sound, before the names and behind them */
	assert_number_equal(p.count, 5);
	assert_number_equal(p.remark_count, 3);
	assert_true(parsed_has_remark(&p, "line-damaged"));
	/* a name of 3,000 characters */
	assert_number_equal(parsed_with(&p, "\"cut\":true"), 1);
	parsed_free(&p);
}

static void
names_of_ipv6_without_their_first_comma(void **state)
{
	static const char text[] = "ID Date,Time,Description,IPv6 Address,Host Name,Error Code, Duid Length, Duid Bytes(Hex)\n11002,11/14/23,22:13:21,Request,2001:db8::17,PC,0,14,0001A0\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/x", text, sizeof(text) - 1);
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"duid_length\":\"14\",\"duid_bytes_hex\":\"0001A0\""));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leases_are_told),
		cmocka_unit_test(what_is_damaged_is_said),
		cmocka_unit_test(names_of_ipv6_without_their_first_comma),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
