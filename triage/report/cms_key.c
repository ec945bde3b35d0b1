/* cms_key.c - certificate and private key of the signer: from files, or on a card through PKCS#11; checked before they are needed. */
#include "triage/report/cms_inside.h"
#include "triage/report/cms_key.h"

#include "triage/base/scoped.h"
#include "triage/base/when.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_token(const char *place)
{
	return strncmp(place, "pkcs11:", 7) == 0;
}

static int
give_passphrase(char *out, int room, int writing, void *ctx)
{
	struct cms_prompt *p = ctx;
	(void)writing;
	p->asked = true;
	if (p->refused)
		return -1;	/* each decoder of OpenSSL asks anew */
	if (p->known_size == 0 && (p->ask.ask == NULL || !p->ask.ask(p->ask.ctx, p->what, p->known, sizeof(p->known), &p->known_size))) {
		p->refused = true;
		return -1;
	}
	if (p->known_size > (size_t)room)
		return -1;
	memcpy(out, p->known, p->known_size);
	return (int)p->known_size;
}

/* --- what a file or URI holds --- */

struct found {
	STACK_OF(X509) *certificates;
	EVP_PKEY *key;
};

static void
take_from(OSSL_STORE_CTX *store, struct found *f)
{
	enum { OBJECTS_MAX = 1000 };
	for (unsigned i = 0; i < OBJECTS_MAX && !OSSL_STORE_eof(store); i++) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);
		if (info == NULL)
			continue;
		X509 *certificate = OSSL_STORE_INFO_get1_CERT(info);
		if (certificate != NULL && (f->certificates == NULL || sk_X509_push(f->certificates, certificate) == 0))
			X509_free(certificate);
		if (f->key == NULL)
			f->key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
}

static enum triage_status
check_file(const char *option, const char *path, struct triage_error *err)
{
	struct stat info;
	SCOPED_FILE file = fopen(path, "re");
	if (file == NULL || fstat(fileno(file), &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the file of %s %s", option, path);
		return TRIAGE_E_IO;
	}
	if (!S_ISREG(info.st_mode) || info.st_size > CMS_FILE_MAX) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s %s is no file of at most 1 MiB: is it the right one?", option, path);
		return TRIAGE_E_USAGE;
	}
	return TRIAGE_OK;
}

/* OpenSSL 3.0 of Debian 12 reaches cards through the engine alone; it is asked when no provider knew the URI. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static ENGINE *
token_engine(void)
{
	ENGINE_load_dynamic();
	ENGINE *engine = ENGINE_by_id("pkcs11");
	if (engine != NULL && ENGINE_init(engine) == 1)
		return engine;
	ENGINE_free(engine);
	return NULL;
}

static void
take_from_engine(struct cms_key *k, const char *uri, bool key, struct found *f)
{
	ENGINE *engine = token_engine();
	if (engine == NULL)
		return;
	struct {
		const char *id;
		X509 *certificate;
	} wanted = { uri, NULL };
	if (key)
		f->key = ENGINE_load_private_key(engine, uri, k->method, &k->prompt);
	else if (ENGINE_ctrl_cmd(engine, "LOAD_CERT_CTRL", 0, &wanted, NULL, 1) == 1 && wanted.certificate != NULL &&
	    (f->certificates == NULL || sk_X509_push(f->certificates, wanted.certificate) == 0))
		X509_free(wanted.certificate);
	/* a key keeps its own hold of the engine */
	ENGINE_finish(engine);
	ENGINE_free(engine);
}

static bool
engine_is_there(void)
{
	ENGINE *engine = token_engine();
	if (engine == NULL)
		return false;
	ENGINE_finish(engine);
	ENGINE_free(engine);
	return true;
}
#pragma GCC diagnostic pop

static void
take_all(struct cms_key *k, const char *place, bool key, struct found *f)
{
	OSSL_STORE_CTX *store = OSSL_STORE_open_ex(place, NULL, NULL, k->method, &k->prompt, NULL, NULL, NULL);
	k->prompt.asked = false;
	if (store != NULL) {
		OSSL_STORE_expect(store, key ? OSSL_STORE_INFO_PKEY : OSSL_STORE_INFO_CERT);
		take_from(store, f);
		OSSL_STORE_close(store);
	}
	if (is_token(place) && (key ? f->key == NULL : sk_X509_num(f->certificates) <= 0))
		take_from_engine(k, place, key, f);
}

static void
name_prompt(struct cms_prompt *p, const char *place)
{
	if (is_token(place))
		snprintf(p->what, sizeof(p->what), "the PIN of the card or token");
	else
		snprintf(p->what, sizeof(p->what), "the passphrase of %.250s", place);
}

static void
forget(struct cms_prompt *p)
{
	OPENSSL_cleanse(p->known, sizeof(p->known));
	p->known_size = 0;
}

static enum triage_status
no_key(const struct cms_prompt *p, const char *place, struct triage_error *err)
{
	const char *reason = cms_last_reason();
	enum triage_status st = is_token(place) && !engine_is_there() ? TRIAGE_E_UNSUPPORTED : TRIAGE_E_USAGE;
	if (st == TRIAGE_E_UNSUPPORTED)
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "OpenSSL has no way to a PKCS#11 key here; on Debian 12 install libengine-pkcs11-openssl");
	else if (is_token(place))
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "no key at %.100s: is the card in, the URI right, the PIN right? (%s)", place, reason);
	else if (p->refused)
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "the key in %.120s is enciphered, and no passphrase was given", place);
	else if (p->asked)
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "the passphrase of %.120s is wrong", place);
	else
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "there is no private key in %.120s (PEM, DER or PKCS#12 is wanted)", place);
	return st;
}

