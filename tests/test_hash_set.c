/* test_hash_set.c - large sets of digests: made in bounded memory, looked up on disk, refused when damaged; Bloom filters. */
#include "tests/harness.h"

#include "triage/base/text.h"
#include "triage/detect/hash_set.h"

#include <fcntl.h>
#include <unistd.h>

static char folder[64];

static const char *
place(const char *name)
{
	static char path[200];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int
set_up(void **state)
{
	struct triage_error err = { .text = "" };
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_hash_set_XXXXXX");
	return mkdtemp(folder) == NULL || digest_setup(&err) != TRIAGE_OK;
}

static int
clean_up(void **state)
{
	(void)state;
	unlink(place("set"));
	unlink(place("bloom"));
	return rmdir(folder);	/* fails when a run of the builder was left behind */
}

static void
digest_of_number(uint32_t n, uint8_t out[DIGEST_MAX])
{
	char hex[65];
	digest_sha256_hex(&n, sizeof(n), hex);
	assert_true(text_unhex(hex, out, 32));
}

static void
a_set_of_many_runs_has_each_digest_once(void **state)
{
	enum { COUNT = 2500000, KINDS = 1000 };	/* more than two runs of SHA-256 */
	struct hash_set_builder *b;
	struct hash_set set;
	struct triage_error err = { .text = "" };
	uint64_t counts[DIGEST_KIND_COUNT];
	uint8_t digest[DIGEST_MAX] = { 0 };
	(void)state;
	assert_int_equal(hash_set_builder_new(folder, &b, &err), TRIAGE_OK);
	for (uint32_t i = 0; i < COUNT; i++) {
		/* a cheap digest that is spread: its order is not that of the numbers, and many come twice */
		uint64_t mixed = (uint64_t)(i % (COUNT / 2)) * UINT64_C(0x9e3779b97f4a7c15);
		memcpy(digest, &mixed, sizeof(mixed));
		assert_int_equal(hash_set_builder_add(b, DIGEST_SHA256, digest, &err), TRIAGE_OK);
	}
	for (uint32_t i = 0; i < KINDS; i++) {
		digest_of_number(i, digest);
		assert_int_equal(hash_set_builder_add(b, DIGEST_MD5, digest, &err), TRIAGE_OK);
		assert_int_equal(hash_set_builder_add(b, DIGEST_SHA1, digest, &err), TRIAGE_OK);
	}
	assert_int_equal(hash_set_builder_write(b, place("set"), counts, &err), TRIAGE_OK);
	assert_number_equal(counts[DIGEST_SHA256], COUNT / 2);
	assert_number_equal(counts[DIGEST_MD5], KINDS);
	hash_set_builder_free(b);
	assert_int_equal(hash_set_open(place("set"), &set, &err), TRIAGE_OK);
	assert_int_equal(set.kind, HASH_SET_SORTED);
	assert_number_equal(set.counts[DIGEST_SHA256], COUNT / 2);
	for (uint64_t i = 1; i < set.counts[DIGEST_SHA256]; i++)
		assert_true(memcmp(set.rows[DIGEST_SHA256] + 32 * (i - 1), set.rows[DIGEST_SHA256] + 32 * i, 32) < 0);
	for (uint32_t i = 0; i < KINDS; i++) {
		digest_of_number(i, digest);
		assert_true(hash_set_has(&set, DIGEST_MD5, digest) && hash_set_has(&set, DIGEST_SHA1, digest));
		assert_false(hash_set_has(&set, DIGEST_SHA256, digest));
	}
	assert_true(hash_set_false_positives(&set) == 0);
	hash_set_close(&set);
}

static void
a_damaged_set_is_refused_with_the_reason(void **state)
{
	struct hash_set set;
	struct triage_error err = { .text = "" };
	(void)state;
	int fd = open(place("set"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "x", 1, 200), 1);
	assert_int_equal(hash_set_open(place("set"), &set, &err), TRIAGE_E_FORMAT);
	assert_non_null(strstr(err.text, "its own digest does not fit"));
	assert_int_equal(ftruncate(fd, 1000), 0);
	assert_int_equal(hash_set_open(place("set"), &set, &err), TRIAGE_E_FORMAT);
	assert_non_null(strstr(err.text, "cut short"));
	close(fd);
	assert_int_equal(hash_set_open("/nowhere/set", &set, &err), TRIAGE_E_IO);
	assert_int_equal(hash_set_kind_of("/bin/sh"), HASH_SET_NONE);
}

/* Bits that the format's own arithmetic sets, worked out apart: FNV-1, modulo 2^64 - 59, rounds of a wrapping product. */
static void
a_bloom_filter_has_what_was_put_in(void **state)
{
	enum { BITS = 4096, ROUNDS = 4 };
	static const char key[] = "A9993E364706816ABA3E25717850C26C9CD0D89D";	/* SHA-1 of "abc" */
	uint8_t file[48 + BITS / 8] = { 0 }, digest[20];
	uint64_t head[6] = { 1, 100, 0, ROUNDS, BITS, 1 }, hash = UINT64_C(0xcbf29ce484222325);
	double p = 0.001;
	struct hash_set set;
	struct triage_error err = { .text = "" };
	(void)state;
	memcpy(&head[2], &p, sizeof(p));
	memcpy(file, head, sizeof(head));
	for (size_t i = 0; key[i] != '\0'; i++)
		hash = hash * UINT64_C(0x100000001b3) ^ (uint8_t)key[i];
	hash %= UINT64_C(0xffffffffffffffc5);
	for (size_t i = 0; i < ROUNDS; i++) {
		hash = hash * UINT64_C(0xfffffffffffffa43) % UINT64_C(0xffffffffffffffc5);
		file[48 + hash % BITS / 8] |= (uint8_t)(1u << hash % BITS % 8);
	}
	int fd = open(place("bloom"), O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, file, sizeof(file)), (ssize_t)sizeof(file));
	close(fd);
	assert_int_equal(hash_set_open(place("bloom"), &set, &err), TRIAGE_OK);
	assert_int_equal(set.kind, HASH_SET_BLOOM);
	assert_true(text_unhex(key, digest, 20));
	assert_true(hash_set_has(&set, DIGEST_SHA1, digest));
	digest[0] ^= 1;
	assert_false(hash_set_has(&set, DIGEST_SHA1, digest));
	assert_false(hash_set_has(&set, DIGEST_SHA256, (const uint8_t[32]){ 0 }));
	assert_true(hash_set_false_positives(&set) > 0 && hash_set_false_positives(&set) < 1e-6);
	hash_set_close(&set);
	assert_int_equal(truncate(place("bloom"), 100), 0);
	assert_int_equal(hash_set_open(place("bloom"), &set, &err), TRIAGE_E_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_of_many_runs_has_each_digest_once),
		cmocka_unit_test(a_damaged_set_is_refused_with_the_reason),
		cmocka_unit_test(a_bloom_filter_has_what_was_put_in),
	};
	return cmocka_run_group_tests(tests, set_up, clean_up);
}
