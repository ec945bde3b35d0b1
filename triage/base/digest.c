#include "triage/base/digest.h"

#include "triage/base/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct digest {
	EVP_MD_CTX *context;
	enum digest_kind kind;
	bool broken;
};

static const struct {
	const char *name;
	size_t size;
} kinds[DIGEST_KIND_COUNT] = {
	[DIGEST_MD5] = { "MD5", 16 },
	[DIGEST_SHA1] = { "SHA1", 20 },
	[DIGEST_SHA256] = { "SHA256", 32 },
};

/* Fetched once by digest_setup(), never freed: they are constants of the process from then on. */
static EVP_MD *fetched[DIGEST_KIND_COUNT];

enum triage_status
digest_setup(struct triage_error *err)
{
	/* without it OpenSSL 3.0 takes a lock that is not there */
	if (fetched[0] == NULL && OSSL_LIB_CTX_get0_global_default() == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the OpenSSL library");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++) {
		if (fetched[i] == NULL)
			fetched[i] = EVP_MD_fetch(NULL, kinds[i].name, NULL);
		if (fetched[i] == NULL || (size_t)EVP_MD_get_size(fetched[i]) != kinds[i].size) {
			triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET,
			    "the OpenSSL library of this system does not offer %s, or has no memory for it", kinds[i].name);
			return TRIAGE_E_UNSUPPORTED;
		}
	}
	return TRIAGE_OK;
}

size_t
digest_size(enum digest_kind kind)
{
	return kinds[kind].size;
}

enum triage_status
digest_new(enum digest_kind kind, struct digest **ret_digest, struct triage_error *err)
{
	enum triage_status st = digest_setup(err);
	if (st != TRIAGE_OK)
		return st;
	struct digest *d = calloc(1, sizeof(*d));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (d == NULL || context == NULL || EVP_DigestInit_ex2(context, fetched[kind], NULL) != 1) {
		EVP_MD_CTX_free(context);
		free(d);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a digest");
		return TRIAGE_E_MEMORY;
	}
	*d = (struct digest){ .context = context, .kind = kind };
	*ret_digest = d;
	return TRIAGE_OK;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	free(d);
}

void
digest_reset(struct digest *d)
{
	d->broken = EVP_DigestInit_ex2(d->context, NULL, NULL) != 1;
}

void
digest_update(struct digest *d, const void *data, size_t size)
{
	if (size != 0 && EVP_DigestUpdate(d->context, data, size) != 1)
		d->broken = true;
}

void
digest_final(struct digest *d, uint8_t out[DIGEST_MAX])
{
	if (EVP_DigestFinal_ex(d->context, out, NULL) != 1)
		d->broken = true;
	/* the software digests cannot fail once they are set up; should one ever, a value of zeros matches nothing real */
	if (d->broken)
		memset(out, 0, kinds[d->kind].size);
}

void
digest_sha256_hex(const void *data, size_t size, char out[65])
{
	uint8_t value[DIGEST_MAX] = { 0 };
	if (EVP_Digest(data, size, value, NULL, fetched[DIGEST_SHA256] != NULL ? fetched[DIGEST_SHA256] : EVP_sha256(), NULL) != 1)
		memset(value, 0, sizeof(value));
	text_hex(out, value, kinds[DIGEST_SHA256].size);
}
