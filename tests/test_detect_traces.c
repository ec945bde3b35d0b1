/* test_detect_traces.c - the detectors that remember: guessed passwords, contacts, gaps, shredders, accounts, web pages, odd files; and the answers of page 1. */
#include "tests/detect_harness.h"

#include "triage/detect/answers.h"
#include "triage/detect/logon.h"

#define SECURITY "Security", "Microsoft-Windows-Security-Auditing"
#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

static void
show_logon(struct judged *t, int id, int64_t when, const char *account, const char *address, int type)
{
	char values[300];
	snprintf(values, sizeof(values), ",\"target_user_name\":\"%s\",\"ip_address\":\"%s\",\"logon_type\":%d", account, address, type);
	show_windows(t, SECURITY, id, when, account, values);
}

static void
a_guess_that_worked_is_told_and_a_mistyped_password_is_not(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	for (int i = 0; i < 30; i++)
		show_logon(&t, 4625, NIGHT + i * SECOND, "administrator", "203.0.113.9", 3);
	show_logon(&t, 4624, NIGHT + 60 * SECOND, "administrator", "203.0.113.9", 10);
	finish(&t, 1);
	const struct detect_finding *f = need_finding(&t, "detect:brute-force-success");
	assert_int_equal(f->severity, TRIAGE_CRITICAL);
	assert_has(f->detail, "203.0.113.9 by rdp after 30 failed logons");
	assert_non_null(finding_of(&t, "detect:brute-force"));
	assert_non_null(finding_of(&t, "detect:logon-public"));
	assert_null(finding_of(&t, "detect:password-spray"));
	close_judge(&t);
	open_judge(&t);
	for (int i = 0; i < 4; i++)
		show_logon(&t, 4625, NIGHT + i * SECOND, "anna", "10.0.0.7", 3);
	show_logon(&t, 4624, NIGHT + 9 * SECOND, "anna", "10.0.0.7", 3);
	finish(&t, 1);
	assert_null(finding_of(&t, "detect:brute-force"));
	assert_null(finding_of(&t, "detect:brute-force-success"));
	close_judge(&t);
}

static void
many_accounts_from_one_address_are_a_spray(void **state)
{
	(void)state;
	struct judged t;
	char name[24];
	open_judge(&t);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "user%d", i);
		show_logon(&t, 4625, NIGHT + i * SECOND, name, "10.0.0.9", 3);
	}
	/* the same number over a day is not */
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "other%d", i);
		show_logon(&t, 4625, NIGHT + DAY + i * 2 * HOUR, name, "10.0.0.10", 3);
	}
	finish(&t, 1);
	assert_has(need_finding(&t, "detect:password-spray")->detail, "10.0.0.9");
	assert_null(strstr(need_finding(&t, "detect:password-spray")->detail, "10.0.0.10"));
	close_judge(&t);
}

static void
contacts_are_one_row_each_in_order_of_first_sight(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_logon(&t, 4624, NIGHT, "CORP\\\\Anna", "::ffff:10.0.0.7", 3);
	show_logon(&t, 4624, NIGHT + HOUR, "anna", "10.0.0.7", 3);
	show_logon(&t, 4624, NIGHT, "PC-9$", "10.0.0.8", 3);
	show_logon(&t, 4624, NIGHT, "anna", "-", 2);
	show_windows(&t, "x", "Microsoft-Windows-TerminalServices-ClientActiveXCore", 1024, NIGHT + 2 * HOUR, "anna", ",\"value\":\"FILES02\"");
	show_event(&t, (struct detect_event){ .source = "syslog", .parser = "syslog", .host = "web", .user = "root", .meaning = "failed logon", .time = NIGHT - HOUR, .data = "{\"address\":\"203.0.113.9\",\"user\":\"root\"}" });
	finish(&t, 1);
	assert_number_equal(detect_contact_count(t.judge), 3);
	const struct detect_contact *first = detect_contact(t.judge, 0), *second = detect_contact(t.judge, 1), *third = detect_contact(t.judge, 2);
	assert_string_equal(first->peer, "203.0.113.9");
	assert_string_equal(first->protocol, "ssh");
	assert_number_equal(first->failed, 1);
	assert_string_equal(second->peer, "10.0.0.7");
	assert_string_equal(second->account, "anna");
	assert_string_equal(second->direction, "from");
	assert_number_equal(second->count, 2);
	assert_int_equal(second->last_time, NIGHT + HOUR);
	assert_string_equal(third->peer, "files02");
	assert_string_equal(third->direction, "to");
	assert_null(detect_contact(t.judge, 3));
	close_judge(&t);
	assert_true(logon_is_public("203.0.113.9") && logon_is_public("2001:db8::1"));
	assert_false(logon_is_public("10.1.2.3") || logon_is_public("172.16.0.1") || logon_is_public("192.168.1.1") || logon_is_public("100.64.0.1") || logon_is_public("files02") || logon_is_public("fd00::1"));
}

