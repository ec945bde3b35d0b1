/*
 * cms.h - detached signatures over the files of a bag, and time stamps over them: made and checked with OpenSSL.
 *
 * Sources: RFC 5652 (CMS), RFC 5035 (the attribute that names the signer's certificate by its digest), RFC 3161 (time stamps).
 * Nothing here goes to the network: revocation is looked up in lists (CRL, RFC 5280) that stand beside the trusted certificates; without, the reader is told so.
 */
#ifndef TRIAGE_REPORT_CMS_H
#define TRIAGE_REPORT_CMS_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <triage/record.h>

#include <stdbool.h>

enum { CMS_FILE_MAX = 1 << 20, CMS_NAME_MAX = 400 };

/* --- signing --- */

/* Asks a person for a passphrase or PIN without showing it; what: "the passphrase of signing.key". False: none is to be had. */
struct cms_ask {
	bool (*ask)(void *ctx, const char *what, char *out, size_t room, size_t *ret_size);
	void *ctx;
};

struct cms_key;

/*
 * cert: a file with the certificate and, if need be, those above it (PEM, DER, PKCS#12), or a pkcs11: URI. key: a file (PEM, DER,
 * PKCS#12; enciphered or not) or a pkcs11: URI, for which OpenSSL needs a provider or the engine pkcs11. now: ns, held against
 * the time in which the certificate is valid. A key from a file makes one signature on trial; a card is not asked to.
 * Errors: E_IO (no such file), E_USAGE (no certificate or key in it, wrong passphrase, key of another certificate, expired, not yet
 * valid, not for signing), E_UNSUPPORTED (no way to a PKCS#11 key here), E_MEMORY.
 */
WARN_UNUSED enum triage_status cms_key_open(const char *cert, const char *key, const struct cms_ask *ask, int64_t now, struct cms_key **ret_key,
    struct triage_error *err);
void cms_key_free(struct cms_key *k);
const char *cms_key_who(const struct cms_key *k);		/* lives as long as the key */
const char *cms_key_fingerprint(const struct cms_key *k);

/* Append the signature over data. now: the time that it claims, ns. Errors: E_USAGE (the key or card refused), E_MEMORY. */
WARN_UNUSED enum triage_status cms_sign(struct cms_key *k, const void *data, size_t size, int64_t now, struct buf *out, struct triage_error *err);

/* --- checking --- */

enum cms_trust { CMS_NOT_ASKED, CMS_TRUSTED, CMS_UNTRUSTED };

struct cms_result {
	char who[CMS_NAME_MAX], issuer[CMS_NAME_MAX];	/* display form */
	char serial[80], fingerprint[65];
	int64_t time;			/* signature: as it claims, TRIAGE_TIME_NONE when it does not; time stamp: of the stamp */
	int64_t not_before, not_after;	/* of the certificate */
	enum cms_trust trust;
	bool looked_up;			/* every certificate of the chain below its root was looked for in a revocation list of its issuer */
	int64_t list_time, list_next;	/* the oldest of those lists, of each issuer's the newest: when it was made, when the next one was due (TRIAGE_TIME_NONE: not said) */
	char why[200];			/* of CMS_UNTRUSTED */
};

/*
 * Is der (a CMS signature) over data? trust: file or folder with the certificates that are trusted, and revocation lists, NULL to leave the chain alone.
 * at: the moment for which the chain is judged, TRIAGE_TIME_NONE for the one that the signature claims.
 * Errors: E_FORMAT (not a signature, not over these bytes; why in err), E_IO and E_USAGE (the file of --trust), E_MEMORY.
 */
WARN_UNUSED enum triage_status cms_check(const void *der, size_t size_of_der, const void *data, size_t size, const char *trust, int64_t at,
    struct cms_result *ret_result, struct triage_error *err);

/* Append the request for a time stamp over data (SHA-256, no nonce: the digest of a sealed bag is asked for once). */
WARN_UNUSED enum triage_status stamp_query(const void *data, size_t size, struct buf *out, struct triage_error *err);
/* The same as cms_check() for the reply of a time stamp authority. The chain is judged for the moment of the stamp. */
WARN_UNUSED enum triage_status stamp_check(const void *der, size_t size_of_der, const void *data, size_t size, const char *trust,
    struct cms_result *ret_result, struct triage_error *err);

#endif
