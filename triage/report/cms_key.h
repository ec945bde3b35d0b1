/* cms_key.h - the inside of struct cms_key, for loading and for signing. */
#ifndef TRIAGE_REPORT_CMS_KEY_H
#define TRIAGE_REPORT_CMS_KEY_H

#include "triage/report/cms.h"

#include <openssl/ui.h>
#include <openssl/x509.h>

/* How a passphrase is come by: asked once, then tried for what else wants one. A card may want its PIN again when it signs. */
struct cms_prompt {
	struct cms_ask ask;
	char what[300], known[256];
	size_t known_size;
	bool asked, refused;
};

struct cms_key {
	X509 *certificate;
	EVP_PKEY *key;
	STACK_OF(X509) *others;		/* that came with the certificate */
	struct cms_prompt prompt;
	UI_METHOD *method;		/* over prompt; a card's driver keeps hold of both */
	char who[CMS_NAME_MAX], fingerprint[65];
};

#endif
