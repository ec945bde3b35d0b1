/* filetype_source.h - the programming language of a text, by how its lines begin. */
#ifndef TRIAGE_ANALYSE_FILETYPE_SOURCE_H
#define TRIAGE_ANALYSE_FILETYPE_SOURCE_H

#include "triage/base/view.h"

enum { FILETYPE_SOURCE_HEAD = 8 << 10 };

struct filetype_language {
	const char *before, *after;	/* words around the encoding: "C source, " ASCII text "" */
	const char *mime;
};

/* NULL when it looks like no language that we know. text: 8-bit, the beginning of the stream. */
const struct filetype_language *filetype_language_of(struct view text);

#endif
