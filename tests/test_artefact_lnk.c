/* test_artefact_lnk.c - shell links of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

static void
a_link_tells_target_volume_machine_and_user(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lnk/local.lnk"));
	assert_string_equal(p.kind->name, "lnk");
	assert_number_equal(p.count, 12);
	assert_number_equal(p.remark_count, 0);
	assert_string_equal(p.events[0].meaning, "target created");
	assert_number_equal(p.events[0].time, parsed_time("2024-02-03T09:10:11.1234567Z"));
	assert_non_null(strstr(p.events[0].data, "\"target\":\"C:\\\\Users\\\\Documents of Zo\xc3\xab\\\\offer.pdf\""));
	assert_non_null(strstr(p.events[0].data, "\"machine_id\":\"ws-anna\""));
	assert_non_null(strstr(p.events[0].data, "\"drive_serial\":\"a1b2c3d4\""));
	assert_non_null(strstr(p.events[0].data, "\"owner_sid\":\"S-1-5-21-1-2-3-1001\""));
	assert_non_null(strstr(p.events[0].data, "\"app_user_model_id\":\"Firm.Viewer\""));
	parsed_free(&p);
}

static void
shell_items_are_events_with_a_file_reference(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lnk/local.lnk"));
	assert_string_equal(p.events[3].parser, "lnk.shell_item");
	assert_string_equal(p.events[3].meaning, "folder created");
	assert_string_equal(p.events[3].precision, "2s");
	assert_number_equal(p.events[3].time, parsed_time("2023-05-01T10:00:02Z"));
	/* times that are the same share an event */
	assert_string_equal(p.events[4].meaning, "folder modified, accessed");
	assert_number_equal(parsed_with(&p, "\"file_reference\":\"9002-3\""), 3);
	assert_number_equal(parsed_with(&p, "\"shell_path\":\"<My Computer> C:\\\\Users\""), 2);
	parsed_free(&p);
}

static void
object_identifiers_tell_when_and_on_which_card_they_were_made(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lnk/local.lnk"));
	assert_string_equal(p.events[10].parser, "lnk.object_id");
	assert_number_equal(p.events[10].time, parsed_time("2009-07-14T05:08:04.1036207Z"));
	assert_non_null(strstr(p.events[10].data, "\"mac_address\":\"00:1d:09:fa:5a:1c\""));
	assert_string_equal(p.events[11].meaning, "object id made (birth)");
	parsed_free(&p);
}

static void
a_link_without_times_is_told_by_the_time_of_its_file(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lnk/no_times.lnk"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "link written");
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_non_null(strstr(p.events[0].data, "\"target\":\"%ComSpec%\""));
	assert_non_null(strstr(p.events[0].data, "/c start update.cmd\""));
	/* the gap that hides the arguments in a window is told, and closed in the message */
	assert_non_null(strstr(p.events[0].data, "\"argument_padding\":40"));
	assert_string_equal(p.events[0].message, "Link to %ComSpec%, with arguments /c start update.cmd");
	assert_non_null(strstr(p.events[0].data, "\"show_window\":\"minimized\""));
	assert_string_equal(p.remarks[0].code, "data-appended");
	assert_number_equal(p.remarks[0].bytes, 10);
	parsed_free(&p);
}

static void
a_share_is_told_by_its_name(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lnk/share.lnk"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].meaning, "target created, modified, accessed");
	assert_non_null(strstr(p.events[0].data, "\"network_path\":\"\\\\\\\\FILES01\\\\projects\\\\2024\\\\plan.xlsx\""));
	assert_non_null(strstr(p.events[0].data, "\"network_device\":\"P:\""));
	assert_non_null(strstr(p.events[0].data, "https://intranet.example/plan"));
	parsed_free(&p);
}

