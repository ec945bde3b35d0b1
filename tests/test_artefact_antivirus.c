/* test_artefact_antivirus.c - logs of Sophos, McAfee, Symantec and Trend Micro. */
#include "tests/artefact_harness.h"

static void
need(const struct parsed *p, size_t at, const char *time, const char *meaning, const char *message, const char *field)
{
	assert_true(at < p->count);
	assert_number_equal(p->events[at].time, parsed_time(time));
	assert_string_equal(p->events[at].meaning, meaning);
	assert_string_equal(p->events[at].message, message);
	if (strstr(p->events[at].data, field) == NULL)
		fail_msg("%s is not in %s", field, p->events[at].data);
}

static void
sophos_in_utf16(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/sophos_log/SAV.txt"));
	assert_string_equal(p.kind->name, "sophos_log");
	assert_number_equal(p.count, 6);
	assert_true(p.events[0].local);
	need(&p, 0, "2023-11-14T22:13:20Z", "threat detected", "Sophos found Troj/Voorbeeld-A in C:\\Users\\anna\\Downloads\\factuur.exe", "\"threat_name\":\"Troj/Voorbeeld-A\"");
	need(&p, 1, "2023-11-14T22:13:21Z", "file quarantined",
	    "Sophos: Infected file \"\\\\fs01\\delen\\b.exe\" moved in \"C:\\ProgramData\\Sophos\\Sophos Anti-Virus\\INFECTED\\b.exe.000\".", "\"path\":\"\\\\\\\\fs01\\\\delen\\\\b.exe\"");
	assert_string_equal(p.events[2].meaning, "threat removed");
	need(&p, 3, "2023-11-14T22:13:23Z", "threat detected", "Sophos found Troj/Voorbeeld-B in \\\\fs01\\delen\\c.exe", "Cleaning impossible");
	assert_string_equal(p.events[4].meaning, "protection switched off");
	assert_string_equal(p.events[5].meaning, "logged");
	parsed_free(&p);
	/* tabs behind the times, and a path that does not fit */
	char text[1500];
	memset(text, 'x', sizeof(text));
	int front = snprintf(text, sizeof(text), "20231114 221320\tOn-access scanning has been enabled.\n20231114 221321\tFile \"C:\\");
	text[front] = 'x';
	memcpy(text + sizeof(text) - 37, "\" belongs to virus/spyware 'Mal/Veel'.", 37);
	parsed_bytes(&p, "/log.txt", text, sizeof(text));
	assert_string_equal(p.kind->name, "sophos_log");
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].meaning, "protection switched on");
	assert_null(strstr(p.events[0].data, "\"cut\""));
	assert_string_equal(p.events[1].meaning, "threat detected");
	assert_non_null(strstr(p.events[1].data, "\"cut\":true"));
	parsed_free(&p);
}

static void
mcafee_in_two_orders_of_dates(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mcafee_log/AccessProtectionLog.txt"));
	assert_string_equal(p.kind->name, "mcafee_log");
	assert_number_equal(p.count, 2);
	need(&p, 0, "2023-11-14T22:13:20Z", "action blocked",
	    "McAfee: Blocked by Access Protection rule, C:\\Users\\anna\\x.exe on C:\\Program Files\\McAfee\\shstat.exe", "Action blocked : Terminate");
	assert_string_equal(p.events[0].user, "GEMEENTE\\anna");
	assert_null(strstr(p.events[0].data, "date_order"));
	need(&p, 1, "2023-11-02T01:00:00Z", "action would be blocked",
	    "McAfee: Would be blocked by Access Protection rule  (rule is currently not enforced), C:\\Windows\\b.exe on \\REGISTRY\\MACHINE\\x", "\"date_order\"");
	parsed_free(&p);

	p = (struct parsed){ 0 };
	parsed_file(&p, fixture("artefact/mcafee_log/OnAccessScanLog.txt"));
	assert_number_equal(p.count, 3);
	need(&p, 1, "2023-11-02T22:13:21Z", "threat detected", "McAfee found EICAR test file (Test) in C:\\Users\\anna\\eicar.com: Deleted", "\"program\":\"C:\\\\Windows\\\\explorer.exe\"");
	need(&p, 2, "2023-11-14T22:13:22Z", "threat detected", "McAfee found Ransom-Voorbeeld (Trojan) in D:\\a.exe: Not deleted (The file is in use)", "\"threat_name\":\"Ransom-Voorbeeld (Trojan)\"");
	parsed_free(&p);
}

