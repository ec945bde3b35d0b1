#include "tests/harness.h"

#include "triage/base/text.h"
#include "triage/detect/hash_list.h"

#include <unistd.h>

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_UPPER "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define OTHER_MD5 "900150983cd24fb0d6963f7d28e17f72"

struct loaded {
	struct hash_list list;
	struct hash_list_facts facts;
	struct triage_error err;
	enum triage_status status;
};

static void
load(struct loaded *l, const void *bytes, size_t size)
{
	char path[] = "/tmp/test_hash_list_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
	*l = (struct loaded){ .status = TRIAGE_OK };
	assert_int_equal(digest_setup(&l->err), TRIAGE_OK);
	l->status = hash_list_add(&l->list, path, &l->facts, &l->err);
	hash_list_finish(&l->list);
	unlink(path);
}

static bool
has(const struct loaded *l, enum digest_kind kind, const char *hex)
{
	uint8_t digest[DIGEST_MAX];
	assert_true(text_unhex(hex, digest, digest_size(kind)));
	return hash_list_has(&l->list, kind, digest);
}

static void
plain_sha256sum_and_upper_case_lines_are_read(void **state)
{
	static const char text[] = "# of the town\n" SHA "\r\n\n" MD5 "  a name\n" SHA1 " *binary.exe\n";
	struct loaded l;
	(void)state;
	load(&l, text, sizeof(text) - 1);
	assert_int_equal(l.status, TRIAGE_OK);
	assert_true(has(&l, DIGEST_SHA256, SHA) && has(&l, DIGEST_MD5, MD5) && has(&l, DIGEST_SHA1, SHA1));
	assert_false(has(&l, DIGEST_MD5, OTHER_MD5));
	assert_number_equal(l.facts.digests, 3);
	hash_list_release(&l.list);
	load(&l, SHA_UPPER, 64);
	assert_true(has(&l, DIGEST_SHA256, SHA));
	hash_list_release(&l.list);
}

static void
csv_rows_give_every_digest_of_theirs(void **state)
{
	static const char text[] = "\xef\xbb\xbf\"SHA-1\",\"MD5\",\"FileName\"\r\n\"" SHA1 "\",\"" OTHER_MD5 "\",\"a, b.dll\"\r\nx;" SHA ";y\n";
	struct loaded l;
	(void)state;
	load(&l, text, sizeof(text) - 1);
	assert_int_equal(l.status, TRIAGE_OK);
	assert_true(has(&l, DIGEST_SHA1, SHA1) && has(&l, DIGEST_MD5, OTHER_MD5) && has(&l, DIGEST_SHA256, SHA));
	assert_number_equal(l.facts.passed, 1);
	hash_list_release(&l.list);
}

static void
a_file_named_like_a_digest_adds_none(void **state)
{
	static const char text[] = SHA "  " MD5 "\n";
	struct loaded l;
	(void)state;
	load(&l, text, sizeof(text) - 1);
	assert_true(has(&l, DIGEST_SHA256, SHA));
	assert_false(has(&l, DIGEST_MD5, MD5));
	hash_list_release(&l.list);
}

static void
bsd_lines_and_utf16_tables_of_get_filehash_are_read(void **state)
{
	static const char text[] = "SHA256 (a b.exe) = " SHA "\n";
	static const char table[] = "Algorithm  Hash  Path\r\nMD5        " MD5 "  C:\\x.exe\r\n";
	char wide[2 * sizeof(table)] = "\xff\xfe";
	struct loaded l;
	(void)state;
	load(&l, text, sizeof(text) - 1);
	assert_true(has(&l, DIGEST_SHA256, SHA));
	hash_list_release(&l.list);
	for (size_t i = 0; i < sizeof(table) - 1; i++)
		wide[2 + 2 * i] = table[i];
	load(&l, wide, 2 + 2 * (sizeof(table) - 1));
	assert_int_equal(l.status, TRIAGE_OK);
	assert_true(has(&l, DIGEST_MD5, MD5));
	hash_list_release(&l.list);
}

static void
a_list_without_a_hash_is_refused_with_its_first_line(void **state)
{
	static const char text[] = "# list\nbad.exe is bad\n";
	struct loaded l;
	(void)state;
	load(&l, text, sizeof(text) - 1);
	assert_int_equal(l.status, TRIAGE_E_FORMAT);
	assert_non_null(strstr(l.err.text, "line 2 reads: bad.exe is bad"));
	hash_list_release(&l.list);
	load(&l, "", 0);
	assert_int_equal(l.status, TRIAGE_E_FORMAT);
	hash_list_release(&l.list);
}

static void
a_missing_list_is_an_io_error_that_names_it(void **state)
{
	struct loaded l = { .status = TRIAGE_OK };
	(void)state;
	l.status = hash_list_add(&l.list, "/nonexistent/bad.txt", &l.facts, &l.err);
	assert_int_equal(l.status, TRIAGE_E_IO);
	assert_non_null(strstr(l.err.text, "/nonexistent/bad.txt"));
}

static void
a_line_without_end_is_refused_not_swallowed(void **state)
{
	size_t size = (1 << 20) + 10;
	char *text = malloc(size);
	struct loaded l;
	(void)state;
	assert_non_null(text);
	memset(text, 'a', size);
	load(&l, text, size);
	assert_int_equal(l.status, TRIAGE_E_LIMIT);
	hash_list_release(&l.list);
	free(text);
}

static void
many_lines_across_the_read_buffer_are_all_found(void **state)
{
	enum { LINES = 60000 };
	char *text = malloc((size_t)LINES * 33 + 1);
	struct loaded l;
	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < LINES; i++)
		snprintf(text + (size_t)i * 33, 34, "%032x\n", (LINES - i) * 2654435761u);
	load(&l, text, (size_t)LINES * 33);
	assert_number_equal(l.facts.digests, LINES);
	for (unsigned i = 0; i < LINES; i += 7) {
		char hex[33];
		snprintf(hex, sizeof(hex), "%032x", (LINES - i) * 2654435761u);
		assert_true(has(&l, DIGEST_MD5, hex));
	}
	assert_false(has(&l, DIGEST_MD5, OTHER_MD5));
	hash_list_release(&l.list);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_sha256sum_and_upper_case_lines_are_read),
		cmocka_unit_test(csv_rows_give_every_digest_of_theirs),
		cmocka_unit_test(a_file_named_like_a_digest_adds_none),
		cmocka_unit_test(bsd_lines_and_utf16_tables_of_get_filehash_are_read),
		cmocka_unit_test(a_list_without_a_hash_is_refused_with_its_first_line),
		cmocka_unit_test(a_missing_list_is_an_io_error_that_names_it),
		cmocka_unit_test(a_line_without_end_is_refused_not_swallowed),
		cmocka_unit_test(many_lines_across_the_read_buffer_are_all_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
