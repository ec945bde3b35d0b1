/* test_artefact_rpm.c - packages of RPM in each kind of database: the moment of installation, and the digests of files. */
#include "tests/artefact_harness.h"

#define SHA256 "abababababababababababababababababababababababababababababababab"
#define MD5 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

static void
placed(struct parsed *p, const char *name, const char *path)
{
	char file[200];
	size_t size;
	snprintf(file, sizeof(file), "artefact/rpm/%s", name);
	void *data = parsed_read(fixture(file), &size);
	parsed_bytes(p, path, data, size);
	assert_string_equal(p->kind->name, "rpm");
	free(data);
}

static void
two_packages(const struct parsed *p)
{
	const struct parsed_event *e = parsed_event_of(p, "rpm", "package installed", "\"package\":\"nginx\"");
	assert_number_equal(e->time, parsed_time("2023-11-14T22:15:00Z"));
	assert_string_equal(e->message, "rpm: nginx 1:1.20-4.el9.x86_64 installed, of Leverancier BV");
	assert_non_null(strstr(e->data, "\"signature_key\":\"199e2f91fd431d51\""));
	assert_non_null(strstr(e->data, "\"scripts\":[\"postin\"]"));
	e = parsed_event_of(p, "rpm", "package installed", "\"package\":\"losse-tool\"");
	assert_string_equal(e->message, "rpm: losse-tool 1:1.20-4.el9.x86_64 installed, of no named vendor, not signed");
	/* a folder is no file to be held against */
	assert_null(parsed_fact(p, "/usr/bin/map", "nginx"));
	assert_string_equal(parsed_fact(p, "/usr/bin/nginx", "nginx"), SHA256);
	assert_string_equal(parsed_fact(p, "/etc/nginx.conf", "nginx"), "config " SHA256);
	assert_string_equal(parsed_fact(p, "/etc/spook", "nginx"), "none");
	assert_string_equal(parsed_fact(p, "/usr/bin/losse-tool", "losse-tool"), MD5);
}

static void
all_kinds_of_database_say_the_same(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	placed(&p, "rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite");
	two_packages(&p);
	assert_number_equal(p.count, 3);
	/* one is no header, of one a file is in no folder */
	assert_number_equal(p.remark_count, 2);
	assert_non_null(parsed_fact(&p, "/etc/kapot.conf", "kapot"));
	assert_null(parsed_fact(&p, "/etc/spook", "kapot"));
	parsed_free(&p);
	placed(&p, "Packages.db", "/usr/lib/sysimage/rpm/Packages.db");
	two_packages(&p);
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 3);
	assert_true(parsed_has_remark(&p, "slot-damaged"));
	assert_number_equal(p.events[0].offset, 4096);
	parsed_free(&p);
	placed(&p, "Packages", "/var/lib/rpm/Packages");
	two_packages(&p);
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].offset, 1024);
	/* a chain that bites its tail, and a length beyond the file */
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

static void
other_order_of_bytes_and_a_cut(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	placed(&p, "Packages-big-endian-cut", "/var/lib/rpm/Packages");
	assert_number_equal(p.count, 1);
	assert_true(parsed_has_remark(&p, "stream-cut"));
	assert_true(parsed_has_remark(&p, "record-damaged"));
	parsed_free(&p);
	placed(&p, "newer.db", "/usr/lib/sysimage/rpm/Packages.db");
	assert_true(parsed_has_remark(&p, "version-unknown"));
	parsed_free(&p);
}

static void
names_beyond_measure_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	placed(&p, "long.db", "/usr/lib/sysimage/rpm/Packages.db");
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 2);
	assert_true(parsed_has_remark(&p, "header-damaged"));
	assert_true(parsed_has_remark(&p, "path-not-sound"));
	/* the other folder's files are there */
	assert_non_null(parsed_fact(&p, "/etc/lang.conf", "lang"));
	parsed_free(&p);
}

static void
files_of_another_system_are_not_held(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	placed(&p, "rpmdb.sqlite", "/backup/var/lib/rpm/rpmdb.sqlite");
	assert_number_equal(p.count, 3);
	assert_number_equal(p.fact_count, 0);
	assert_true(parsed_has_remark(&p, "not-in-place"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_kinds_of_database_say_the_same), cmocka_unit_test(other_order_of_bytes_and_a_cut),
		cmocka_unit_test(names_beyond_measure_are_told), cmocka_unit_test(files_of_another_system_are_not_held) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
