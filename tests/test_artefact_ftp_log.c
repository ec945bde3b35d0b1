/* test_artefact_ftp_log.c - logs of FTP servers. */
#include "tests/artefact_harness.h"

static void
logons_and_files(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ftp_log/vsftpd.log"));
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[1].meaning, "failed logon");
	assert_string_equal(p.events[2].user, "anna");
	assert_string_equal(p.events[3].message, "FTP OK UPLOAD of anna from 203.0.113.9: /srv/www/x.php");
	assert_number_equal(p.events[3].time, parsed_time("2023-11-14T22:13:23Z"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ftp_log/xferlog"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].message, "FTP: anna put /srv/www/x.php, 1884 bytes, client 203.0.113.9");
	assert_string_equal(p.events[1].meaning, "file sent");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ftp_log/damaged.log"));
	assert_number_equal(p.count, 7);
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/vsftpd.log"))
		return;
	assert_number_equal(p.count, 25);
	assert_number_equal(p.events[12].time, parsed_time("2016-06-10T14:24:19Z"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(logons_and_files), cmocka_unit_test(the_corpus_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
