/*
 * signer.h - who signs a bundle when it is sealed: triage_run() and the bag know no key, they only ask.
 *
 * All strings are borrowed for as long as the signer is used.
 */
#ifndef TRIAGE_SIGNER_H
#define TRIAGE_SIGNER_H

#include <triage/error.h>

#include <stddef.h>
#include <stdint.h>

enum { TRIAGE_SIGNATURE_MAX = 96 << 10 };	/* bytes of a signature with its certificates */

struct triage_signer {
	void *ctx;
	const char *who;		/* one line, UTF-8: the subject of the certificate */
	const char *fingerprint;	/* SHA-256 of the certificate, 64 lower-case hex digits */
	/*
	 * A detached signature (CMS, DER) over data into out, which has TRIAGE_SIGNATURE_MAX bytes.
	 * Errors: whatever keeps it from signing, in words for the operator; the bundle then stays unsigned.
	 */
	enum triage_status (*sign)(void *ctx, const void *data, size_t size, uint8_t *out, size_t *ret_size, struct triage_error *err);
};

#endif
