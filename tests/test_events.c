/* test_events.c - what parsers tell, in the case: order, copies of a log, the clock of the host, hosts and accounts, and what a worker may not say. */
#include "tests/case_make.h"

#include <sqlite3.h>

#define SUMMER INT64_C(1656676800)	/* 2022-07-01 12:00:00, a Friday */

static struct triage_event
event_at(int64_t seconds, const char *message)
{
	return (struct triage_event){ .time = seconds * NS, .precision = "s", .meaning = "logged", .source = "utmp", .parser = "utmp", .host = "", .user = "",
		.message = message, .technique = "", .data = "{}", .offset = TRIAGE_NO_ID };
}

static void
put_event(struct made *m, uint64_t unit, int64_t seconds, const char *message, uint64_t offset)
{
	struct triage_event e = event_at(seconds, message);
	e.offset = offset;
	assert_ok(case_put_event(m->store, unit, &e, &err));
}

/* The parser is done with the unit, and so is the pass. */
static void
end_unit(struct made *m, uint64_t unit, uint64_t events)
{
	char word[32];
	assert_ok(case_put_artefact(m->store, unit, &(struct triage_parsed){ .parser = "utmp", .bytes = 1000, .events = events, .whole = true }, &err));
	snprintf(word, sizeof(word), "unit %ju", (uintmax_t)unit);
	put_result(m, unit, word);
}

static void
put_file(struct made *m, uint64_t filesystem, uint64_t number, const char *path)
{
	const struct triage_entry e = entry_of(number, number, strrchr(path, '/') + 1);
	assert_ok(case_put_entry(m->store, filesystem, &e, path, 50, &err));
}

static void
put_fact(struct made *m, uint64_t unit, const char *name, const char *value, unsigned weight)
{
	assert_ok(case_put_fact(m->store, unit, &(struct triage_fact){ .kind = "host", .subject = "", .name = name, .value = value,
		.time = TRIAGE_TIME_NONE, .weight = weight }, &err));
}

static void
put_account(struct made *m, uint64_t unit, const char *subject, const char *name, const char *value, int64_t time, unsigned weight)
{
	assert_ok(case_put_fact(m->store, unit, &(struct triage_fact){ .kind = "account", .subject = subject, .name = name, .value = value,
		.time = time, .weight = weight }, &err));
}

/* All rows of a query over the sealed case: columns with '|', rows with ';'. */
static const char *
ask(struct made *m, const char *query)
{
	static char text[4][8192];
	static unsigned next;
	char *out = text[next++ % 4];
	size_t size = 0;
	sqlite3 *db;
	sqlite3_stmt *row;
	if (m->sealer != NULL)
		made_seal(m);
	assert_int_equal(sqlite3_open_v2(m->database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, query, -1, &row, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(db));
	out[0] = '\0';
	while (sqlite3_step(row) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(row); i++) {
			const char *value = (const char *)sqlite3_column_text(row, i);
			size += (size_t)snprintf(out + size, sizeof(text[0]) - size, "%s%s", i > 0 ? "|" : size > 0 ? ";" : "", value != NULL ? value : "-");
			assert_true(size < sizeof(text[0]));
		}
	}
	sqlite3_finalize(row);
	sqlite3_close(db);
	return out;
}

#define EVENTS "SELECT time / 1000000000 - 1656676800, message FROM timeline WHERE source <> 'filesystem' ORDER BY time, event_id"

static void
events_come_in_the_order_of_time_with_file_offset_and_words(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/var/log/wtmp");
	put_event(&m, 1, SUMMER + 5, "second", 384);
	struct triage_event e = event_at(SUMMER + 1, "first");
	e.user = "anna";
	e.host = "srv1";
	e.technique = "T1078";
	e.offset = 0;
	e.data = "{\"line\":\"pts/0\"}";
	assert_ok(case_put_event(m.store, 1, &e, &err));
	end_unit(&m, 1, 2);
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "1|first;5|second");
	assert_string_equal(ask(&m, "SELECT precision, meaning, source, parser, host, user, path, technique, file_id, data, inode, offset, event_id FROM timeline"
		" WHERE message = 'first'"), "s|logged|utmp|utmp|srv1|anna|/var/log/wtmp|T1078|1|{\"line\":\"pts/0\"}|1|0|1");
	assert_string_equal(ask(&m, "SELECT host, user, technique, offset, event_id FROM timeline WHERE message = 'second'"), "-|-|-|384|2");
	assert_string_equal(ask(&m, "SELECT count(*) FROM event_sources"), "0");
	assert_number_equal(case_count(m.reader, CASE_TIMELINE), 2);
	made_end(&m);
}

