/*
 * lock_crypto.h - the algorithms that locks need, from OpenSSL and libargon2, each fetched once.
 *
 * OpenSSL loads its providers from files on first use, so locks_prepare() has to run before a process gives up opening files.
 * Names are those of the formats ("aes", "sha256", as the Linux kernel calls them), in any case of letters.
 */
#ifndef TRIAGE_EVIDENCE_LOCK_CRYPTO_H
#define TRIAGE_EVIDENCE_LOCK_CRYPTO_H

#include "triage/base/error.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOCK_DIGEST_MAX = 64, LOCK_KEY_MAX = 128, LOCK_BLOCK = 16 };

/* Fetch all of it. Call it once before forking; calling it again does nothing. What this system lacks is reported by name later. */
void locks_prepare(void);

/* A cipher for keys of size bytes, by single blocks or (chained) in CBC; NULL when this system has none. Blocks are LOCK_BLOCK bytes. */
const EVP_CIPHER *lock_block_cipher(const char *name, size_t key_size, bool chained);
const EVP_MD *lock_digest(const char *name);	/* NULL when this system has none */

/* One digest over two pieces, the second may be empty. False when it failed. out: LOCK_DIGEST_MAX bytes. */
bool lock_digest_of(const EVP_MD *md, const void *first, size_t first_size, const void *second, size_t second_size, uint8_t *out);

/* RFC 8018. False when it failed. */
bool lock_pbkdf2(const char *hash, const uint8_t *secret, size_t secret_size, const uint8_t *salt, size_t salt_size, uint32_t iterations,
    uint8_t *out, size_t size);

struct lock_argon2 {
	bool id;			/* argon2id, else argon2i */
	uint32_t passes, memory, lanes;	/* memory: KiB */
	const uint8_t *salt;
	size_t salt_size;
};
/* RFC 9106, all lanes by the calling thread. Errors: E_MEMORY (the memory that it asks for is not to be had), E_FORMAT (parameters). */
WARN_UNUSED enum triage_status lock_argon2(const struct lock_argon2 *how, const uint8_t *secret, size_t secret_size, uint8_t *out, size_t size,
    struct triage_error *err);

/* AES-256-CCM with a nonce of 12 bytes and a tag of 16. False when the tag does not fit: the wrong key. */
bool lock_ccm_open(const uint8_t key[32], const uint8_t nonce[12], const uint8_t tag[16], const uint8_t *sealed, size_t size, uint8_t *out);

/* Same bytes? In time that does not depend on where they differ. */
bool lock_same(const void *a, const void *b, size_t size);
void lock_wipe(void *secret, size_t size);
void lock_wipe_free(void *secret, size_t size);	/* NULL is fine */

#endif