static void
a_tunnelled_session_and_a_fan_out_are_told(void **state)
{
	(void)state;
	struct judged t;
	char values[200];
	open_judge(&t);
	show_logon(&t, 4624, NIGHT, "beheer", "::1", 10);
	for (int i = 0; i < 6; i++) {
		snprintf(values, sizeof(values), ",\"target_user_name\":\"da\",\"target_server_name\":\"srv%d\"", i);
		show_windows(&t, SECURITY, 4648, NIGHT + i * SECOND, "jan", values);
		snprintf(values, sizeof(values), ",\"target_user_name\":\"piet\",\"target_server_name\":\"srv%d\"", i);
		show_windows(&t, SECURITY, 4648, NIGHT + i * DAY, "jan", values);
	}
	finish(&t, 1);
	assert_non_null(finding_of(&t, "detect:logon-tunnel"));
	assert_has(need_finding(&t, "detect:lateral-explicit-fan-out")->detail, "da to 5 machines");
	assert_null(strstr(need_finding(&t, "detect:lateral-explicit-fan-out")->detail, "piet"));
	assert_number_equal(detect_contact_count(t.judge), 12);
	close_judge(&t);
}

static void
to_unlock_the_screen_at_the_machine_is_no_tunnel(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_logon(&t, 4624, NIGHT, "beheer", "127.0.0.1", 7);
	show_logon(&t, 4624, NIGHT + 10 * DAY, "anna", "127.0.0.1", 7);
	finish(&t, 1);
	assert_null(finding_of(&t, "detect:logon-tunnel"));
	assert_null(finding_of(&t, "detect:logon-new-source"));
	close_judge(&t);
}

static void
weak_tickets_for_many_services_are_roasting(void **state)
{
	(void)state;
	struct judged t;
	char values[200];
	open_judge(&t);
	for (int i = 0; i < 6; i++) {
		snprintf(values, sizeof(values), ",\"target_user_name\":\"matt@DFIR\",\"service_name\":\"svc%d\",\"ticket_encryption_type\":\"0x17\"", i);
		show_windows(&t, SECURITY, 4769, NIGHT + i * SECOND, "", values);
		snprintf(values, sizeof(values), ",\"target_user_name\":\"anna@DFIR\",\"service_name\":\"svc%d\",\"ticket_encryption_type\":\"0x12\"", i);
		show_windows(&t, SECURITY, 4769, NIGHT + i * SECOND, "", values);
	}
	finish(&t, 1);
	assert_has(need_finding(&t, "detect:credential-kerberoast")->detail, "matt@DFIR");
	assert_null(strstr(need_finding(&t, "detect:credential-kerberoast")->detail, "anna"));
	close_judge(&t);
}

/* Records from..to of a log, a second apart. */
static void
show_records_at(struct judged *t, int from, int to, uint64_t offset)
{
	struct triage_error err = { 0 };
	char data[200];
	for (int i = from; i <= to; i++) {
		snprintf(data, sizeof(data), "{\"event_id\":4672,\"record_id\":%d,\"channel\":\"Security\",\"provider\":\"x\",\"recovered\":false}", i);
		const struct detect_event e = { .event_id = (uint64_t)i, .file_id = 1, .offset = offset, .time = NIGHT + i * SECOND, .meaning = "logged", .source = "evtx", .parser = "evtx", .host = "PC-12", .user = "",
			.path = "/Security.evtx", .message = "x", .technique = "", .data = data };
		assert_int_equal(detect_judge_event(t->judge, &e, &err), TRIAGE_OK);
	}
}

static void
show_records(struct judged *t, int from, int to)
{
	show_records_at(t, from, to, 4608);
}

