/* test_artefact_browser_sqlite.c - browsers and the like: our fixtures, a write-ahead log, hostile schemas, and the corpus. */
#include "tests/artefact_harness.h"

static void
chromium_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/History"));
	assert_number_equal(p.remark_count, 0);
	/* without its log: one visit */
	assert_number_equal(parsed_count(&p, NULL, "visited"), 1);
	const struct parsed_event *e = parsed_event_of(&p, "browser_sqlite.visit", "visited", NULL);
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20.000001Z"));
	assert_string_equal(e->precision, "us");
	assert_string_equal(e->message, "Visited https://search.example/?q=rclone (rclone - zoeken)");
	e = parsed_event_of(&p, "browser_sqlite.download", "download started", NULL);
	assert_string_equal(e->message, "Downloaded C:\\Users\\anna\\Downloads\\tool.exe from https://bad.example/tool.exe (uncommon content)");
	assert_non_null(strstr(e->data, "\"url_chain\":[\"https://short.example/a\",\"https://bad.example/tool.exe\"]"));
	assert_string_equal(parsed_event_of(&p, "browser_sqlite.search", "last searched", NULL)->message, "Searched for \"rclone mega\"");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/Login Data"));
	assert_string_equal(parsed_event_of(&p, "browser_sqlite.login", "password saved", NULL)->message, "Password kept for https://vpn.example/ as anna");
	assert_number_equal(parsed_with(&p, "SECRET"), 0);
	assert_number_equal(parsed_with(&p, "534543"), 0);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/Cookies"));
	assert_non_null(strstr(parsed_event_of(&p, "browser_sqlite.cookie", "cookie created", NULL)->data, "\"url\":\"https://bank.example/in\""));
	assert_number_equal(parsed_with(&p, "SECRET"), 0);
	parsed_free(&p);
}

static void
a_log_is_applied_up_to_its_last_commit(void **state)
{
	struct parsed p = { 0 };
	size_t size, wal_size;
	uint8_t *data = parsed_read(fixture("artefact/browser_sqlite/History"), &size);
	uint8_t *wal = parsed_read(fixture("artefact/browser_sqlite/History-wal"), &wal_size);
	(void)state;
	p.companions[0] = (struct parsed_companion){ "-wal", { wal, wal_size } };
	parsed_bytes(&p, "/Default/History", data, size);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(parsed_count(&p, NULL, "visited"), 2);
	assert_number_equal(parsed_with(&p, "mega.example"), 1);
	assert_string_equal(p.events[0].user, "");
	parsed_free(&p);
	parsed_bytes(&p, "/Users/anna/AppData/Local/Google/Chrome/User Data/Default/History", data, size);
	assert_string_equal(p.events[0].user, "anna");
	parsed_free(&p);
	/* a frame whose sum does not hold ends the log: nothing of the transaction counts */
	wal[32 + 24 + 100] ^= 1;
	parsed_bytes(&p, "/Default/History", data, size);
	assert_number_equal(parsed_count(&p, NULL, "visited"), 1);
	parsed_free(&p);
	free(data);
	free(wal);
}

static void
deleted_rows_that_prove_what_they_are_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/Deleted"));
	assert_number_equal(p.remark_count, 0);
	/* of 20 pages one lost its front to the free block; all 20 visits are there, the one that was moved is not deleted */
	assert_number_equal(parsed_count(&p, "browser_sqlite.page", "last visited"), 19);
	assert_number_equal(parsed_count(&p, "browser_sqlite.visit", "visited"), 30);
	assert_number_equal(parsed_with(&p, "\"recovered\":true"), 39);
	const struct parsed_event *e = parsed_event_of(&p, "browser_sqlite.page", NULL, "gewist30.example");
	assert_string_equal(e->message, "Page https://gewist30.example/ (weg) (from a deleted row)");
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20.00003Z"));
	/* what is in the table is told once, by what refers to it */
	assert_number_equal(parsed_with(&p, "gewist3.example"), 1);
	parsed_free(&p);
	/* where they are not looked for it is said */
	parsed_file(&p, fixture("artefact/browser_sqlite/Shortcuts"));
	assert_number_equal(parsed_with(&p, "breed.example"), 1);
	assert_number_equal(p.remark_count, 1);
	assert_true(parsed_has_remark(&p, "deleted-not-read"));
	parsed_free(&p);
}

