#include "triage/evidence/lock_crypto.h"

#include "triage/base/fault.h"

#include <argon2.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;		/* of the format */
	size_t key_size;
	const char *fetch, *chained;	/* of OpenSSL: by single blocks, and in a chain */
} ciphers[] = {
	{ "aes", 16, "AES-128-ECB", "AES-128-CBC" }, { "aes", 24, "AES-192-ECB", "AES-192-CBC" }, { "aes", 32, "AES-256-ECB", "AES-256-CBC" },
	{ "camellia", 16, "CAMELLIA-128-ECB", "CAMELLIA-128-CBC" }, { "camellia", 24, "CAMELLIA-192-ECB", "CAMELLIA-192-CBC" },
	{ "camellia", 32, "CAMELLIA-256-ECB", "CAMELLIA-256-CBC" }, { "aria", 16, "ARIA-128-ECB", "ARIA-128-CBC" },
	{ "aria", 24, "ARIA-192-ECB", "ARIA-192-CBC" }, { "aria", 32, "ARIA-256-ECB", "ARIA-256-CBC" }, { "sm4", 16, "SM4-ECB", "SM4-CBC" },
};
enum { CIPHERS = sizeof(ciphers) / sizeof(ciphers[0]) };

static const struct {
	const char *name, *fetch;
} digests[] = {
	{ "sha1", "SHA1" }, { "sha224", "SHA2-224" }, { "sha256", "SHA2-256" }, { "sha384", "SHA2-384" }, { "sha512", "SHA2-512" },
	{ "ripemd160", "RIPEMD-160" }, { "rmd160", "RIPEMD-160" }, { "whirlpool", "WHIRLPOOL" }, { "md5", "MD5" }, { "sm3", "SM3" },
	{ "sha3-224", "SHA3-224" }, { "sha3-256", "SHA3-256" }, { "sha3-384", "SHA3-384" }, { "sha3-512", "SHA3-512" },
	{ "blake2b-512", "BLAKE2B-512" }, { "blake2s-256", "BLAKE2S-256" },
};
enum { DIGESTS = sizeof(digests) / sizeof(digests[0]) };

/* Filled once by locks_prepare(), never freed: constants of the process from then on. */
static struct {
	bool done;
	OSSL_LIB_CTX *library;
	EVP_CIPHER *ciphers[CIPHERS], *chained[CIPHERS], *ccm;
	EVP_MD *digests[DIGESTS];
	EVP_KDF *pbkdf2;
} have;

void
locks_prepare(void)
{
	if (have.done)
		return;
	have.done = true;
	/* a library context of our own: loading the legacy provider (Whirlpool) into the common one would switch off its default */
	have.library = OSSL_LIB_CTX_new();
	if (have.library == NULL || OSSL_PROVIDER_load(have.library, "default") == NULL)
		return;
	OSSL_PROVIDER_load(have.library, "legacy");
	for (size_t i = 0; i < CIPHERS; i++) {
		have.ciphers[i] = EVP_CIPHER_fetch(have.library, ciphers[i].fetch, NULL);
		have.chained[i] = EVP_CIPHER_fetch(have.library, ciphers[i].chained, NULL);
	}
	for (size_t i = 0; i < DIGESTS; i++)
		have.digests[i] = EVP_MD_fetch(have.library, digests[i].fetch, NULL);
	have.ccm = EVP_CIPHER_fetch(have.library, "AES-256-CCM", NULL);
	have.pbkdf2 = EVP_KDF_fetch(have.library, "PBKDF2", NULL);
	/* its keyed hash is fetched when it first runs */
	uint8_t out[LOCK_BLOCK];
	(void)lock_pbkdf2("sha1", (const uint8_t *)"x", 1, (const uint8_t *)"saltsalt", 8, 1, out, sizeof(out));
}

const EVP_CIPHER *
lock_block_cipher(const char *name, size_t key_size, bool chained)
{
	locks_prepare();
	for (size_t i = 0; i < CIPHERS; i++)
		if (ciphers[i].key_size == key_size && strcasecmp(ciphers[i].name, name) == 0)
			return chained ? have.chained[i] : have.ciphers[i];
	return NULL;
}

static const char *
digest_name(const char *name)
{
	locks_prepare();
	for (size_t i = 0; i < DIGESTS; i++)
		if (have.digests[i] != NULL && strcasecmp(digests[i].name, name) == 0)
			return digests[i].fetch;
	return NULL;
}