/* A chunk that was lost as a whole is no sign that somebody took records out. */
static void
what_is_missing_between_two_chunks_is_a_lost_part(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_records_at(&t, 500, 600, 4608);
	show_records_at(&t, 651, 700, 4608 + 65536);
	finish(&t, 1);
	assert_null(finding_of(&t, "detect:log-gap-records"));
	assert_has(need_finding(&t, "detect:log-gap-part")->detail, "records 601 to 650 are not there (50 records");
	assert_int_equal(need_finding(&t, "detect:log-gap-part")->severity, TRIAGE_LOW);
	close_judge(&t);
	/* newer records stand where those that are missing stood */
	open_judge(&t);
	show_records_at(&t, 500, 600, 5000);
	show_records_at(&t, 651, 700, 9000);
	show_records_at(&t, 901, 940, 7000);
	finish(&t, 1);
	assert_null(strstr(need_finding(&t, "detect:log-gap-part")->detail, "records 701"));
	assert_null(strstr(need_finding(&t, "detect:log-gap-records")->detail, "records 601"));
	close_judge(&t);
}

static void
missing_numbers_inside_a_log_are_told_and_the_missing_start_is_not(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_records(&t, 500, 600);
	show_records(&t, 651, 700);
	finish(&t, 1);
	const struct detect_finding *f = need_finding(&t, "detect:log-gap-records");
	assert_has(f->detail, "records 601 to 650 are not there (50 records");
	assert_int_equal(f->first_time, NIGHT + 600 * SECOND);
	assert_int_equal(f->last_time, NIGHT + 651 * SECOND);
	close_judge(&t);
	open_judge(&t);
	show_records(&t, 500, 600);
	show_records(&t, 611, 700);
	show_records(&t, 601, 610);	/* late, since the clock was set */
	finish(&t, 1);
	assert_null(finding_of(&t, "detect:log-gap-records"));
	close_judge(&t);
}

static void
a_log_service_that_ends_without_a_restart_is_told(void **state)
{
	(void)state;
	for (int restart = 0; restart < 3; restart++) {
		struct judged t;
		open_judge(&t);
		show_windows(&t, "Security", restart == 2 ? "another part with this number" : "Microsoft-Windows-Eventlog", 1100, NIGHT, "", "");
		if (restart == 1)
			show_event(&t, (struct detect_event){ .source = "evtx", .parser = "evtx", .meaning = "started", .host = "PC-12", .time = NIGHT + HOUR, .data = "{\"event_id\":12,\"record_id\":9}" });
		show_windows(&t, "System", "x", 7, NIGHT + HOUR + SECOND, "", "");
		show_windows(&t, "System", "x", 7, NIGHT + 2 * HOUR, "", "");
		finish(&t, 1);
		assert_true((finding_of(&t, "detect:log-service-off") == NULL) == (restart > 0));
		close_judge(&t);
	}
}

static void
show_journal(struct judged *t, const char *name, const char *reason)
{
	char data[200];
	snprintf(data, sizeof(data), "{\"name\":\"%s\",\"reason\":[\"%s\"]}", name, reason);
	show_event(t, (struct detect_event){ .source = "usn", .parser = "usn", .meaning = "renamed (new name)", .host = "PC-12", .path = "/$Extend/$UsnJrnl", .message = name, .time = NIGHT, .data = data });
}

static void
a_shredder_and_packed_archives_show_in_the_journal(void **state)
{
	(void)state;
	struct judged t;
	char name[20];
	open_judge(&t);
	for (char c = 'A'; c <= 'Z'; c++) {
		snprintf(name, sizeof(name), "%c%c%c%c%c.%c%c%c", c, c, c, c, c, c, c, c);
		show_journal(&t, name, "RENAME_NEW_NAME");
	}
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "data%d.7z", i);
		show_journal(&t, name, "FILE_CREATE");
		show_journal(&t, name, "FILE_DELETE");
	}
	finish(&t, 1);
	assert_has(need_finding(&t, "detect:anti-secure-delete")->detail, "of 26 letters");
	assert_has(need_finding(&t, "detect:exfil-archive")->detail, "3 archives");
	close_judge(&t);
	open_judge(&t);
	show_journal(&t, "AAAA.txt", "RENAME_NEW_NAME");
	show_journal(&t, "IIII", "RENAME_NEW_NAME");
	show_journal(&t, "backup.7z", "FILE_CREATE");
	finish(&t, 1);
	assert_null(finding_of(&t, "detect:anti-secure-delete"));
	assert_null(finding_of(&t, "detect:exfil-archive"));
	close_judge(&t);
}

