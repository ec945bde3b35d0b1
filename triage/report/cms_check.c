/* cms_check.c - a detached signature held against the bytes that it is for. */
#include "triage/report/cms_inside.h"

#include "triage/base/when.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/x509v3.h>

#include <string.h>

static enum triage_status
wrong(struct triage_error *err, const char *why)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s", why);
	return TRIAGE_E_FORMAT;
}

/* The signed attribute that names the certificate by its digest: another one with the same key is not the signer's. */
static bool
names_certificate(CMS_SignerInfo *signer, X509 *certificate)
{
	const ASN1_OBJECT *kind = OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2);
	const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ(signer, kind, -3, V_ASN1_SEQUENCE);
	if (value == NULL) {
		ERR_clear_error();
		return CMS_signed_get_attr_by_OBJ(signer, kind, -1) < 0;	/* made by another tool: it names none */
	}
	const uint8_t *at = ASN1_STRING_get0_data(value);
	ESS_SIGNING_CERT_V2 *named = d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(value));
	STACK_OF(X509) *chain = sk_X509_new_null();
	bool ok = named != NULL && chain != NULL && sk_X509_push(chain, certificate) > 0 && OSSL_ESS_check_signing_certs(NULL, named, chain, 1) == 1;
	sk_X509_free(chain);
	ESS_SIGNING_CERT_V2_free(named);
	ERR_clear_error();
	return ok;
}

static int64_t
claimed_time(CMS_SignerInfo *signer)
{
	const ASN1_OBJECT *kind = OBJ_nid2obj(NID_pkcs9_signingTime);
	const ASN1_TIME *time = CMS_signed_get0_data_by_OBJ(signer, kind, -3, V_ASN1_UTCTIME);
	if (time == NULL)
		time = CMS_signed_get0_data_by_OBJ(signer, kind, -3, V_ASN1_GENERALIZEDTIME);
	ERR_clear_error();
	return cms_time(time);
}

/*
 * CMS_verify() makes a reader of its own over content in memory, and forgets it when the digest of the signature is one that it does not know
 * (OpenSSL 3.0). Behind a filter that does nothing the content is not known to be in memory, and stays ours.
 */
static BIO *
content_of(const void *data, size_t size)
{
	BIO *memory = BIO_new_mem_buf(data, (int)size), *filter = BIO_new(BIO_f_null());
	if (memory != NULL && filter != NULL)
		return BIO_push(filter, memory);
	BIO_free(memory);
	BIO_free(filter);
	return NULL;
}

static enum triage_status
check_content(CMS_ContentInfo *cms, const void *data, size_t size, X509 **ret_certificate, CMS_SignerInfo **ret_signer, struct triage_error *err)
{
	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return wrong(err, "it is a CMS message, but no signature");
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return wrong(err, "it has not exactly one signer");
	if (CMS_is_detached(cms) != 1)
		return wrong(err, "it brings content of its own, instead of being over the file beside it");
	BIO *content = content_of(data, size);
	bool ok = content != NULL && CMS_verify(cms, NULL, NULL, content, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
	BIO_free_all(content);
	if (!ok) {
		int reason = ERR_GET_REASON(ERR_peek_last_error());
		ERR_clear_error();
		return wrong(err, reason == CMS_R_SIGNER_CERTIFICATE_NOT_FOUND ? "the certificate of its signer is not in it" :
		    "it is not a signature over this file: the file or the signature was changed");
	}
	STACK_OF(X509) *of = CMS_get0_signers(cms);
	*ret_signer = sk_CMS_SignerInfo_value(signers, 0);
	*ret_certificate = sk_X509_value(of, 0);
	sk_X509_free(of);
	if (*ret_certificate == NULL)
		return wrong(err, "the certificate of its signer is not in it");
	if (!names_certificate(*ret_signer, *ret_certificate))
		return wrong(err, "the certificate in it is not the one that signed");
	return TRIAGE_OK;
}

static enum triage_status
check_trust(CMS_ContentInfo *cms, X509 *certificate, const char *trust, int64_t at, struct cms_result *r, struct triage_error *err)
{
	X509_STORE *store;
	if (trust == NULL)
		return TRIAGE_OK;
	enum triage_status st = cms_trust_store(trust, &store, err);
	if (st != TRIAGE_OK)
		return st;
	STACK_OF(X509) *others = CMS_get1_certs(cms);
	cms_judge_chain(store, certificate, others, X509_PURPOSE_ANY, at != TRIAGE_TIME_NONE ? at : r->time,
	    at != TRIAGE_TIME_NONE ? CMS_DATED_BY_STAMP : CMS_DATED_BY_SIGNER, r);
	if (r->trust == CMS_TRUSTED && (X509_get_key_usage(certificate) & (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION)) == 0) {
		r->trust = CMS_UNTRUSTED;
		memcpy(r->why, "the certificate is not for signatures", sizeof("the certificate is not for signatures"));
	}
	sk_X509_pop_free(others, X509_free);
	X509_STORE_free(store);
	return TRIAGE_OK;
}

enum triage_status
cms_check(const void *der, size_t size_of_der, const void *data, size_t size, const char *trust, int64_t at, struct cms_result *ret_result,
    struct triage_error *err)
{
	const uint8_t *p = der;
	struct cms_result r = { .time = TRIAGE_TIME_NONE };
	X509 *certificate = NULL;
	CMS_SignerInfo *signer = NULL;
	if (size_of_der > CMS_FILE_MAX || size > INT32_MAX)
		return wrong(err, "it is too long for a signature");
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)size_of_der);
	if (cms == NULL || p != (const uint8_t *)der + size_of_der) {
		CMS_ContentInfo_free(cms);
		ERR_clear_error();
		return wrong(err, "it is no CMS signature in DER, or was cut or added to");
	}
	enum triage_status st = check_content(cms, data, size, &certificate, &signer, err);
	if (st == TRIAGE_OK) {
		cms_describe(certificate, &r);
		r.time = claimed_time(signer);
		st = check_trust(cms, certificate, trust, at, &r, err);
	}
	CMS_ContentInfo_free(cms);
	if (st == TRIAGE_OK)
		*ret_result = r;
	return st;
}
