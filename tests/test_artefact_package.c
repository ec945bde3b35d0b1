/* test_artefact_package.c - logs of package managers. */
#include "tests/artefact_harness.h"

static void
dpkg(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/package/dpkg.log"));
	assert_number_equal(p.count, 5);
	assert_true(p.events[0].local);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21Z"));
	assert_string_equal(p.events[1].meaning, "package installed");
	assert_string_equal(p.events[1].message, "dpkg: install of netcat-openbsd:amd64 1.219-1");
	assert_string_equal(p.events[3].message, "dpkg: upgrade of curl:amd64 7.88.1-10+deb12u5, was 7.88.1-10");
	assert_string_equal(p.events[4].message, "dpkg: remove of auditd:amd64 1:3.0.9-1");
	parsed_free(&p);
}

static void
apt(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/package/history.log"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].user, "beheer");
	assert_string_equal(p.events[0].message, "apt: apt-get install netcat-openbsd (Install)");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:25Z"));
	assert_string_equal(p.events[1].meaning, "package change ended");
	assert_non_null(strstr(p.events[2].message, "no end is logged"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/package/term.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(parsed_with(&p, "Unpacking netcat-openbsd"), 2);
	parsed_free(&p);
}

static void
others(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/package/yum.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2019-12-30T10:00:00Z"));
	assert_number_equal(p.events[1].time, parsed_time("2020-01-01T10:00:01Z"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/package/dnf.rpm.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T21:13:21Z"));
	assert_non_null(strstr(p.events[1].data, "\"package\":\"nmap-7.93-1.fc38.x86_64\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/package/zypper"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[1].user, "root");
	assert_string_equal(p.events[1].message, "zypper: install of nmap 7.92-1");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/package/pacman.log"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[1].message, "pacman: upgraded of nmap 7.94-1, was 7.93-1");
	parsed_free(&p);
}

static void
what_dpkg_lists_as_installed(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/package/status"));
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_non_null(strstr(p.events[0].data, "\"installed\":2,\"packages\":[\"adduser 3.134\",\"nmap 7.93\"]"));
	parsed_free(&p);
}

static void
configuration_files_of_dpkg_have_their_digest(void **state)
{
	static const char text[] = "Package: nano\nStatus: install ok installed\nConffiles:\n /etc/nanorc 0123456789abcdef0123456789abcdef obsolete\n /etc/new newconffile\n"
	    " /etc/more 900150983cd24fb0d6963f7d28e17f72\nVersion: 7.2\n /etc/no 900150983cd24fb0d6963f7d28e17f72\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/var/lib/dpkg/status", text, sizeof(text) - 1);
	assert_number_equal(p.fact_count, 2);
	assert_string_equal(parsed_fact(&p, "/etc/nanorc", "nano"), "config 0123456789abcdef0123456789abcdef");
	assert_string_equal(parsed_fact(&p, "/etc/more", "nano"), "config 900150983cd24fb0d6963f7d28e17f72");
	parsed_free(&p);
	parsed_bytes(&p, "/backup/status", text, sizeof(text) - 1);
	assert_number_equal(p.fact_count, 0);
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/package/damaged.log"));
	assert_number_equal(p.count, 5);
	assert_string_equal(p.remarks[0].code, "block-without-start");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/apt_history.log"))
		return;
	/* 10 blocks, each with its end */
	assert_number_equal(p.count, 20);
	assert_number_equal(p.events[4].time, parsed_time("2019-07-11T12:20:55Z"));
	assert_number_equal(p.events[5].time, parsed_time("2019-07-11T12:21:28Z"));
	parsed_free(&p);
	parsed_file(&p, corpus_path("logs/dpkg.log"));
	assert_number_equal(p.count, 4);
	assert_number_equal(p.events[0].time, parsed_time("2009-02-25T11:45:23Z"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(dpkg), cmocka_unit_test(apt), cmocka_unit_test(others), cmocka_unit_test(what_dpkg_lists_as_installed),
		cmocka_unit_test(configuration_files_of_dpkg_have_their_digest), cmocka_unit_test(damage_is_told), cmocka_unit_test(the_corpus_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