const EVP_MD *
lock_digest(const char *name)
{
	locks_prepare();
	for (size_t i = 0; i < DIGESTS; i++)
		if (strcasecmp(digests[i].name, name) == 0)
			return have.digests[i];
	return NULL;
}

bool
lock_digest_of(const EVP_MD *md, const void *first, size_t first_size, const void *second, size_t second_size, uint8_t *out)
{
	EVP_MD_CTX *c = md != NULL && !fault_hit() ? EVP_MD_CTX_new() : NULL;
	bool ok = c != NULL && EVP_DigestInit_ex2(c, md, NULL) == 1 && EVP_DigestUpdate(c, first, first_size) == 1 &&
	    EVP_DigestUpdate(c, second, second_size) == 1 && EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	return ok;
}

bool
lock_pbkdf2(const char *hash, const uint8_t *secret, size_t secret_size, const uint8_t *salt, size_t salt_size, uint32_t iterations,
    uint8_t *out, size_t size)
{
	const char *name = digest_name(hash);
	EVP_KDF_CTX *c = name != NULL && have.pbkdf2 != NULL && !fault_hit() ? EVP_KDF_CTX_new(have.pbkdf2) : NULL;
	if (c == NULL)
		return false;
	/* OSSL_PARAM takes plain pointers and only reads them */
	union { const void *in; void *param; } p = { secret }, s = { salt }, n = { name };
	int plain = 1;
	uint64_t rounds = iterations;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, p.param, secret_size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, s.param, salt_size),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &rounds),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, n.param, 0),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &plain),	/* no lower bounds: old headers have few iterations */
		OSSL_PARAM_construct_end(),
	};
	bool ok = EVP_KDF_derive(c, out, size, params) == 1;
	EVP_KDF_CTX_free(c);
	return ok;
}

enum triage_status
lock_argon2(const struct lock_argon2 *how, const uint8_t *secret, size_t secret_size, uint8_t *out, size_t size, struct triage_error *err)
{
	union { const uint8_t *in; uint8_t *param; } p = { secret }, s = { how->salt };
	if (secret_size > UINT32_MAX || how->salt_size > UINT32_MAX || size > UINT32_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "argon2: too long");
		return TRIAGE_E_FORMAT;
	}
	argon2_context c = {
		.out = out, .outlen = (uint32_t)size, .pwd = p.param, .pwdlen = (uint32_t)secret_size, .salt = s.param,
		.saltlen = (uint32_t)how->salt_size, .t_cost = how->passes, .m_cost = how->memory, .lanes = how->lanes, .threads = 1,
		.version = ARGON2_VERSION_13, .flags = ARGON2_DEFAULT_FLAGS,
	};
	int result = fault_hit() ? ARGON2_MEMORY_ALLOCATION_ERROR : argon2_ctx(&c, how->id ? Argon2_id : Argon2_i);
	if (result == ARGON2_OK)
		return TRIAGE_OK;
	enum triage_status st = result == ARGON2_MEMORY_ALLOCATION_ERROR ? TRIAGE_E_MEMORY : TRIAGE_E_FORMAT;
	triage_error_set(err, st, TRIAGE_NO_OFFSET, "argon2: %s", argon2_error_message(result));
	return st;
}

bool
lock_ccm_open(const uint8_t key[32], const uint8_t nonce[12], const uint8_t tag[16], const uint8_t *sealed, size_t size, uint8_t *out)
{
	enum { NONCE = 12, TAG = 16, SIZE_MAX_CCM = 1 << 20 };
	locks_prepare();
	uint8_t expected[TAG];
	int n = 0;
	EVP_CIPHER_CTX *c = have.ccm != NULL && size <= SIZE_MAX_CCM && !fault_hit() ? EVP_CIPHER_CTX_new() : NULL;
	if (c == NULL)
		return false;
	memcpy(expected, tag, TAG);
	bool ok = EVP_DecryptInit_ex2(c, have.ccm, NULL, NULL, NULL) == 1 && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, expected) == 1 && EVP_DecryptInit_ex2(c, NULL, key, nonce, NULL) == 1 &&
	    EVP_DecryptUpdate(c, out, &n, sealed, (int)size) == 1 && (size_t)n == size;
	EVP_CIPHER_CTX_free(c);
	if (!ok)
		lock_wipe(out, size);
	return ok;
}

bool
lock_same(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

void
lock_wipe(void *secret, size_t size)
{
	OPENSSL_cleanse(secret, size);
}

void
lock_wipe_free(void *secret, size_t size)
{
	if (secret == NULL)
		return;
	OPENSSL_cleanse(secret, size);
	free(secret);
}
