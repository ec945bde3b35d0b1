/* test_artefact_ese.c - ESE databases: our fixtures of each kind, and those of the corpus. */
#include "tests/artefact_harness.h"

#include <zlib.h>

static void
use_of_programs_is_told_by_name_and_user(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ese/SRUDB.dat"));
	assert_number_equal(p.remark_count, 0);
	/* 40 rows in two leaves below a branch */
	assert_number_equal(parsed_count(&p, "ese.application", NULL), 40);
	assert_number_equal(p.events[0].time, parsed_time("2021-01-02T03:04:05Z"));
	assert_true(p.events[0].local);
	assert_false(p.events[1].local);
	const struct parsed_event *e = parsed_event_of(&p, "ese.network", "usage recorded", NULL);
	assert_string_equal(e->source, "srum");
	assert_string_equal(e->user, "S-1-5-21-1-2-3-1001");
	assert_non_null(strstr(e->data, "\"interface_type\":\"Wi-Fi\""));
	assert_string_equal(e->message, "Network use by rclone.exe: 53687091200 bytes sent, 1024 received");
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20Z"));
	/* a long value in two pieces, and one in two pieces that are compressed */
	assert_number_equal(parsed_with(&p, "\"app\":\"!!svchost.exe!2019/03/20:06:12:45!15eca![netsvcs] [Winmgmt]\""), 20);
	assert_number_equal(parsed_with(&p, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 3);
	e = parsed_event_of(&p, "ese.connectivity", "connected", NULL);
	assert_number_equal(e->time, parsed_time("2023-11-14T22:12:20.0000005Z"));
	e = parsed_event_of(&p, "ese.other", "usage recorded", NULL);
	assert_non_null(strstr(e->data, "\"novelty\":-3"));
	parsed_free(&p);
}

static void
clients_of_a_server_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ese/Current.mdb"));
	assert_true(parsed_has_remark(&p, "dirty-shutdown"));
	const struct parsed_event *e = parsed_event_of(&p, "ese.client", "first access", NULL);
	assert_string_equal(e->source, "ual");
	assert_string_equal(e->user, "gemeente\\anna");
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20.0000007Z"));
	assert_non_null(strstr(e->data, "\"address\":\"10.1.2.3\""));
	assert_non_null(strstr(e->data, "\"role\":\"File Server\""));
	assert_non_null(strstr(e->data, "\"days\":[\"2023-11-14 5\",\"2023-11-15 7\"]"));
	e = parsed_event_of(&p, "ese.client_day", "accesses on this day", NULL);
	assert_number_equal(e->time, parsed_time("2023-11-14"));
	assert_string_equal(e->precision, "day");
	assert_string_equal(e->message, "5 accesses to File Server by gemeente\\anna from 10.1.2.3");
	assert_number_equal(parsed_count(&p, "ese.client_day", NULL), 2);
	assert_number_equal(parsed_with(&p, "\"address\":\"::1\""), 1);
	assert_string_equal(parsed_fact(&p, "", "hostname"), "FS1");
	assert_string_equal(parsed_event_of(&p, "ese.dns", "last seen", NULL)->precision, "ms");
	(void)parsed_event_of(&p, "ese.machine", "virtual machine created", NULL);
	parsed_free(&p);
}

static void
history_downloads_and_jobs_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ese/WebCacheV01.dat"));
	const struct parsed_event *e = parsed_event_of(&p, "ese.history", "last visited", NULL);
	assert_string_equal(e->source, "browser");
	assert_string_equal(e->user, "anna");
	assert_string_equal(e->message, "Visited file:///C:/Users/anna/Desktop/salaris.xlsx");
	e = parsed_event_of(&p, "ese.download", "downloaded", NULL);
	assert_string_equal(e->message, "Downloaded https://bad.example/tool.exe to C:\\Users\\anna\\Downloads\\tool.exe");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ese/qmgr.db"));
	e = parsed_event_of(&p, "ese.job", "job created", NULL);
	assert_string_equal(e->technique, "T1197");
	assert_string_equal(e->user, "S-1-5-21-1-2-3-1001");
	assert_non_null(strstr(e->data, "\"files\":[\"http://203.0.113.9/svc.dll to C:"));
	assert_true(parsed_has_remark(&p, "blob-unknown"));
	/* two jobs, one of them found where its row was; an old copy of the other is not told again */
	assert_number_equal(parsed_count(&p, "ese.job", NULL), 4);
	assert_number_equal(parsed_with(&p, "\"recovered\":true,\"job_id\":\"{33323130-3534-3736-3839-3a3b3c3d3e3f}\""), 2);
	assert_number_equal(parsed_with(&p, "\"name\":\"Erased!\""), 2);
	parsed_free(&p);
}

