/* test_artefact_recyclebin.c - records of the recycle bin, of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

static void
both_versions_tell_path_size_and_time(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/recyclebin/$IAB12CD.docx"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "moved to recycle bin");
	assert_number_equal(p.events[0].time, parsed_time("2024-03-01T10:00:00.25Z"));
	/* a sign that turns the direction of writing is shown as its bytes */
	assert_non_null(strstr(p.events[0].data, "n\xc3\xb3mina \\\\xe2\\\\x80\\\\xaegnp.exe"));
	assert_non_null(strstr(p.events[0].data, "\"content_name\":\"$RAB12CD.docx\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/recyclebin/$I7Q2W3E.zip"));
	assert_non_null(strstr(p.events[0].data, "\"original_path\":\"\\\\\\\\FILES01\\\\projects\\\\old.zip\",\"size\":8589934592,\"version\":1"));
	parsed_free(&p);
}

static void
the_user_is_the_folder_of_the_bin(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/recyclebin/$IAB12CD.docx"), &size);
	(void)state;
	parsed_bytes(&p, "/$Recycle.Bin/S-1-5-21-1-2-3-1001/$IAB12CD.docx", data, size);
	assert_string_equal(p.events[0].user, "S-1-5-21-1-2-3-1001");
	parsed_free(&p);
	/* cut: known by its name and place */
	parsed_bytes(&p, "/$Recycle.Bin/S-1-5-21-1-2-3-1001/$IAB12CD.docx", data, 44);
	assert_number_equal(p.count, 1);
	assert_string_equal(p.remarks[0].code, "record-cut");
	parsed_free(&p);
	free(data);
}

static void
info2_tells_what_left_the_bin_and_what_is_damaged(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/recyclebin/INFO2"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2004-08-25T16:18:25.237Z"));
	assert_non_null(strstr(p.events[0].data, "\"content_name\":\"Dc1.exe\",\"left_bin\":false"));
	assert_non_null(strstr(p.events[1].data, "\"original_path\":\"C:\\\\temp\\\\secret.txt\""));
	assert_non_null(strstr(p.events[1].data, "\"left_bin\":true"));
	assert_string_equal(p.remarks[0].code, "record-damaged");
	assert_string_equal(p.remarks[1].code, "record-cut");
	assert_number_equal(p.remarks[1].bytes, 300);
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	uint8_t raw[544] = { 1 };
	const struct artefact_subject who = { .path = "/$I1.bin", .name = "$I1.bin", .owner = "", .size = sizeof(raw), .mtime = 0, .btime = 0 };
	(void)state;
	parsed_once(&p, &who, (struct view){ raw, sizeof(raw) }, 0);
	assert_null(p.kind);
	/* a time, but no path */
	memcpy(raw + 16, "\0\0\0\0\0\0\xd0\1", 8);
	parsed_once(&p, &who, (struct view){ raw, sizeof(raw) }, 0);
	assert_null(p.kind);
	raw[24] = 'C', raw[26] = ':';
	parsed_once(&p, &who, (struct view){ raw, sizeof(raw) }, 0);
	assert_non_null(p.kind);
	parsed_free(&p);
}

static void
mutations_come_back(void **state)
{
	static const char *const names[] = { "$IAB12CD.docx", "INFO2" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char name[100], path[100];
		size_t size;
		snprintf(name, sizeof(name), "artefact/recyclebin/%s", names[i]);
		snprintf(path, sizeof(path), "/$Recycle.Bin/S-1/%s", names[i]);
		void *data = parsed_read(fixture(name), &size);
		parsed_torture(path, data, size, 2000);
		free(data);
	}
}

static void
the_corpus_is_read(void **state)
{
	static const struct {
		const char *name, *time, *data;
	} all[] = {
		{ "recycle/EZ/Win10_-_DEFCON_2018_Desktop_$I2JRX90", "2018-08-07T19:54:58.705Z", "\"original_path\":\"C:\\\\temp\",\"size\":14155310" },
		{ "recycle/EZ/Win7_-_nfury_$ID5HSV3.exe", "2012-04-06T18:43:07.406Z", "\"original_path\":\"C:\\\\Windows\\\\System32\\\\hythonize.exe\",\"size\":3943584" },
		{ "recycle/plaso/$I103S5F.jpg", "2016-06-29T21:37:45.618Z", "\"size\":222255" },
		{ "recycle/plaso/$II3DF3L.zip", "2012-03-12T20:49:58.633Z", "\"size\":724919" },
		/* a record under the name of a link */
		{ "lnk/EZ/Bad_$I2GXWHL.lnk", "2015-12-16T16:27:36.391Z", "X-Ways Forensics 64-bit.lnk" },
	};
	struct parsed p = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *path = corpus_path(all[i].name);
		if (path == NULL)
			return;
		parsed_file(&p, path);
		assert_number_equal(p.count, 1);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(p.events[0].time, parsed_time(all[i].time));
		assert_non_null(strstr(p.events[0].data, all[i].data));
		parsed_free(&p);
	}
	parsed_file(&p, corpus_path("recycle/plaso/INFO2"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.events[3].time / 1000000000, parsed_time("2004-08-27T15:29:58Z") / 1000000000);
	assert_non_null(strstr(p.events[3].data, "ethereal-setup-0.10.6.exe\",\"size\":8460800"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_versions_tell_path_size_and_time),
		cmocka_unit_test(the_user_is_the_folder_of_the_bin),
		cmocka_unit_test(info2_tells_what_left_the_bin_and_what_is_damaged),
		cmocka_unit_test(other_files_are_not_claimed),
		cmocka_unit_test(mutations_come_back),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
