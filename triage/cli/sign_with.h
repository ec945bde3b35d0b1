/* sign_with.h - --sign and --sign-key: the process that signs, begun before anything is written. */
#ifndef TRIAGE_CLI_SIGN_WITH_H
#define TRIAGE_CLI_SIGN_WITH_H

#include "triage/cli/options.h"
#include "triage/run/signing.h"

/*
 * Start the signer that the options name; with none of them ret_signing is all zero (signing_stop() takes it). False: one option
 * without the other, or a certificate or key that will not do; a message was printed.
 */
bool sign_with(const struct options *o, struct signing *ret_signing);

#endif
