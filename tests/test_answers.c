/* test_answers.c - the answers of page 1 on made cases: an attack from guess to encryption, where it came from, what to keep. */
#include "tests/answers_harness.h"

#include "triage/detect/answer_put.h"

static void
an_attack_gives_every_answer(void **state)
{
	struct judged t;
	static const struct detect_machine here = { 1, "PC-12", "Windows Server 2019", NULL };
	static const struct detect_shadow old[] = { { "shadow copy 1", NIGHT - 23 * DAY }, { "shadow copy 2", NIGHT - DAY } };
	static const char *const unread[] = { "1 volume(s) are locked and were not read: 4096 bytes." };
	(void)state;
	open_attack(&t, &(struct detect_case){ &here, 1, old, 2, unread, 1, NULL });

	answer_has(&t, "attacked", "{\"answer\":\"yes\",\"certainty\":\"established\"");
	answer_has(&t, "attacked", "\"blind\":[\"1 volume(s) are locked");
	answer_has(&t, "family", "\"answer\":\"named\",\"certainty\":\"probable\",\"family\":\"Play\"");
	answer_has(&t, "family", "\"note-text\"");
	answer_has(&t, "family", "\"extension\"");
	answer_has(&t, "family", "\"decryptor\":{\"state\":\"none\",\"text\":\"No public way");
	answer_has(&t, "keep", "{\"answer\":\"keep\"");
	answer_has(&t, "keep", "{\"what\":\"ransom-notes\",\"count\":1,");
	answer_has(&t, "keep", "{\"what\":\"encrypted-samples\",\"count\":71,");
	answer_has(&t, "window", "\"answer\":\"known\"");
	answer_has(&t, "window", "\"start\":\"2022-12-06T01:00:01.000000000Z\"");
	answer_has(&t, "window", "\"damaged_files\":71,");
	answer_has(&t, "first_action", "\"time\":\"2022-11-14T01:01:00.000000000Z\"");
	answer_has(&t, "first_action", "\"dwell_seconds\":1900741,\"dwell_until\":\"encryption\"");
	answer_has(&t, "first_action", "\"oldest_log\":{\"source\":\"evtx\",\"log\":\"Test\",\"first\":\"2022-11-14T01:00:00.000000000Z\"}");
	answer_has(&t, "ways_in", "\"answer\":\"guessed-password\"");
	answer_has(&t, "data_left", "\"answer\":\"no-trace-found\",\"certainty\":null");
	answer_has(&t, "data_left", "(SRUM) was read.");
	answer_has(&t, "contacts", "\"answer\":\"during-the-intrusion\"");
	answer_has(&t, "contacts", "\"outward_during_the_intrusion\":1");
	answer_has(&t, "accounts", "\"answer\":\"named-accounts\"");
	answer_has(&t, "accounts", "\"account\":\"testadmin\"");
	const char *protection = answer_of(&t, "protection");
	assert_has(protection, "\"answer\":\"yes\"");
	assert_has(protection, "\"logs_hurt\":true,\"backups_hurt\":true");
	assert_has(protection, "\"by\":[\"TOWN\\\\testadmin\"]");
	close_judge(&t);
}

static void
restore_points_are_told_by_their_use(void **state)
{
	struct judged t;
	static const struct detect_shadow old[] = { { "shadow copy 1", NIGHT - 23 * DAY }, { "shadow copy 2", NIGHT - DAY }, { "shadow copy 3", NIGHT + DAY } };
	(void)state;
	open_attack(&t, &(struct detect_case){ .shadows = old, .shadow_count = 3 });
	const char *r = answer_of(&t, "restore");
	assert_has(r, "{\"answer\":\"before-the-first-act\"");
	assert_has(r, "\"last_before_first_act\":{\"kind\":\"vss\",\"place\":\"shadow copy 1\"");
	assert_has(r, "\"last_for_data\":{\"kind\":\"vss\",\"place\":\"shadow copy 2\"");
	assert_has(r, "Backup 2022-10-30 210001\",\"time\":\"2022-10-30T21:00:01.000000000Z\",\"dated_by\":\"name\",\"state\":\"there\",\"use\":\"system\"");
	assert_has(r, "Backup 2022-12-04 210001\",\"time\":\"2022-12-04T21:00:01.000000000Z\",\"dated_by\":\"name\",\"state\":\"there\",\"use\":\"data-only\"");
	assert_has(r, "\"place\":\"shadow copy 3\",\"time\":\"2022-12-07T01:00:00.000000000Z\",\"dated_by\":\"snapshot\",\"state\":\"there\",\"use\":\"worthless\"");
	assert_has(r, "\"place\":\"/Backup/Job1.vbk.play\"");
	assert_has(r, "\"state\":\"encrypted\",\"use\":\"lost\"");
	assert_has(r, "\"backups_reached\":true,\"lost\":1,");
	assert_hasnt(r, "2022-13-04");
	assert_hasnt(r, "holiday");
	answer_has(&t, "next", "\"code\":\"do.restore-before\",\"text\":\"Restore systems only from a state before 2022-11-14T01:01:00Z");
	close_judge(&t);
}

