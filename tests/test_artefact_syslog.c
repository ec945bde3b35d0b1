/* test_artefact_syslog.c - system logs: years that are not written, words for what programs say, damage. */
#include "tests/artefact_harness.h"

#include "triage/artefact/unix_words.h"

static const struct parsed_event *
with(const struct parsed *p, const char *message)
{
	for (size_t i = 0; i < p->count; i++)
		if (strstr(p->events[i].message, message) != NULL)
			return &p->events[i];
	fail_msg("no event says %s", message);
	return NULL;
}

static void
a_log_goes_over_new_year(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	/* the subject was last written on 2020-01-01 */
	parsed_file(&p, fixture("artefact/syslog/auth.log"));
	assert_number_equal(p.count, 16);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2019-12-30T23:58:01Z"));
	assert_true(p.events[0].local);
	assert_number_equal(p.events[3].time, parsed_time("2020-01-01T00:00:02Z"));
	assert_non_null(strstr(p.events[3].data, "\"year_inferred\":true"));
	parsed_free(&p);
}

static void
what_programs_say_is_told_in_words(void **state)
{
	struct parsed p = { 0 };
	const struct parsed_event *e;
	(void)state;
	parsed_file(&p, fixture("artefact/syslog/auth.log"));
	e = with(&p, "SSH logon of beheer from 203.0.113.9 by publickey, key ED25519 SHA256:5xyQ");
	assert_string_equal(e->user, "beheer");
	assert_string_equal(e->host, "files");
	assert_string_equal(e->meaning, "logon");
	assert_string_equal(e->technique, "T1021.004");
	assert_non_null(strstr(e->data, "\"address\":\"203.0.113.9\",\"port\":\"40133\""));
	e = with(&p, "beheer ran as root: /usr/sbin/useradd -o -u 0 backup2");
	assert_non_null(strstr(e->data, "\"command\":\"/usr/sbin/useradd -o -u 0 backup2\""));
	assert_string_equal(with(&p, "Account backup2 created, uid 0")->meaning, "account created");
	assert_string_equal(with(&p, "beheer added to group docker")->technique, "T1098");
	assert_string_equal(with(&p, "beheer became root by su")->user, "beheer");
	with(&p, "Password of backup2 changed");
	with(&p, "cron ran as root: test -x /usr/sbin/anacron || run-parts /etc/cron.daily");
	with(&p, "USB device 0951:1666 connected at 1-2");
	with(&p, "Firewall [UFW BLOCK] : TCP from 198.51.100.7 to 10.0.0.4 port 3389");
	assert_string_equal(with(&p, "Mail 4C1 from beheer@example.org, 812 bytes, 3 recipients")->source, "mail");
	assert_string_equal(with(&p, "Failed mail logon from 198.51.100.8 by LOGIN")->meaning, "failed logon");
	assert_number_equal(parsed_with(&p, "\"repeated\":2"), 1);
	assert_string_equal(p.events[2].message, "Failed SSH logon of root from 203.0.113.9 by password");
	assert_non_null(strstr(p.events[2].data, "\"message\":\"Repeated 2 times: Failed password for root from 203.0.113.9 port 40122 ssh2\""));
	assert_number_equal(parsed_with(&p, "a message of\\u000a\\u0009two lines"), 1);
	parsed_free(&p);
}

static void
a_user_name_cannot_forge_the_address(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/syslog/auth.log"));
	const struct parsed_event *e = with(&p, "a user that does not exist");
	assert_non_null(strstr(e->data, "\"address\":\"203.0.113.9\",\"port\":\"40130\""));
	assert_string_equal(e->user, "x from 10.0.0.1 port 22 ssh2");
	parsed_free(&p);
}

/* Its own log has no colon behind the process, and a blank in the date where it is newer. A user name that ends as a logon does not become one. */
static void
proftpds_own_log_is_read(void **state)
{
	static const struct { const char *meaning, *user; } want[] = { { "connected", "" }, { "failed logon", "root: Login successful" }, { "failed logon", "anna" },
		{ "logon", "anna" }, { "logged", "" }, { "failed logon", "x" } };
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/syslog/proftpd.log"));
	assert_number_equal(p.count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(p.events[i].meaning, want[i].meaning);
		assert_string_equal(p.events[i].user, want[i].user);
		assert_non_null(strstr(p.events[i].data, "\"program\":\"proftpd\",\"pid\":\"7"));
		assert_non_null(strstr(p.events[i].data, "203.0.113.9\""));
	}
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.124Z"));
	parsed_free(&p);
}

