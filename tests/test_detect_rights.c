/* test_detect_rights.c - set-user-id programs of root: told where none belongs, not where a system has them. */
#include "tests/detect_harness.h"

static const struct seen {
	const char *path;
	uint32_t mode;
	uint64_t uid;
	uint64_t packaged;
	const char *package, *detection;	/* NULL: nothing is told */
} seen[] = {
	{ "/usr/bin/bash", 0104755, 0, 0, "", "detect:account-root-shell" },
	{ "/opt/x/python3.11", 0104755, 0, 0, "", "detect:account-root-shell" },
	{ "/usr/bin/bash", 0100755, 0, 0, "", NULL },
	{ "/usr/bin/bash", 0104755, 1000, 0, "", NULL },		/* runs as an ordinary user */
	{ "/usr/bin/bash", 0104644, 0, 0, "", NULL },			/* nobody may start it */
	{ "/usr/bin/bash", 0104755, TRIAGE_NO_ID, 0, "", NULL },	/* whose it is is not known */
	{ "/var/tmp/.x/helper", 0104755, 0, 0, "", "detect:persistence-root-program" },
	{ "/home/jan/tool", 0106711, 0, 5000, "", "detect:persistence-root-program" },
	{ "/opt/.hidden/tool", 0104755, 0, 0, "", "detect:persistence-root-program" },
	{ "/home/jan/chroot/usr/bin/passwd", 0104755, 0, 0, "", NULL },	/* another system in a folder */
	{ "/usr/bin/passwd", 0104755, 0, 5000, "passwd", NULL },
	{ "/usr/bin/passwd", 0104755, 0, 100, "", NULL },		/* no lists of packages to go by */
	{ "/usr/bin/passwdx", 0104755, 0, 5000, "", "detect:persistence-root-unowned" },
	{ "/var/lib/docker/overlay2/1/diff/usr/bin/su", 0104755, 0, 5000, "", NULL },
	{ "/var/lib/docker/overlay2/1/diff/bin/bash", 0104755, 0, 5000, "", "detect:account-root-shell" },
};

static void
told_where_none_belongs(void **state)
{
	(void)state;
	static const char *const all[] = { "detect:account-root-shell", "detect:persistence-root-program", "detect:persistence-root-unowned" };
	const struct triage_content content = { .state = TRIAGE_CONTENT_COMPLETE, .bytes = 9000, .mime = "application/x-pie-executable", .magic = "ELF" };
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		struct judged t;
		open_judge(&t);
		show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED, .mode = seen[i].mode, .uid = seen[i].uid, .packaged = seen[i].packaged,
			.package = seen[i].package }, seen[i].path, &content, NULL, 0);
		finish(&t, 1);
		for (size_t d = 0; d < 3; d++)
			if ((finding_of(&t, all[d]) != NULL) != (seen[i].detection != NULL && strcmp(seen[i].detection, all[d]) == 0))
				fail_msg("row %zu, %s: %s", i, seen[i].path, all[d]);
		close_judge(&t);
	}
}

static void
what_was_deleted_is_not_in_force(void **state)
{
	(void)state;
	const struct triage_content content = { .state = TRIAGE_CONTENT_COMPLETE, .bytes = 9000, .mime = "application/x-pie-executable", .magic = "ELF" };
	struct judged t;
	open_judge(&t);
	show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_DELETED, .mode = 0104755 }, "/tmp/bash", &content, NULL, 0);
	finish(&t, 1);
	assert_null(finding_of(&t, "detect:account-root-shell"));
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_where_none_belongs),
		cmocka_unit_test(what_was_deleted_is_not_in_force),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
