/* app_logon.h - what an application of any kind writes into its log of logons: words for one that worked or failed, an address, a name. */
#ifndef TRIAGE_ARTEFACT_APP_LOGON_H
#define TRIAGE_ARTEFACT_APP_LOGON_H

#include "triage/artefact/artefact.h"

struct app_logon {
	bool failed;
	char address[48];		/* IPv4 or IPv6, of who came */
	char user[128];			/* "" when the text names none */
};

/*
 * Does the text say that somebody was or was not logged on, with the address that he came from? Read are the words in which programs say so in English, and fields in the forms
 * key=value, key: value and "key":"value". False without an address.
 */
bool app_logon_read(const char *text, struct app_logon *ret);

/* The event that was begun gets the fields address and logon_to, the user and the technique. Returns its meaning: "logon" or "failed logon", borrowed for ever. */
const char *app_logon_put(struct artefact *a, const struct app_logon *l, const char *logon_to);

#endif