static void
events_go_with_the_rows_of_their_unit(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/a");
	put_file(&m, 1, 2, "/b");
	put_event(&m, 2, SUMMER, "of the other", 0);
	put_event(&m, 1, SUMMER, "before the worker died", 0);
	put_fact(&m, 1, "hostname", "never", 50);
	assert_ok(case_put_artefact(m.store, 1, &(struct triage_parsed){ .parser = "utmp", .events = 1 }, &err));
	assert_ok(case_drop_unit_rows(m.store, 1, &err));
	put_event(&m, 1, SUMMER + 1, "again", 0);
	end_unit(&m, 1, 1);
	end_unit(&m, 2, 1);
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "0|of the other;1|again");
	assert_string_equal(ask(&m, "SELECT count(*) FROM hosts"), "0");
	made_end(&m);
}

static enum triage_status
note_artefact(void *ctx, const struct case_artefact *a, struct triage_error *err)
{
	(void)err;
	char *out = ctx;
	snprintf(out + strlen(out), 200, "%s %ju/%ju %ju %ju;", a->parser, (uintmax_t)a->whole, (uintmax_t)a->streams, (uintmax_t)a->bytes, (uintmax_t)a->events);
	return TRIAGE_OK;
}

static void
events_of_a_unit_without_result_are_forgotten_on_resume(void **state)
{
	(void)state;
	struct made m;
	char seen[600] = "";
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/a");
	put_file(&m, 1, 2, "/b");
	put_event(&m, 1, SUMMER, "kept", 0);
	end_unit(&m, 1, 1);
	put_event(&m, 2, SUMMER + 1, "interrupted", 0);
	put_fact(&m, 2, "hostname", "never", 50);
	assert_ok(case_put_artefact(m.store, 2, &(struct triage_parsed){ .parser = "utmp", .bytes = 7, .events = 1, .whole = true }, &err));
	assert_ok(case_commit(m.store, &err));
	case_close(m.store);
	assert_ok(case_resume(m.journal, &m.store, &err));
	put_event(&m, 2, SUMMER + 2, "told again", 0);
	assert_ok(case_put_artefact(m.store, 2, &(struct triage_parsed){ .parser = "utmp", .bytes = 9, .events = 1 }, &err));
	put_result(&m, 2, "b");
	made_build(&m);
	assert_ok(case_each_artefact(m.store, note_artefact, seen, &err));
	assert_string_equal(seen, "utmp 1/2 1009 2;");
	assert_string_equal(ask(&m, EVENTS), "0|kept;2|told again");
	assert_string_equal(ask(&m, "SELECT count(*) FROM hosts"), "0");
	made_end(&m);
}

/* Units 1 to 5, each with the event "login" at one second. */
static void
put_copies(struct made *m, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_file(m, 1, i + 1, paths[i]);
	for (uint64_t i = count; i >= 1; i--) {	/* the order in which workers finish does not matter */
		put_event(m, i, SUMMER, "login", 384 * i);
		end_unit(m, i, 1);
	}
	made_build(m);
}

static void
a_record_in_rotated_copies_of_a_log_is_one_event_with_all_its_places(void **state)
{
	(void)state;
	static const char *const paths[] = { "/var/log/auth.log", "/var/log/auth.log.1", "/var/log/auth.log.2.gz!/auth.log.2", "/var/log/auth.log-20220701",
		"/var/log/auth.log.old" };
	struct made m;
	made_begin(&m, "ext4");
	put_copies(&m, paths, 5);
	assert_string_equal(ask(&m, EVENTS), "0|login");
	assert_string_equal(ask(&m, "SELECT path, offset FROM timeline WHERE source = 'utmp'"), "/var/log/auth.log|384");
	assert_string_equal(ask(&m, "SELECT event_id, path, offset FROM event_sources ORDER BY path"),
		"1|/var/log/auth.log|384;1|/var/log/auth.log-20220701|1536;1|/var/log/auth.log.1|768;1|/var/log/auth.log.2.gz!/auth.log.2|1152;"
		"1|/var/log/auth.log.old|1920");
	made_end(&m);
}