static bool
remark_names(const struct parsed *p, const char *code, const char *word)
{
	for (size_t i = 0; i < p->remark_count; i++)
		if (strcmp(p->remarks[i].code, code) == 0 && strstr(p->remarks[i].message, word) != NULL)
			return true;
	return false;
}

/* Where rows of a table are lost, what lies free may be an older copy of one of them: it is told, and said to be so; of the other table it is not. */
static void
deleted_rows_of_a_broken_table_are_told_with_doubt(void **state)
{
	size_t size, broken = 0;
	uint8_t *data = parsed_read(fixture("artefact/browser_sqlite/Deleted"), &size);
	(void)state;
	for (size_t page = 512; page + 512 <= size; page += 512) {
		struct parsed p = { 0 };
		uint8_t kept[512];
		if (data[page] != 0x0d)
			continue;
		memcpy(kept, data + page, 512);
		memset(data + page, 0xff, 512);
		parsed_bytes(&p, "/Deleted", data, size);
		memcpy(data + page, kept, 512);
		bool lost = remark_names(&p, "database-damaged", "table visits");
		for (size_t i = 0; i < p.count; i++) {
			const struct parsed_event *e = &p.events[i];
			bool doubted = strcmp(e->parser, "browser_sqlite.visit") == 0 ? lost : remark_names(&p, "database-damaged", "table urls");
			if (strstr(e->data, "\"recovered\":true") == NULL)
				continue;
			assert_int_equal(strstr(e->data, "\"table_incomplete\":true") != NULL, doubted);
			assert_int_equal(strstr(e->message, "old copy of one that could not be read") != NULL, doubted);
			broken += lost && doubted;
		}
		parsed_free(&p);
	}
	assert_true(broken > 10);
	free(data);
}

static void
a_hot_journal_puts_back_what_was_before(void **state)
{
	struct parsed p = { 0 };
	size_t size, journal_size;
	uint8_t *data = parsed_read(fixture("artefact/browser_sqlite/Hot"), &size);
	uint8_t *journal = parsed_read(fixture("artefact/browser_sqlite/Hot-journal"), &journal_size);
	(void)state;
	parsed_bytes(&p, "/Hot", data, size);
	assert_number_equal(parsed_count(&p, NULL, "visited"), 59);
	assert_true(parsed_with(&p, "half.example") > 0);
	parsed_free(&p);
	p.companions[0] = (struct parsed_companion){ "-journal", { journal, journal_size } };
	parsed_bytes(&p, "/Hot", data, size);
	assert_number_equal(parsed_count(&p, NULL, "visited"), 1);
	assert_number_equal(parsed_with(&p, "voor.example"), 1);
	assert_true(parsed_has_remark(&p, "journal-applied"));
	parsed_free(&p);
	/* one that was ended has no front any more */
	memset(journal, 0, 28);
	parsed_bytes(&p, "/Hot", data, size);
	assert_number_equal(parsed_count(&p, NULL, "visited"), 59);
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
	free(data);
	free(journal);
}

static void
sessions_of_linux_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/wtmp.db"));
	assert_number_equal(p.count, 5);
	const struct parsed_event *e = parsed_event_of(&p, NULL, "logon", "203.0.113.7");
	assert_string_equal(e->source, "utmp");
	assert_string_equal(e->user, "beheer");
	assert_number_equal(e->time, parsed_time("2023-11-14T22:14:20.000005Z"));
	assert_string_equal(parsed_event_of(&p, NULL, "boot", NULL)->message, "System started, kernel 6.12.48");
	assert_non_null(parsed_event_of(&p, NULL, "shutdown", "reboot"));
	parsed_free(&p);
}

