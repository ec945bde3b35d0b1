/*
 * share_secret.h - commitments: what stands in a shared bundle in the place of a path or a name, and can be opened later.
 *
 * A commitment is SHA-256 over 32 bytes of salt and then the text (UTF-8). The salt comes from the secret: of a file from its number, so that opening one
 * says nothing of another; of a name (account, host) from the name, so that the same name is the same commitment throughout one share. Salts: SHA-256
 * over "triage share 1\n", the kind, "\n", the secret, and 8 bytes of file number (big endian) or the name.
 */
#ifndef TRIAGE_RUN_SHARE_SECRET_H
#define TRIAGE_RUN_SHARE_SECRET_H

#include "triage/base/error.h"

#include <stdint.h>

struct share_secret {
	uint8_t key[32];
};

struct share_commitment {
	char salt[65], digest[65];	/* lower-case hex */
};

/* A new one from the system's random numbers, written to a file that must not exist: 64 hex digits and a line end. */
WARN_UNUSED enum triage_status share_secret_make(const char *path, struct share_secret *ret_secret, struct triage_error *err);
/* Errors: E_IO, E_FORMAT. */
WARN_UNUSED enum triage_status share_secret_read(const char *path, struct share_secret *ret_secret, struct triage_error *err);

void share_commit_file(const struct share_secret *secret, uint64_t file_id, const char *path, struct share_commitment *ret_commitment);
/* kind: "account" or "host". */
void share_commit_name(const struct share_secret *secret, const char *kind, const char *name, struct share_commitment *ret_commitment);

#endif
