/* test_events.c - what parsers tell, in the case: order, copies of a log, and what a worker may not say. */
#include "tests/events_make.h"

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
		cmocka_unit_test(lies_of_a_worker_are_refused_and_harm_nothing),
		cmocka_unit_test(more_kinds_of_events_than_there_are_is_a_lie),
		cmocka_unit_test(a_second_name_of_a_log_tells_its_events_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
