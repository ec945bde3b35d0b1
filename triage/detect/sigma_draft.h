/*
 * sigma_draft.h - a value of a Sigma rule on its way to a pattern: text with the codes of sigma_inside.h, or bytes of UTF-16. False: no memory.
 */
#ifndef TRIAGE_DETECT_SIGMA_DRAFT_H
#define TRIAGE_DETECT_SIGMA_DRAFT_H

#include "triage/detect/sigma_inside.h"

struct sigma_draft {
	char *text;
	size_t size;
	bool encoded;			/* bytes of UTF-16: only base64 makes text of them again */
};

/* From the text of a rule: wildcards and their escapes to codes. */
bool sigma_draft_of(struct sigma_set *set, const char *text, size_t size, struct sigma_draft *d);
bool sigma_draft_has_codes(const struct sigma_draft *d);
/* Any text may stand before it, behind it. */
bool sigma_draft_surround(struct sigma_set *set, struct sigma_draft *d, bool before, bool after);
/* A sign of an option, before a word and not within one, may be any of the five signs. */
void sigma_draft_windash(struct sigma_draft *d);
bool sigma_draft_utf16(struct sigma_set *set, struct sigma_draft *d, bool big, bool mark);
/* Base64 of shift unknown bytes and the text, without the characters that those bytes or what follows would change; padded: what follows is the end. */
bool sigma_draft_base64(struct sigma_set *set, const struct sigma_draft *from, size_t shift, bool padded, struct sigma_draft *to);

#endif
