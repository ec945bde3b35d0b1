/* test_artefact_mft.c - the file table of NTFS: paths, times, streams, deleted entries. */
#include "tests/artefact_harness.h"

/* The first event whose data has this. */
static const struct parsed_event *
with(const struct parsed *p, const char *data)
{
	for (size_t i = 0; i < p->count; i++)
		if (strstr(p->events[i].data, data) != NULL)
			return &p->events[i];
	fail_msg("no event with %s", data);
	return NULL;
}

static void
paths_times_and_streams(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mft/$MFT"));
	assert_string_equal(p.kind->name, "mft");
	assert_number_equal(p.remark_count, 0);
	const struct parsed_event *e = with(&p, "\"path\":\"/Downloads/setup program.exe\"");
	assert_string_equal(e->meaning, "created");
	assert_number_equal(e->time, parsed_time("2023-11-13T22:13:20Z"));
	assert_string_equal(e->message, "file /Downloads/setup program.exe: created");
	assert_non_null(strstr(e->data, "\"timestomp_hints\":[\"created before its name was\",\"whole seconds where the name has fractions\"]"));
	assert_non_null(strstr(e->data, "\"streams\":[\"Zone.Identifier\"]"));
	assert_non_null(strstr(e->data, "HostUrl=https://example.org/setup.exe"));
	assert_non_null(strstr(e->data, "\"short_name\":\"SETUP~1.EXE\""));
	assert_non_null(strstr(e->data, "\"size\":20000,\"resident\":false"));
	/* four times of its own; the name's four are one of them */
	assert_number_equal(parsed_with(&p, "\"name\":\"setup program.exe\""), 4);
	parsed_free(&p);
}

static void
deleted_files_and_folders(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mft/$MFT"));
	const struct parsed_event *e = with(&p, "wachtwoorden.txt");
	assert_string_equal(e->message, "deleted file /Downloads/wachtwoorden.txt: created, modified, accessed");
	assert_non_null(strstr(e->data, "\"resident_text\":\"beheer: gehe\xc3\xafm\\u000d\\u000a\""));
	assert_non_null(strstr(e->data, "\"in_use\":false"));
	/* its folder was deleted too, and has the next sequence number */
	e = with(&p, "\"path\":\"/weg/nnnn");
	assert_non_null(strstr(e->data, "nnnn.txt\""));
	/* a name in a record of extension goes with the entry that it extends */
	e = with(&p, "\"path\":\"/tweede naam.exe\"");
	assert_non_null(strstr(e->data, "\"entry\":4,\"sequence\":2,\"extension_entry\":9"));
	assert_string_equal(e->meaning, "name created, name modified, name record changed, name accessed");
	parsed_free(&p);
}

static void
old_names_behind_the_attributes(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mft/$MFT"));
	const struct parsed_event *e = with(&p, "\"path\":\"/Downloads/mimikatz.zip\",\"in_slack_of_entry\":3");
	assert_string_equal(e->message, "old name /Downloads/mimikatz.zip: name created, name modified, name record changed, name accessed");
	assert_number_equal(parsed_with(&p, "\"slack\":true"), 1);
	parsed_free(&p);
}

static void
damage_is_told_and_passed(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mft/damaged"));
	with(&p, "\"path\":\"/(parent 88-3 not known)/verweesd.txt\"");
	/* folders that lie in each other end somewhere */
	assert_string_equal(with(&p, "\"name\":\"kring.txt\"")->meaning, "created, modified, record changed, accessed");
	assert_non_null(strstr(with(&p, "\"name\":\"kring.txt\"")->data, "\"path\":\"/(parent 2-1 in a circle)/kring.txt\""));
	assert_number_equal(p.remark_count, 6);
	assert_string_equal(p.remarks[0].code, "record-torn");
	assert_string_equal(p.remarks[1].code, "record-damaged");
	assert_number_equal(p.remarks[2].offset, 5 * 1024);
	assert_string_equal(p.remarks[5].code, "record-cut");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	const char *path = corpus_path("mft/dfir_ntfs_deleted.mft");
	size_t entries = 0, deleted = 0, folders = 0;
	(void)state;
	if (path == NULL)
		return;
	parsed_file(&p, path);
	/* INDEX.tsv: 41 records, 35 in use, 6 deleted, 14 folders; those of the table's own reserve have no names, but times */
	for (size_t i = 0; i < p.count; i++) {
		if (i > 0 && p.events[i].offset == p.events[i - 1].offset)
			continue;
		entries++;
		deleted += strstr(p.events[i].data, "\"in_use\":false") != NULL;
		folders += strstr(p.events[i].data, "\"directory\":true") != NULL;
	}
	assert_number_equal(entries, 41);
	assert_number_equal(deleted, 6);
	assert_number_equal(folders, 14);
	assert_non_null(strstr(with(&p, "\"path\":\"/1/2/3/4/file.txt\"")->data, "\"resident_text\":\"123\""));
	parsed_free(&p);
	path = corpus_path("mft/EZ_NIST_DFR-16_$MFT");
	parsed_file(&p, path);
	entries = 0;
	for (size_t i = 0; i < p.count; i++)
		entries += i == 0 || p.events[i].offset != p.events[i - 1].offset;
	assert_number_equal(entries, 117);
	assert_number_equal(p.remark_count, 0);
	with(&p, "\"path\":\"/Y09/Y09L01/Y09L02/Y09L03/Y09L04/Y09L05/Y09L06/Y09L07/Y09L08/Y09F09.TXT\"");
	parsed_free(&p);
	parsed_file(&p, corpus_path("mft/dfir_ntfs_compressed_sparse.mft"));
	entries = 0;
	for (size_t i = 0; i < p.count; i++)
		entries += i == 0 || p.events[i].offset != p.events[i - 1].offset;
	assert_number_equal(entries, 36);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_times_and_streams),
		cmocka_unit_test(deleted_files_and_folders),
		cmocka_unit_test(old_names_behind_the_attributes),
		cmocka_unit_test(damage_is_told_and_passed),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
