/* luks_unlock.h - from the officer's keys to the volume key, through the key slots of the header. */
#ifndef TRIAGE_EVIDENCE_LUKS_UNLOCK_H
#define TRIAGE_EVIDENCE_LUKS_UNLOCK_H

#include "triage/evidence/layer.h"
#include "triage/evidence/luks.h"

/*
 * Work that deriving keys may cost in one volume, in rounds of PBKDF2 or KiB passes of argon2: each takes about a microsecond.
 * A worker that is silent for three minutes is taken for hanging.
 */
#define LUKS_WORK_MAX UINT64_C(80000000)

struct luks_tries {
	unsigned tried;			/* pairs of key and slot */
	uint64_t memory;		/* KiB that a slot asked for and that could not be had, 0 for none */
	bool spent;			/* LUKS_WORK_MAX was reached before everything was tried */
};

/* The digest that says which key opens a segment; NULL when there is none. */
const struct luks_digest *luks_digest_of(const struct luks *l, const struct luks_segment *s);

/* True when this build can try the slot; else why not into err. */
bool luks_slot_known(const struct luks_slot *s, struct triage_error *err);
/* True when it reads such sectors; else why not into err. */
bool luks_cipher_known(const char *cipher, uint64_t key_size, uint64_t sector_size, struct triage_error *err);

/*
 * Try keys at the slots of a digest. ret_key: LUKS_KEY bytes, to be wiped by the caller; ret_size: its bytes, 0 when no key fits.
 * Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status luks_unlock(struct reader *volume, const struct luks *l, const struct luks_digest *d, const struct layer_keys *keys,
    struct luks_tries *tries, uint8_t *ret_key, size_t *ret_size, struct triage_error *err);

#endif