static void
variants_of_programs_are_known(void **state)
{
	static const char text[] = "Nov 14 22:13:20 h CROND[7]: (root) CMD (/tmp/x)\nNov 14 22:13:20 h sshd-session[7]: Accepted password for a from 192.0.2.1 port 5 ssh2\n"
		"Nov 14 22:13:21 h dropbear[7]: Bad password attempt for 'root' from 192.0.2.1:50122\nNov 14 22:13:22 h login[7]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure\n"
		"Nov 14 22:13:23 h pkexec[7]: anna: Executing command [USER=root] [TTY=unknown] [CWD=/home/anna] [COMMAND=/usr/bin/id]\n"
		"Nov 14 22:13:24 h kernel: [    5.1] rootkit: loading out-of-tree module taints kernel.\nNov 14 22:13:25 h sudoedit[7]: not sudo\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/var/log/messages", text, sizeof(text) - 1);
	assert_number_equal(p.count, 7);
	with(&p, "cron ran as root: /tmp/x");
	with(&p, "SSH logon of a from 192.0.2.1 by password");
	assert_non_null(strstr(with(&p, "Failed SSH logon of root from 192.0.2.1 by password")->data, "\"port\":\"50122\""));
	with(&p, "Failed logon of root on /dev/tty1");
	with(&p, "anna ran as root by pkexec: /usr/bin/id");
	with(&p, "Kernel module rootkit, which is not part of the kernel, loaded");
	assert_string_equal(with(&p, "sudoedit: not sudo")->meaning, "logged");
	parsed_free(&p);
}

static void
small_machines_and_firewalls(void **state)
{
	static const char text[] = "Nov 14 22:13:20 router daemon.info dnsmasq[7]: started\nTue Nov 14 22:13:21 2023 authpriv.warn dropbear[8]: Bad password attempt for 'root' from 192.0.2.1:50122\n"
		"Nov 14 2023 22:13:22 asa : %ASA-4-722051: x\nNov 14 2023 22:13:23: %ASA-6-113039: Group <vpn> User <anna> IP <203.0.113.9> AnyConnect parent session started.\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/x/messages-20231120", text, sizeof(text) - 1);
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[0].host, "router");
	assert_non_null(strstr(p.events[0].data, "\"program\":\"dnsmasq\",\"pid\":\"7\",\"facility\":\"daemon\",\"severity\":\"info\""));
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_string_equal(p.events[1].meaning, "failed logon");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21Z"));
	assert_string_equal(p.events[2].host, "asa");
	assert_non_null(strstr(p.events[2].data, "\"program\":\"%ASA-4-722051\""));
	assert_string_equal(p.events[3].message, "VPN session of anna from 203.0.113.9 begun, group vpn");
	parsed_free(&p);
}

static void
dates_with_a_zone_need_no_guess(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/syslog/modern.log"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.events[0].time, parsed_time("2024-02-29T09:00:00.123456Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[0].precision, "us");
	assert_non_null(strstr(p.events[0].data, "\"address\":\"2001:db8::7\""));
	assert_non_null(strstr(p.events[1].data, "\"message_id\":\"ID47\""));
	assert_non_null(strstr(p.events[1].data, "\"message\":\"An application event\""));
	assert_non_null(strstr(p.events[1].data, "note=\\\"a \\\\] b\\\""));
	assert_string_equal(p.events[2].meaning, "refused");
	assert_string_equal(p.events[3].technique, "T1053.003");
	assert_number_equal(parsed_with(&p, "year_inferred"), 0);
	parsed_free(&p);
}

static void
damage_is_told_and_passed_over(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/syslog/damaged"));
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	/* the line of RFC 5424 in between says which year it is */
	assert_number_equal(p.events[p.count - 1].time, parsed_time("2024-01-05T00:00:00Z"));
	parsed_free(&p);
}

static void
years_of_a_log_that_spans_many(void **state)
{
	static const char text[] = "Mar  1 00:00:00 h p[1]: a\nFeb 20 00:00:00 h p[1]: a little back is no year\nNov  1 00:00:00 h p[1]: b\nJan  5 00:00:00 h p[1]: c\n"
		"Feb 29 00:00:00 h p[1]: leap\nJan  1 12:00:00 h p[1]: d\n";
	struct parsed p = { 0 };
	(void)state;
	/* written last on 1 January 2020: 29 February was that of 2016, so nothing is later than that allows */
	parsed_bytes(&p, "/var/log/messages", text, sizeof(text) - 1);
	assert_number_equal(p.count, 6);
	assert_number_equal(p.events[4].time, parsed_time("2016-02-29T00:00:00Z"));
	assert_number_equal(p.events[0].time, parsed_time("2015-03-01T00:00:00Z"));
	assert_number_equal(p.events[1].time, parsed_time("2015-02-20T00:00:00Z"));
	assert_number_equal(p.events[5].time, parsed_time("2017-01-01T12:00:00Z"));
	parsed_free(&p);
}

