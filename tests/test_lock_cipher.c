/* test_lock_cipher.c - sector ciphers against OpenSSL's own modes; the reader over them. */
#include "tests/lock_make.h"

#include "triage/evidence/lock_cipher.h"
#include "triage/evidence/lock_crypto.h"
#include "triage/evidence/lock_diffuser.h"
#include "triage/evidence/lock_map.h"

enum { SIZE = 40 << 10 };
static uint8_t plain[SIZE], sealed[SIZE], key[64];
static struct triage_error err;

static int
make_plain(void **state)
{
	(void)state;
	fill_random(plain, SIZE, 1);
	fill_random(key, sizeof(key), 2);
	memcpy(sealed, plain, SIZE);
	return 0;
}

static void
assert_opens(const char *name, size_t key_size, uint32_t sector, uint32_t step, uint64_t number)
{
	struct lock_cipher *c = NULL;
	assert_int_equal(lock_cipher_new(name, key, key_size, sector, step, &c, &err), TRIAGE_OK);
	assert_true(lock_cipher_open(c, number, sealed, SIZE));
	assert_memory_equal(sealed, plain, SIZE);
	lock_cipher_free(c);
}

static void
xts_is_that_of_openssl_for_every_sector_size(void **state)
{
	for (uint32_t sector = 512; sector <= 4096; sector *= 2)
		for (uint64_t number = 0; number <= UINT64_C(1) << 40; number = number * 3 + (UINT64_C(1) << 31)) {
			make_plain(state);
			seal_xts(EVP_aes_256_xts(), key, number, sector / 512, sealed, SIZE, sector);
			assert_opens("aes-xts-plain64", 64, sector, sector / 512, number);
			seal_xts(EVP_aes_128_xts(), key, number, 1, sealed, SIZE, sector);
			assert_opens("aes-xts-plain64", 32, sector, 1, number);
		}
}

static void
plain_counts_in_32_bits_only(void **state)
{
	uint64_t number = UINT32_MAX - UINT64_C(3);
	(void)state;
	for (size_t at = 0; at < SIZE; at += 512) {
		uint8_t iv[16] = { 0 };
		store_le(iv, (number + at / 512) & UINT32_MAX, 4);
		seal(EVP_aes_256_cbc(), key, iv, sealed + at, 512);
	}
	assert_opens("aes-cbc-plain", 32, 512, 1, number);
}

static void
essiv_encrypts_the_number_under_the_digest_of_the_key(void **state)
{
	uint8_t salt[LOCK_DIGEST_MAX];
	(void)state;
	assert_true(lock_digest_of(EVP_sha256(), key, 16, NULL, 0, salt));
	for (size_t at = 0; at < SIZE; at += 512) {
		uint8_t iv[16] = { 0 };
		store_le(iv, 77 + at / 512, 8);
		seal(EVP_aes_256_ecb(), salt, NULL, iv, 16);
		seal(EVP_aes_128_cbc(), key, iv, sealed + at, 512);
	}
	assert_opens("aes-cbc-essiv:sha256", 16, 512, 1, 77);
}

static void
eboiv_encrypts_the_place_under_the_key(void **state)
{
	(void)state;
	for (size_t at = 0; at < SIZE; at += 4096) {
		uint8_t iv[16] = { 0 };
		store_le(iv, 8192 + at, 8);
		seal(EVP_aes_256_ecb(), key, NULL, iv, 16);
		seal(EVP_aes_256_cbc(), key, iv, sealed + at, 4096);
	}
	assert_opens("aes-cbc-eboiv", 32, 4096, 4096, 8192);
}

static inline uint32_t
left(uint32_t v, unsigned n)
{
	return n == 0 ? v : v << n | v >> (32 - n);
}

/* The diffusers as they are written in the paper, forwards. */
static void
diffuse(uint32_t *w, size_t n)
{
	static const uint8_t a[4] = { 9, 0, 13, 0 }, b[4] = { 0, 10, 0, 25 };
	for (unsigned round = 0; round < 5; round++)
		for (size_t i = n; i-- > 0;)
			w[i] -= w[(i + n - 2) % n] ^ left(w[(i + n - 5) % n], a[i % 4]);
	for (unsigned round = 0; round < 3; round++)
		for (size_t i = n; i-- > 0;)
			w[i] -= w[(i + 2) % n] ^ left(w[(i + 5) % n], b[i % 4]);
}

static void
elephant_is_undone(void **state)
{
	(void)state;
	for (size_t at = 0; at < SIZE; at += 512) {
		uint8_t iv[16] = { 0 }, sector_key[32] = { 0 };
		uint32_t words[128];
		store_le(iv, at, 8);
		store_le(sector_key, at, 8);
		store_le(sector_key + 16, at, 8);
		sector_key[31] = 0x80;
		seal(EVP_aes_256_ecb(), key, NULL, iv, 16);
		seal(EVP_aes_256_ecb(), key + 32, NULL, sector_key, 32);
		for (size_t i = 0; i < 512; i++)
			sealed[at + i] ^= sector_key[i % 32];
		memcpy(words, sealed + at, 512);
		diffuse(words, 128);
		memcpy(sealed + at, words, 512);
		seal(EVP_aes_256_cbc(), key, iv, sealed + at, 512);
	}
	assert_opens("aes-cbc-elephant", 64, 512, 512, 0);
}

