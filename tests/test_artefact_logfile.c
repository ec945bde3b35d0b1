/* test_artefact_logfile.c - the transaction log of NTFS. */
#include "tests/artefact_harness.h"

static void
names_and_operations(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/logfile/$LogFile"));
	assert_string_equal(p.kind->name, "logfile");
	assert_number_equal(p.remark_count, 0);
	/* the second page repeats a record of the first */
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].message, "file run.ps1 (added to its folder) in the log of the volume: created, modified, record changed, accessed");
	assert_string_equal(p.events[2].message, "file run.ps1 (removed from its folder) in the log of the volume: modified, record changed, accessed");
	assert_non_null(strstr(p.events[2].data, "\"lsn\":8390100,\"transaction\":24,\"redo_operation\":\"DeleteIndexEntryAllocation\""));
	assert_number_equal(p.events[2].time, parsed_time("2023-11-14T22:13:21.0000007Z"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/logfile/damaged"));
	assert_string_equal(p.remarks[0].code, "page-torn");
	assert_string_equal(p.remarks[1].code, "page-damaged");
	assert_string_equal(p.remarks[2].code, "page-cut");
	assert_number_equal(parsed_with(&p, "\"name\":\"los.txt\""), 1);
	assert_number_equal(parsed_with(&p, "\"name\":\"run.ps1\""), 1);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "mft/dfir_ntfs_LogFile_7.bin"))
		return;
	assert_string_equal(p.kind->name, "logfile");
	assert_true(p.count > 0);
	parsed_free(&p);
	parsed_file(&p, corpus_path("mft/dfir_ntfs_LogFile_10.bin"));
	assert_string_equal(p.events[0].message, "file find_me.txt (added to its folder) in the log of the volume: created, modified, record changed, accessed");
	assert_string_equal(p.events[1].message, "file find_me.txt (file record written) in the log of the volume: created, modified, record changed, accessed");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_operations),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
