/* test_locked_zip.c - other people's programs open the archive with the password alone and find the bytes; the same content gives the same archive. */
#include "tests/case_make.h"

#include "triage/report/locked_zip.h"

#include <sys/wait.h>

static char folder[200];

static const char *
place(const char *name)
{
	static char path[2][300];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

__attribute__((format(printf, 1, 2))) static int
shell(const char *format, ...)
{
	char text[1000];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	int status = system(text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Written as NAME.zip, opened by 7z and by libarchive (bsdtar), compared. */
static void
assert_opens(const char *name, int64_t mtime, struct view content)
{
	char zip[50];
	snprintf(zip, sizeof(zip), "%s.zip", name);
	assert_ok(locked_zip_write(place(zip), name, mtime, content, &err));
	assert_int_equal(0, shell("7z x -y -pinfected -o%s/out %s >/dev/null 2>&1", folder, place(zip)));
	size_t size;
	char out[60];
	snprintf(out, sizeof(out), "out/%s", name);
	char *got = read_whole(place(out), &size);
	assert_number_equal(size, content.size);
	assert_memory_equal(got, content.data, size);
	free(got);
	assert_int_equal(0, shell("7z t -pinfected %s/%s >/dev/null 2>&1", folder, zip));
	assert_int_not_equal(0, shell("7z t -pwrong %s/%s >/dev/null 2>&1", folder, zip));
}

static void
archives_of_any_size_open_with_the_password(void **state)
{
	(void)state;
	static uint8_t bytes[300000];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 4096, 65535, 65536, 65537, 300000 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char name[20];
		snprintf(name, sizeof(name), "f%zu", sizes[i]);
		assert_opens(name, INT64_C(1670378400) * NS, (struct view){ bytes, sizes[i] });
	}
	assert_int_equal(0, shell("7z l -slt -pinfected %s/%s | grep -q 'Method = AES-256 Store'", folder, "f4096.zip"));
	assert_int_equal(0, shell("7z l -slt -pinfected %s/%s | grep -q 'Modified = 2022-12-07 02:00:00'", folder, "f4096.zip"));
	assert_int_equal(0, shell("python3 -c \"import zipfile; z = zipfile.ZipFile('%s/%s'); assert z.namelist() == ['f17'], z.namelist()\"", folder, "f17.zip"));
}

static void
the_same_content_gives_the_same_bytes(void **state)
{
	(void)state;
	const struct view content = { (const uint8_t *)"X5O!P%@AP", 9 }, other = { (const uint8_t *)"X5O!P%@AQ", 9 };
	size_t one, two;
	assert_ok(locked_zip_write(place("a"), "n", 0, content, &err));
	assert_ok(locked_zip_write(place("b"), "n", 0, content, &err));
	assert_ok(locked_zip_write(place("c"), "n", 0, other, &err));
	char *a = read_whole(place("a"), &one), *b = read_whole(place("b"), &two);
	assert_number_equal(one, two);
	assert_memory_equal(a, b, one);
	free(b);
	b = read_whole(place("c"), &two);
	/* another salt: not the same key stream over other bytes */
	assert_memory_not_equal(a + 42, b + 42, 16);
	/* and the bytes themselves are nowhere to be seen */
	assert_null(memmem(a, one, "X5O!", 4));
	free(a);
	free(b);
	assert_status(TRIAGE_E_IO, locked_zip_write(place("a"), "n", 0, content, &err));
}

static void
times_that_zip_does_not_know_are_its_ends(void **state)
{
	(void)state;
	static const struct {
		int64_t mtime;
		uint8_t want[4];
	} cases[] = {
		{ TRIAGE_TIME_NONE, { 0, 0, 0x21, 0 } }, { -1, { 0, 0, 0x21, 0 } }, { INT64_C(4354819200) * NS, { 0x7d, 0xbf, 0x9f, 0xff } },
		{ INT64_C(315532800) * NS, { 0, 0, 0x21, 0 } }, { INT64_C(1670378462) * NS, { 0x21, 0x10, 0x87, 0x55 } },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[20];
		size_t size;
		snprintf(name, sizeof(name), "t%zu", i);
		assert_ok(locked_zip_write(place(name), "n", cases[i].mtime, (struct view){ (const uint8_t *)"x", 1 }, &err));
		char *got = read_whole(place(name), &size);
		assert_memory_equal(got + 10, cases[i].want, 4);
		free(got);
	}
}

static int
begin(void **state)
{
	(void)state;
	struct triage_error err;
	snprintf(folder, sizeof(folder), "/tmp/triage-zip.XXXXXX");
	return mkdtemp(folder) == NULL || digest_setup(&err) != TRIAGE_OK;
}

static int
end(void **state)
{
	(void)state;
	return shell("rm -rf %s", folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archives_of_any_size_open_with_the_password),
		cmocka_unit_test(the_same_content_gives_the_same_bytes),
		cmocka_unit_test(times_that_zip_does_not_know_are_its_ends),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