static void
files_that_merely_hold_equal_records_stay_apart(void **state)
{
	(void)state;
	static const char *const paths[] = { "/var/log/auth.log", "/backup/auth.log", "/var/log/auth.log2", "/home/a.zip!/host1/auth.log",
		"/home/a.zip!/host2/auth.log" };
	struct made m;
	made_begin(&m, "ext4");
	put_copies(&m, paths, 5);
	assert_string_equal(ask(&m, "SELECT count(*), count(DISTINCT path) FROM timeline WHERE source = 'utmp'"), "5|5");
	assert_string_equal(ask(&m, "SELECT count(*) FROM event_sources"), "0");
	made_end(&m);
}

static void
the_same_log_of_two_machines_stays_apart_and_that_of_a_shadow_copy_does_not(void **state)
{
	(void)state;
	struct made m;
	uint64_t shadow, other;
	made_begin(&m, "ntfs");
	const struct triage_volume copy = { .index = 1, .parent = 0, .kind = "vss", .label = "", .uuid = "", .length = 1 << 29 };
	const struct triage_filesystem on_copy = { .index = 1, .volume = 1, .type = "ntfs", .label = "", .uuid = "", .block_size = 4096 };
	assert_ok(case_put_volume(m.store, 1, &copy, &err));
	assert_ok(case_put_filesystem(m.store, 1, &on_copy, &shadow, &err));
	const struct triage_evidence second = { .kind = TRIAGE_EVIDENCE_RAW, .size = 1 << 30, .sector_size = 512, .stored_md5 = "", .stored_sha1 = "" };
	const struct triage_volume its = { .parent = UINT32_MAX, .kind = "gpt", .label = "", .uuid = "", .length = 1 << 29 };
	const struct triage_filesystem fs = { .type = "ntfs", .label = "", .uuid = "", .block_size = 4096 };
	assert_ok(case_put_evidence(m.store, 2, "second.dd", &second, &err));
	assert_ok(case_put_volume(m.store, 2, &its, &err));
	assert_ok(case_put_filesystem(m.store, 2, &fs, &other, &err));
	put_file(&m, 1, 1, "/log");
	put_file(&m, shadow, 1, "/log");
	put_file(&m, other, 1, "/log");
	for (uint64_t unit = 1; unit <= 3; unit++) {
		put_event(&m, unit, SUMMER, "start", 0);
		end_unit(&m, unit, 1);
	}
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT f.filesystem_id FROM timeline t JOIN files f USING(file_id) WHERE t.source = 'utmp' ORDER BY 1"), "1;3");
	assert_string_equal(ask(&m, "SELECT f.filesystem_id FROM event_sources s JOIN files f USING(file_id) ORDER BY 1"), "1;2");
	made_end(&m);
}

static void
equal_records_of_one_file_are_as_many_events(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/log");
	put_file(&m, 1, 2, "/log.1");
	put_file(&m, 1, 3, "/log.2");
	for (uint64_t i = 0; i < 3; i++)
		put_event(&m, 1, SUMMER, "failed", i);
	for (uint64_t i = 0; i < 4; i++)
		put_event(&m, 2, SUMMER, "failed", 10 + i);
	put_event(&m, 3, SUMMER, "failed", 20);
	end_unit(&m, 1, 3);
	end_unit(&m, 2, 4);
	end_unit(&m, 3, 1);
	made_build(&m);
	/* three of the first file, and the fourth of the second */
	assert_string_equal(ask(&m, "SELECT event_id, path, offset FROM timeline WHERE source = 'utmp' ORDER BY event_id"),
		"1|/log|0;2|/log|1;3|/log|2;4|/log.1|13");
	assert_string_equal(ask(&m, "SELECT event_id, path, offset FROM event_sources ORDER BY event_id, path"),
		"1|/log|0;1|/log.1|10;1|/log.2|20;2|/log|1;2|/log.1|11;3|/log|2;3|/log.1|12");
	made_end(&m);
}