static void
show_hidden_task(struct judged *t, int64_t when)
{
	show_event(t, (struct detect_event){ .time = when, .source = "task", .parser = "task", .host = "PC-12", .meaning = "task", .path = "/Windows/System32/Tasks/Update", .message = "Task",
		.data = "{\"command\":\"powershell.exe\",\"arguments\":\"-w hidden -enc SQBFAFgA\"}" });
}

static void
what_starts_by_itself_can_come_back(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_hidden_task(&t, NIGHT);
	guess(&t, NIGHT + HOUR);
	finish(&t, 1.0);
	answer_has(&t, "active", "\"kind\":\"persistence\"");
	answer_has(&t, "active", "{\"answer\":\"can-come-back\",\"certainty\":\"");
	close_judge(&t);
}

/* The list begins with what the answer rests on, however severe another way is. */
static void
a_way_in_is_told_with_what_shows_it(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_windows(&t, "Security", security, 4624, NIGHT - 30 * DAY, "", ",\"ip_address\":\"198.51.100.7\",\"target_user_name\":\"jan\",\"logon_type\":10");
	guess(&t, NIGHT - 22 * DAY);
	finish(&t, 1.0);
	answer_has(&t, "ways_in", "{\"answer\":\"remote-logon\",");
	answer_has(&t, "ways_in", "\"items\":[{\"title\":\"Remote logon straight from the internet\"");
	answer_has(&t, "ways_in", "\"severity\":\"critical\"");
	close_judge(&t);
}

static void
what_is_dated_years_before_is_no_first_act(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_attack(&t);
	show_hidden_task(&t, NIGHT - 3000 * DAY);
	finish(&t, 1.0);
	answer_has(&t, "first_action", "\"time\":\"2022-11-14T01:01:00.000000000Z\"");
	close_judge(&t);
}

/* Key files and notes beside each file count when the case names their family, and only then. */
static void
files_that_hold_keys_are_kept(void **state)
{
	static const struct detect_rule hive = MADE_RULE("note", "ransom-note", "Hive", TRIAGE_CRITICAL, 90);
	struct judged t;
	(void)state;
	for (int named = 0; named < 2; named++) {
		open_judge(&t);
		if (named)
			show_match(&t, "/HOW_TO_DECRYPT.txt", text_content(900), &hive);
		show(&t, "/aBcD.key.k4x1z", random_content(400000));
		show(&t, "/build.args", text_content(400));
		finish(&t, 1.0);
		const char *keep = answer_of(&t, "keep");
		assert_hasnt(keep, "build.args");
		if (named) {
			assert_has(keep, "{\"what\":\"key-file\",\"family\":\"Hive\",\"count\":1,");
			assert_has(keep, "\"examples\":[{\"path\":\"/aBcD.key.k4x1z\",\"file_id\":2}]");
			answer_has(&t, "family", "\"decryptor\":{\"state\":\"keys\"");
		} else {
			assert_has(keep, "{\"answer\":\"nothing-of-the-kind\",\"certainty\":null,\"items\":[]");
		}
		close_judge(&t);
	}
}

static void
show_share(struct judged *t, const char *share, const char *path)
{
	char data[400];
	snprintf(data, sizeof(data), "{\"key\":\"x\",\"value\":\"y\",\"share\":\"%s\",\"path\":\"%s\"}", share, path);
	show_event(t, (struct detect_event){ .time = NIGHT - 900 * DAY, .source = "registry", .parser = "registry.shares", .path = "/Windows/System32/config/SYSTEM", .data = data });
}

