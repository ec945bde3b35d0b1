/* test_artefact_registry_machine.c - what hives of a machine tell: the fixtures, and facts of other projects' tests about the corpus. */
#include "tests/artefact_harness.h"

#include "triage/artefact/registry_shimcache.h"

#define FIXTURE "artefact/registry/"

#define WRITTEN "key last written"

static void
what_machine_it_is(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "SYSTEM"));
	assert_number_equal(p.remark_count, 0);
	/* the set that is not the current one says OLD-NAME */
	assert_string_equal(parsed_fact(&p, "", "hostname"), "BALIE-07");
	assert_string_equal(parsed_fact(&p, "", "timezone"), "Romance Standard Time");
	assert_string_equal(parsed_fact(&p, "", "tz_bias"), "-60");
	assert_string_equal(parsed_fact(&p, "", "domain"), "stad.example");
	assert_string_equal(parsed_fact(&p, "", "address"), "192.0.2.17");
	for (size_t i = 0; i < p.fact_count; i++)
		assert_string_not_equal(p.facts[i].value, "OLD-NAME");
	assert_number_equal(parsed_event_of(&p, "registry.shutdown", "shut down", "")->time, parsed_time("2024-03-01T16:31:02.25Z"));
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "SOFTWARE"));
	/* 22631 is 11, whatever the name says */
	assert_string_equal(parsed_fact(&p, "", "os"), "Windows 11 Pro");
	assert_string_equal(parsed_fact(&p, "", "version"), "10.0.22631.3155 (23H2)");
	assert_string_equal(parsed_fact(&p, "", "build"), "22631");
	assert_number_equal(parsed_event_of(&p, "registry.windows", "installed", "")->time, parsed_time("2023-05-01T08:40:00.1234567Z"));
	parsed_free(&p);
}

static void
what_starts_by_itself(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "SYSTEM"));
	const struct parsed_event *e = parsed_event_of(&p, "registry.services", WRITTEN, "\"service\":\"BTOBTO\"");
	assert_number_equal(e->time, parsed_time("2024-02-29T22:14:07Z"));
	assert_non_null(strstr(e->data, "\"start\":\"manual\",\"type\":\"service\""));
	parsed_event_of(&p, "registry.services", WRITTEN, "\"service_dll\":\"C:\\\\ProgramData\\\\helper.dll\",\"failure_command\":\"C:\\\\PerfLogs\\\\x.bat\"");
	parsed_event_of(&p, "registry.services", WRITTEN, "\"service\":\"unseen\",\"image_path\":\"C:\\\\ProgramData\\\\unseen.exe\",\"start\":\"automatic\",\"type\":\"service\",\"hidden\":true");
	assert_null(strstr(parsed_event_of(&p, "registry.services", WRITTEN, "\"service\":\"peers\"")->data, "hidden"));
	/* a service that was deleted is known as one */
	e = parsed_event_of(&p, "registry.services", WRITTEN, "\"service\":\"gone\"");
	assert_non_null(strstr(e->data, "\"deleted\":true"));
	assert_number_equal(e->time, parsed_time("2024-02-29T22:20:00Z"));
	parsed_event_of(&p, "registry.lsa", WRITTEN, "\"data\":[\"kerberos\",\"msv1_0\",\"mimilib\"]");
	parsed_event_of(&p, "registry.winsock", WRITTEN, "\"library\":\"%SystemRoot%\\\\system32\\\\mswsock.dll\",\"name\":\"MSAFD Tcpip [TCP/IP]\"");
	parsed_event_of(&p, "registry.winsock", WRITTEN, "\"library\":\"C:\\\\ProgramData\\\\net.dll\"");
	parsed_event_of(&p, "registry.winsock", WRITTEN, "\"name\":\"E-mail Naming\"");
	assert_string_equal(parsed_event_of(&p, "registry.portproxy", WRITTEN, "\"data\":\"10.0.0.5/3389\"")->technique, "T1090.001");
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "SOFTWARE"));
	e = parsed_event_of(&p, "registry.run", WRITTEN, "\"value\":\"upd\"");
	assert_string_equal(e->message, "Run key (Run): upd = C:\\ProgramData\\upd.exe -s");
	assert_string_equal(e->technique, "T1547.001");
	parsed_event_of(&p, "registry.run", WRITTEN, "\"value\":\"*x\"");
	assert_string_equal(parsed_event_of(&p, "registry.ifeo", WRITTEN, "sethc.exe")->technique, "T1546.012");
	parsed_event_of(&p, "registry.winlogon", WRITTEN, "\"value\":\"Userinit\"");
	parsed_event_of(&p, "registry.class_library", WRITTEN, "\"name\":\"Logon\",\"library\":\"C:\\\\ProgramData\\\\logon.dll\"");
	parsed_event_of(&p, "registry.class_library", WRITTEN, "\"class\":\"{E6FB5E20-DE35-11CF-9C87-00AA005127ED}\"");
	/* names in the certificate itself; one that is cut off keeps what stands before */
	parsed_event_of(&p, "registry.certificates", WRITTEN, "\"subject\":\"Quick Proxy CA\",\"issuer\":\"Quick Proxy CA\",\"valid_from\":\"2024-01-01\",\"valid_to\":\"2054-01-01\",\"name\":\"Town root\"");
	parsed_event_of(&p, "registry.certificates", WRITTEN, "\"store\":\"Disallowed\",\"thumbprint\":\"03D22C9C66915D58C88912B64C1F984B8344EF09\",\"subject\":\"\",\"issuer\":\"\",\"name\":\"Town root\",\"incomplete\":true");
	parsed_event_of(&p, "registry.defender", WRITTEN, "\"value\":\"C:\\\\\"");
	assert_number_equal(parsed_event_of(&p, "registry.startupapproved", "autostart disabled", "\"value\":\"upd\"")->time, parsed_time("2024-03-01T09:09:09Z"));
	assert_number_equal(parsed_event_of(&p, "registry.taskcache", "task last run", "\"task\":\"\\\\Updater\"")->time, parsed_time("2024-03-01T03:00:00Z"));
	parsed_event_of(&p, "registry.taskcache", WRITTEN, "\"actions\":\"C:\\\\Windows\\\\System32\\\\cmd.exe /c C:\\\\PerfLogs\\\\x.bat; COM {03020100-0504-0706-0809-0a0b0c0d0e0f} data\"");
	parsed_event_of(&p, "registry.taskcache", WRITTEN, "\"task\":\"\\\\Hidden\",\"id\":\"{AC}\",\"index\":0,\"hidden\":true");
	/* passwords are not told */
	assert_number_equal(parsed_with(&p, "never shown"), 0);
	parsed_free(&p);
}