static void
what_differs_in_any_word_is_no_copy(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/log");
	put_file(&m, 1, 2, "/log.1");
	put_event(&m, 1, SUMMER, "x", 0);
	end_unit(&m, 1, 1);
	struct triage_event all[7];
	for (size_t i = 0; i < 7; i++)
		all[i] = event_at(SUMMER, "x");
	all[0].user = "u";
	all[1].host = "h";
	all[2].message = "y";
	all[3].data = "{\"a\":1}";
	all[4].meaning = "m";
	all[5].technique = "T1";
	all[6].precision = "us";
	for (size_t i = 0; i < 7; i++)
		assert_ok(case_put_event(m.store, 2, &all[i], &err));
	end_unit(&m, 2, 7);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT count(*) FROM timeline WHERE source = 'utmp'"), "8");
	assert_string_equal(ask(&m, "SELECT count(*) FROM event_sources"), "0");
	made_end(&m);
}

static void
a_local_time_is_placed_by_the_zone_of_its_host_and_says_so(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	put_file(&m, 1, 1, "/Windows/System32/config/SYSTEM");
	put_file(&m, 1, 2, "/log");
	put_fact(&m, 1, "hostname", "PC1", 50);
	put_fact(&m, 1, "timezone", "Romance Standard Time", 50);
	end_unit(&m, 1, 0);
	struct triage_event e = event_at(SUMMER, "local");
	e.local = true;
	assert_ok(case_put_event(m.store, 2, &e, &err));
	e.message = "with fields";
	e.data = "{\"a\":1}";
	e.time = (SUMMER + 1) * NS;
	assert_ok(case_put_event(m.store, 2, &e, &err));
	put_event(&m, 2, SUMMER - 3600, "universal", 0);
	end_unit(&m, 2, 3);
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "-7200|local;-7199|with fields;-3600|universal");
	assert_string_equal(ask(&m, "SELECT host, data FROM timeline WHERE source = 'utmp' ORDER BY time"),
		"PC1|{\"local_time\":true,\"time_zone\":\"Europe/Brussels\"};PC1|{\"a\":1,\"local_time\":true,\"time_zone\":\"Europe/Brussels\"};PC1|{}");
	assert_string_equal(ask(&m, "SELECT hostname, timezone FROM hosts"), "PC1|Romance Standard Time");
	made_end(&m);
}

static void
a_local_time_without_a_zone_stays_and_says_so(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "fat32");
	put_file(&m, 1, 1, "/log");
	struct triage_event e = event_at(SUMMER, "local");
	e.local = true;
	assert_ok(case_put_event(m.store, 1, &e, &err));
	end_unit(&m, 1, 1);
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "0|local");
	assert_string_equal(ask(&m, "SELECT data FROM timeline WHERE source = 'utmp'"), "{\"local_time\":true,\"time_zone\":\"unknown\"}");
	made_end(&m);
}

