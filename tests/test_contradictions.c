/* test_contradictions.c - two sources that cannot both be right stand in the view, each with its claim; two that agree do not. */
#include "tests/case_make.h"

#define DAY INT64_C(1711929600)		/* 2024-04-01, seconds */

enum { UNITS = 4 };
static uint64_t told[UNITS];	/* events of each unit */

static void
put(struct made *m, uint64_t unit, int64_t seconds, const char *source, const char *parser, const char *meaning, const char *user, const char *message, const char *data)
{
	const struct triage_event e = { .time = seconds * NS, .precision = "s", .meaning = meaning, .source = source, .parser = parser, .host = "PC-12", .user = user,
		.message = message, .technique = "", .data = data, .offset = (uint64_t)seconds };
	assert_ok(case_put_event(m->store, unit, &e, &err));
	told[unit]++;
}

static void
put_run(struct made *m, uint64_t unit, int64_t seconds, const char *program)
{
	char message[60], data[200];
	snprintf(message, sizeof(message), "%s was run", program);
	snprintf(data, sizeof(data), "{\"executable\":\"%s\",\"executable_path\":\"\\\\VOLUME{01d0}\\\\%s\"}", program, program);
	put(m, unit, seconds, "prefetch", "prefetch", "last run", "", message, data);
}

static void
put_born(struct made *m, uint64_t edge, const char *name, int64_t shown, int64_t kept)
{
	struct triage_entry e = entry_of(edge, edge, name);
	e.times[TRIAGE_BTIME] = shown;
	e.times[TRIAGE_FN_BTIME] = kept;
	put_named(m, &e, 50);
	const struct triage_content c = content_of(name);
	assert_ok(case_put_content(m->store, edge, &c, &err));
}

/* How many contradictions of a kind there are, and that the fact of the case says so too. */
static unsigned
count_of(struct made *m, const char *kind)
{
	char name[80], text[24];
	unsigned count = 0;
	uint64_t all = rows_of(m->reader, CASE_CONTRADICTIONS);
	for (unsigned i = 0; i < all; i++)
		count += strcmp(text_at(m->reader, CASE_CONTRADICTIONS, i, CASE_CONTRADICTIONS_KIND), kind) == 0;
	snprintf(name, sizeof(name), "contradictions.%s", kind);
	snprintf(text, sizeof(text), "%u", count);
	assert_string_equal(case_meta(m->reader, name), count > 0 ? text : "");
	return count;
}

static void
need_cell(struct made *m, unsigned row, size_t column, const char *text)
{
	assert_string_equal(text_at(m->reader, CASE_CONTRADICTIONS, row, column), text);
}

static void
begin(struct made *m)
{
	memset(told, 0, sizeof(told));
	made_begin(m, "ntfs");
}

static void
end(struct made *m)
{
	char word[32];
	for (uint64_t unit = 1; unit < UNITS; unit++) {
		if (told[unit] == 0)
			continue;
		assert_ok(case_put_artefact(m->store, unit, &(struct triage_parsed){ .parser = "evtx", .bytes = 1000, .events = told[unit], .whole = true }, &err));
		snprintf(word, sizeof(word), "unit %ju", (uintmax_t)unit);
		put_result(m, unit, word);
	}
	made_build(m);
	made_seal(m);
}

static void
times_of_a_file_against_each_other(void **state)
{
	struct made m;
	(void)state;
	begin(&m);
	put_born(&m, 1, "back.exe", (DAY - 900 * 86400) * NS, DAY * NS + 1234567);
	put_born(&m, 2, "honest.exe", DAY * NS + 7654321, DAY * NS + 7654321);
	put_born(&m, 3, "copied.txt", (DAY - 900 * 86400) * NS, DAY * NS + 1234567);
	end(&m);
	assert_number_equal(count_of(&m, "file-times"), 1);
	need_cell(&m, 0, CASE_CONTRADICTIONS_SUBJECT, "/back.exe");
	need_cell(&m, 0, CASE_CONTRADICTIONS_FIRST_SOURCE, "$STANDARD_INFORMATION");
	need_cell(&m, 0, CASE_CONTRADICTIONS_SECOND_SOURCE, "$FILE_NAME");
	assert_string_equal(case_meta(m.reader, "contradictions"), "1");
	made_end(&m);
}

static void
a_run_against_the_file_and_against_the_log_of_starts(void **state)
{
	struct made m;
	char message[100];
	(void)state;
	begin(&m);
	put_born(&m, 1, "tool.exe", (DAY + 90000) * NS, (DAY + 90000) * NS);
	put_simple(&m, 2, 2, "a.pf");
	put_simple(&m, 3, 3, "Security.evtx");
	put_run(&m, 2, DAY + 5000, "TOOL.EXE");
	put_run(&m, 2, DAY + 6000, "KNOWN.EXE");
	for (int i = 0; i < 250; i++) {
		snprintf(message, sizeof(message), "C:\\%s was started", i == 150 ? "known.exe" : "other.exe");
		put(&m, 3, DAY + i * 40, "evtx", "evtx", "process started", "", message, "{\"event_id\":4688,\"record_id\":1}");
	}
	end(&m);
	assert_number_equal(count_of(&m, "run-before-birth"), 1);
	assert_number_equal(count_of(&m, "run-without-record"), 1);
	need_cell(&m, 1, CASE_CONTRADICTIONS_SUBJECT, "tool.exe");
	need_cell(&m, 1, CASE_CONTRADICTIONS_SECOND_SAYS, "Starts noted in the Security log (4688): 250");
	made_end(&m);
}

