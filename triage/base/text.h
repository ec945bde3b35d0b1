/*
 * text.h - hostile bytes to harmless text.
 *
 * The display form of a name is valid UTF-8 in which invalid bytes, C0 and C1 controls, DEL, bidirectional and
 * invisible format characters, line and paragraph separators and tag characters are written \xNN byte by byte,
 * and a backslash is written \x5c only where it would be read as such an escape (before x and two hex digits).
 */
#ifndef TRIAGE_BASE_TEXT_H
#define TRIAGE_BASE_TEXT_H

#include "triage/base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* How many bytes at the front are printable ASCII other than a double quote and a backslash: what needs no closer look. Eight at a time. */
size_t text_plain(const void *text, size_t size);

/* Append the display form of raw bytes. */
void text_display(struct buf *out, const void *raw, size_t size);

/*
 * Append text that is meant to be text already (messages, labels, paths in display form): the same escapes, but a backslash
 * stays, so that an escape already made is not made twice.
 */
void text_safe(struct buf *out, const char *text);
void text_safe_bytes(struct buf *out, const void *text, size_t size);	/* the same, not ended by NUL */

/* Append text (any bytes) as the inside of a JSON string, without the quotes. Invalid UTF-8 becomes U+FFFD; "</" is written "<\/". */
void text_json(struct buf *out, const char *text);
/* Append "text" with quotes, or null for a NULL pointer. */
void text_json_string(struct buf *out, const char *text);
/* Append one CSV cell (RFC 4180): quoted when needed; a cell that begins with = + - @ TAB CR gets a leading '. */
void text_csv(struct buf *out, const char *text);
/* Append text for HTML element content and quoted attributes: & < > " ' escaped. */
void text_html(struct buf *out, const char *text);
/* Append the name for a body file: | CR LF % as %XX. */
void text_bodyfile(struct buf *out, const char *text);

/* Append UTF-16LE as UTF-8; lone surrogates as their three WTF-8 bytes, so that nothing is lost. */
void text_from_utf16le(struct buf *out, const uint8_t *data, size_t units);
void text_code_point(struct buf *out, uint32_t code);	/* as UTF-8 */

/* What stands behind the last '/' of a path. */
const char *text_base_name(const char *path);

/* Lower-case hex into out, which has room for 2 * size + 1. */
void text_hex(char *out, const void *data, size_t size);
/* Hex digits to bytes. False when text is not exactly 2 * size hex digits. */
_Bool text_unhex(const char *text, void *out, size_t size);

#endif
