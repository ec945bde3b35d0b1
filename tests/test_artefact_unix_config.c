/* test_artefact_unix_config.c - settings that start programs or give rights, known by their places. */
#include "tests/artefact_harness.h"

static void
lines_in_force(void **state)
{
	static const char sudoers[] = "# comment\nroot ALL=(ALL:ALL) ALL\n\n  beheer ALL=(ALL) NOPASSWD: ALL\n#includedir /etc/sudoers.d\n";
	static const char desktop[] = "[Desktop Entry]\nName=Updater\nExec=/tmp/.x/run\n";
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/unix_config/ld.so.preload"), &size);
	(void)state;
	parsed_bytes(&p, "/etc/ld.so.preload", data, size);
	free(data);
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].technique, "T1574.006");
	assert_string_equal(p.events[0].message, "Libraries loaded into every program (ld.so.preload): /usr/lib/x.so");
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	parsed_free(&p);
	parsed_bytes(&p, "/mnt/etc/sudoers.d/90-x", sudoers, sizeof(sudoers) - 1);
	assert_non_null(strstr(p.events[0].data, "\"lines\":[\"root ALL=(ALL:ALL) ALL\",\"beheer ALL=(ALL) NOPASSWD: ALL\",\"#includedir /etc/sudoers.d\"]"));
	parsed_free(&p);
	parsed_bytes(&p, "/home/anna/.config/autostart/x.desktop", desktop, sizeof(desktop) - 1);
	assert_string_equal(p.events[0].user, "anna");
	assert_non_null(strstr(p.events[0].data, "\"lines\":[\"Exec=/tmp/.x/run\"]"));
	parsed_free(&p);
}

static void
any_bytes_are_told_or_said_to_be_left_out(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/unix_config/hostile"), &size);
	(void)state;
	parsed_bytes(&p, "/etc/rc.local", data, size);
	assert_number_equal(p.count, 1);
	assert_string_equal(p.remarks[0].code, "lines-left-out");
	parsed_free(&p);
	parsed_torture("/etc/rc.local", data, size, 100);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines_in_force), cmocka_unit_test(any_bytes_are_told_or_said_to_be_left_out) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
