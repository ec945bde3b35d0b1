/* cms_inside.h - what the files around cms.h share: names and times of certificates, the last word of OpenSSL, trust. */
#ifndef TRIAGE_REPORT_CMS_INSIDE_H
#define TRIAGE_REPORT_CMS_INSIDE_H

#include "triage/report/cms.h"

#include <openssl/x509_vfy.h>

/* The last reason that OpenSSL gave, or "unknown"; its list is emptied. Borrowed for ever. */
const char *cms_last_reason(void);
/* Subject, issuer, serial, fingerprint, validity into r. */
void cms_describe(const X509 *certificate, struct cms_result *r);
void cms_name(const X509_NAME *name, char *out, size_t room);	/* one line, display form */
void cms_fingerprint(const X509 *certificate, char out[65]);
int64_t cms_time(const ASN1_TIME *time);			/* ns; TRIAGE_TIME_NONE when it is none */
/* The certificates of a file (PEM, DER) or of every file in a folder as those that are trusted, and the revocation lists beside them; path NULL: an empty store. */
WARN_UNUSED enum triage_status cms_trust_store(const char *path, X509_STORE **ret_store, struct triage_error *err);
/* How the moment of a signature is known: by its signer's word, by a time stamp over it, or because it is a time stamp. */
enum cms_dated { CMS_DATED_BY_SIGNER, CMS_DATED_BY_STAMP, CMS_IS_STAMP };
/*
 * Set r->trust and r->why: does a chain lead from certificate to the store at that moment (ns), and, by the lists in the store, is none in it revoked?
 * purpose: X509_PURPOSE_...
 */
void cms_judge_chain(X509_STORE *store, X509 *certificate, STACK_OF(X509) *others, int purpose, int64_t at, enum cms_dated dated, struct cms_result *r);
/* cms_revoked.c: the revocation of what is in a chain that was found good; into r. */
void cms_look_up(X509_STORE_CTX *context, int64_t at, enum cms_dated dated, struct cms_result *r);

#endif
