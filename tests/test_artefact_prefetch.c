/* test_artefact_prefetch.c - prefetch files of each version, plain and packed, of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

#include "triage/artefact/lzxpress.h"

static void
each_run_is_an_event_and_the_files_go_with_the_last(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/prefetch/RCLONE.EXE-5E8F77CD.pf"));
	assert_string_equal(p.kind->name, "prefetch");
	assert_number_equal(p.count, 4);
	assert_string_equal(p.events[0].meaning, "last run");
	assert_number_equal(p.events[0].time, parsed_time("2024-03-05T10:00:00.1234567Z"));
	assert_string_equal(p.events[2].meaning, "earlier run");
	assert_number_equal(p.events[2].time, parsed_time("2024-03-03T10:00:00.1234567Z"));
	assert_non_null(strstr(p.events[0].data, "\"executable\":\"RCLONE.EXE\",\"run_count\":41,\"hash\":\"5E8F77CD\""));
	assert_non_null(strstr(p.events[0].data, "\"executable_path\":\"\\\\DEVICE\\\\HARDDISKVOLUME1\\\\WINDOWS\\\\SYSTEM32\\\\RCLONE.EXE\""));
	assert_non_null(strstr(p.events[0].data, "\"file_count\":4"));
	assert_null(strstr(p.events[1].data, "\"files\""));
	assert_string_equal(p.events[3].meaning, "volume created");
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

static void
a_packed_file_of_windows_11_is_unpacked(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/prefetch/LONGNAME.EXE-5E8F77CD.pf"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 2);
	/* the head has the first 29 characters of the name, the list of files all */
	assert_non_null(strstr(p.events[0].data, "LONGNAMELONGNAMELONGNAMELONGNAME.EXE\",\"version\":31"));
	assert_non_null(strstr(p.events[0].data, "\"run_count\":1,"));
	assert_non_null(strstr(p.events[0].data, "\"hash_string\":\"\\\\DEVICE\\\\HARDDISKVOLUME1\\\\LONGNAME"));
	parsed_free(&p);
}

static void
a_program_without_a_time_of_a_run_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/prefetch/VISTA.EXE-5E8F77CD.pf"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].meaning, "prefetch file written");
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	parsed_free(&p);
}

static void
damage_is_told_and_the_rest_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/prefetch/packing_cut.pf"));
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2024-04-01T10:00:00Z"));
	assert_string_equal(p.remarks[0].code, "packing-damaged");
	assert_string_equal(p.remarks[1].code, "file-cut");
	assert_string_equal(p.remarks[2].code, "volumes-cut");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/prefetch/counts_outside.pf"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

static void
an_unknown_version_is_a_remark(void **state)
{
	struct parsed p = { 0 };
	uint8_t raw[200] = { 99, 0, 0, 0, 'S', 'C', 'C', 'A' };
	(void)state;
	parsed_bytes(&p, "/x.pf", raw, sizeof(raw));
	assert_number_equal(p.count, 0);
	assert_string_equal(p.remarks[0].code, "version-unknown");
	parsed_free(&p);
}

static void
other_packed_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	uint8_t raw[600] = { 'M', 'A', 'M', 4, 0, 1 };
	const struct artefact_subject who = { .path = "/AgAppLaunch.db", .name = "AgAppLaunch.db", .owner = "", .size = sizeof(raw), .mtime = 0, .btime = 0 };
	(void)state;
	memset(raw + 8, 0x88, 128);
	parsed_once(&p, &who, (struct view){ raw, sizeof(raw) }, 0);
	assert_null(p.kind);
}

static void
packing_with_matches_and_over_blocks(void **state)
{
	/* one literal 'a' (code 0) and one match of distance 1 whose length stands in what follows (symbol 256 + 15: code 1) */
	enum { SIZE = 70000 };
	uint8_t in[2 * 256 + 40] = { 0 }, *out = malloc(SIZE);
	bool sound;
	(void)state;
	in['a' / 2] = 1 << 4;
	in[(256 + 15) / 2] = 1 << 4;
	/* bits 0, 1, then zeros; length: 255, then 16 bits 0, then 32 bits */
	in[256] = 0, in[257] = 0x40;
	in[260] = 255;
	in[263] = (uint8_t)((SIZE - 4) & 0xff), in[264] = (uint8_t)((SIZE - 4) >> 8 & 0xff), in[265] = (SIZE - 4) >> 16;
	assert_number_equal(lzxpress_huffman((struct view){ in, sizeof(in) }, out, SIZE, &sound), SIZE);
	assert_true(sound);
	for (size_t i = 0; i < SIZE; i++)
		assert_int_equal(out[i], 'a');
	/* a match that reaches before the beginning; codes that are too many */
	in[257] = 0x80;
	assert_number_equal(lzxpress_huffman((struct view){ in, sizeof(in) }, out, SIZE, &sound), 0);
	assert_false(sound);
	memset(in, 0x11, 256);
	assert_number_equal(lzxpress_huffman((struct view){ in, sizeof(in) }, out, SIZE, &sound), 0);
	assert_false(sound);
	free(out);
}