static void
network_storage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/conn.log"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].message, "Failed logon of admin by HTTP from 203.0.113.7 (---)");
	assert_string_equal(p.events[0].meaning, "failed logon");
	assert_string_equal(p.events[0].source, "syslog");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_true(p.events[0].local);
	assert_string_equal(p.events[1].meaning, "logon");
	assert_string_equal(p.events[2].message, "QNAP: delete by SMB, admin from 203.0.113.7 (pc1): Public/salaris.xlsx");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/event.log"));
	assert_string_equal(p.events[0].message, "QNAP (warning): [Users] Create user [svc] completed., System from 127.0.0.1");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/SYNOSYSDB"));
	assert_string_equal(p.events[0].message, "Synology (warn): Host [203.0.113.7] was blocked via [DSM]., SYSTEM");
	assert_false(p.events[0].local);
	parsed_free(&p);
}

/* Sums of the log made to hold again after each change, so that what is changed counts. */
static void
sign(uint8_t *wal, size_t size, size_t page)
{
	uint32_t s[2] = { 0, 0 };
	for (size_t at = 0; at + 32 <= size; at += at == 0 ? 32 : 24 + page) {
		size_t parts[2][2] = { { at, at == 0 ? 24 : 8 }, { at + 24, at == 0 || at + 24 + page > size ? 0 : page } };
		for (size_t k = 0; k < 2; k++)
			for (size_t i = parts[k][0]; i < parts[k][0] + parts[k][1]; i += 8) {
				s[0] += load_le32(wal + i) + s[1];
				s[1] += load_le32(wal + i + 4) + s[0];
			}
		uint8_t *into = wal + at + (at == 0 ? 24 : 16);
		for (size_t i = 0; i < 8; i++)
			into[i] = (uint8_t)(s[i / 4] >> (24 - 8 * (i % 4)));
	}
}

static void
any_log_is_borne(void **state)
{
	size_t size, wal_size, taken = 0;
	uint64_t seed = 7;
	uint8_t *data = parsed_read(fixture("artefact/browser_sqlite/History"), &size);
	uint8_t *wal = parsed_read(fixture("artefact/browser_sqlite/History-wal"), &wal_size);
	uint8_t *changed = malloc(wal_size);
	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct parsed p = { 0 };
		memcpy(changed, wal, wal_size);
		for (unsigned k = 0; k < round % 8; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			/* frame headers as often as pages */
			size_t at = (seed >> 33) % wal_size;
			changed[round % 2 == 0 ? at : 32 + at % ((wal_size - 32) / (24 + 512)) * (24 + 512) + at % 8] = (uint8_t)(seed >> 56);
		}
		if (round % 3 != 0)
			sign(changed, wal_size, 512);
		size_t cut = round % 5 == 0 ? seed % wal_size : wal_size;
		p.companions[0] = (struct parsed_companion){ "-wal", { changed, cut } };
		parsed_bytes(&p, "/Default/History", data, size);
		taken += parsed_count(&p, NULL, "visited") == 2;
		parsed_free(&p);
	}
	assert_true(taken > 10);
	free(changed);
	free(wal);
	free(data);
}

static void
firefox_safari_and_windows_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/places.sqlite"));
	const struct parsed_event *e = parsed_event_of(&p, "browser_sqlite.visit", "visited", NULL);
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20.000009Z"));
	assert_non_null(strstr(e->data, "\"visit_type\":\"download\""));
	assert_string_equal(parsed_event_of(&p, "browser_sqlite.download", "download started", NULL)->message, "Downloaded file:///home/anna/tool.exe from https://bad.example/tool.exe");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/History.db"));
	assert_number_equal(parsed_event_of(&p, "browser_sqlite.visit", "visited", NULL)->time, parsed_time("2023-11-14T22:13:20.25Z"));
	(void)parsed_event_of(&p, "browser_sqlite.deletion", "end of the history that was deleted", NULL);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/ActivitiesCache.db"));
	e = parsed_event_of(&p, "browser_sqlite.activity", "activity started", NULL);
	assert_string_equal(e->message, "Activity (open) of C:\\Tools\\rclone.exe: salaris.xlsx");
	assert_string_equal(e->source, "database");
	assert_non_null(strstr(e->data, "\"packages\":[\"c:\\\\tools\\\\rclone.exe\"]"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/Windows.db"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].message, "Indexed by Windows Search: C:\\geheim\\plan.docx");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_non_null(strstr(p.events[0].data, "\"size\":4711"));
	assert_null(strstr(p.events[1].data, "size"));
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21Z"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/browser_sqlite/wpndatabase.db"));
	assert_number_equal(parsed_event_of(&p, "browser_sqlite.notification", "notification arrived", NULL)->time, parsed_time("2023-11-14T22:13:20.0000003Z"));
	parsed_free(&p);
}

