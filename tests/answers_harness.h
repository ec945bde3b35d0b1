/* answers_harness.h - one made attack, from the first guess of a password to encryption, and the answers that the judge gives of a case. */
#ifndef TRIAGE_TESTS_ANSWERS_HARNESS_H
#define TRIAGE_TESTS_ANSWERS_HARNESS_H

#include "tests/detect_harness.h"

#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)

static inline const char *
answer_of(const struct judged *t, const char *wanted)
{
	const char *json, *name;
	for (size_t i = 0; (name = detect_answer(t->judge, i, &json)) != NULL; i++)
		if (strcmp(name, wanted) == 0)
			return json;
	fail_msg("no answer %s", wanted);
	return "";
}

static inline void
answer_has(const struct judged *t, const char *wanted, const char *part)
{
	assert_has(answer_of(t, wanted), part);
}

static inline void
assert_hasnt(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in: %s", part, text);
}

static const char security[] = "Microsoft-Windows-Security-Auditing";

static inline void
guess(struct judged *t, int64_t when)
{
	for (int i = 0; i < 30; i++)
		show_windows(t, "Security", security, 4625, when + i * INT64_C(1000000000), "", ",\"ip_address\":\"203.0.113.9\",\"target_user_name\":\"testadmin\",\"logon_type\":3");
	show_windows(t, "Security", security, 4624, when + 60 * INT64_C(1000000000), "", ",\"ip_address\":\"203.0.113.9\",\"target_user_name\":\"testadmin\",\"logon_type\":10");
}

/* Random from end to end, as the pass sees it. */
static inline struct triage_content
encrypted_content(uint64_t size)
{
	struct triage_content c = random_content(size);
	c.shape.cell_size = 4096;
	c.shape.cells = 16;
	memset(c.shape.cell, TRIAGE_CELL_RANDOM, 16);
	c.shape.head_random = c.shape.tail_random = true;
	return c;
}

static inline void
show_folder(struct judged *t, const char *path)
{
	show_as(t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED, .kind = TRIAGE_FILE_DIRECTORY }, path, NULL, NULL, 0);
}

/* Everything of one attack; encryption at NIGHT. */
static inline void
show_attack(struct judged *t)
{
	static const struct detect_rule note = MADE_RULE("note", "ransom-note", "Play", TRIAGE_CRITICAL, 90);
	char path[100];
	for (int i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "/Shares/Finance/budget-%02d.xlsx.play", i);
		show(t, path, encrypted_content(200000));
	}
	for (int i = 0; i < 10; i++) {
		snprintf(path, sizeof(path), "/Shares/Photos/%02d.jpg.play", i);
		show(t, path, encrypted_content(200000));
	}
	show_match(t, "/Shares/ReadMe.txt", text_content(900), &note);
	show_folder(t, "/Backup/WindowsImageBackup/PC-12/Backup 2022-10-30 210001");
	show_folder(t, "/Backup/WindowsImageBackup/PC-12/Backup 2022-12-04 210001");
	show_folder(t, "/Backup/WindowsImageBackup/PC-12/Backup 2022-13-04 210001");
	show(t, "/Backup/Job1.vbk.play", encrypted_content(400000));
	show(t, "/Backup/holiday.vbkx", text_content(100));
	guess(t, NIGHT - 22 * DAY);
	show_windows(t, "Security", security, 4648, NIGHT - 21 * DAY, "TOWN\\testadmin", ",\"target_server_name\":\"srv-file01.town.local\",\"target_user_name\":\"testadmin\",\"process_name\":\"mstsc.exe\"");
	show_windows(t, "Security", security, 4688, NIGHT - HOUR, "TOWN\\testadmin", ",\"new_process_name\":\"C:\\\\Windows\\\\System32\\\\vssadmin.exe\",\"command_line\":\"vssadmin delete shadows /all /quiet\"");
	show_windows(t, "Security", "Microsoft-Windows-Eventlog", 1102, NIGHT + 2 * HOUR, "", ",\"subject_user_name\":\"testadmin\"");
}

static inline void
finish_case(struct judged *t, const struct detect_case *facts, double share)
{
	detect_judge_case(t->judge, facts);
	finish(t, share);
}

static inline void
open_attack(struct judged *t, const struct detect_case *facts)
{
	open_judge(t);
	show_attack(t);
	finish_case(t, facts, 1.0);
}

#endif
