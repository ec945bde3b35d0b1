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

/* A name with no package in it is told as it stands, and what is said of the file is said once, however often it is stepped. */
static void
any_name_is_a_package(void **state)
{
	enum { LINES = 200, LINE = 34 + 12 };
	struct parsed p = { 0 }, other = { 0 };
	char long_text[LINES * LINE + 1];
	(void)state;
	for (size_t i = 0; i < LINES; i++)
		snprintf(long_text + i * LINE, LINE + 1, "900150983cd24fb0d6963f7d28e17f72  bin/b%06zu\n", i);
	parsed_bytes(&p, "/var/lib/dpkg/info/:amd64.md5sums", long_text, LINES * LINE);
	assert_number_equal(p.fact_count, LINES);
	assert_non_null(parsed_fact(&p, "/bin/b000199", ":amd64.md5sums"));
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
	parsed_bytes(&other, "/backup/:amd64.md5sums", long_text, LINES * LINE);
	assert_number_equal(other.remark_count, 1);
	parsed_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(paths_have_their_digest), cmocka_unit_test(those_of_another_system_say_nothing),
		cmocka_unit_test(any_name_is_a_package) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
