/* stamp.c - RFC 3161 time stamps: the request to send by whatever way there is, and the reply held against what it stamps. */
#include "triage/report/cms_inside.h"

#include "triage/base/digest.h"
#include "triage/base/when.h"

#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <string.h>

/* --- the request --- */

static bool
fill_imprint(TS_MSG_IMPRINT *imprint, const void *data, size_t size)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	X509_ALGOR *algorithm = X509_ALGOR_new();
	bool ok = algorithm != NULL && EVP_Digest(data, size, value, &length, EVP_sha256(), NULL) == 1 &&
	    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 && TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	    TS_MSG_IMPRINT_set_msg(imprint, value, (int)length) == 1;
	X509_ALGOR_free(algorithm);
	return ok;
}

enum triage_status
stamp_query(const void *data, size_t size, struct buf *out, struct triage_error *err)
{
	uint8_t *der = NULL;
	TS_REQ *request = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	bool ok = request != NULL && imprint != NULL && TS_REQ_set_version(request, 1) == 1 && fill_imprint(imprint, data, size) &&
	    TS_REQ_set_msg_imprint(request, imprint) == 1 && TS_REQ_set_cert_req(request, 1) == 1;
	int length = ok ? i2d_TS_REQ(request, &der) : -1;
	if (length > 0)
		buf_put(out, der, (size_t)length);
	OPENSSL_free(der);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(request);
	ERR_clear_error();
	if (length > 0)
		return buf_check(out, err);
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the request of a time stamp");
	return TRIAGE_E_MEMORY;
}

/* --- the reply --- */

static enum triage_status
wrong(struct triage_error *err, const char *why)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s", why);
	return TRIAGE_E_FORMAT;
}

static bool
stamps(TS_TST_INFO *info, const void *data, size_t size)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *kind = NULL;
	X509_ALGOR_get0(&kind, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	int nid = OBJ_obj2nid(kind);
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
		return false;
	const ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	return EVP_Digest(data, size, value, &length, EVP_get_digestbynid(nid), NULL) == 1 && ASN1_STRING_length(said) == (int)length &&
	    memcmp(ASN1_STRING_get0_data(said), value, length) == 0;
}

/* The signature of the authority over its own statement; the chain is another question. */
static bool
is_signed(PKCS7 *token, X509 **ret_certificate)
{
	X509 *signer = NULL;
	BIO *content = PKCS7_dataInit(token, NULL);
	if (content == NULL)
		return false;
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(token);
	STACK_OF(X509) *found = PKCS7_get0_signers(token, NULL, 0);
	signer = found != NULL && sk_X509_num(found) == 1 ? sk_X509_value(found, 0) : NULL;
	sk_X509_free(found);
	char piece[1 << 12];
	while (BIO_read(content, piece, sizeof(piece)) > 0)
		continue;
	bool ok = signer != NULL && sk_PKCS7_SIGNER_INFO_num(signers) == 1 &&
	    PKCS7_signatureVerify(content, token, sk_PKCS7_SIGNER_INFO_value(signers, 0), signer) == 1;
	BIO_free_all(content);
	*ret_certificate = signer;
	return ok;
}

/* RFC 3161 wants the certificate of the authority named in what it signs, by its digest. */
static bool
names_certificate(PKCS7 *token, X509 *certificate)
{
	PKCS7_SIGNER_INFO *signer = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token), 0);
	const ASN1_TYPE *first = PKCS7_get_signed_attribute(signer, NID_id_smime_aa_signingCertificate);
	const ASN1_TYPE *second = PKCS7_get_signed_attribute(signer, NID_id_smime_aa_signingCertificateV2);
	ESS_SIGNING_CERT *old = NULL;
	ESS_SIGNING_CERT_V2 *new = NULL;
	STACK_OF(X509) *chain = sk_X509_new_null();
	if (first != NULL && first->type == V_ASN1_SEQUENCE) {
		const uint8_t *at = first->value.sequence->data;
		old = d2i_ESS_SIGNING_CERT(NULL, &at, first->value.sequence->length);
	}
	if (second != NULL && second->type == V_ASN1_SEQUENCE) {
		const uint8_t *at = second->value.sequence->data;
		new = d2i_ESS_SIGNING_CERT_V2(NULL, &at, second->value.sequence->length);
	}
	bool ok = chain != NULL && sk_X509_push(chain, certificate) > 0 && OSSL_ESS_check_signing_certs(old, new, chain, 1) == 1;
	sk_X509_free(chain);
	ESS_SIGNING_CERT_free(old);
	ESS_SIGNING_CERT_V2_free(new);
	return ok;
}