static void
show_usage(struct judged *t, const char *app, int64_t when, int64_t sent)
{
	char data[200];
	snprintf(data, sizeof(data), "{\"app\":\"%s\",\"bytes_sent\":%jd,\"bytes_recvd\":1}", app, (intmax_t)sent);
	show_event(t, (struct detect_event){ .source = "srum", .parser = "ese.network", .host = "PC-12", .path = "/SRUDB.dat", .message = app, .time = when, .data = data });
}

static void
a_program_is_compared_with_its_own_other_days(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	for (int day = 0; day < 10; day++) {
		show_usage(&t, "steady.exe", NIGHT + day * DAY, INT64_C(700) << 20);
		show_usage(&t, "burst.exe", NIGHT + day * DAY, day == 7 ? INT64_C(9000) << 20 : INT64_C(20) << 20);
	}
	finish(&t, 1);
	const struct detect_finding *f = need_finding(&t, "detect:exfil-bytes");
	assert_number_equal(f->count, 1);
	assert_has(f->detail, "burst.exe sent 9000 MiB on one day; on its other 9 days 20 MiB a day");
	close_judge(&t);
}

static void
accounts_that_live_for_hours_and_mass_resets_are_told(void **state)
{
	(void)state;
	struct judged t;
	char values[200];
	open_judge(&t);
	show_windows(&t, SECURITY, 4720, NIGHT, "x", ",\"target_user_name\":\"x\",\"target_sid\":\"S-1-5-21-1\",\"subject_user_name\":\"jan\"");
	show_windows(&t, SECURITY, 4726, NIGHT + HOUR, "x", ",\"target_user_name\":\"x\",\"target_sid\":\"S-1-5-21-1\",\"subject_user_name\":\"jan\"");
	show_windows(&t, SECURITY, 4726, NIGHT + HOUR, "old", ",\"target_user_name\":\"old\",\"target_sid\":\"S-1-5-21-2\",\"subject_user_name\":\"jan\"");
	for (int i = 0; i < 10; i++) {
		snprintf(values, sizeof(values), ",\"target_user_name\":\"u%d\",\"target_sid\":\"S-1-5-21-9\",\"subject_user_name\":\"jan\"", i);
		show_windows(&t, SECURITY, 4724, NIGHT + 2 * HOUR + i * SECOND, "x", values);
	}
	finish(&t, 1);
	assert_number_equal(need_finding(&t, "detect:account-short-lived")->count, 1);
	assert_has(need_finding(&t, "detect:account-short-lived")->detail, "60 minutes");
	assert_non_null(finding_of(&t, "detect:account-password-reset"));
	close_judge(&t);
}

static struct triage_content
hashed(uint8_t byte)
{
	struct triage_content c = text_content(5000);
	c.mime = "application/vnd.microsoft.portable-executable";
	c.hashed = true;
	memset(c.sha256, byte, sizeof(c.sha256));
	return c;
}

static void
odd_files_are_told_by_place_and_content(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show(&t, "/Windows/System32/cmd.exe", hashed(1));
	show(&t, "/Windows/System32/sethc.exe", hashed(1));
	show(&t, "/Windows/System32/osk.exe", hashed(2));
	show(&t, "/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/u.bat", text_content(50));
	show(&t, "/inetpub/wwwroot/aspnet_client/system_web/x.aspx", text_content(900));
	show(&t, "/var/www/html/wp-content/uploads/2024/a.php", text_content(900));
	show(&t, "/temp/ntds.dit", random_content(20 << 20));
	show(&t, "/var/www/.ssh/authorized_keys", text_content(400));
	finish(&t, 1);
	assert_number_equal(need_finding(&t, "detect:persistence-accessibility")->count, 1);
	assert_has(need_finding(&t, "detect:persistence-accessibility")->detail, "sethc.exe has the same content");
	assert_non_null(finding_of(&t, "detect:persistence-startup"));
	assert_non_null(finding_of(&t, "detect:webshell-exchange"));
	assert_non_null(finding_of(&t, "detect:webshell-place"));
	assert_non_null(finding_of(&t, "detect:credential-ntds-copy"));
	assert_int_equal(need_finding(&t, "detect:persistence-key-service")->severity, TRIAGE_MEDIUM);
	assert_null(strstr(detect_verdict(t.judge)->reasons, "lacks a claim"));
	close_judge(&t);
	open_judge(&t);
	show(&t, "/Windows/System32/sethc.exe", hashed(3));
	show(&t, "/Windows/System32/cmd.exe", hashed(1));
	show(&t, "/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/desktop.ini", text_content(50));
	show(&t, "/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/logon.aspx", text_content(900));
	show(&t, "/var/www/html/index.php", text_content(900));
	show(&t, "/Windows/NTDS/ntds.dit", random_content(20 << 20));
	finish(&t, 1);
	for (size_t i = 0; i < detect_finding_count(t.judge); i++)
		assert_true(detect_finding(t.judge, i)->severity < TRIAGE_MEDIUM);
	close_judge(&t);
}