/* A passphrase that was wrong is asked for again, thrice in all; a PIN never: a card locks itself. */
static enum triage_status
load_key(struct cms_key *k, const char *place, struct triage_error *err)
{
	enum { ATTEMPTS = 3 };
	struct cms_prompt *p = &k->prompt;
	struct found f = { 0 };
	enum triage_status st = is_token(place) ? TRIAGE_OK : check_file("--sign-key", place, err);
	if (st != TRIAGE_OK)
		return st;
	name_prompt(p, place);
	for (unsigned typed = 0; typed < ATTEMPTS;) {
		bool kept = p->known_size > 0;	/* from the certificate's file: only a guess */
		take_all(k, place, true, &f);
		if (f.key != NULL || is_token(place) || !p->asked || p->refused)
			break;
		forget(p);
		typed += kept ? 0 : 1;
		if (!kept)
			snprintf(p->what, sizeof(p->what), "the passphrase again (that one was wrong)");
	}
	if (f.key == NULL)
		return no_key(p, place, err);
	k->key = f.key;
	name_prompt(p, place);
	return TRIAGE_OK;
}

static enum triage_status
load_certificates(struct cms_key *k, const char *place, struct triage_error *err)
{
	struct found f = { .certificates = k->others };
	enum triage_status st = is_token(place) ? TRIAGE_OK : check_file("--sign", place, err);
	if (st != TRIAGE_OK)
		return st;
	name_prompt(&k->prompt, place);
	take_all(k, place, false, &f);
	EVP_PKEY_free(f.key);
	if (sk_X509_num(f.certificates) > 0)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "there is no certificate in %.120s (%s)", place,
	    is_token(place) ? "is the card in, the URI right, a PKCS#11 engine installed?" : "PEM, DER or PKCS#12 is wanted");
	return TRIAGE_E_USAGE;
}

/* --- is it fit to sign? --- */

/* The certificate that belongs to the key out of those of the file; the others go with the signature. */
static enum triage_status
choose_certificate(struct cms_key *k, const char *key, struct triage_error *err)
{
	for (int i = 0; i < sk_X509_num(k->others); i++) {
		if (X509_check_private_key(sk_X509_value(k->others, i), k->key) == 1) {
			k->certificate = sk_X509_delete(k->others, i);
			return TRIAGE_OK;
		}
	}
	ERR_clear_error();
	cms_name(X509_get_subject_name(sk_X509_value(k->others, 0)), k->who, sizeof(k->who));
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "key and certificate do not belong together: %.60s is not the key of %.90s", key, k->who);
	return TRIAGE_E_USAGE;
}

static enum triage_status
check_certificate(const struct cms_key *k, int64_t now, struct triage_error *err)
{
	struct cms_result r;
	char day[WHEN_TEXT_SIZE], today[WHEN_TEXT_SIZE];
	cms_describe(k->certificate, &r);
	bool early = r.not_before == TRIAGE_TIME_NONE || now < r.not_before, late = r.not_after != TRIAGE_TIME_NONE && now > r.not_after;
	when_text(early ? r.not_before : r.not_after, 0, "Z", day);
	when_text(now, 0, "Z", today);
	uint32_t usage = X509_get_key_usage(k->certificate);
	if (early)
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the certificate of %.100s is valid only from %s on; this machine's clock says %s: is it right?",
		    k->who, day, today);
	else if (late)
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the certificate of %.100s expired on %s; this machine's clock says %s", k->who, day, today);
	else if ((usage & (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION)) == 0)
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the certificate of %.100s is not for signatures (its key usage says what else it is for)", k->who);
	else
		return TRIAGE_OK;
	return TRIAGE_E_USAGE;
}

static enum triage_status
try_key(struct cms_key *k, int64_t now, struct triage_error *err)
{
	SCOPED_BUF trial;
	buf_init(&trial, CMS_FILE_MAX);
	return cms_sign(k, "trial", 5, now, &trial, err);
}

static enum triage_status
open_all(struct cms_key *k, const char *cert, const char *key, int64_t now, struct triage_error *err)
{
	k->others = sk_X509_new_null();
	k->method = UI_UTIL_wrap_read_pem_callback(give_passphrase, 0);
	if (k->others == NULL || k->method == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the key");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = load_certificates(k, cert, err);
	if (st == TRIAGE_OK)
		st = load_key(k, key, err);
	if (st == TRIAGE_OK)
		st = choose_certificate(k, key, err);
	if (st != TRIAGE_OK)
		return st;
	cms_name(X509_get_subject_name(k->certificate), k->who, sizeof(k->who));
	cms_fingerprint(k->certificate, k->fingerprint);
	st = check_certificate(k, now, err);
	if (st != TRIAGE_OK || is_token(key))
		return st;
	forget(&k->prompt);
	return try_key(k, now, err);
}

enum triage_status
cms_key_open(const char *cert, const char *key, const struct cms_ask *ask, int64_t now, struct cms_key **ret_key, struct triage_error *err)
{
	struct cms_key *k = calloc(1, sizeof(*k));
	if (k == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the key");
		return TRIAGE_E_MEMORY;
	}
	if (ask != NULL)
		k->prompt.ask = *ask;
	enum triage_status st = open_all(k, cert, key, now, err);
	if (st != TRIAGE_OK) {
		cms_key_free(k);
		return st;
	}
	*ret_key = k;
	return TRIAGE_OK;
}

void
cms_key_free(struct cms_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	X509_free(k->certificate);
	sk_X509_pop_free(k->others, X509_free);
	UI_destroy_method(k->method);
	forget(&k->prompt);
	free(k);
}

const char *
cms_key_who(const struct cms_key *k)
{
	return k->who;
}

const char *
cms_key_fingerprint(const struct cms_key *k)
{
	return k->fingerprint;
}
