/*
 * text_kind.h - is it text, and in which encoding: decided from the head of a stream, without libmagic.
 *
 * Text has no NUL and no controls except BEL BS TAB LF VT FF CR ESC and, in UTF-8 and 8-bit text, NEL. In order: a byte order mark; all ASCII;
 * valid UTF-8 (a last sequence that the head cuts off is forgiven); UTF-16 without a mark, when nearly all units
 * are ASCII characters of one byte order and none is a control; 8-bit text (LATIN1 stands for all of them: ISO 8859,
 * Windows-1252, Shift JIS ...), when there is no ASCII control at all. Everything else is binary.
 */
#ifndef TRIAGE_ANALYSE_TEXT_KIND_H
#define TRIAGE_ANALYSE_TEXT_KIND_H

#include "triage/base/view.h"

#include <triage/record.h>

struct text_shape {
	enum triage_text_kind kind;
	bool bom;
	bool c1;			/* 8-bit text that uses 0x80-0x9f: Windows-1252 or the like, not ISO 8859 */
	bool escapes;			/* ESC sequences */
	bool overstrikes;		/* backspaces */
	size_t lf, crlf, cr;		/* line ends by kind */
	size_t longest;			/* longest line in characters, without its end */
};

/* head: the first bytes of the stream; whole: head is all of it. */
struct text_shape text_kind_of(struct view head, bool whole);

enum { TEXT_DESCRIBE_MAX = 200 };
/* Words in the manner of file(1): "ASCII text, with CRLF line terminators"; after: put behind "text". out has TEXT_DESCRIBE_MAX bytes. Returns out. */
char *text_kind_describe(const struct text_shape *shape, const char *after, char *out);

#endif