static void
devices_and_networks(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "SYSTEM"));
	assert_number_equal(parsed_event_of(&p, "registry.devices", "device last removed", "\"vendor\":\"SanDisk\"")->time, parsed_time("2024-02-28T15:44:10Z"));
	parsed_event_of(&p, "registry.mounteddevices", WRITTEN, "\"device\":\"GPT partition {03020100-0504-0706-0809-0a0b0c0d0e0f}\"");
	parsed_event_of(&p, "registry.shares", WRITTEN, "\"share\":\"delen\",\"path\":\"D:\\\\Delen\"");
	parsed_event_of(&p, "registry.firewall", WRITTEN, "\"local_port\":\"8443\"");
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "SOFTWARE"));
	const struct parsed_event *e = parsed_event_of(&p, "registry.networks", "network last connected", "\"kind\":\"wireless\"");
	assert_true(e->local);
	assert_number_equal(e->time, parsed_time("2024-03-01T08:01:02Z"));
	assert_false(parsed_event_of(&p, "registry.networks", WRITTEN, "\"kind\":\"wireless\"")->local);
	parsed_free(&p);
}

static void
accounts_without_their_secrets(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "SAM"));
	const char *made = "S-1-5-21-1111111111-2222222222-3333333333-1002";
	assert_string_equal(parsed_fact(&p, made, "name"), "svc_help$");
	assert_string_equal(parsed_fact(&p, made, "groups"), "Administrators");
	assert_string_equal(parsed_fact(&p, "S-1-5-21-1111111111-2222222222-3333333333-500", "disabled"), "yes");
	assert_number_equal(parsed_event_of(&p, "registry.sam", "account created", "svc_help$")->time, parsed_time("2024-02-29T22:07:00Z"));
	/* it has taken the number of the administrator */
	parsed_event_of(&p, "registry.sam", WRITTEN, "\"rid\":1002,\"name\":\"svc_help$\",\"comment\":\"made by hand\"");
	parsed_event_of(&p, "registry.sam", WRITTEN, "\"other_rid\":500");
	parsed_event_of(&p, "registry.sam", "last logon", "\"logon_count\":311");
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "SECURITY"));
	parsed_event_of(&p, "registry.security", WRITTEN, "\"Logon/Logoff: Logon: success and failure\"");
	parsed_event_of(&p, "registry.security", WRITTEN, "\"cached_logons\":1,\"places\":2");
	parsed_event_of(&p, "registry.security", "secret set", "\"secret\":\"DefaultPassword\"");
	assert_number_equal(parsed_with(&p, "never shown"), 0);
	parsed_free(&p);
}