static void
mutations_come_back(void **state)
{
	static const char *const names[] = { "RCLONE.EXE-5E8F77CD.pf", "LONGNAME.EXE-5E8F77CD.pf", "TOOL.EXE-5E8F77CD.pf" };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char name[100];
		size_t size;
		snprintf(name, sizeof(name), "artefact/prefetch/%s", names[i]);
		void *data = parsed_read(fixture(name), &size);
		parsed_torture("/x.pf", data, size, 1000);
		free(data);
	}
}

/* What sccainfo says of each; of the file of Windows 11, which it does not read, what plaso's test says. */
static void
the_corpus_is_read(void **state)
{
	static const struct {
		const char *name;
		size_t runs, volumes, files;
		const char *time, *data;
	} all[] = {
		{ "EZ/Vista_CMD.EXE-89305D47.pf", 1, 1, 7, "2016-01-16T20:03:15.5514245Z", "\"run_count\":3," },
		{ "EZ/Win10_CHROME.EXE-B3BA7868.pf", 8, 1, 282, NULL, "\"version\":30" },
		{ "EZ/Win10_DCODEDCODEDCODEDCODEDCODEDCOD-E65B9FE8.pf", 2, 2, 57, "2016-01-13T22:47:25.7480759Z", "\"hash\":\"E65B9FE8\"" },
		{ "EZ/Win2012R2_CALC.EXE-77FDF17F.pf", 2, 1, 33, NULL, "\"version\":26" },
		{ "EZ/Win2k3_MMC.EXE-0721152E.pf", 1, 1, 70, "2016-01-15T23:01:04.6875Z", "\"run_count\":1," },
		{ "EZ/Win7_DRVINST.EXE-5F8E77CD.pf", 1, 1, 158, "2016-01-16T20:58:01.53125Z", "\"run_count\":10," },
		{ "EZ/Win8x_CONSENT.EXE-531BD9EA.pf", 1, 1, 60, NULL, "\"run_count\":1," },
		{ "plaso/AM_DELTA_PATCH_1.443.990.0.EX-7037CF86.pf", 1, 1, 18, NULL, "\"version\":31" },
		{ "plaso/BYTECODEGENERATOR.EXE-C1E9BCE6.pf", 7, 1, 1085, "2015-05-14T22:11:58.0911341Z", "\"run_count\":7," },
		{ "plaso/CMD.EXE-087B4001.pf", 1, 1, 33, "2013-03-10T10:11:49.28125Z", "\"run_count\":2," },
		{ "plaso/NOTEPAD.EXE-D8414F97.pf", 2, 1, 56, "2019-06-05T19:55:04.8777787Z", "\"hash\":\"D8414F97\"" },
		{ "plaso/TASKHOST.EXE-3AE259FC.pf", 4, 1, 51, "2013-10-04T15:40:09.0378333Z", "\"run_count\":4," },
		{ "plaso/WUAUCLT.EXE-830BCC14.pf", 1, 5, 103, "2012-03-15T21:17:39.8079963Z", "\"run_count\":25," },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct parsed p = { 0 };
		char name[200], files[40];
		snprintf(name, sizeof(name), "prefetch/%s", all[i].name);
		const char *path = corpus_path(name);
		if (path == NULL)
			return;
		parsed_file(&p, path);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(p.count, all[i].runs + all[i].volumes);
		snprintf(files, sizeof(files), "\"file_count\":%zu,", all[i].files);
		assert_non_null(strstr(p.events[0].data, files));
		if (strstr(p.events[0].data, all[i].data) == NULL)
			fail_msg("%s: no %s", all[i].name, all[i].data);
		if (all[i].time != NULL)
			assert_number_equal(p.events[0].time, parsed_time(all[i].time));
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_run_is_an_event_and_the_files_go_with_the_last),
		cmocka_unit_test(a_packed_file_of_windows_11_is_unpacked),
		cmocka_unit_test(a_program_without_a_time_of_a_run_is_told),
		cmocka_unit_test(damage_is_told_and_the_rest_is_read),
		cmocka_unit_test(an_unknown_version_is_a_remark),
		cmocka_unit_test(other_packed_files_are_not_claimed),
		cmocka_unit_test(packing_with_matches_and_over_blocks),
		cmocka_unit_test(mutations_come_back),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
