/* test_artefact_registry_user.c - what hives of users tell: the fixtures, and facts of other projects' tests about the corpus. */
#include "tests/artefact_harness.h"

#define FIXTURE "artefact/registry/"
#define WRITTEN "key last written"

static void
programs_started_from_explorer(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "NTUSER.DAT"));
	const struct parsed_event *e = parsed_event_of(&p, "registry.userassist", "last run", "\"path\":\"%PROGRAMFILES%\\\\PuTTY\\\\putty.exe\",\"run_count\":7,\"focus_count\":9,\"focus_ms\":61000");
	assert_number_equal(e->time, parsed_time("2024-02-12T08:15:30.25Z"));
	assert_string_equal(e->user, "anna");
	/* old entries count from five; a name that is not enciphered stays */
	e = parsed_event_of(&p, "registry.userassist", "last run", "UEME_RUNPATH:C:\\\\WINNT\\\\notepad.exe\",\"session\":3,\"run_count\":3");
	assert_number_equal(e->time, parsed_time("2005-06-01T12:00:00Z"));
	parsed_event_of(&p, "registry.userassist", WRITTEN, "\"name\":\"UEME_RUNCPL:desk.cpl\"");
	/* no time of its own, and one that is cut */
	e = parsed_event_of(&p, "registry.userassist", WRITTEN, "rclone.exe\",\"run_count\":0");
	assert_number_equal(e->time, parsed_time("2024-02-12T09:00:00Z"));
	parsed_event_of(&p, "registry.userassist", WRITTEN, "\"name\":\"cut\",\"path\":\"cut\",\"data\":\"010203\"");
	parsed_free(&p);
}

static void
folders_looked_at(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "UsrClass.dat"));
	const struct parsed_event *e = parsed_event_of(&p, "registry.shellbags", WRITTEN, "\"path\":\"<My Computer> C:\\\\Personeel\"");
	assert_number_equal(e->time, parsed_time("2024-02-16T08:00:03Z"));
	assert_non_null(strstr(e->data, "\"file_reference\":\"1234-5\""));
	assert_non_null(strstr(e->data, "\"position\":0,\"node_slot\":12"));
	e = parsed_event_of(&p, "registry.shellbags", "folder modified", "Personeel");
	assert_number_equal(e->time, parsed_time("2024-02-10T09:00:00Z"));
	assert_string_equal(e->precision, "2s");
	assert_non_null(strstr(parsed_event_of(&p, "registry.shellbags", WRITTEN, "\"path\":\"<My Computer>\"")->data, "\"position\":1"));
	/* a value without a key, and a folder below one whose item is cut, which is told */
	e = parsed_event_of(&p, "registry.shellbags", WRITTEN, "\"path\":\"alleen\"");
	assert_number_equal(e->time, parsed_time("2024-02-16T08:00:00Z"));
	parsed_event_of(&p, "registry.shellbags", WRITTEN, "\"path\":\"<My Computer>\\\\?\\\\onder\"");
	parsed_event_of(&p, "registry", WRITTEN, "BagMRU\\\\0\\\\1\"");
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "shell-item-damaged");
	assert_number_equal(parsed_count(&p, "registry.shellbags", WRITTEN), 6);
	assert_number_equal(parsed_count(&p, "registry.muicache", NULL), 2);
	parsed_event_of(&p, "registry.muicache", WRITTEN, "\"path\":\"C:\\\\tools\\\\old.exe\",\"description\":\"Old tool\"");
	parsed_free(&p);
}