static void
the_heaviest_fact_stands_and_of_moments_the_latest(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/etc/passwd");
	put_file(&m, 1, 2, "/etc/hostname");
	put_fact(&m, 1, "hostname", "guessed", 10);
	put_fact(&m, 1, "hostname", "guessed", 10);
	put_fact(&m, 2, "hostname", "srv1", 90);
	put_fact(&m, 2, "os", "Debian GNU/Linux 12", 50);
	put_fact(&m, 2, "address", "192.0.2.7", 50);
	put_fact(&m, 1, "address", "192.0.2.5", 50);
	put_fact(&m, 1, "address", "192.0.2.7", 10);
	const struct triage_fact boots[] = {
		{ .kind = "host", .subject = "", .name = "last_boot", .value = "", .time = 5 * NS, .weight = 50 },
		{ .kind = "host", .subject = "", .name = "last_boot", .value = "", .time = 9 * NS, .weight = 50 },
		{ .kind = "host", .subject = "", .name = "last_boot", .value = "", .time = 99 * NS, .weight = 20 },
	};
	for (size_t i = 0; i < 3; i++)
		assert_ok(case_put_fact(m.store, 1, &boots[i], &err));
	put_account(&m, 1, "1000", "name", "anna", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "1000", "groups", "sudo", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "1000", "groups", "adm", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "anna", "groups", "wheel", TRIAGE_TIME_NONE, 50);	/* by name, as in /etc/group */
	put_account(&m, 1, "1000", "last_login", "", 7 * NS, 50);
	put_account(&m, 1, "1000", "disabled", "1", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "0", "name", "root", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "0", "home", "/root", TRIAGE_TIME_NONE, 50);
	end_unit(&m, 1, 0);
	end_unit(&m, 2, 0);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT filesystem_id, hostname, os, last_boot, last_shutdown, addresses FROM hosts"),
		"1|srv1|Debian GNU/Linux 12|9000000000|-|192.0.2.5, 192.0.2.7");
	assert_string_equal(ask(&m, "SELECT host_id, name, sid_or_uid, groups, last_login, disabled, home FROM accounts"),
		"1|root|0|-|-|-|/root;1|anna|1000|adm, sudo, wheel|7000000000|1|-");
	made_end(&m);
}

static void
facts_of_a_backup_do_not_rename_the_machine(void **state)
{
	(void)state;
	struct made m;
	uint64_t member;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/etc/hostname");
	put_file(&m, 1, 2, "/a");
	put_file(&m, 1, 3, "/home/anna/old/etc/hostname");
	struct triage_entry gone = entry_of(4, 4, "hostname");
	gone.state = TRIAGE_STATE_DELETED;
	assert_ok(case_put_entry(m.store, 1, &gone, "/h", 50, &err));
	const struct triage_member in = { .number = 1, .name = (const uint8_t *)"etc/hostname", .name_size = 12, .size = 5,
		.mtime = TRIAGE_TIME_NONE, .atime = TRIAGE_TIME_NONE, .ctime = TRIAGE_TIME_NONE, .btime = TRIAGE_TIME_NONE };
	assert_ok(case_put_member(m.store, 2, &in, "/a!/etc/hostname", &member, &err));
	put_fact(&m, member, "hostname", "in a zip", 100);
	put_fact(&m, member, "os", "of the zip", 100);
	put_account(&m, member, "500", "name", "of the zip", TRIAGE_TIME_NONE, 50);
	put_fact(&m, 4, "hostname", "deleted", 100);
	for (int i = 0; i < 3; i++)
		put_fact(&m, 3, "hostname", "copied", 50);
	put_fact(&m, 1, "hostname", "srv1", 50);
	end_unit(&m, member, 0);
	for (uint64_t unit = 1; unit <= 4; unit++)
		end_unit(&m, unit, 0);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT hostname, os FROM hosts"), "srv1|-");
	/* no other file tells of accounts */
	assert_string_equal(ask(&m, "SELECT host_id, name FROM accounts"), "1|of the zip");
	made_end(&m);
}

static void
moments_of_files_carry_the_name_of_their_host(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	struct triage_entry e = entry_of(1, 1, "hostname");
	e.times[TRIAGE_MTIME] = SUMMER * NS;
	assert_ok(case_put_entry(m.store, 1, &e, "/etc/hostname", 50, &err));
	put_fact(&m, 1, "hostname", "srv1", 90);
	end_unit(&m, 1, 0);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT host, path FROM timeline"), "srv1|/etc/hostname");
	made_end(&m);
}