static void
symantec_with_its_bytes_of_time(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/symantec_log/11142023.Log"));
	assert_string_equal(p.kind->name, "symantec_log");
	assert_number_equal(p.count, 5);
	need(&p, 0, "2023-11-14T22:13:20Z", "definitions loaded", "Symantec: definitions loaded: New virus definition file loaded. Version: 231114a, \"final\".", "\"event\":\"7\"");
	need(&p, 1, "2023-11-14T22:13:21Z", "threat detected", "Symantec found Ransom.Voorbeeld in C:\\Users\\anna\\a.exe: quarantined", "\"remote_computer\":\"PC17\"");
	assert_string_equal(p.events[1].user, "anna");
	assert_string_equal(p.events[1].host, "SRV01");
	need(&p, 2, "2023-11-14T22:13:22Z", "threat detected", "Symantec found something without a name in D:\\b.exe", "\"action_wanted\":\"cleaned\"");
	need(&p, 3, "2023-11-14T22:13:23Z", "protection switched off", "Symantec: protection switched off: Auto-Protect is disabled.", "\"category\":\"2\"");
	assert_string_equal(p.events[4].meaning, "logged");
	parsed_free(&p);
}

static void
trend_micro_by_its_seconds_where_they_fit(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/trendmicro_log/pccnt35.log"));
	assert_string_equal(p.kind->name, "trendmicro_log");
	assert_number_equal(p.count, 3);
	need(&p, 0, "2023-11-14T22:13:20Z", "threat detected", "Trend Micro found Ransom.Win32.VOORBEELD.A in C:\\Users\\anna\\a.exe: moved to quarantine", "\"scan\":\"real-time scan\"");
	assert_false(p.events[0].local);
	need(&p, 1, "2023-11-14T09:14:00Z", "threat detected", "Trend Micro found Eicar_test_1 in D:\\eicar.com: could be neither cleaned nor moved", "\"result\":\"14\"");
	assert_true(p.events[1].local);
	/* without seconds, and with them in the seconds since 1970 */
	assert_string_equal(p.events[1].precision, "min");
	assert_string_equal(p.events[0].precision, "s");
	need(&p, 2, "2023-11-14T23:15:00Z", "threat detected", "Trend Micro found Eicar_test_1 in D:\\", "\"result\":\"99\"");
	assert_true(p.events[2].local);
	parsed_free(&p);

	p = (struct parsed){ 0 };
	parsed_file(&p, fixture("artefact/trendmicro_log/OfcUrlf.log"));
	assert_number_equal(p.count, 2);
	need(&p, 1, "2023-11-14T09:13:20Z", "address blocked", "Trend Micro, web address voorbeeld.example:443 (Malware Accomplice), asked for by C:\\b.exe", "\"url\":\"voorbeeld.example:443\"");
	need(&p, 0, "2023-11-14T22:13:20Z", "address blocked", "Trend Micro, web address http://voorbeeld.example/a (Malware Accomplice), asked for by C:\\Program Files\\b.exe", "\"score\":\"49\"");
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/sophos_log/damaged.txt"), 3, 3);
	parsed_damaged(fixture("artefact/mcafee_log/damaged.txt"), 2, 3);
	parsed_damaged(fixture("artefact/symantec_log/damaged.Log"), 3, 3);
	parsed_damaged(fixture("artefact/trendmicro_log/damaged.log"), 3, 3);
}

/* Other tables with dates in front are not taken for these logs. */
static void
strangers_are_left_alone(void **state)
{
	static const char *const texts[] = {
		"20231114 221320 meter 4711 reads 17.5\r\n20231114 221420 meter 4711 reads 17.6\r\n",
		"20231114 221320 network scan of printer 7 begun\r\n20231114 221420 network scan of printer 7 ended\r\n",
		"11/14/2023\t10:13:20 PM\tsold\t3\tbicycles\r\n11/15/2023\t9:13:20 AM\tsold\t1\tbicycle\r\n",
		"350A0E160D14,5,a list of parts\r\n",
		"a<;>b<;>c<;>d<;>e<;>f<;>g<;>h<;>i\r\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct artefact_subject who = { .path = "/data/table.txt", .name = "table.txt", .owner = "", .size = strlen(texts[i]) };
		const struct artefact_kind *kind = artefact_claim(&who, (struct view){ (const uint8_t *)texts[i], strlen(texts[i]) });
		if (kind != NULL)
			fail_msg("text %zu is taken for %s", i, kind->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sophos_in_utf16),
		cmocka_unit_test(mcafee_in_two_orders_of_dates),
		cmocka_unit_test(symantec_with_its_bytes_of_time),
		cmocka_unit_test(trend_micro_by_its_seconds_where_they_fit),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(strangers_are_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
