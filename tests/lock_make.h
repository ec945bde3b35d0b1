/* lock_make.h - for tests of locks: a sink that keeps what it is told, and LUKS and BitLocker volumes made from their formats with OpenSSL alone. */
#ifndef TRIAGE_TESTS_LOCK_MAKE_H
#define TRIAGE_TESTS_LOCK_MAKE_H

#include "tests/harness.h"

#include "triage/evidence/layer.h"

#include <openssl/evp.h>

extern const struct layer_kind luks_layer, bitlocker_layer;

struct told {
	struct layer_volume volume;	/* the last one; its reader belongs to the test */
	unsigned volumes, problems;
	char codes[200], messages[1000];
};

static inline enum triage_status
told_volume(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	struct told *t = ctx;
	(void)err;
	t->volume = *v;
	t->volumes++;
	return TRIAGE_OK;
}

static inline enum triage_status
told_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	struct told *t = ctx;
	(void)member, (void)severity, (void)offset, (void)bytes, (void)err;
	t->problems++;
	snprintf(t->codes, sizeof(t->codes), "%s", code);
	snprintf(t->messages, sizeof(t->messages), "%s", message);
	return TRIAGE_OK;
}

/* Offer bytes to a kind with one key (NULL: none). The reader below is *ret_below, to be closed after t->volume.reader. */
static inline void
offer(const struct layer_kind *kind, const void *bytes, size_t size, const void *key, size_t key_size, struct told *t, struct reader **ret_below)
{
	struct triage_error err = { .text = "" };
	struct layer_member m = { .signature = kind->signatures[0] };
	const struct layer_key one = { key, key_size };
	const struct layer_keys keys = { key != NULL ? 1 : 0, &one };
	const struct layer_sink sink = { t, told_volume, told_problem };
	memset(t, 0, sizeof(*t));
	assert_int_equal(reader_memory(bytes, size, &m.reader, &err), TRIAGE_OK);
	*ret_below = m.reader;
	assert_int_equal(kind->open(&m, 1, &keys, &sink, &err), TRIAGE_OK);
	assert_number_equal(t->volumes, 1);
	assert_true((t->volume.state == TRIAGE_VOLUME_EXAMINED) == (t->volume.reader != NULL));
}

static inline void
offer_end(struct told *t, struct reader *below)
{
	reader_close(t->volume.reader);
	reader_close(below);
}

static inline void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline void
store_be(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

/* xorshift: the same bytes in every run. */
static inline uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static inline void
fill_random(uint8_t *at, size_t size, uint32_t seed)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(next_random(&seed) >> 8);
}

/* One call of OpenSSL's own mode, without padding. */
static inline void
seal(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *iv, uint8_t *bytes, size_t size)
{
	int n = 0;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	assert_int_equal(EVP_EncryptInit_ex(c, cipher, NULL, key, iv), 1);
	EVP_CIPHER_CTX_set_padding(c, 0);
	assert_int_equal(EVP_EncryptUpdate(c, bytes, &n, bytes, (int)size), 1);
	assert_number_equal(n, size);
	EVP_CIPHER_CTX_free(c);
}

/* XTS with a sector number, sector by sector. */
static inline void
seal_xts(const EVP_CIPHER *cipher, const uint8_t *key, uint64_t number, uint32_t step, uint8_t *bytes, size_t size, size_t sector)
{
	for (size_t at = 0; at < size; at += sector, number += step) {
		uint8_t iv[16] = { 0 };
		store_le(iv, number, 8);
		seal(cipher, key, iv, bytes + at, sector);
	}
}

#endif