static void
lies_of_a_worker_are_refused_and_harm_nothing(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/a");
	struct triage_event e = event_at(SUMMER, "x");
	e.source = "filesystem";
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 1, &e, &err));
	e.source = "made up";
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 1, &e, &err));
	e = event_at(SUMMER, "x");
	e.parser = "";
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 1, &e, &err));
	e.parser = "UTMP'; --";
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 1, &e, &err));
	e = event_at(SUMMER, "x");
	e.time = TRIAGE_TIME_NONE;
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 1, &e, &err));
	struct triage_fact f = { .kind = "hosts", .subject = "", .name = "os", .value = "x", .time = TRIAGE_TIME_NONE };
	assert_status(TRIAGE_E_USAGE, case_put_fact(m.store, 1, &f, &err));
	f.kind = "host";
	f.name = "";
	assert_status(TRIAGE_E_USAGE, case_put_fact(m.store, 1, &f, &err));
	assert_status(TRIAGE_E_USAGE, case_put_artefact(m.store, 1, &(struct triage_parsed){ .parser = "" }, &err));
	put_event(&m, 1, SUMMER, "honest", 0);
	/* a number of events that did not come, events without their parser, a second parser */
	assert_status(TRIAGE_E_USAGE, case_put_artefact(m.store, 1, &(struct triage_parsed){ .parser = "utmp", .events = 2 }, &err));
	const struct triage_content c = content_of("a");
	assert_status(TRIAGE_E_USAGE, case_put_content(m.store, 1, &c, &err));
	assert_ok(case_put_artefact(m.store, 1, &(struct triage_parsed){ .parser = "utmp", .events = 1, .whole = true }, &err));
	assert_status(TRIAGE_E_USAGE, case_put_artefact(m.store, 1, &(struct triage_parsed){ .parser = "evtx", .events = 1 }, &err));
	assert_ok(case_put_content(m.store, 1, &c, &err));
	/* and after the result */
	e = event_at(SUMMER, "late");
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 1, &e, &err));
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "0|honest");
	made_end(&m);
}

static void
more_kinds_of_events_than_there_are_is_a_lie(void **state)
{
	(void)state;
	struct made m;
	enum triage_status st = TRIAGE_OK;
	struct triage_error why = { 0 };
	unsigned kinds = 0;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/a");
	for (; kinds < 30000 && st == TRIAGE_OK; kinds++) {
		char meaning[40];
		struct triage_event e = event_at(SUMMER, "x");
		snprintf(meaning, sizeof(meaning), "meaning %u", kinds);
		e.meaning = meaning;
		st = case_put_event(m.store, 1, &e, &why);
	}
	assert_int_equal(st, TRIAGE_E_USAGE);
	assert_true(kinds > 10000);
	/* what is known already is still taken */
	struct triage_event e = event_at(SUMMER, "x");
	e.meaning = "meaning 7";
	assert_ok(case_put_event(m.store, 1, &e, &err));
	made_end(&m);
}

static void
a_second_name_of_a_log_tells_its_events_once(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	const struct triage_entry a = entry_of(1, 7, "wtmp"), b = entry_of(2, 7, "again");
	assert_ok(case_put_entry(m.store, 1, &a, "/var/wtmp", 50, &err));
	assert_ok(case_put_entry(m.store, 1, &b, "/etc/again", 50, &err));
	put_event(&m, 1, SUMMER, "x", 0);
	end_unit(&m, 1, 1);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT count(*), path FROM timeline WHERE source = 'utmp'"), "1|/etc/again");
	made_end(&m);
}

/* --- files beside others --- */

static bool
is_ending(const char *ending)
{
	return strcasecmp(ending, ".LOG1") == 0 || strcasecmp(ending, "-wal") == 0;
}

static size_t
beside(struct made *m, struct case_companions *all, const char *path, struct case_companion out[4])
{
	(void)m;
	const struct case_unit u = { .filesystem_id = 1, .path = (char *)(uintptr_t)path };
	return case_companions_of(all, &u, out, 4);
}