static void
show_request(struct judged *t, const char *client, const char *method, const char *url)
{
	char data[300];
	snprintf(data, sizeof(data), "{\"client\":\"%s\",\"method\":\"%s\",\"url\":\"%s\",\"status\":200}", client, method, url);
	show_event(t, (struct detect_event){ .source = "web", .parser = "web_access", .meaning = "request", .path = "/access.log", .message = url, .time = NIGHT, .data = data });
}

static void
a_page_that_one_visitor_sends_to_is_told(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	for (int i = 0; i < 120; i++) {
		show_request(&t, i % 2 ? "10.0.0.1" : "10.0.0.2", i % 3 ? "GET" : "POST", "/index.php?x=1");
		if (i < 5)
			show_request(&t, "203.0.113.9", "POST", "/images/c.php");
	}
	finish(&t, 1);
	assert_has(need_finding(&t, "detect:webshell-requests")->detail, "/images/c.php: 5 times sent to");
	assert_null(strstr(need_finding(&t, "detect:webshell-requests")->detail, "index.php"));
	close_judge(&t);
}

static void
the_first_act_and_the_accounts_come_out_of_the_findings_alone(void **state)
{
	(void)state;
	SCOPED_BUF entry;
	SCOPED_BUF accounts;
	const struct detect_finding log = { .severity = TRIAGE_MEDIUM, .rule = "detect:account-created", .kind = "account", .title = "An account was made", .technique = "T1136", .host = "PC-12", .path = "/a", .first_time = 5,
		.last_time = 6, .detail = "{\"accounts\":[\"x\"],\"examples\":[]}" };
	const struct detect_finding guess = { .severity = TRIAGE_CRITICAL, .confidence = 80, .rule = "detect:brute-force-success", .kind = "brute-force", .title = "A guessed password worked", .technique = "T1110", .host = "PC-12",
		.path = "/b", .first_time = NIGHT, .last_time = NIGHT + 1, .detail = "{\"accounts\":[\"Beheer\",\"PC-9$\",\"SYSTEM\",\"\"],\"examples\":[]}" };
	const struct detect_finding copy = { .severity = TRIAGE_CRITICAL, .rule = "detect:credential-ntds-copy", .kind = "credential-access", .title = "Copied", .technique = "", .host = "", .path = "", .first_time = NIGHT + 9,
		.last_time = NIGHT + 9, .detail = "{\"accounts\":[\"BEHEER\"],\"examples\":[]}" };
	const struct detect_finding *const all[] = { &copy, &guess, &log };
	struct triage_error err = { 0 };
	bool left_out = true;
	buf_init(&entry, 10000);
	buf_init(&accounts, 10000);
	answer_entry(all, 3, &entry);
	assert_string_equal(buf_cstr(&entry), "{\"confidence\":80,\"finding\":\"detect:brute-force-success\",\"host\":\"PC-12\",\"kind\":\"brute-force\",\"path\":\"/b\",\"technique\":\"T1110\","
	    "\"time\":\"2022-12-06T01:00:00.000000000Z\",\"title\":\"A guessed password worked\",\"vector\":\"guessed-password\"}");
	assert_int_equal(answer_accounts(all, 3, &accounts, &left_out, &err), TRIAGE_OK);
	assert_false(left_out);
	assert_has(buf_cstr(&accounts), "[{\"account\":\"BEHEER\",\"last_use\":\"2022-12-06T01:00:00.000000009Z\",\"reasons\":[\"Copied\",\"A guessed password worked\"],\"severity\":\"critical\"},{\"account\":\"krbtgt\"");
	assert_has(buf_cstr(&accounts), "{\"account\":\"x\"");
	assert_null(strstr(buf_cstr(&accounts), "PC-9"));
	assert_null(strstr(buf_cstr(&accounts), "SYSTEM"));
	buf_clear(&entry);
	buf_clear(&accounts);
	answer_entry(all, 0, &entry);
	assert_int_equal(answer_accounts(all, 0, &accounts, &left_out, &err), TRIAGE_OK);
	assert_string_equal(buf_cstr(&entry), "null");
	assert_string_equal(buf_cstr(&accounts), "[]");
}