static void
a_directory_gives_accounts_and_no_secrets(void **state)
{
	struct parsed p = { 0 };
	const struct parsed_event *e;
	(void)state;
	parsed_file(&p, fixture("artefact/ese/ntds.dit"));
	assert_string_equal(parsed_fact(&p, "S-1-5-21-1-2-3-1105", "name"), "anna-adm");
	assert_string_equal(parsed_fact(&p, "S-1-5-21-1-2-3-1105", "disabled"), "yes");
	assert_number_equal(parsed_event_of(&p, "ese.directory", "last logon", NULL)->time, parsed_time("2023-11-14T22:13:30Z"));
	assert_number_equal(parsed_with(&p, "SECRET"), 0);
	assert_number_equal(parsed_with(&p, "534543524554"), 0);
	assert_number_equal(parsed_count(&p, "ese.directory", NULL), 4);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ese/CertLog.edb"));
	assert_string_equal(parsed_event_of(&p, "ese.certificates", "request submitted", NULL)->user, "GEMEENTE\\anna");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ese/Windows.edb"));
	assert_number_equal(parsed_event_of(&p, "ese.search", "file last modified", NULL)->time, parsed_time("2023-11-14T22:13:20Z"));
	e = parsed_event_of(&p, "ese.search", "indexed", NULL);
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:25Z"));
	assert_string_equal(e->message, "Indexed by Windows Search: C:\\geheim\\wachtwoorden.xlsx");
	assert_non_null(strstr(e->data, "\"size\":4711"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ese/Catalog1.edb"));
	assert_string_equal(parsed_event_of(&p, "ese.file_history", "file created", NULL)->message, "File kept by File History: ?UP\\Documents\\plan.docx");
	parsed_free(&p);
}

static void
damage_is_told_and_the_rest_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ese/damaged.dat"));
	assert_true(parsed_has_remark(&p, "page-damaged"));
	assert_true(parsed_has_remark(&p, "file-cut"));
	assert_true(parsed_count(&p, "ese.application", NULL) > 20);
	assert_true(parsed_count(&p, "ese.application", NULL) < 40);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/ese/unknown.edb"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, parsed_with(&p, "\"tables\":[\"Mailbox\"]"));
	assert_string_equal(p.events[0].message, "ESE database created (just created)");
	parsed_free(&p);
}

/* A packed file of the corpus; free it. */
static void *
unpack(const char *path, size_t *ret_size)
{
	gzFile f = gzopen(path, "rb");
	uint8_t *data = malloc(64 << 20);
	*ret_size = 0;
	for (int n; (n = gzread(f, data + *ret_size, 1 << 20)) > 0;)
		*ret_size += (size_t)n;
	gzclose(f);
	return data;
}

static void
the_corpus_is_read(void **state)
{
	static const struct { const char *path, *parser; size_t events; } packed[] = {
		{ "ese/dissect/SRUDB.dat.gz", "ese.application", 203 }, { "ese/dissect/Current.mdb.gz", "ese.client", 37 },
		{ "ese/dissect/large.edb.gz", "ese.header", 4 },
	};
	struct parsed p = { 0 };
	const char *path;
	(void)state;
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		size_t size;
		if ((path = corpus_path(packed[i].path)) == NULL)
			return;
		void *data = unpack(path, &size);
		parsed_bytes(&p, "/a.edb", data, size);
		assert_number_equal(parsed_count(&p, packed[i].parser, NULL), packed[i].events);
		/* pages of 32 KiB, and a catalogue of 65,068 rows */
		if (i == 2)
			assert_number_equal(parsed_with(&p, "\"tables\":[\"large\"]"), 4);
		parsed_free(&p);
		free(data);
	}
	parsed_file(&p, corpus_path("ese/plaso/UAL_{C519A76A}.mdb"));
	assert_number_equal(parsed_with(&p, "\"total_accesses\":62"), 2);
	assert_number_equal(parsed_count(&p, "ese.dns", NULL), 6);
	parsed_free(&p);
	parsed_file(&p, corpus_path("ese/plaso/SystemIdentity.mdb"));
	assert_string_equal(parsed_fact(&p, "", "hostname"), "DC-1");
	parsed_free(&p);
	parsed_file(&p, corpus_path("ese/plaso/Catalog1.edb"));
	assert_true(parsed_has_remark(&p, "dirty-shutdown") || p.remark_count == 0);
	assert_number_equal(parsed_with(&p, "\"parent_id\""), parsed_count(&p, "ese.file_history", NULL) - 150);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(use_of_programs_is_told_by_name_and_user),
		cmocka_unit_test(clients_of_a_server_are_told),
		cmocka_unit_test(history_downloads_and_jobs_are_told),
		cmocka_unit_test(a_directory_gives_accounts_and_no_secrets),
		cmocka_unit_test(damage_is_told_and_the_rest_is_read),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
