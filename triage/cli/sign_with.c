#include "triage/cli/sign_with.h"

#include "triage/cli/ask_key.h"
#include "triage/cli/commands.h"

#include <stdio.h>
#include <string.h>

static bool
ask(void *ctx, const char *what, char *out, size_t room, size_t *ret_size)
{
	struct typed_key key;
	char prompt[400];
	(void)ctx;
	snprintf(prompt, sizeof(prompt), "To sign: %s (not shown): ", what);
	if (!ask_secret(prompt, "the key for signing wants a passphrase or PIN, and there is no terminal to ask for it", &key))
		return false;
	bool fits = key.size > 0 && key.size <= room;
	if (fits)
		memcpy(out, key.bytes, key.size);
	*ret_size = fits ? key.size : 0;
	forget_key(&key);
	return fits;
}

bool
sign_with(const struct options *o, struct signing *ret_signing)
{
	struct triage_error err = { 0 };
	const struct cms_ask asking = { .ask = ask };
	*ret_signing = (struct signing){ .fd = -1 };
	if (o->sign == NULL && o->sign_key == NULL)
		return true;
	if (o->sign == NULL || o->sign_key == NULL) {
		complain("--sign CERT and --sign-key KEY go together");
		return false;
	}
	if (signing_start(o->sign, o->sign_key, &asking, ret_signing, &err) == TRIAGE_OK)
		return true;
	complain(err.text);
	return false;
}
