/* print.h - the parts of the printed document. */
#ifndef TRIAGE_REPORT_PRINT_H
#define TRIAGE_REPORT_PRINT_H

#include "triage/report/html.h"

struct print {
	const char *bundle;
	char seal[65];			/* SHA-256 of the tag manifest, lower-case hex */
};

/* print_seal.c: the seal as number and QR code, who signed, how to check, what was examined. */
WARN_UNUSED enum triage_status print_seal(struct page *p, const struct print *d, struct triage_error *err);
/* print_form.c: what was done since, and the form for what will be. */
WARN_UNUSED enum triage_status print_form(struct page *p, const struct print *d, struct triage_error *err);
/* Append an SVG picture of text as a QR code (error correction M) with its quiet zone. E_MEMORY, E_LIMIT. */
WARN_UNUSED enum triage_status print_qr(const char *text, const char *label, struct buf *out, struct triage_error *err);

#endif
