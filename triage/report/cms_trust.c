/* cms_trust.c - who a certificate names, and whether a chain leads from it to one that is trusted. */
#include "triage/report/cms_inside.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TRUSTED_MAX = 1000 };

const char *
cms_last_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return reason != NULL ? reason : "unknown";
}

void
cms_name(const X509_NAME *name, char *out, size_t room)
{
	char *raw;
	SCOPED_BUF shown;
	buf_init(&shown, 1 << 16);
	BIO *memory = BIO_new(BIO_s_mem());
	if (memory != NULL && X509_NAME_print_ex(memory, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SPC_EQ) >= 0) {
		long size = BIO_get_mem_data(memory, &raw);
		text_display(&shown, raw, size > 0 ? (size_t)size : 0);
	}
	BIO_free(memory);
	ERR_clear_error();
	snprintf(out, room, "%s", shown.size > 0 ? buf_cstr(&shown) : "(no name)");
	/* cut between characters */
	size_t end = strlen(out);
	if (end + 1 == room) {
		while (end > 0 && ((uint8_t)out[end - 1] & 0xc0) == 0x80)
			end--;
		out[end > 0 ? end - 1 : 0] = '\0';
	}
}

void
cms_fingerprint(const X509 *certificate, char out[65])
{
	uint8_t value[EVP_MAX_MD_SIZE] = { 0 };
	unsigned size = 0;
	if (X509_digest(certificate, EVP_sha256(), value, &size) != 1 || size != 32)
		memset(value, 0, sizeof(value));
	text_hex(out, value, 32);
}

int64_t
cms_time(const ASN1_TIME *time)
{
	struct tm parts;
	if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
		return TRIAGE_TIME_NONE;
	return when_from_unix(timegm(&parts), 0);
}

void
cms_describe(const X509 *certificate, struct cms_result *r)
{
	cms_name(X509_get_subject_name(certificate), r->who, sizeof(r->who));
	cms_name(X509_get_issuer_name(certificate), r->issuer, sizeof(r->issuer));
	cms_fingerprint(certificate, r->fingerprint);
	r->not_before = cms_time(X509_get0_notBefore(certificate));
	r->not_after = cms_time(X509_get0_notAfter(certificate));
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
	int size = ASN1_STRING_length(serial);
	r->serial[0] = '\0';
	if (size > 0 && size <= 39)
		text_hex(r->serial, ASN1_STRING_get0_data(serial), (size_t)size);
}

static enum triage_status
add_trusted(X509_STORE *store, const char *path, FILE *file, struct triage_error *err)
{
	size_t count = 0;
	for (X509 *one; count < TRUSTED_MAX && (one = PEM_read_X509(file, NULL, NULL, NULL)) != NULL; count++) {
		bool added = X509_STORE_add_cert(store, one) == 1;
		X509_free(one);
		if (!added) {
			triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "--trust %s: %s", path, cms_last_reason());
			return TRIAGE_E_USAGE;
		}
	}
	ERR_clear_error();
	if (count > 0)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "--trust %s: there is no certificate in this file (PEM is wanted)", path);
	return TRIAGE_E_USAGE;
}

enum triage_status
cms_trust_store(const char *path, X509_STORE **ret_store, struct triage_error *err)
{
	X509_STORE *store = X509_STORE_new();
	if (store == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the trusted certificates");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = TRIAGE_OK;
	if (path != NULL) {
		SCOPED_FILE file = fopen(path, "re");
		if (file == NULL) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the file of --trust %s", path);
			st = TRIAGE_E_IO;
		} else {
			st = add_trusted(store, path, file, err);
		}
	}
	if (st != TRIAGE_OK) {
		X509_STORE_free(store);
		return st;
	}
	*ret_store = store;
	return TRIAGE_OK;
}

void
cms_judge_chain(X509_STORE *store, X509 *certificate, STACK_OF(X509) *others, int purpose, int64_t at, struct cms_result *r)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	r->trust = CMS_UNTRUSTED;
	snprintf(r->why, sizeof(r->why), "out of memory");
	if (context != NULL && X509_STORE_CTX_init(context, store, certificate, others) == 1) {
		X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
		X509_VERIFY_PARAM_set_purpose(rules, purpose);
		/* one certificate named in --trust is trusted whether or not it is a root */
		X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
		if (at != TRIAGE_TIME_NONE)
			X509_VERIFY_PARAM_set_time(rules, at / 1000000000);
		if (X509_verify_cert(context) == 1) {
			r->trust = CMS_TRUSTED;
			r->why[0] = '\0';
		} else {
			snprintf(r->why, sizeof(r->why), "%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
		}
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
}