static int64_t
time_of(TS_TST_INFO *info)
{
	const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(info);
	struct tm parts;
	/* fractions of a second are allowed there, and cut here */
	char text[16] = "";
	int size = time != NULL ? ASN1_STRING_length(time) : 0;
	if (size < 15)
		return TRIAGE_TIME_NONE;
	memcpy(text, ASN1_STRING_get0_data(time), 14);
	memset(&parts, 0, sizeof(parts));
	ASN1_GENERALIZEDTIME *whole = ASN1_GENERALIZEDTIME_new();
	text[14] = 'Z';
	int64_t ns = whole != NULL && ASN1_GENERALIZEDTIME_set_string(whole, text) == 1 ? cms_time(whole) : TRIAGE_TIME_NONE;
	ASN1_GENERALIZEDTIME_free(whole);
	return ns;
}

/* With no list of trusted certificates each certificate of the reply is taken for one: purpose and time are still looked at. */
static enum triage_status
judge(PKCS7 *token, X509 *certificate, const char *trust, struct cms_result *r, struct triage_error *err)
{
	X509_STORE *store;
	STACK_OF(X509) *others = token->d.sign->cert;
	enum triage_status st = cms_trust_store(trust, &store, err);
	if (st != TRIAGE_OK)
		return st;
	if (trust == NULL)
		X509_STORE_add_cert(store, certificate);
	cms_judge_chain(store, certificate, others, X509_PURPOSE_TIMESTAMP_SIGN, r->time, CMS_IS_STAMP, r);
	X509_STORE_free(store);
	if (trust == NULL && r->trust == CMS_UNTRUSTED) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "its certificate is not one of a time stamp authority: %s", r->why);
		return TRIAGE_E_FORMAT;
	}
	if (trust == NULL)
		r->trust = CMS_NOT_ASKED;
	return TRIAGE_OK;
}

static enum triage_status
check_reply(TS_RESP *reply, const void *data, size_t size, const char *trust, struct cms_result *r, struct triage_error *err)
{
	X509 *certificate = NULL;
	long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(reply)));
	PKCS7 *token = TS_RESP_get_token(reply);
	TS_TST_INFO *info = TS_RESP_get_tst_info(reply);
	if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
		return wrong(err, "the authority did not grant the stamp");
	if (token == NULL || info == NULL || !PKCS7_type_is_signed(token))
		return wrong(err, "there is no time stamp in it");
	if (!stamps(info, data, size))
		return wrong(err, "it is not a stamp over this file: the file was changed, or it is the stamp of another");
	if (!is_signed(token, &certificate))
		return wrong(err, certificate == NULL ? "the certificate of the authority is not in it (ask for it in the request)" :
		    "the signature of the authority does not fit: the stamp was changed");
	if (!names_certificate(token, certificate))
		return wrong(err, "the certificate in it is not the one of the authority that stamped");
	cms_describe(certificate, r);
	r->time = time_of(info);
	if (r->time == TRIAGE_TIME_NONE)
		return wrong(err, "it says no time");
	return judge(token, certificate, trust, r, err);
}

enum triage_status
stamp_check(const void *der, size_t size_of_der, const void *data, size_t size, const char *trust, struct cms_result *ret_result,
    struct triage_error *err)
{
	const uint8_t *p = der;
	struct cms_result r = { .time = TRIAGE_TIME_NONE };
	if (size_of_der > CMS_FILE_MAX)
		return wrong(err, "it is too long for the reply of a time stamp authority");
	TS_RESP *reply = d2i_TS_RESP(NULL, &p, (long)size_of_der);
	enum triage_status st;
	if (reply == NULL || p != (const uint8_t *)der + size_of_der)
		st = wrong(err, "it is no reply of a time stamp authority (RFC 3161, DER), or was cut or added to");
	else
		st = check_reply(reply, data, size, trust, &r, err);
	TS_RESP_free(reply);
	ERR_clear_error();
	if (st == TRIAGE_OK)
		*ret_result = r;
	return st;
}