static void
what_is_not_read_is_named(void **state)
{
	static const char *const names[] = { "serpent-xts-plain64", "aes-lrw-benbi", "aes-cbc-essiv:wp256", "aes-xts-random", "aes", "", "-", "aes-cbc",
		"a-very-long-name-that-no-cipher-ever-had-in-any-table-of-the-kernel" };
	struct lock_cipher *c = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		err.text[0] = '\0';
		assert_int_equal(lock_cipher_new(names[i], key, 32, 512, 1, &c, &err), TRIAGE_E_UNSUPPORTED);
		assert_non_null(strstr(err.text, "not read"));
	}
	assert_int_equal(lock_cipher_new("aes-xts-plain64", key, 33, 512, 1, &c, &err), TRIAGE_E_UNSUPPORTED);
	assert_int_equal(lock_cipher_new("aes-xts-plain64", key, 64, 8192, 1, &c, &err), TRIAGE_E_UNSUPPORTED);
	assert_int_equal(lock_cipher_new("aes-xts-plain64", key, 64, 0, 1, &c, &err), TRIAGE_E_UNSUPPORTED);
}

/* --- the reader --- */

/* A medium of which a part cannot be read. */
struct bad_medium {
	struct reader base;
	uint64_t bad_at, bad_size;
};

static enum triage_status
bad_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *e)
{
	struct bad_medium *m = (struct bad_medium *)r;
	(void)e;
	memcpy(buf, sealed + offset, size);
	for (uint64_t at = m->bad_at; at < m->bad_at + m->bad_size; at++)
		if (at >= offset && at < offset + size) {
			buf[at - offset] = 0;
			r->bad_bytes++;
		}
	return TRIAGE_OK;
}

static void
bad_close(struct reader *r)
{
	(void)r;
}

static void
runs_are_read_at_any_place_and_bad_sectors_are_zeros(void **state)
{
	static const struct reader_ops ops = { .name = "bad", .read = bad_read, .close = bad_close };
	struct bad_medium medium = { .base = { &ops, SIZE, 512, 0 }, .bad_at = 5000, .bad_size = 2 };
	static const uint8_t held[512] = { 1, 2, 3 };
	static uint8_t want[SIZE], got[SIZE];
	struct lock_map map = { .sector_size = 512 };
	struct reader *r = NULL, *below = NULL;
	uint64_t run = 0;
	(void)state;
	seal_xts(EVP_aes_256_xts(), key, 0, 1, sealed, SIZE, 512);
	assert_int_equal(lock_cipher_new("aes-xts-plain64", key, 64, 512, 1, &map.ciphers[map.cipher_count++], &err), TRIAGE_OK);
	const struct lock_run runs[] = {
		{ .kind = LOCK_RUN_HELD, .size = 512, .held = held },
		{ .kind = LOCK_RUN_CIPHER, .size = 16384, .below = 4096, .number = 8, .cipher = map.ciphers[0] },
		{ .kind = LOCK_RUN_ZERO, .size = 1000 },
		{ .kind = LOCK_RUN_PLAIN, .size = 3000, .below = 777 },
		{ .kind = LOCK_RUN_CIPHER, .size = 1024, .below = SIZE - 512, .number = SIZE / 512 - 1, .cipher = map.ciphers[0] },
	};
	memcpy(want, held, 512);
	memcpy(want + 512, plain + 4096, 16384);
	memset(want + 512 + (4608 - 4096), 0, 512);	/* the bad sector */
	memcpy(want + 512 + 16384 + 1000, sealed + 777, 3000);
	memcpy(want + 512 + 16384 + 4000, plain + SIZE - 512, 512);	/* the next one lies behind the end */
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		assert_int_equal(lock_map_add(&map, &runs[i], &err), TRIAGE_OK);
	assert_int_equal(lock_map_reader(&map, &medium.base, &r, &err), TRIAGE_OK);
	assert_number_equal(r->size, 512 + 16384 + 1000 + 3000 + 1024);
	assert_int_equal(reader_read_all(r, 0, got, (size_t)r->size, &err), TRIAGE_OK);
	assert_memory_equal(got, want, r->size);
	assert_number_equal(r->bad_bytes, 1024);
	uint32_t seed = 3;
	for (unsigned i = 0; i < 2000; i++) {
		size_t at = next_random(&seed) % (size_t)r->size, size = 1 + next_random(&seed) % 3000;
		size = size < r->size - at ? size : (size_t)r->size - at;
		if (reader_read_all(r, at, got, size, &err) == TRIAGE_OK)
			assert_memory_equal(got, want + at, size);
		else
			assert_int_equal(err.status, TRIAGE_E_IO);	/* nothing but bad sectors was asked for */
	}
	assert_number_equal(r->ops->place(r, 512 + 16384 + 1000 + 5, &below, &run), 777 + 5);
	assert_number_equal(run, 2995);
	assert_ptr_equal(below, &medium.base);
	assert_true(r->ops->place(r, 600, &below, &run) == TRIAGE_NO_OFFSET);
	assert_number_equal(run, 16384 - 88);
	reader_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(xts_is_that_of_openssl_for_every_sector_size, make_plain),
		cmocka_unit_test_setup(plain_counts_in_32_bits_only, make_plain),
		cmocka_unit_test_setup(essiv_encrypts_the_number_under_the_digest_of_the_key, make_plain),
		cmocka_unit_test_setup(eboiv_encrypts_the_place_under_the_key, make_plain),
		cmocka_unit_test_setup(elephant_is_undone, make_plain),
		cmocka_unit_test_setup(what_is_not_read_is_named, make_plain),
		cmocka_unit_test_setup(runs_are_read_at_any_place_and_bad_sectors_are_zeros, make_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