static void
rows_behind_damage_are_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/damaged.db"));
	assert_true(parsed_has_remark(&p, "database-damaged"));
	assert_number_equal(parsed_with(&p, "\"row\":1}"), 1);
	assert_number_equal(parsed_with(&p, "\"row\":100}"), 1);
	assert_true(parsed_count(&p, NULL, "visited") > 60);
	assert_true(parsed_count(&p, NULL, "visited") < 100);
	parsed_free(&p);
}

static void
what_a_schema_says_to_run_is_not_run(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/browser_sqlite/hostile.db"));
	assert_number_equal(parsed_count(&p, NULL, "visited"), 0);
	assert_number_equal(parsed_count(&p, NULL, "last entered"), 0);
	assert_number_equal(parsed_count(&p, NULL, "first entered"), 1);
	parsed_free(&p);
}

static void
other_databases_are_not_claimed(void **state)
{
	uint8_t head[512] = "SQLite format 3";
	const struct artefact_subject who = { .path = "/x.db", .name = "x.db", .owner = "", .size = sizeof(head), .mtime = 0, .btime = 0 };
	struct parsed p = { 0 };
	(void)state;
	head[16] = 2;
	head[100] = 0x0d;
	parsed_once(&p, &who, (struct view){ head, sizeof(head) }, 0);
	assert_null(p.kind);
}

static void
the_corpus_is_read(void **state)
{
	static const struct { const char *path, *meaning; size_t events; } files[] = {
		{ "chrome_History", "visited", 69 }, { "chrome_History", "download started", 2 }, { "chrome_History-59.0.3071.86", "visited", 1 },
		{ "chrome_History-59.0.3071.86", "download finished", 1 }, { "chrome_Cookies-68.0.3440.106", "cookie created", 5 },
		{ "chrome_Web_Data", "first entered", 3 }, { "firefox_downloads.sqlite", "download started", 1 }, { "firefox_places.sqlite", "visited", 1 },
		{ "firefox_places.sqlite", "bookmark added", 101 }, { "firefox_places.sqlite", "annotation added", 8 }, { "safari_History.db", "visited", 25 },
		{ "windows_ActivitiesCache.db", "activity started", 112 }, { "windows_wpndatabase.db", "handler created", 68 },
		{ "windows_wpndatabase.db", "notification arrived", 6 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct parsed p = { 0 };
		char path[200];
		snprintf(path, sizeof(path), "browser/%s", files[i].path);
		const char *found = corpus_path(path);
		if (found == NULL)
			return;
		parsed_file(&p, found);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(parsed_count(&p, NULL, files[i].meaning), files[i].events);
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chromium_is_told),
		cmocka_unit_test(a_log_is_applied_up_to_its_last_commit),
		cmocka_unit_test(deleted_rows_that_prove_what_they_are_are_told), cmocka_unit_test(deleted_rows_of_a_broken_table_are_told_with_doubt),
		cmocka_unit_test(a_hot_journal_puts_back_what_was_before), cmocka_unit_test(sessions_of_linux_are_told), cmocka_unit_test(network_storage_is_told),
		cmocka_unit_test(any_log_is_borne),
		cmocka_unit_test(firefox_safari_and_windows_are_told),
		cmocka_unit_test(rows_behind_damage_are_read),
		cmocka_unit_test(what_a_schema_says_to_run_is_not_run),
		cmocka_unit_test(other_databases_are_not_claimed),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