static void
companions_are_found_by_name_in_the_same_folder(void **state)
{
	(void)state;
	struct made m;
	struct case_companions *all = NULL;
	struct case_companion out[4];
	static const char *const paths[] = { "/c/SYSTEM", "/c/system.log1", "/c/SYSTEM.LOG2", "/d/SYSTEM.LOG1", "/h/History", "/h/History-wal", "/h/.LOG1" };
	made_begin(&m, "ntfs");
	for (uint64_t i = 0; i < 7; i++)
		put_file(&m, 1, i + 1, paths[i]);
	struct triage_entry gone = entry_of(20, 20, "History-wal");
	gone.state = TRIAGE_STATE_DELETED;
	assert_ok(case_put_entry(m.store, 1, &gone, "/h/History-wal", 50, &err));
	struct triage_entry folder = entry_of(21, 21, "x-wal");
	folder.flags = 0;
	assert_ok(case_put_entry(m.store, 1, &folder, "/h/x-wal", 90, &err));
	assert_ok(case_find_companions(m.store, is_ending, &all, &err));
	assert_number_equal(beside(&m, all, "/c/SYSTEM", out), 1);
	assert_string_equal(out[0].ending, ".log1");
	assert_number_equal(out[0].inode, 2);
	assert_number_equal(beside(&m, all, "/D/system", out), 1);
	assert_number_equal(out[0].inode, 4);
	assert_number_equal(beside(&m, all, "/h/History", out), 1);
	assert_number_equal(out[0].inode, 6);
	assert_null(out[0].raw_path);
	assert_number_equal(beside(&m, all, "/h/x", out), 0);
	assert_number_equal(beside(&m, all, "/h/", out), 0);
	assert_number_equal(beside(&m, all, "/c/SYSTEM.LOG1", out), 0);
	case_companions_free(all);
	case_companions_free(NULL);
	made_end(&m);
}

static void
companions_on_a_mounted_volume_have_their_raw_path(void **state)
{
	(void)state;
	struct made m;
	struct case_companions *all = NULL;
	struct case_companion out[4];
	made_begin(&m, "directory");
	struct triage_entry root = entry_of(0, 1, ""), folder = entry_of(1, 2, "d\xff"), hive = entry_of(2, 3, "S"), log = entry_of(3, 4, "S.LOG1");
	root.flags = folder.flags = 0;
	root.kind = folder.kind = TRIAGE_FILE_DIRECTORY;
	hive.parent = log.parent = 1;
	assert_ok(case_put_entry(m.store, 1, &root, "/", 90, &err));
	assert_ok(case_put_entry(m.store, 1, &folder, "/d\\xff", 90, &err));
	assert_ok(case_put_entry(m.store, 1, &hive, "/d\\xff/S", 10, &err));
	assert_ok(case_put_entry(m.store, 1, &log, "/d\\xff/S.LOG1", 10, &err));
	assert_ok(case_find_companions(m.store, is_ending, &all, &err));
	assert_number_equal(beside(&m, all, "/d\\xff/S", out), 1);
	assert_number_equal(out[0].raw_path_size, 9);
	assert_memory_equal(out[0].raw_path, "d\xff/S.LOG1", 9);
	case_companions_free(all);
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_in_the_order_of_time_with_file_offset_and_words),
		cmocka_unit_test(events_go_with_the_rows_of_their_unit),
		cmocka_unit_test(events_of_a_unit_without_result_are_forgotten_on_resume),
		cmocka_unit_test(a_record_in_rotated_copies_of_a_log_is_one_event_with_all_its_places),
		cmocka_unit_test(files_that_merely_hold_equal_records_stay_apart),
		cmocka_unit_test(the_same_log_of_two_machines_stays_apart_and_that_of_a_shadow_copy_does_not),
		cmocka_unit_test(equal_records_of_one_file_are_as_many_events),
		cmocka_unit_test(what_differs_in_any_word_is_no_copy),
		cmocka_unit_test(a_local_time_is_placed_by_the_zone_of_its_host_and_says_so),
		cmocka_unit_test(a_local_time_without_a_zone_stays_and_says_so),
		cmocka_unit_test(the_heaviest_fact_stands_and_of_moments_the_latest),
		cmocka_unit_test(facts_of_a_backup_do_not_rename_the_machine),
		cmocka_unit_test(moments_of_files_carry_the_name_of_their_host),
		cmocka_unit_test(lies_of_a_worker_are_refused_and_harm_nothing),
		cmocka_unit_test(more_kinds_of_events_than_there_are_is_a_lie),
		cmocka_unit_test(a_second_name_of_a_log_tells_its_events_once),
		cmocka_unit_test(companions_are_found_by_name_in_the_same_folder),
		cmocka_unit_test(companions_on_a_mounted_volume_have_their_raw_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
