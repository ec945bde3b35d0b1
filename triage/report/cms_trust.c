/* cms_trust.c - who a certificate names, and whether a chain leads from it to one that is trusted. */
#include "triage/report/cms_inside.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { TRUSTED_MAX = 1000 };	/* certificates and lists */

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

/* What is read from the file or folder of --trust. */
struct trusted {
	X509_STORE *store;
	size_t certificates, others;
};

static enum triage_status
will_not_do(const char *path, const char *why, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "--trust %s: %s", path, why);
	return TRIAGE_E_USAGE;
}

/* One certificate or one list of revoked ones; both may be NULL. False when OpenSSL does not take it; its reason is in OpenSSL's own list of errors. */
static bool
take(struct trusted *t, X509 *certificate, X509_CRL *list)
{
	t->certificates += certificate != NULL;
	t->others += list != NULL;
	return (certificate == NULL || X509_STORE_add_cert(t->store, certificate) == 1) && (list == NULL || X509_STORE_add_crl(t->store, list) == 1);
}

static bool
take_pem(struct trusted *t, BIO *file)
{
	STACK_OF(X509_INFO) *all = PEM_X509_INFO_read_bio(file, NULL, NULL, NULL);
	bool ok = all != NULL;	/* without any PEM in it there is an empty stack; a damaged one has none */
	for (int i = 0; ok && i < sk_X509_INFO_num(all); i++) {
		const X509_INFO *one = sk_X509_INFO_value(all, i);
		ok = take(t, one->x509, one->crl);
	}
	sk_X509_INFO_pop_free(all, X509_INFO_free);
	return ok;
}

static bool
take_der(struct trusted *t, BIO *file)
{
	X509 *certificate = d2i_X509_bio(file, NULL);
	X509_CRL *list = NULL;
	if (certificate == NULL && BIO_reset(file) == 0)
		list = d2i_X509_CRL_bio(file, NULL);
	bool ok = take(t, certificate, list);
	X509_free(certificate);
	X509_CRL_free(list);
	return ok;
}

static enum triage_status
add_file(struct trusted *t, const char *path, struct triage_error *err)
{
	BIO *file = BIO_new_file(path, "rbe");
	size_t before = t->certificates + t->others;
	if (file == NULL) {
		ERR_clear_error();
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the file of --trust %s", path);
		return TRIAGE_E_IO;
	}
	bool ok = take_pem(t, file);
	if (ok && t->certificates + t->others == before && BIO_reset(file) == 0)
		ok = take_der(t, file);
	BIO_free(file);
	if (!ok)
		return will_not_do(path, cms_last_reason(), err);
	ERR_clear_error();
	return t->certificates + t->others <= TRUSTED_MAX ? TRIAGE_OK : will_not_do(path, "this is more than 1000 certificates and lists", err);
}

static int
plain_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every file in the folder; what is neither certificate nor list is passed over, what is a damaged one in PEM is not. */
static enum triage_status
add_folder(struct trusted *t, const char *folder, struct triage_error *err)
{
	struct dirent **names;
	enum triage_status st = TRIAGE_OK;
	int count = scandir(folder, &names, plain_file, alphasort);
	if (count < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read the folder of --trust %s", folder);
		return TRIAGE_E_IO;
	}
	for (int i = 0; i < count; i++) {
		struct stat info;
		SCOPED_BUF path;
		buf_init(&path, 1 << 16);
		buf_format(&path, "%s/%s", folder, names[i]->d_name);
		if (st == TRIAGE_OK && !path.failed && stat(path.data, &info) == 0 && S_ISREG(info.st_mode))
			st = add_file(t, path.data, err);
		free(names[i]);
	}
	free(names);
	return st;
}

enum triage_status
cms_trust_store(const char *path, X509_STORE **ret_store, struct triage_error *err)
{
	struct stat info;
	struct trusted t = { .store = X509_STORE_new() };
	if (t.store == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the trusted certificates");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = TRIAGE_OK;
	if (path != NULL)
		st = stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? add_folder(&t, path, err) : add_file(&t, path, err);
	if (st == TRIAGE_OK && path != NULL && t.certificates == 0)
		st = will_not_do(path, "there is no certificate in it", err);
	if (st != TRIAGE_OK) {
		X509_STORE_free(t.store);
		return st;
	}
	*ret_store = t.store;
	return TRIAGE_OK;
}

void
cms_judge_chain(X509_STORE *store, X509 *certificate, STACK_OF(X509) *others, int purpose, int64_t at, enum cms_dated dated, struct cms_result *r)
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
			cms_look_up(context, at, dated, r);
		} else {
			snprintf(r->why, sizeof(r->why), "%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
		}
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
}
