/* test_detect_logon.c - which events are logons from elsewhere: of VPN servers of Windows, of applications. */
#include "tests/detect_harness.h"

#include "triage/detect/happening.h"
#include "triage/detect/logon.h"

/* What is read of one event; "" when it is no logon. */
static const char *
reads(const char *parser, const char *meaning, const char *user, const char *data)
{
	static char out[1200];
	struct happening h;
	struct logon l;
	const struct detect_event e = { .event_id = 1, .source = "evtx", .parser = parser, .meaning = meaning, .host = "", .user = user, .path = "/x", .message = "", .technique = "", .data = data, .time = NIGHT };
	happening_init(&h);
	happening_begin(&h, &e);
	bool is = logon_read(&h, &l);
	snprintf(out, sizeof(out), "%s %s %s %s", l.kind == LOGON_FAILED ? "failed" : l.kind == LOGON_WORKED ? "worked" : "other", l.protocol, l.account, l.address);
	happening_release(&h);
	return is ? out : "";
}

static void
vpn_servers_of_windows(void **state)
{
	(void)state;
	assert_string_equal(reads("evtx", "logon", "", "{\"event_id\":6272,\"provider\":\"Microsoft-Windows-Security-Auditing\",\"subject_user_name\":\"TOWN\\\\anna\",\"calling_station_id\":\"203.0.113.9\"}"),
	    "worked vpn anna 203.0.113.9");
	assert_string_equal(reads("evtx", "failed logon", "", "{\"event_id\":6273,\"provider\":\"Microsoft-Windows-Security-Auditing\",\"subject_user_name\":\"jan\",\"calling_station_id\":\"2001:db8::9\"}"),
	    "failed vpn jan 2001:db8::9");
	/* a laptop that joins the network of the town hall */
	assert_string_equal(reads("evtx", "logon", "", "{\"event_id\":6272,\"provider\":\"Microsoft-Windows-Security-Auditing\",\"subject_user_name\":\"anna\",\"calling_station_id\":\"A4-C3-F0-11-22-33\"}"), "");
	assert_string_equal(reads("evtx", "failed logon", "", "{\"event_id\":20271,\"provider\":\"RemoteAccess\",\"data\":[\"{9A}\",\"TOWN\\\\jan\",\"203.0.113.9\",\"bad password\"]}"),
	    "failed vpn jan 203.0.113.9");
	assert_string_equal(reads("evtx", "failed logon", "", "{\"event_id\":20271,\"provider\":\"RemoteAccess\",\"data\":[\"{9A}\",\"jan\"]}"), "");
}

static void
applications(void **state)
{
	(void)state;
	assert_string_equal(reads("app_log", "failed logon", "jan", "{\"address\":\"203.0.113.9\",\"logon_to\":\"nextcloud.log\"}"), "failed application jan 203.0.113.9");
	assert_string_equal(reads("syslog", "logon", "jan", "{\"address\":\"203.0.113.9\",\"logon_to\":\"proxmox\"}"), "worked application jan 203.0.113.9");
	assert_string_equal(reads("syslog", "logon", "jan", "{\"address\":\"203.0.113.9\"}"), "worked ssh jan 203.0.113.9");
	assert_string_equal(reads("app_log", "failed logon", "jan", "{\"address\":\"127.0.0.1\",\"logon_to\":\"x\"}"), "");
}

static void
many_guesses_at_an_application(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	for (int i = 0; i < 40; i++)
		show_event(&t, (struct detect_event){ .source = "other", .parser = "app_log", .meaning = "failed logon", .user = "jan", .host = "", .path = "/srv/nextcloud.log", .time = NIGHT + i * INT64_C(1000000000),
			.message = "", .data = "{\"address\":\"203.0.113.9\",\"logon_to\":\"nextcloud.log\"}" });
	show_event(&t, (struct detect_event){ .source = "other", .parser = "app_log", .meaning = "logon", .user = "jan", .host = "", .path = "/srv/nextcloud.log", .time = NIGHT + 60 * INT64_C(1000000000),
		.message = "", .data = "{\"address\":\"203.0.113.9\",\"logon_to\":\"nextcloud.log\"}" });
	finish(&t, 1);
	assert_non_null(strstr(need_finding(&t, "detect:brute-force-success")->detail, "203.0.113.9 by application after 40 failed logons"));
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(vpn_servers_of_windows), cmocka_unit_test(applications), cmocka_unit_test(many_guesses_at_an_application) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
