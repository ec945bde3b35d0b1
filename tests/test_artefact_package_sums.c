/* test_artefact_package_sums.c - checksums of Debian packages: facts alone, and only where the system keeps them. */
#include "tests/artefact_harness.h"

static const char text[] = "900150983cd24fb0d6963f7d28e17f72  bin/busybox\n0123456789abcdef0123456789abcdef  usr/share/x y\nnonsense\n";

static void
paths_have_their_digest(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/var/lib/dpkg/info/busybox:amd64.md5sums", text, sizeof(text) - 1);
	assert_number_equal(p.fact_count, 2);
	assert_string_equal(parsed_fact(&p, "/bin/busybox", "busybox"), "900150983cd24fb0d6963f7d28e17f72");
	assert_string_equal(parsed_fact(&p, "/usr/share/x y", "busybox"), "0123456789abcdef0123456789abcdef");
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

static void
those_of_another_system_say_nothing(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/backup/var/lib/dpkg/info/busybox.md5sums", text, sizeof(text) - 1);
	assert_number_equal(p.fact_count, 0);
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(paths_have_their_digest), cmocka_unit_test(those_of_another_system_say_nothing) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
