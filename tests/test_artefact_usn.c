/* test_artefact_usn.c - the change journal of NTFS and its settings. */
#include "tests/artefact_harness.h"

static void
all_versions_are_read_behind_zeros(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/usn/$J"));
	assert_string_equal(p.kind->name, "usn");
	assert_number_equal(p.count, 7);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].offset, 4096);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.1234567Z"));
	assert_string_equal(p.events[0].message, "rapport.docx: created");
	assert_string_equal(p.events[1].message, "rapport.docx: created, data added, closed");
	assert_non_null(strstr(p.events[1].data, "\"reason\":[\"FILE_CREATE\",\"DATA_EXTEND\",\"CLOSE\"]"));
	assert_non_null(strstr(p.events[1].data, "\"entry\":40,\"sequence\":3,\"parent_entry\":5,\"parent_sequence\":5"));
	assert_string_equal(p.events[3].meaning, "renamed (new name)");
	assert_string_equal(p.events[4].meaning, "deleted");
	assert_non_null(strstr(p.events[4].data, "\"name\":\"README\xe2\x82\xac.txt\""));
	assert_non_null(strstr(p.events[4].data, "\"source_info\":[\"AUXILIARY_DATA\"]"));
	/* what a record of version 4 told goes with the one of version 3 */
	assert_non_null(strstr(p.events[5].data, "\"ranges\":[\"0+65536\",\"131072+4096\"]"));
	assert_null(strstr(p.events[6].data, "ranges"));
	assert_non_null(strstr(p.events[6].data, "\"entry\":\"00000000000000070003000000000028\""));
	parsed_free(&p);
}

static void
records_are_found_behind_damage(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/usn/damaged"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[1].data, "\"name\":\"twee.txt\""));
	assert_non_null(strstr(p.events[1].data, "\"carved\":true"));
	assert_null(strstr(p.events[0].data, "carved"));
	assert_number_equal(p.remark_count, 4);	/* behind the words of the first, at the lying length, without time, cut */
	assert_string_equal(p.remarks[0].code, "record-damaged");
	assert_number_equal(p.remarks[0].offset, 80);
	assert_number_equal(p.remarks[0].bytes, 24 + 64);
	assert_string_equal(p.remarks[2].code, "record-without-time");
	parsed_free(&p);
}

static void
a_page_of_a_journal_cut_inside_a_record(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	uint8_t *all = parsed_read(fixture("artefact/usn/$J"), &size);
	(void)state;
	parsed_bytes(&p, "/Extend/$UsnJrnl:$J", all + 4096 + 24, size - 4096 - 24);
	assert_number_equal(p.count, 6);
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
	free(all);
}

static void
the_settings_of_a_journal(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/usn_max/$Max"));
	assert_string_equal(p.kind->name, "usn_max");
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_string_equal(p.events[0].meaning, "journal created");
	assert_non_null(strstr(p.events[0].data, "\"maximum_size\":33554432,"));
	assert_non_null(strstr(p.events[0].data, "\"lowest_valid_usn\":4198400"));
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	struct artefact_subject who = { .path = "/x.bin", .name = "x.bin", .owner = "", .size = 4096, .mtime = 0, .btime = 0 };
	uint8_t bytes[4096] = { 0 };
	(void)state;
	parsed_once(&p, &who, (struct view){ bytes, sizeof(bytes) }, 0);
	assert_null(p.kind);
	who.size = 32;
	memset(bytes, 0x20, sizeof(bytes));
	parsed_once(&p, &who, (struct view){ bytes, 32 }, 0);
	assert_null(p.kind);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "usn/plaso_UsnJrnl.raw"))
		return;
	assert_number_equal(p.count, 19);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2015-11-30T21:15:27.203125Z"));
	assert_non_null(strstr(p.events[0].data, "Nieuw - Tekstdocument.txt"));
	assert_number_equal(p.events[18].offset, 1664);
	assert_number_equal(p.events[18].time, parsed_time("2015-11-30T21:16:02.03125Z"));
	parsed_free(&p);
	parsed_file(&p, corpus_path("usn/EZ_record.usn"));
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"usn\":20342374400"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_versions_are_read_behind_zeros),
		cmocka_unit_test(records_are_found_behind_damage),
		cmocka_unit_test(a_page_of_a_journal_cut_inside_a_record),
		cmocka_unit_test(the_settings_of_a_journal),
		cmocka_unit_test(other_files_are_not_claimed),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