static void
programs_and_boot_entries(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "Amcache.hve"));
	assert_number_equal(parsed_event_of(&p, "registry.amcache", "program linked", "rclone.exe")->time, parsed_time("2024-01-10T22:26:24Z"));
	parsed_event_of(&p, "registry.amcache", WRITTEN, "\"sha1\":\"abababababababababababababababababababab\"");
	assert_number_equal(parsed_event_of(&p, "registry.amcache", "file last modified", "odd.sys")->time, parsed_time("2024-02-29T22:11:00Z"));
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "Amcache-8.hve"));
	assert_number_equal(parsed_event_of(&p, "registry.amcache", "file created", "old.exe")->time, parsed_time("2015-02-01T09:59:00Z"));
	assert_number_equal(parsed_event_of(&p, "registry.amcache", "installed", "AddRemoveProgram")->time, parsed_time("2015-02-01T10:05:00Z"));
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "BCD"));
	parsed_event_of(&p, "registry.bcd", WRITTEN, "\"recovery_enabled\":false,\"test_signing\":true,\"safe_boot\":1,\"boot_status_policy\":1");
	parsed_free(&p);
}

/* --- the corpus --- */

/* A hive of the corpus, freed by the caller; NULL when it is not there. */
static uint8_t *
corpus_bytes(const char *rest, size_t *ret_size)
{
	char command[1200];
	const char *path = corpus_path(rest);
	if (path == NULL)
		return NULL;
	snprintf(command, sizeof(command), strstr(rest, ".xz") != NULL ? "xz -dc '%s'" : "cat '%s'", path);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	uint8_t *data = malloc(32 << 20);
	*ret_size = fread(data, 1, 32 << 20, f);
	assert_int_equal(pclose(f), 0);
	return data;
}

static bool
corpus_parsed(struct parsed *p, const char *rest, const char *name)
{
	size_t size;
	uint8_t *data = corpus_bytes(rest, &size);
	if (data == NULL)
		return false;
	parsed_bytes(p, name, data, size);
	free(data);
	return true;
}

/* Windows refuses guests to look at some of its services, which hides nothing; the same words against administrators do. */
static void
rights_against_guests_hide_no_service(void **state)
{
	static const uint8_t guests[] = { 0xff, 1, 15, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x22, 2, 0, 0 };
	struct parsed p = { 0 };
	size_t size, changed = 0;
	(void)state;
	uint8_t *data = corpus_bytes("registry/regipy/SYSTEM_WIN_10_1709.xz", &size);
	if (data == NULL)
		return;
	parsed_bytes(&p, "SYSTEM", data, size);
	assert_true(parsed_count(&p, "registry.services", NULL) > 500);
	assert_number_equal(parsed_with(&p, "\"hidden\":true"), 0);
	parsed_free(&p);
	for (uint8_t *at = data; (at = memmem(at, size - (size_t)(at - data), guests, sizeof(guests))) != NULL; at++, changed++)
		at[16] = 0x20;	/* administrators */
	assert_true(changed >= 5);
	parsed_bytes(&p, "SYSTEM", data, size);
	parsed_event_of(&p, "registry.services", WRITTEN, "\"service\":\"MsLldp\"");
	assert_number_equal(parsed_with(&p, "\"hidden\":true"), 5);
	parsed_free(&p);
	free(data);
}

/* Counts and values by the tests of regipy. */
static void
the_corpus_of_regipy(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!corpus_parsed(&p, "registry/regipy/SYSTEM.xz", "SYSTEM"))
		return;
	assert_number_equal(parsed_count(&p, "registry.shimcache", NULL), 660);
	const struct parsed_event *e = parsed_event_of(&p, "registry.shimcache", "file last modified", "VirusScan Enterprise\\\\mfeann.exe");
	assert_number_equal(e->time, parsed_time("2011-01-12T12:08:00Z"));
	assert_non_null(strstr(e->data, "\"executed\":true"));
	assert_number_equal(parsed_count(&p, "registry.mounteddevices", NULL), 11);
	assert_string_equal(parsed_fact(&p, "", "hostname"), "WKS-WIN732BITA");
	assert_string_equal(parsed_fact(&p, "", "timezone"), "Eastern Standard Time");
	assert_string_equal(parsed_fact(&p, "", "tz_bias"), "300");
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/regipy/SYSTEM_WIN_10_1709.xz", "SYSTEM"));
	assert_number_equal(parsed_count(&p, "registry.bam", NULL), 55);
	assert_number_equal(parsed_event_of(&p, "registry.bam", "last run", "System32\\\\dwm.exe\",\"sid\":\"S-1-5-90-0-1")->time, parsed_time("2020-04-19T09:09:35.7318159Z"));
	assert_number_equal(parsed_event_of(&p, "registry.devices", "device last removed", "\"product\":\"Cruzer\"")->time / 1000, parsed_time("2020-03-17T14:23:45.504690Z") / 1000);
	parsed_event_of(&p, "registry.devices", WRITTEN, "\"disk_id\":\"{fc416b61-6437-11ea-bd0c-a483e7c21469}\"");
	parsed_event_of(&p, "registry.windows", "installed", "Source OS (Updated on 5/16/2019 00:55:20)\",\"value\":\"\",\"deleted\":false,\"product\":\"Windows 10 Pro\",\"version\":\"10.0.17134.765\"");
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/regipy/SAM.xz", "SAM"));
	parsed_event_of(&p, "registry.sam", "last logon", "\"rid\":1000");
	parsed_event_of(&p, "registry.sam", WRITTEN, "\"flags\":529,\"logon_count\":6,\"failed_logon_count\":0");
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/regipy/amcache.hve.xz", "Amcache.hve"));
	parsed_event_of(&p, "registry.amcache", WRITTEN, "\"program_id\":\"000075a010066bb612ca7357ce31df8e9f0300000904\",\"sha1\":\"056f4b9d9ec9b5dc548e1b460da889e44089d76f\"");
	parsed_free(&p);
}