static void
accounts_of_any_length_and_number_do_no_harm(void **state)
{
	(void)state;
	SCOPED_BUF detail;
	SCOPED_BUF accounts;
	struct triage_error err = { 0 };
	bool left_out = true;
	buf_init(&detail, 1 << 20);
	buf_init(&accounts, 1 << 20);
	/* a domain that is longer than any */
	buf_format(&detail, "{\"accounts\":[\"%0999d\\\\jan\"", 0);
	for (unsigned i = 0; i < 499; i++)
		buf_format(&detail, ",\"user%u\"", i);
	size_t few = detail.size;
	buf_text(&detail, "]}");
	struct detect_finding f = { .severity = TRIAGE_HIGH, .rule = "r", .kind = "account", .title = "T", .last_time = NIGHT, .detail = buf_cstr(&detail) };
	const struct detect_finding *const all[] = { &f };
	assert_int_equal(answer_accounts(all, 1, &accounts, &left_out, &err), TRIAGE_OK);
	assert_has(buf_cstr(&accounts), "00000\\\\jan\"");
	assert_has(buf_cstr(&accounts), "\"user498\"");
	assert_false(left_out);
	detail.size = few;
	buf_text(&detail, ",\"one_more\"]}");
	f.detail = buf_cstr(&detail);
	buf_clear(&accounts);
	assert_int_equal(answer_accounts(all, 1, &accounts, &left_out, &err), TRIAGE_OK);
	assert_true(left_out);
	assert_null(strstr(buf_cstr(&accounts), "one_more"));
}

static void
an_account_of_many_findings_says_that_there_are_more(void **state)
{
	(void)state;
	SCOPED_BUF accounts;
	struct triage_error err = { 0 };
	bool left_out = true;
	struct detect_finding f[11];
	const struct detect_finding *all[11];
	static const char *const titles[] = { "T0", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10" };
	for (size_t i = 0; i < 11; i++) {
		f[i] = (struct detect_finding){ .severity = TRIAGE_HIGH, .rule = "r", .kind = "account", .title = titles[i], .last_time = NIGHT, .detail = "{\"accounts\":[\"jan\"]}" };
		all[i] = &f[i];
	}
	buf_init(&accounts, 1 << 20);
	assert_int_equal(answer_accounts(all, 11, &accounts, &left_out, &err), TRIAGE_OK);
	assert_has(buf_cstr(&accounts), "\"T7\",\"More findings name it.\"]");
	assert_null(strstr(buf_cstr(&accounts), "T8"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guess_that_worked_is_told_and_a_mistyped_password_is_not),
		cmocka_unit_test(many_accounts_from_one_address_are_a_spray),
		cmocka_unit_test(contacts_are_one_row_each_in_order_of_first_sight),
		cmocka_unit_test(a_tunnelled_session_and_a_fan_out_are_told),
		cmocka_unit_test(to_unlock_the_screen_at_the_machine_is_no_tunnel),
		cmocka_unit_test(weak_tickets_for_many_services_are_roasting),
		cmocka_unit_test(what_is_missing_between_two_chunks_is_a_lost_part),
		cmocka_unit_test(missing_numbers_inside_a_log_are_told_and_the_missing_start_is_not),
		cmocka_unit_test(a_log_service_that_ends_without_a_restart_is_told),
		cmocka_unit_test(a_shredder_and_packed_archives_show_in_the_journal),
		cmocka_unit_test(a_program_is_compared_with_its_own_other_days),
		cmocka_unit_test(accounts_that_live_for_hours_and_mass_resets_are_told),
		cmocka_unit_test(odd_files_are_told_by_place_and_content),
		cmocka_unit_test(a_page_that_one_visitor_sends_to_is_told),
		cmocka_unit_test(the_first_act_and_the_accounts_come_out_of_the_findings_alone),
		cmocka_unit_test(accounts_of_any_length_and_number_do_no_harm),
		cmocka_unit_test(an_account_of_many_findings_says_that_there_are_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