/* A file server: every damaged file lies in a share, and one client was busy there. */
static void
a_file_server_is_encrypted_over_the_network(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show(&t, "/Shares/Schools/plan.txt", text_content(3000));
	show_attack(&t);
	show_share(&t, "Finance", "D:\\\\Shares\\\\Finance");
	show_share(&t, "Photos", "D:\\\\Shares\\\\Photos");
	show_share(&t, "Backup", "D:\\\\Backup\\\\");
	show_share(&t, "Schools", "D:\\\\Shares\\\\Schools");
	show_share(&t, "D$", "D:\\\\");
	for (int i = 0; i < 40; i++)
		show_windows(&t, "Security", security, 5145, NIGHT + i * INT64_C(1000000000), "", ",\"ip_address\":\"192.0.2.44\",\"share_name\":\"\\\\\\\\*\\\\Finance\",\"subject_user_name\":\"jan\"");
	show_windows(&t, "Security", security, 5145, NIGHT - DAY, "", ",\"ip_address\":\"192.0.2.45\",\"share_name\":\"\\\\\\\\*\\\\Finance\",\"subject_user_name\":\"an\"");
	finish(&t, 1.0);
	const char *o = answer_of(&t, "origin");
	assert_has(o, "{\"answer\":\"over-the-network\",\"certainty\":\"very-probable\",\"clients\":[{\"address\":\"192.0.2.44\",\"account\":\"jan\",\"records\":40}],");
	assert_has(o, "{\"share\":\"Finance\",\"path\":\"/Shares/Finance\",\"source\":\"registry\",\"files\":60,\"damaged_files\":60}");
	assert_has(o, "\"untouched_shares\":[\"Schools\"],\"damaged_in_shares\":71,\"damaged_elsewhere\":0");
	assert_hasnt(o, "D$");
	close_judge(&t);
}

/* The same shares, but files outside are damaged too, and a program ran for the first time. */
static void
a_program_on_the_machine_is_told(void **state)
{
	struct judged t;
	char path[100];
	(void)state;
	open_judge(&t);
	show_attack(&t);
	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/Users/an/Documents/%02d.docx.play", i);
		show(&t, path, encrypted_content(90000));
	}
	show_event(&t, (struct detect_event){ .time = NIGHT - 60 * DAY, .source = "other", .parser = "unix_config", .path = "/etc/samba/smb.conf",
		.data = "{\"name\":\"smb.conf\",\"lines\":[\"[global]\",\"path = /x\",\"[Finance]\",\"  comment = p\",\"path = /Shares/Finance\"]}" });
	show_windows(&t, "Security", security, 4688, NIGHT - 2 * DAY, "", ",\"new_process_name\":\"C:\\\\Tools\\\\old.exe\"");
	show_windows(&t, "Security", security, 4688, NIGHT - 60 * INT64_C(1000000000), "", ",\"new_process_name\":\"C:\\\\PerfLogs\\\\lock.exe\"");
	show_windows(&t, "Security", security, 4688, NIGHT, "", ",\"new_process_name\":\"C:\\\\Tools\\\\old.exe\"");
	finish(&t, 1.0);
	const char *o = answer_of(&t, "origin");
	assert_has(o, "{\"answer\":\"on-this-machine\",\"certainty\":\"very-probable\",\"clients\":[],");
	assert_has(o, "\"programs_first_run\":[{\"name\":\"lock.exe\"");
	assert_hasnt(o, "old.exe");
	assert_has(o, "{\"share\":\"Finance\",\"path\":\"/Shares/Finance\",\"source\":\"smb.conf\",\"files\":60,\"damaged_files\":60}");
	close_judge(&t);
}

static void
long_text_is_cut_at_a_character(void **state)
{
	SCOPED_BUF b;
	char path[3001];
	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < 1500; i++)
		memcpy(path + 2 * i, "\xc3\xa9", 2);
	memmove(path + 1, path, 2999);	/* one byte out of step */
	path[0] = 'x';
	path[2999] = '\0';
	answer_begin(&b, NULL, '{');
	answer_text(&b, "path", path);
	answer_begin(&b, "said", '[');
	answer_say(&b, "%s", path);
	answer_end(&b, ']');
	answer_end(&b, '}');
	assert_false(b.failed);
	assert_true(b.size < 2300);
	assert_has(buf_cstr(&b), "\xc3\xa9...\",\"said\":[\"x\xc3\xa9");
	assert_null(strstr(buf_cstr(&b), "\xef\xbf\xbd"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attack_gives_every_answer),
		cmocka_unit_test(restore_points_are_told_by_their_use),
		cmocka_unit_test(what_starts_by_itself_can_come_back),
		cmocka_unit_test(a_way_in_is_told_with_what_shows_it),
		cmocka_unit_test(what_is_dated_years_before_is_no_first_act),
		cmocka_unit_test(a_file_server_is_encrypted_over_the_network),
		cmocka_unit_test(a_program_on_the_machine_is_told),
		cmocka_unit_test(files_that_hold_keys_are_kept),
		cmocka_unit_test(long_text_is_cut_at_a_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
