/* test_artefact_jumplist.c - automatic jump lists: compound files, DestList of each version, links. */
#include "tests/artefact_harness.h"

#include "triage/artefact/ole.h"

static void
entries_tell_program_machine_count_and_arguments(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/jumplist/1bc392b8e104a00e.automaticDestinations-ms"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 11);
	assert_string_equal(p.events[0].parser, "jumplist.entry");
	assert_string_equal(p.events[0].meaning, "last opened");
	assert_number_equal(p.events[0].time, parsed_time("2024-03-01T12:00:00.5Z"));
	assert_string_equal(p.events[0].message, "FILES02 /v:\"192.0.2.15\" opened with Remote Desktop Connection, pinned, on machine ws-anna");
	assert_non_null(strstr(p.events[0].data, "\"access_count\":7"));
	assert_non_null(strstr(p.events[0].data, "\"entry_number\":2"));
	assert_non_null(strstr(p.events[0].data, "\"pinned\":true"));
	assert_non_null(strstr(p.events[0].data, "\"droid_file\":\"{9b1ce584-4a4c-11e5-b5c9-080027ac3d7f}\""));
	assert_non_null(strstr(p.events[0].data, "\"app_name\":\"Remote Desktop Connection\""));
	parsed_free(&p);
}

static void
an_entry_behind_a_property_storage_is_found(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/jumplist/1bc392b8e104a00e.automaticDestinations-ms"));
	assert_number_equal(p.events[4].time, parsed_time("2024-02-28T09:30:00Z"));
	assert_non_null(strstr(p.events[4].data, "\"target\":\"FILES01\""));
	/* and the link that no entry names any more */
	assert_non_null(strstr(p.events[8].data, "gone.example"));
	parsed_free(&p);
	/* storages without their size in front */
	parsed_file(&p, fixture("artefact/jumplist/ccba5a5986c77e43.automaticDestinations-ms"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 8);
	assert_string_equal(p.events[4].message, "C:\\Temp\\b.htm opened with Microsoft Edge, on machine ws-anna");
	parsed_free(&p);
}

static void
the_first_version_and_a_stream_in_sectors_of_its_own(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/jumplist/9b9cdc69c1c24e2b.automaticDestinations-ms"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.remark_count, 0);
	assert_string_equal(p.events[0].message, "C:\\Temp\\list.txt opened with Notepad, on machine pc7");
	assert_null(strstr(p.events[0].data, "access_count"));
	parsed_free(&p);
}

static void
damage_is_told_and_the_rest_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/jumplist/cut.automaticDestinations-ms"));
	assert_number_equal(p.count, 7);
	assert_string_equal(p.remarks[0].code, "stream-no-link");
	assert_string_equal(p.remarks[1].code, "list-damaged");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/jumplist/loop.automaticDestinations-ms"));
	assert_number_equal(p.count, 0);
	assert_string_equal(p.remarks[0].code, "compound-file-damaged");
	parsed_free(&p);
}

static void
a_sector_belongs_to_one_stream(void **state)
{
	size_t size;
	uint8_t *data = parsed_read(fixture("artefact/jumplist/9b9cdc69c1c24e2b.automaticDestinations-ms"), &size);
	struct triage_error err;
	struct ole *o;
	const char *damage;
	bool cut;
	struct buf out;
	(void)state;
	assert_int_equal(ole_open((struct view){ data, size }, &o, &damage, &err), TRIAGE_OK);
	assert_null(damage);
	buf_init(&out, size);
	size_t seen = 0;
	for (size_t i = 0; i < ole_count(o); i++) {
		struct ole_entry e = ole_entry(o, i);
		char name[40];
		if (strcmp(wintext_copy(e.name, name, sizeof(name)), "1") != 0)
			continue;
		seen++;
		assert_int_equal(ole_read(o, &e, &out, &cut, &err), TRIAGE_OK);
		assert_false(cut);
		assert_number_equal(out.size, e.size);
		assert_true(out.size > 4096);
		/* the second time it is taken */
		assert_int_equal(ole_read(o, &e, &out, &cut, &err), TRIAGE_OK);
		assert_true(cut);
		assert_number_equal(out.size, 0);
	}
	assert_number_equal(seen, 1);
	buf_release(&out);
	ole_close(o);
	free(data);
}

static void
mutations_come_back(void **state)
{
	size_t size;
	void *data = parsed_read(fixture("artefact/jumplist/1bc392b8e104a00e.automaticDestinations-ms"), &size);
	(void)state;
	parsed_torture("/1bc392b8e104a00e.automaticDestinations-ms", data, size, 1500);
	free(data);
}

/* DestList as olefile and a reader in Python have it. */
static void
the_corpus_is_read(void **state)
{
	static const struct {
		const char *name;
		size_t entries, events;
		const char *time, *data;
	} all[] = {
		{ "EZ/Win10_5f7b5f1e01b83767.automaticDestinations-ms", 0, 0, NULL, NULL },
		{ "EZ/Win10_f01b4d95cf55d32a.automaticDestinations-ms", 9, 46, "2015-11-24T20:31:34.447526Z", "\"link_target\":\"C:\\\\Temp\"" },
		{ "EZ/Win81_f01b4d95cf55d32a.automaticDestinations-ms", 4, 16, "2016-01-16T21:22:04.86864Z", "::{031E4825-7B94-4DC3-B131-E946B44C8DD5}\\\\Videos.library-ms" },
		{ "plaso/1b4dd67f29cb1962.automaticDestinations-ms", 7, 28, "2015-08-29T15:32:44.0343008Z", "\"target\":\"C:\\\\Users\\\\bperry\\\\Downloads\"" },
		{ "plaso/9d1f905ce5044aee.automaticDestinations-ms", 2, 2, "2016-01-17T13:08:08.2475045Z",
			"\"link_target\":\"<Internet Folder> http://support.microsoft.com/kb/3124263\"" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct parsed p = { 0 };
		char name[200];
		snprintf(name, sizeof(name), "jumplist/%s", all[i].name);
		const char *path = corpus_path(name);
		if (path == NULL)
			return;
		parsed_file(&p, path);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(p.count, all[i].events);
		size_t entries = 0;
		for (size_t k = 0; k < p.count; k++)
			entries += strcmp(p.events[k].parser, "jumplist.entry") == 0;
		assert_number_equal(entries, all[i].entries);
		if (all[i].time != NULL) {
			/* they round to a microsecond */
			assert_true(llabs(p.events[0].time - parsed_time(all[i].time)) <= 1000);
			if (strstr(p.events[0].data, all[i].data) == NULL)
				fail_msg("no %s in %s", all[i].data, p.events[0].data);
		}
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_tell_program_machine_count_and_arguments),
		cmocka_unit_test(an_entry_behind_a_property_storage_is_found),
		cmocka_unit_test(the_first_version_and_a_stream_in_sectors_of_its_own),
		cmocka_unit_test(damage_is_told_and_the_rest_is_read),
		cmocka_unit_test(a_sector_belongs_to_one_stream),
		cmocka_unit_test(mutations_come_back),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