static void
the_corpus_of_plaso(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!corpus_parsed(&p, "registry/plaso/Amcache.hve", "Amcache.hve"))
		return;
	assert_number_equal(parsed_event_of(&p, "registry.amcache", "program linked", "idafree50.tmp")->time, parsed_time("1992-06-19T22:22:17Z"));
	assert_number_equal(parsed_event_of(&p, "registry.amcache", "installed", "FileInsight - File analysis tool")->time, parsed_time("2017-08-01T12:52:59Z"));
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/plaso/regf_SAM", "SAM"));
	parsed_event_of(&p, "registry.sam", "last logon", "\"logon_count\":3");
	assert_number_equal(parsed_event_of(&p, "registry.sam", "last logon", "\"rid\":500")->time, parsed_time("2014-03-18T10:20:47.3414256Z"));
	parsed_free(&p);
}

/* What AppCompatCacheParser's own tests say: how many entries, and some of them. */
static void
shimcaches_of_all_formats(void **state)
{
	static const struct {
		const char *file;
		enum shimcache_format format;
		unsigned count, at;
		const char *name;
		int executed;		/* -1: not known */
	} rows[] = {
		{ "Win10.bin", SHIMCACHE_10, 350, 349, "services.exe", -1 }, { "Win10Creators.bin", SHIMCACHE_10, 506, 7, "ISBEW64.exe", -1 },
		{ "Win2k8Standard.bin", SHIMCACHE_2003, 873, 5, "SCW.exe", 0 }, { "Win80.bin", SHIMCACHE_80, 104, 101, "WWAHost.exe", 0 },
		{ "Win81.bin", SHIMCACHE_81, 1024, 1011, "osTriage2.exe", 1 }, { "WinXPx86.bin", SHIMCACHE_XP, 17, 8, "NETSHELL.dll", -1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char rest[100], wanted[200] = "", got[200] = "";
		struct shimcache c;
		struct shimcache_entry e;
		size_t size, n = 0;
		snprintf(rest, sizeof(rest), "registry/shimcache/%s", rows[i].file);
		const char *path = corpus_path(rest);
		if (path == NULL)
			return;
		uint8_t *data = parsed_read(path, &size);
		shimcache_begin(&c, (struct view){ data, size });
		assert_int_equal(c.format, rows[i].format);
		for (; shimcache_next(&c, &e); n++) {
			if (n != rows[i].at)
				continue;
			size_t length = 0;
			for (size_t k = 0; k + 1 < e.path.size && k < 2 * sizeof(got) - 2 && e.path.data[k] != 0; k += 2)
				got[length++] = (char)e.path.data[k];
			got[length] = '\0';
			if (rows[i].executed >= 0)
				assert_int_equal(e.executed, rows[i].executed);
			assert_int_equal(e.has_flag, rows[i].executed >= 0);
			assert_true(e.written > UINT64_C(116759808000000000));
		}
		snprintf(wanted, sizeof(wanted), "\\%s", rows[i].name);
		size_t tail = strlen(got) > strlen(wanted) ? strlen(got) - strlen(wanted) : 0;
		if (n != rows[i].count || strcmp(got + tail, wanted) != 0)
			fail_msg("%s: %zu entries, number %u is %s", rows[i].file, n, rows[i].at, got);
		free(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_machine_it_is),
		cmocka_unit_test(what_starts_by_itself),
		cmocka_unit_test(devices_and_networks),
		cmocka_unit_test(accounts_without_their_secrets),
		cmocka_unit_test(programs_and_boot_entries),
		cmocka_unit_test(the_corpus_of_regipy),
		cmocka_unit_test(rights_against_guests_hide_no_service),
		cmocka_unit_test(the_corpus_of_plaso),
		cmocka_unit_test(shimcaches_of_all_formats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
