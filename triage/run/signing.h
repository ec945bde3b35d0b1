/*
 * signing.h - the process that holds the signer's key.
 *
 * It is forked before any worker and is the only one that ever sees the key: a worker that hostile evidence has taken over cannot
 * read what is not in its memory, and has no way to this process (sandbox_begin() closes all that it was not given). It signs
 * what it is sent until signing_stop(), or until the process that began it ends.
 */
#ifndef TRIAGE_RUN_SIGNING_H
#define TRIAGE_RUN_SIGNING_H

#include "triage/base/error.h"
#include "triage/report/cms.h"

#include <triage/signer.h>

struct signing {
	int fd, pid;
	char who[CMS_NAME_MAX], fingerprint[65];
	struct triage_signer signer;	/* over this structure, which must stay where it is */
};

/*
 * Start it and open certificate and key there; see cms_key_open(). ask runs in the new process, which has the same terminal.
 * Errors: those of cms_key_open(), and E_IO when no process can be had. On failure nothing is left to stop.
 */
WARN_UNUSED enum triage_status signing_start(const char *cert, const char *key, const struct cms_ask *ask, struct signing *ret_signing,
    struct triage_error *err);
void signing_stop(struct signing *s);	/* one that was never started (all zero) is fine */

#endif