static void
the_date_in_a_rotated_name_counts_more(void **state)
{
	static const char text[] = "Nov 30 00:00:00 h p[1]: a\nDec  2 00:00:00 h p[1]: b\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/var/log/messages-20171203", text, sizeof(text) - 1);
	assert_number_equal(p.events[1].time, parsed_time("2017-12-02T00:00:00Z"));
	parsed_free(&p);
	parsed_bytes(&p, "/var/log/messages-20170101-99999999", text, sizeof(text) - 1);
	assert_number_equal(p.events[1].time, parsed_time("2016-12-02T00:00:00Z"));
	parsed_free(&p);
}

static bool
is_claimed(const char *path, const char *text)
{
	const struct artefact_subject who = { .path = path, .name = strrchr(path, '/') + 1, .owner = "", .size = strlen(text) };
	return artefact_claim(&who, (struct view){ (const uint8_t *)text, strlen(text) }) != NULL;
}

static void
other_text_is_not_claimed(void **state)
{
	(void)state;
	assert_false(is_claimed("/x/README", "Jan 12 is the day\nMay I ask you: no\nMar 11 2020\n"));
	assert_false(is_claimed("/x/app", "2024-01-01T00:00:00Z ERROR main: x\n2024-01-01T00:00:01Z INFO main: y\n"));
	assert_false(is_claimed("/x/list", "-rw-r--r-- 1 root root 12 Jan 12 07:52 file\n"));
	assert_false(is_claimed("/x/a.c", "#include <stdio.h>\nint main(void) { return 0; }\n"));
	assert_false(is_claimed("/x/a.csv", "time,host,message\n2024-01-01T00:00:00Z,h,m\n"));
}

static void
shapes_find_their_parts(void **state)
{
	struct unix_capture got[UNIX_CAPTURES];
	size_t count;
	(void)state;
	assert_true(unix_match("a {x} b {y_}", "a  1 2 b 3 4", got, &count));
	assert_number_equal(count, 2);
	assert_number_equal(got[0].size, 3);
	assert_number_equal(got[1].size, 1);
	assert_false(unix_match("a {x#}", "a b", got, &count));
	assert_false(unix_match("a {x} b", "a c", got, &count));
	assert_true(unix_match("({u}) C ({c>})", "(root) C (x (y))", got, &count));
	assert_number_equal(got[1].size, 5);
	assert_true(unix_match("x={x} y={y_}", "x= y=1", got, &count));
	assert_number_equal(got[0].size, 0);
}

static void
the_corpus_is_read(void **state)
{
	static const struct { const char *path; size_t events; const char *text; } files[] = {
		{ "logs/syslog_syslog", 16, "This syslog message has a fractional value for seconds." },
		{ "logs/syslog_syslog_cron.log", 9, "sleep $(( 1 * 60 )); touch /tmp/afile.txt" },
		{ "logs/syslog_syslog_osx", 2, "AppleThunderboltNHIType2::prePCIWake" },
		{ "logs/syslog_syslog_rsyslog", 5, "-- MARK --" },
		{ "logs/syslog_syslog_rsyslog_SyslogProtocol23Format", 9, "user-level message" },
		{ "logs/syslog_syslog_rsyslog_traditional", 8, "`cron.daily' terminated" },
		{ "logs/syslog_syslog_ssh.log", 9, "\"address\":\"188.124.3.41\"" },
		{ "logs/security.log", 9, "Repeated 3 times: Happy new year!" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct parsed p = { 0 };
		if (!parsed_corpus(&p, files[i].path))
			return;
		assert_string_equal(p.kind->name, "syslog");
		assert_number_equal(p.count, files[i].events);
		assert_true(parsed_with(&p, files[i].text) > 0);
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_goes_over_new_year),
		cmocka_unit_test(what_programs_say_is_told_in_words),
		cmocka_unit_test(proftpds_own_log_is_read),
		cmocka_unit_test(variants_of_programs_are_known),
		cmocka_unit_test(small_machines_and_firewalls),
		cmocka_unit_test(a_user_name_cannot_forge_the_address),
		cmocka_unit_test(dates_with_a_zone_need_no_guess),
		cmocka_unit_test(damage_is_told_and_passed_over),
		cmocka_unit_test(years_of_a_log_that_spans_many),
		cmocka_unit_test(the_date_in_a_rotated_name_counts_more),
		cmocka_unit_test(other_text_is_not_claimed),
		cmocka_unit_test(shapes_find_their_parts),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
