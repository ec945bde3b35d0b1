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
	const char *path = corpus_path("logs/velociraptor_wtmp.1");
	(void)state;
	if (path == NULL)
		return;
	parsed_file(&p, path);
	/* what utmpdump says: 26 records; the file ends inside one */
	assert_number_equal(p.count, 26);
	assert_number_equal(p.events[0].time, parsed_time("2023-12-21T15:54:23.258616Z"));
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_a_logon_and_its_end),
		cmocka_unit_test(failed_logons_are_told_apart),
		cmocka_unit_test(other_files_are_not_claimed),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
