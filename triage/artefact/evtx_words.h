/* evtx_words.h - numbers in event logs that have a name: logon types, status codes, Kerberos errors, ciphers, %%codes. */
#ifndef TRIAGE_ARTEFACT_EVTX_WORDS_H
#define TRIAGE_ARTEFACT_EVTX_WORDS_H

#include <stddef.h>

enum { EVTX_AS_IS, EVTX_AS_LOGON, EVTX_AS_STATUS, EVTX_AS_KERBEROS, EVTX_AS_CIPHER, EVTX_AS_CODE, EVTX_AS_FILE };

/* The text of a value in the words of a format: "3" to "3 (network)"; what has no words stays as it is. Returns the new length. */
size_t evtx_words(unsigned format, char *text, size_t size, size_t room);

#endif
