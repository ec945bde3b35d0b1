/*
 * lock_cipher.h - the cipher of a locked volume, by the sector.
 *
 * One library call serves many sectors: by single blocks or as one chain, whose tweaks and initial values are laid over here.
 * With short sectors that is faster than one call with a new initial value for each.
 * Names are those of dm-crypt: "cipher-mode-iv" or "cipher-mode-iv:option". Modes: xts, cbc, ecb, and "null" for none. Initial values: plain,
 * plain64, plain64be, essiv:HASH, null, eboiv; "aes-cbc-elephant" is cbc with eboiv and BitLocker's diffuser.
 * Sources: IEEE 1619 (XTS); Documentation/admin-guide/device-mapper/dm-crypt of Linux (initial values).
 */
#ifndef TRIAGE_EVIDENCE_LOCK_CIPHER_H
#define TRIAGE_EVIDENCE_LOCK_CIPHER_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lock_cipher;

/*
 * key, size: all key bytes, for xts both halves, for elephant the key of the cipher and then that of the diffuser; copied into the library.
 * sector_size: 512, 1024, 2048 or 4096. step: by how much the number grows from a sector to the next.
 * Errors: E_UNSUPPORTED (names the part that is not read), E_FORMAT (key size), E_MEMORY.
 */
WARN_UNUSED enum triage_status lock_cipher_new(const char *name, const uint8_t *key, size_t size, uint32_t sector_size, uint32_t step,
    struct lock_cipher **ret_cipher, struct triage_error *err);
void lock_cipher_free(struct lock_cipher *c);	/* NULL is fine; wipes the keys */

uint32_t lock_cipher_sector(const struct lock_cipher *c);	/* bytes */
uint32_t lock_cipher_step(const struct lock_cipher *c);

/* Decrypt whole sectors in place. number: of the first one, as its initial value counts. False when the library failed. */
bool lock_cipher_open(struct lock_cipher *c, uint64_t number, uint8_t *bytes, size_t size);

#endif
