/*
 * bitlocker_secret.h - what a key file may mean to BitLocker: recovery passwords, a password, a startup key.
 *
 * A recovery password is found anywhere in a text, so that the file that Windows saves (UTF-16, with the identifier above it) can be
 * given as it is.
 */
#ifndef TRIAGE_EVIDENCE_BITLOCKER_SECRET_H
#define TRIAGE_EVIDENCE_BITLOCKER_SECRET_H

#include "triage/base/error.h"
#include "triage/evidence/layer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECRET_MAX = 64, SECRET_KEY = 32, SECRET_GUID = 16 };

enum secret_kind { SECRET_RECOVERY, SECRET_PASSWORD, SECRET_EXTERNAL };

struct secret {
	enum secret_kind kind;
	uint8_t key[SECRET_KEY];	/* RECOVERY, PASSWORD: the digest that is stretched; EXTERNAL: the key itself */
	uint8_t guid[SECRET_GUID];	/* EXTERNAL: of its protector */
};

struct secrets {
	struct secret list[SECRET_MAX];
	size_t count;
	bool mistyped;			/* something looks like a recovery password, but one of its groups is not divisible by 11 */
	bool more;			/* there were more than SECRET_MAX */
};

/* Errors: E_MEMORY. Wipe ret_secrets afterwards. */
WARN_UNUSED enum triage_status secrets_read(const struct layer_keys *keys, struct secrets *ret_secrets, struct triage_error *err);

#endif
