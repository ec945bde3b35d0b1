/*
 * cms_revoked.c - revocation, from lists that are at hand (RFC 5280 section 5), for evidence that is checked years later.
 *
 * OpenSSL's own check asks whether a list is fresh at the moment of the signature; a list that was made after it tells more. So: a certificate in a list is
 * revoked, unless a time stamp proves that the signature is older than that. A time stamp of a revoked authority holds when it is older and the reason
 * is none by which its key may be in other hands (RFC 3161 section 4).
 */
#include "triage/report/cms_inside.h"

#include "triage/base/when.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>

/* Reasons after which what was stamped before still holds. */
static bool
harmless(int reason)
{
	return reason == CRL_REASON_UNSPECIFIED || reason == CRL_REASON_AFFILIATION_CHANGED || reason == CRL_REASON_SUPERSEDED || reason == CRL_REASON_CESSATION_OF_OPERATION;
}

static bool
still_holds(const X509_REVOKED *entry, int64_t since, int64_t at, enum cms_dated dated)
{
	bool older = at != TRIAGE_TIME_NONE && since != TRIAGE_TIME_NONE && at < since;
	int critical;
	if (dated == CMS_DATED_BY_SIGNER || !older)
		return false;
	if (dated == CMS_DATED_BY_STAMP)
		return true;
	ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, &critical, NULL);
	bool known = reason != NULL && harmless((int)ASN1_ENUMERATED_get(reason));
	ASN1_ENUMERATED_free(reason);
	return known;
}

/* One certificate in one list of its issuer. False: it is revoked, r says so. */
static bool
not_in(X509_CRL *list, X509 *certificate, int64_t at, enum cms_dated dated, struct cms_result *r)
{
	char when[WHEN_TEXT_SIZE], who[CMS_NAME_MAX];
	X509_REVOKED *entry = NULL;
	if (X509_CRL_get0_by_cert(list, &entry, certificate) != 1 || entry == NULL)
		return true;
	int64_t since = cms_time(X509_REVOKED_get0_revocationDate(entry));
	if (still_holds(entry, since, at, dated))
		return true;
	cms_name(X509_get_subject_name(certificate), who, sizeof(who));
	r->trust = CMS_UNTRUSTED;
	snprintf(r->why, sizeof(r->why), "the certificate of %.100s was revoked on %s", who, when_text(since, 0, "Z", when));
	return false;
}

/* Of the lists that were looked in for each certificate the newest counts; of those of the chain the oldest is told. */
static void
remember_list(const X509_CRL *list, struct cms_result *r)
{
	int64_t made = cms_time(X509_CRL_get0_lastUpdate(list));
	if (r->list_time != TRIAGE_TIME_NONE && r->list_time <= made)
		return;
	r->list_time = made;
	r->list_next = cms_time(X509_CRL_get0_nextUpdate(list));
}

static bool
is_newer(const X509_CRL *list, const X509_CRL *other)
{
	return other == NULL || cms_time(X509_CRL_get0_lastUpdate(list)) > cms_time(X509_CRL_get0_lastUpdate(other));
}

/* ret_looked: a list that speaks of all certificates of the issuer was there. */
static bool
look_up_one(X509_STORE_CTX *context, X509 *certificate, X509 *issuer, int64_t at, enum cms_dated dated, bool *ret_looked, struct cms_result *r)
{
	STACK_OF(X509_CRL) *lists = X509_STORE_CTX_get1_crls(context, X509_get_issuer_name(certificate));
	const X509_CRL *newest = NULL;
	bool good = true;
	for (int i = 0; good && lists != NULL && i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *list = sk_X509_CRL_value(lists, i);
		if (X509_CRL_verify(list, X509_get0_pubkey(issuer)) != 1)
			continue;	/* of another with that name */
		good = not_in(list, certificate, at, dated, r);
		/* a list with a critical extension holds a part of the certificates only, or changes to another list */
		if (X509_CRL_get_ext_by_critical(list, 1, -1) >= 0)
			continue;
		newest = is_newer(list, newest) ? list : newest;
	}
	*ret_looked = newest != NULL;
	if (newest != NULL)
		remember_list(newest, r);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	ERR_clear_error();
	return good;
}

void
cms_look_up(X509_STORE_CTX *context, int64_t at, enum cms_dated dated, struct cms_result *r)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
	bool looked, all = true, good = true;
	r->list_time = r->list_next = TRIAGE_TIME_NONE;
	for (int i = 0; good && i + 1 < sk_X509_num(chain); i++) {
		good = look_up_one(context, sk_X509_value(chain, i), sk_X509_value(chain, i + 1), at, dated, &looked, r);
		all = all && looked;
	}
	/* a chain of one: the certificate itself is named as trusted */
	r->looked_up = good && all && sk_X509_num(chain) > 1;
}