static void
what_was_used_last(void **state)
{
	static const char *const wanted[] = {
		"\"document\":\"budget.xlsx\",\"position\":0", "\"document\":\"plan.docx\",\"link\":\"plan.docx.lnk\",\"position\":1", "\"document\":\"not in the order\"}",
		"RecentDocs\\\\.docx\",\"value\":\"0\",\"deleted\":false,\"document\":\"plan.docx\",\"position\":0", "\"path\":\"<My Computer> E:\\\\buit.zip\"",
		"\"program\":\"7zFM.exe\",\"path\":\"<My Computer> E:\\\\\"", "\"program\":\"mspaint.exe\",\"path\":\"C:\\\\old\",\"position\":0",
		"\"text\":\"C:\\\\two.txt\",\"position\":0", "\"text\":\"C:\\\\one.txt\",\"position\":1", "\"text\":\"WinSCP.exe\"", "\"text\":\"mstsc /v:10.0.0.5\",\"position\":0",
		"\"text\":\"wachtwoorden\"", "\"text\":\"\\\\\\\\BALIE-SRV\\\\c$\"", "StreamMRU\",\"value\":\"0\",\"deleted\":false,\"path\":\"<Network>\"",
		"\"text\":\"http://bing.example/\",\"position\":1", "\"value\":\"ArcHistory\",\"deleted\":false,\"entries\":[\"E:\\\\buit.7z\",\"E:\\\\oud.7z\"]",
	};
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "NTUSER.DAT"));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		parsed_event_of(&p, "registry.mru", WRITTEN, wanted[i]);
	const struct parsed_event *e = parsed_event_of(&p, "registry.mru", "last used", "\"text\":\"http://mega.example/\",\"position\":0");
	assert_number_equal(e->time, parsed_time("2024-02-13T12:39:58.5Z"));
	assert_number_equal(parsed_count(&p, "registry.mru", NULL), sizeof(wanted) / sizeof(wanted[0]) + 2);
	assert_number_equal(parsed_event_of(&p, "registry.tools", WRITTEN, "\\Sysinternals\\\\PsExec\"")->time, parsed_time("2024-02-13T13:00:00Z"));
	parsed_free(&p);
}

static void
other_machines(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "NTUSER.DAT"));
	const struct parsed_event *e = parsed_event_of(&p, "registry.rdp_client", WRITTEN, "\"remote_host\":\"10.0.0.5\",\"remote_user\":\"STAD\\\\admin\"");
	assert_number_equal(e->time, parsed_time("2024-02-14T08:00:05Z"));
	assert_string_equal(e->technique, "T1021.001");
	assert_number_equal(parsed_count(&p, "registry.rdp_client", NULL), 3);
	parsed_event_of(&p, "registry.mountpoints2", WRITTEN, "\"share\":\"\\\\\\\\BALIE-SRV\\\\c$\",\"label\":\"Server\"");
	parsed_event_of(&p, "registry.mountpoints2", WRITTEN, "\"volume\":\"{d9a06c88-0000-0000-0000-100000000000}\"");
	parsed_event_of(&p, "registry.mountpoints2", WRITTEN, "\"drive\":\"E\"");
	parsed_event_of(&p, "registry.mountpoints2", WRITTEN, "\"drive\":\"Z\",\"share\":\"\\\\\\\\BALIE-SRV\\\\delen\",\"remote_user\":\"STAD\\\\anna\"");
	parsed_event_of(&p, "registry.sshclient", WRITTEN, "\"session\":\"web server\",\"remote_host\":\"203.0.113.9\",\"remote_user\":\"root\",\"port\":2222,\"protocol\":\"ssh\"");
	parsed_event_of(&p, "registry.sshclient", WRITTEN, "\"session\":\"sftp://weg\",\"remote_host\":\"files.example\",\"remote_user\":\"anna\",\"protocol_number\":5,\"password_kept\":true");
	parsed_event_of(&p, "registry.sshclient", WRITTEN, "\"remote_host\":\"203.0.113.9\",\"key_type\":\"ssh-ed25519\",\"port\":\"2222\"");
	/* passwords stay where they are, those of a deleted session too */
	parsed_event_of(&p, "registry.sshclient", WRITTEN, "\"deleted\":true,\"program\":\"WinSCP\",\"session\":\"oud\",\"remote_host\":\"old.example\",\"password_kept\":true");
	for (size_t i = 0; i < p.count; i++)
		assert_null(strstr(p.events[i].message, "A35C4B6D7E8F"));
	assert_number_equal(parsed_with(&p, "geheim") + parsed_with(&p, "A35C4B6D7E8F"), 0);
	parsed_free(&p);
}

