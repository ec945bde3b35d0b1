/* web_request.h - an HTTP request line: its parts, and what in it looks like an attack. Logs of web servers share it. */
#ifndef TRIAGE_ARTEFACT_WEB_REQUEST_H
#define TRIAGE_ARTEFACT_WEB_REQUEST_H

#include "triage/artefact/artefact.h"

/* Fields method, url, protocol and request of "GET /path HTTP/1.1". */
void web_request_put(struct artefact *a, const char *request);

/*
 * Looks for path traversal, shell commands, code, SQL, web shell names and scanners in the request, percent signs decoded twice. What was
 * seen goes into the list "suspicious"; the technique is set. Returns the first in words, borrowed for ever, NULL when there is none.
 */
const char *web_request_suspicion(struct artefact *a, const char *request, const char *agent, const char *referer);

#endif
