/* cms_sign.c - one detached signature: CMS with the signer's certificate bound in (CAdES-BES), so that plain openssl checks it. */
#include "triage/report/cms_inside.h"
#include "triage/report/cms_key.h"

#include <openssl/cms.h>
#include <openssl/err.h>

/* The time of the run's clock, not of the library's: with SOURCE_DATE_EPOCH it is that moment. */
static bool
put_time(CMS_SignerInfo *signer, int64_t now)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, now / 1000000000);
	bool ok = time != NULL && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, ASN1_STRING_type(time), time, -1) == 1;
	ASN1_TIME_free(time);
	return ok;
}

static bool
sign(struct cms_key *k, CMS_ContentInfo *cms, BIO *content, int64_t now)
{
	const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL;
	CMS_SignerInfo *signer = CMS_add1_signer(cms, k->certificate, k->key, EVP_sha256(), flags | CMS_NOSMIMECAP | CMS_CADES);
	if (signer == NULL || !put_time(signer, now))
		return false;
	for (int i = 0; i < sk_X509_num(k->others); i++)
		if (CMS_add1_cert(cms, sk_X509_value(k->others, i)) != 1)
			ERR_clear_error();	/* the same one twice */
	return CMS_final(cms, content, NULL, CMS_DETACHED | CMS_BINARY) == 1;
}

enum triage_status
cms_sign(struct cms_key *k, const void *data, size_t size, int64_t now, struct buf *out, struct triage_error *err)
{
	uint8_t *der = NULL;
	BIO *content = BIO_new_mem_buf(data, (int)size);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_DETACHED | CMS_BINARY | CMS_PARTIAL);
	bool ok = content != NULL && cms != NULL && sign(k, cms, content, now);
	int length = ok ? i2d_CMS_ContentInfo(cms, &der) : -1;
	if (length > 0)
		buf_put(out, der, (size_t)length);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	if (length > 0)
		return buf_check(out, err);
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the key of %.100s could not sign: %s", k->who, cms_last_reason());
	return TRIAGE_E_USAGE;
}
