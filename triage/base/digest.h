/*
 * digest.h - MD5, SHA-1, SHA-256 over OpenSSL EVP. digest_setup() fetches the algorithms once, before any
 * sandbox, because providers are loaded from files on first use.
 */
#ifndef TRIAGE_BASE_DIGEST_H
#define TRIAGE_BASE_DIGEST_H

#include "triage/base/error.h"

#include <stddef.h>
#include <stdint.h>

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_KIND_COUNT };
enum { DIGEST_MAX = 32 };

WARN_UNUSED enum triage_status digest_setup(struct triage_error *err);	/* once a process tree; idempotent */
size_t digest_size(enum digest_kind kind);	/* 16, 20, 32 */

struct digest;	/* one running digest; reusable */
WARN_UNUSED enum triage_status digest_new(enum digest_kind kind, struct digest **ret_digest, struct triage_error *err);
void digest_free(struct digest *d);
void digest_reset(struct digest *d);
void digest_update(struct digest *d, const void *data, size_t size);
void digest_final(struct digest *d, uint8_t out[DIGEST_MAX]);	/* then call digest_reset() before the next use */

/* One shot: lower-case hex SHA-256 of data into out. */
void digest_sha256_hex(const void *data, size_t size, char out[65]);

#endif