static void
documents_and_programs(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "NTUSER.DAT"));
	const struct parsed_event *e = parsed_event_of(&p, "registry.office", "last opened", "\"path\":\"C:\\\\Users\\\\anna\\\\plan.docx\"");
	assert_number_equal(e->time, parsed_time("2024-02-15T09:00:00.125Z"));
	assert_non_null(strstr(e->data, "\"pinned\":true"));
	parsed_event_of(&p, "registry.office", "last opened", "Place MRU");
	parsed_event_of(&p, "registry.office", WRITTEN, "\"path\":\"C:\\\\broken.docx\"");
	e = parsed_event_of(&p, "registry.office", "document trusted", "factuur.docm");
	assert_number_equal(e->time, parsed_time("2024-02-15T09:31:00Z"));
	assert_string_equal(e->precision, "min");
	assert_string_equal(e->technique, "T1204.002");
	assert_non_null(strstr(e->data, "\"macros_enabled\":true"));
	e = parsed_event_of(&p, "registry.office", "document trusted", "lees.docx");
	assert_string_equal(e->technique, "");
	assert_number_equal(parsed_event_of(&p, "registry.office", "document created", "lees.docx")->time, parsed_time("2024-02-15T09:30:00Z"));
	parsed_event_of(&p, "registry.appcompatflags", WRITTEN, "\"layers\":\"~ RUNASADMIN WIN7RTM\"");
	parsed_event_of(&p, "registry.appcompatflags", WRITTEN, "rclone.exe\",\"data\":\"53414350");
	parsed_free(&p);
}

/* False when the corpus is not there. Files that end with .xz are unpacked. */
static bool
corpus_parsed(struct parsed *p, const char *rest)
{
	char command[1200];
	const char *path = corpus_path(rest);
	if (path == NULL)
		return false;
	snprintf(command, sizeof(command), strstr(rest, ".xz") != NULL ? "xz -dc '%s'" : "cat '%s'", path);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t room = 32 << 20;
	char *data = malloc(room);
	size_t size = fread(data, 1, room, f);
	assert_int_equal(pclose(f), 0);
	parsed_bytes(p, "NTUSER.DAT", data, size);
	free(data);
	return true;
}

static void
the_corpus_of_regipy(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!corpus_parsed(&p, "registry/regipy/NTUSER.DAT.xz"))
		return;
	const struct parsed_event *e = parsed_event_of(&p, "registry.userassist", "last run", "\"path\":\"%PROGRAMFILES(X86)%\\\\Microsoft Office\\\\Office14\\\\EXCEL.EXE\"");
	assert_number_equal(e->time, parsed_time("2012-04-04T15:43:14.785Z"));
	assert_non_null(strstr(e->data, "\"run_count\":4,\"focus_count\":1,\"focus_ms\":47673"));
	e = parsed_event_of(&p, "registry.mountpoints2", WRITTEN, "\"drive\":\"p\",\"share\":\"\\\\\\\\controller\\\\public\"");
	assert_number_equal(e->time / 1000, parsed_time("2012-04-03T22:08:18.840132Z") / 1000);
	parsed_event_of(&p, "registry.mru", WRITTEN, "\"text\":\"alloy\",\"position\":0");
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/regipy/NTUSER_BAGMRU.DAT.xz"));
	assert_number_equal(parsed_count(&p, "registry.shellbags", WRITTEN), 102);
	e = parsed_event_of(&p, "registry.shellbags", WRITTEN, "BagMRU\\\\2\\\\0\\\\0\"");
	assert_non_null(strstr(e->data, "\\\\tmp\\\\rekall\""));
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/regipy/UsrClass.dat.xz"));
	assert_number_equal(parsed_count(&p, "registry.shellbags", WRITTEN), 29);
	parsed_free(&p);
}

static void
the_corpus_of_plaso(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!corpus_parsed(&p, "registry/plaso/NTUSER-WIN7.DAT"))
		return;
	assert_number_equal(parsed_event_of(&p, "registry.office", "last opened", "SA-23E Mitchell-Hyundyne Starfury.docx")->time, parsed_time("2012-03-13T18:27:15.083Z"));
	assert_number_equal(parsed_event_of(&p, "registry.userassist", "last run", "\"run_count\":14")->time, parsed_time("2010-11-10T07:49:37.078067600Z"));
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/plaso/NTUSER.DAT"));
	parsed_event_of(&p, "registry.userassist", "last run", "UEME_RUNPIDL:%csidl2%\\\\MSN.lnk\"");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_started_from_explorer),
		cmocka_unit_test(folders_looked_at),
		cmocka_unit_test(what_was_used_last),
		cmocka_unit_test(other_machines),
		cmocka_unit_test(documents_and_programs),
		cmocka_unit_test(the_corpus_of_regipy),
		cmocka_unit_test(the_corpus_of_plaso),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
