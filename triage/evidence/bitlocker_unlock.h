/* bitlocker_unlock.h - from what the officer gave to the key of the volume, through its protectors. */
#ifndef TRIAGE_EVIDENCE_BITLOCKER_UNLOCK_H
#define TRIAGE_EVIDENCE_BITLOCKER_UNLOCK_H

#include "triage/evidence/bitlocker.h"
#include "triage/evidence/bitlocker_secret.h"
#include "triage/evidence/lock_cipher.h"

/* Pairs of secret and protector that are tried in one volume; each costs half a second. */
enum { BITLOCKER_TRIES = 80 };

struct bitlocker_tries {
	unsigned tried;
	bool spent;			/* BITLOCKER_TRIES was reached before everything was tried */
	const struct bitlocker_protector *opened;	/* the one whose key fitted, NULL for none */
};

/*
 * Make the cipher of the volume. A protector with a clear key is opened without any secret. *ret_cipher is NULL when no secret fits.
 * Errors: E_UNSUPPORTED (the encryption method), E_FORMAT, E_MEMORY.
 */
WARN_UNUSED enum triage_status bitlocker_unlock(const struct bitlocker *b, const struct secrets *secrets, struct bitlocker_tries *tries,
    struct lock_cipher **ret_cipher, struct triage_error *err);

/* True when this build reads sectors of such a method; the name of it or "". */
bool bitlocker_method_known(uint16_t method, const char **ret_name);

/* The number of the sector at a place of the medium: XTS counts sectors, CBC bytes. */
uint64_t bitlocker_number(const struct bitlocker *b, uint64_t at);

#endif