static void
damage_is_a_remark_and_the_rest_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lnk/cut.lnk"));
	assert_number_equal(p.count, 12);
	assert_string_equal(p.remarks[0].code, "link-damaged");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/lnk/items_damaged.lnk"));
	assert_string_equal(p.remarks[0].code, "shell-items-damaged");
	assert_number_equal(p.remarks[0].offset, 121);
	assert_non_null(strstr(p.events[0].data, "offer.pdf"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/lnk/info_outside.lnk"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.remarks[0].code, "link-damaged");
	parsed_free(&p);
}

static void
the_user_is_taken_from_the_path(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/lnk/no_times.lnk"), &size);
	(void)state;
	parsed_bytes(&p, "/Users/anna/AppData/Roaming/Microsoft/Windows/Recent/x.lnk", data, size);
	assert_string_equal(p.events[0].user, "anna");
	assert_string_equal(p.events[0].technique, "");
	parsed_free(&p);
	parsed_bytes(&p, "/Users/anna/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/x.lnk", data, size);
	assert_string_equal(p.events[0].technique, "T1547.001");
	parsed_free(&p);
	free(data);
}

static void
mutations_of_a_link_come_back(void **state)
{
	size_t size;
	void *data = parsed_read(fixture("artefact/lnk/local.lnk"), &size);
	(void)state;
	parsed_torture("/x.lnk", data, size, 3000);
	free(data);
}

/* What lnkinfo says of each file, but its "show window" and "hot key", which it takes from the wrong places: times, local and network path. */
static void
the_corpus_is_read(void **state)
{
	static const struct {
		const char *name;
		size_t events;
		const char *time, *target, *extra;
	} all[] = {
		{ "EZ/Misc_local.directory.seven.lnk", 7, "2009-07-14T04:53:59.0432474Z", "C:\\\\Users\\\\Administrator", "\"mac_address\":\"00:13:77:d3:4a:59\"" },
		{ "EZ/Misc_local.directory.xp.lnk", 9, "2004-08-19T12:05:25.09Z", "C:\\\\WINDOWS\\\\system32", "\"drive_serial\":\"10bdbcd3\"" },
		{ "EZ/Misc_local.file.exec.lnk", 24, "2010-07-12T09:45:31.265625Z", "D:\\\\Devl.Net\\\\@Perso\\\\Shellify\\\\ShellifyTool\\\\bin\\\\Debug\\\\ShellifyTool.exe",
			"\"arguments\":\"argument1 argument2 argument3\"" },
		{ "EZ/Misc_remote.file.aidlist.lnk", 9, "2009-07-26T15:39:33.3729348Z", "\\\\\\\\FATALITY\\\\K$\\\\Encoding\\\\@Films\\\\AAA AAA AAAAA 1",
			"\"machine_id\":\"fatality\"" },
		{ "EZ/Misc_unicodeNetworkPath.lnk", 6, "2018-01-11T23:22:36.7569947Z", "\\\\\\\\\xde\x93\\\\C\\\\relay\\\\\xe8\xaf\xb4\xe6\x98\x8e.txt", "\"file_size\":941" },
		{ "EZ/Win10_$R3OUUAG.lnk", 7, "2015-12-04T19:46:21.7640604Z", "C:\\\\xwf\\\\manual.pdf", "\"description\":\"X-Ways Forensics Manual\"" },
		{ "plaso/NeroInfoTool.lnk", 11, "2009-06-05T20:13:20Z", "InfoTool.exe", "\"volume_label\":\"OS\"" },
		{ "plaso/example.lnk", 3, "2009-07-13T23:29:02.849131Z", "%windir%\\\\system32\\\\migwiz\\\\migwiz.exe", "\"mac_address\":\"00:1d:09:fa:5a:1c\"" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct parsed p = { 0 };
		char name[200];
		snprintf(name, sizeof(name), "lnk/%s", all[i].name);
		const char *path = corpus_path(name);
		if (path == NULL)
			return;
		parsed_file(&p, path);
		assert_number_equal(p.count, all[i].events);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(p.events[0].time, parsed_time(all[i].time));
		if (strstr(p.events[0].data, all[i].target) == NULL || strstr(p.events[0].data, all[i].extra) == NULL)
			fail_msg("%s: no %s or no %s in %s", all[i].name, all[i].target, all[i].extra, p.events[0].data);
		parsed_free(&p);
	}
}

/* A name that is no Unicode: its lone surrogate is shown as the three bytes that it is. */
static void
a_lone_surrogate_stays_visible(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "lnk/plaso/unpaired_surrogate.lnk"))
		return;
	assert_non_null(strstr(p.events[0].data, "unicode_U+0000d800_\\\\xed\\\\xa0\\\\x80.exe"));
	assert_number_equal(parsed_with(&p, "\"file_reference\":\"386618-63\""), 3);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_tells_target_volume_machine_and_user),
		cmocka_unit_test(shell_items_are_events_with_a_file_reference),
		cmocka_unit_test(object_identifiers_tell_when_and_on_which_card_they_were_made),
		cmocka_unit_test(a_link_without_times_is_told_by_the_time_of_its_file),
		cmocka_unit_test(a_share_is_told_by_its_name),
		cmocka_unit_test(damage_is_a_remark_and_the_rest_is_told),
		cmocka_unit_test(the_user_is_taken_from_the_path),
		cmocka_unit_test(mutations_of_a_link_come_back),
		cmocka_unit_test(the_corpus_is_read),
		cmocka_unit_test(a_lone_surrogate_stays_visible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