/* Prefetch does not say on which volume the program lay: one that is old enough is no contradiction. */
static void
a_run_of_one_of_two_programs_of_one_name(void **state)
{
	struct made m;
	(void)state;
	begin(&m);
	struct triage_entry old = entry_of(1, 7, "tool.exe");
	old.times[TRIAGE_BTIME] = old.times[TRIAGE_FN_BTIME] = (DAY - 90000) * NS;
	assert_ok(case_put_entry(m.store, put_second_filesystem(&m, "gpt"), &old, "/tool.exe", 50, &err));
	put_born(&m, 1, "tool.exe", (DAY + 90000) * NS, (DAY + 90000) * NS);
	put_born(&m, 3, "new.exe", (DAY + 90000) * NS, (DAY + 90000) * NS);
	put_simple(&m, 2, 2, "a.pf");
	put_run(&m, 2, DAY + 5000, "TOOL.EXE");
	put_run(&m, 2, DAY + 6000, "NEW.EXE");
	end(&m);
	assert_number_equal(count_of(&m, "run-before-birth"), 1);
	need_cell(&m, 0, CASE_CONTRADICTIONS_SUBJECT, "/new.exe");
	made_end(&m);
}

static void
a_cleared_log_against_what_else_is_known(void **state)
{
	struct made m;
	(void)state;
	begin(&m);
	put_simple(&m, 1, 1, "Security.evtx");
	put_simple(&m, 2, 2, "$J");
	put(&m, 1, DAY, "evtx", "evtx", "log cleared", "jan", "The Security log was cleared by STAD\\jan", "{\"event_id\":1102}");
	put(&m, 1, DAY - 7200, "evtx", "evtx", "logged", "jan", "of the same file", "{\"event_id\":1}");
	put(&m, 2, DAY - 86400, "usn", "usn", "created", "", "x.exe", "{}");
	end(&m);
	assert_number_equal(count_of(&m, "log-begins-late"), 1);
	need_cell(&m, 0, CASE_CONTRADICTIONS_SECOND_SOURCE, "usn");
	need_cell(&m, 0, CASE_CONTRADICTIONS_SECOND_SAYS, "/$J, events: 1");
	made_end(&m);
	begin(&m);
	put_simple(&m, 1, 1, "Security.evtx");
	put(&m, 1, DAY, "evtx", "evtx", "log cleared", "jan", "The Security log was cleared by STAD\\jan", "{\"event_id\":1102}");
	end(&m);
	assert_number_equal(rows_of(m.reader, CASE_CONTRADICTIONS), 0);
	made_end(&m);
}

static void
sessions_against_the_log_of_logons(void **state)
{
	struct made m;
	static const char data[] = "{\"address\":\"203.0.113.9\"}";
	(void)state;
	begin(&m);
	put_simple(&m, 1, 1, "wtmp");
	put_simple(&m, 2, 2, "auth.log");
	for (int i = 0; i < 3; i++) {
		put(&m, 1, DAY + i * 10000, "utmp", "utmp", "logon", "anna", "Logon of anna", data);
		put(&m, 2, DAY + i * 10000 + 3, "syslog", "syslog", "logon", "anna", "SSH logon of anna from 203.0.113.9 by publickey", data);
	}
	put(&m, 1, DAY + 15000, "utmp", "utmp", "logon", "root", "Logon of root", data);
	put(&m, 2, DAY + 16000, "syslog", "syslog", "logon", "backup", "SSH logon of backup from 203.0.113.9 by password", data);
	put(&m, 1, DAY + 90000, "utmp", "utmp", "logon", "later", "Logon beyond what the log covers", data);
	end(&m);
	assert_number_equal(count_of(&m, "session-without-log"), 1);
	assert_number_equal(count_of(&m, "log-without-session"), 1);
	need_cell(&m, 0, CASE_CONTRADICTIONS_SUBJECT, "root");
	need_cell(&m, 1, CASE_CONTRADICTIONS_SUBJECT, "backup");
	made_end(&m);
}

static void
records_of_a_shadow_copy_against_the_live_log(void **state)
{
	struct made m;
	char data[100];
	(void)state;
	begin(&m);
	uint64_t id = put_second_filesystem(&m, "vss");
	put_simple(&m, 1, 7, "Security.evtx");
	const struct triage_entry e = entry_of(1, 7, "Security.evtx");
	assert_ok(case_put_entry(m.store, id, &e, "/Security.evtx", 50, &err));
	for (int i = 1; i <= 9; i++) {
		snprintf(data, sizeof(data), "{\"event_id\":4624,\"record_id\":%d}", i);
		if (i != 4 && i != 5)
			put(&m, 1, DAY + i, "evtx", "evtx", "logged", "", data, data);
		if (i < 7)
			put(&m, 2, DAY + i, "evtx", "evtx", "logged", "", data, data);
	}
	end(&m);
	assert_number_equal(count_of(&m, "records-of-shadow"), 1);
	need_cell(&m, 0, CASE_CONTRADICTIONS_FIRST_SAYS, "Records: 2");
	need_cell(&m, 0, CASE_CONTRADICTIONS_SECOND_SAYS, "Records: 1..9");
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_a_file_against_each_other),
		cmocka_unit_test(a_run_against_the_file_and_against_the_log_of_starts),
		cmocka_unit_test(a_run_of_one_of_two_programs_of_one_name),
		cmocka_unit_test(a_cleared_log_against_what_else_is_known),
		cmocka_unit_test(sessions_against_the_log_of_logons),
		cmocka_unit_test(records_of_a_shadow_copy_against_the_live_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
