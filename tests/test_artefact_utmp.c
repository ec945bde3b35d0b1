/* test_artefact_utmp.c - logons of Linux, of our fixture and of the corpus. */
#include "tests/artefact_harness.h"

static void
a_start_a_logon_and_its_end(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/utmp/wtmp"));
	assert_number_equal(p.count, 5);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:14:20.25Z"));
	assert_string_equal(p.events[1].user, "beheer");
	assert_number_equal(p.events[1].offset, 384);
	assert_non_null(strstr(p.events[1].data, "\"pid\":911"));
	assert_non_null(strstr(p.events[1].data, "\"address\":\"203.0.113.7\""));
	assert_non_null(strstr(p.events[2].data, "\"address\":\"2001:db8::5\""));
	assert_string_equal(p.events[3].meaning, "logoff");
	assert_non_null(parsed_fact(&p, "", "last_boot"));
	assert_non_null(parsed_fact(&p, "", "last_shutdown"));
	assert_number_equal(p.remark_count, 2);
	assert_string_equal(p.remarks[0].code, "record-damaged");
	assert_number_equal(p.remarks[0].offset, 3 * 384);
	assert_string_equal(p.remarks[1].code, "record-cut");
	parsed_free(&p);
}

static void
failed_logons_are_told_apart(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/utmp/btmp"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "failed logon");
	assert_string_equal(p.events[0].message, "Failed logon of root on ssh:notty from 198.51.100.9");
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	const struct artefact_subject who = { .path = "/wtmp", .name = "wtmp", .owner = "", .size = 768, .mtime = 0, .btime = 0 };
	uint8_t zeros[768] = { 0 };
	(void)state;
	parsed_once(&p, &who, (struct view){ zeros, sizeof(zeros) }, 0);
	assert_null(p.kind);
	memset(zeros, 'a', sizeof(zeros));
	parsed_once(&p, &who, (struct view){ zeros, sizeof(zeros) }, 0);
	assert_null(p.kind);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/velociraptor_wtmp.1"))
		return;
	/* what utmpdump says: 26 records; the file ends inside one */
	assert_number_equal(p.count, 26);
	assert_number_equal(p.events[0].time, parsed_time("2023-12-21T15:54:23.258616Z"));
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

static void
records_with_wide_times(void **state)
{
	static const char *const files[] = { "artefact/utmp/wtmp.s390", "artefact/utmp/wtmp.arm" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct parsed p = { 0 };
		parsed_file(&p, fixture(files[i]));
		assert_number_equal(p.count, 2);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:14:20.25Z"));
		assert_number_equal(p.events[1].offset, 400);
		assert_string_equal(p.events[1].message, "Logon of beheer on pts/0 from 203.0.113.7");
		assert_non_null(strstr(p.events[1].data, "\"pid\":911"));
		assert_non_null(strstr(p.events[1].data, "\"address\":\"203.0.113.7\""));
		parsed_free(&p);
	}
}

static void
wiped_records_are_told(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	uint8_t *data = parsed_read(fixture("artefact/utmp/wtmp.arm"), &size), three[1200] = { 0 };
	(void)state;
	memcpy(three, data, 400);
	memcpy(three + 800, data + 400, 400);
	free(data);
	parsed_bytes(&p, "/var/log/wtmp", three, sizeof(three));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "record-wiped");
	assert_number_equal(p.remarks[0].offset, 400);
	parsed_free(&p);
	/* /run/utmp has unused places */
	parsed_bytes(&p, "/run/utmp", three, sizeof(three));
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

static void
the_corpus_of_other_machines_is_read(void **state)
{
	static const struct { const char *path; size_t events; const char *time; } files[] = {
		{ "logs/utmp_utmp_aarch64", 5, "2026-07-03T14:57:58Z" }, { "logs/utmp_utmp_s390", 5, "2026-07-04T05:00:25Z" },
		{ "logs/utmp_utmp_x86_64", 5, "2026-07-03T14:58:29Z" }, { "logs/utmp_utmp_corrupted", 2, "2023-11-14T22:30:00Z" }, { "logs/utmp_utmp", 14, "2013-12-13T14:45:09.688666Z" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct parsed p = { 0 };
		if (!parsed_corpus(&p, files[i].path))
			return;
		assert_number_equal(p.count, files[i].events);
		assert_number_equal(p.events[0].time, parsed_time(files[i].time));
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_a_logon_and_its_end),
		cmocka_unit_test(failed_logons_are_told_apart),
		cmocka_unit_test(other_files_are_not_claimed),
		cmocka_unit_test(the_corpus_is_read),
		cmocka_unit_test(records_with_wide_times),
		cmocka_unit_test(wiped_records_are_told),
		cmocka_unit_test(the_corpus_of_other_machines_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
