/*
 * mime.h - internet messages: header fields, encoded words, parameters, dates, and the two codings of bodies.
 *
 * Sources: RFC 5322 (fields, dates), 2045 (codings, parameters), 2047 (encoded words), 2231 (long and encoded parameters). Anything goes in;
 * what is not well formed is taken as it stands. Text comes out as bytes: UTF-8 where the charset is known here (UTF-8, US-ASCII,
 * ISO-8859-1 and -15, windows-1252), else as it was.
 */
#ifndef TRIAGE_BASE_MIME_H
#define TRIAGE_BASE_MIME_H

#include "triage/base/buf.h"
#include "triage/base/view.h"

enum { MIME_NAME_MAX = 100, MIME_VALUE_MAX = 32 << 10 };

/*
 * The next header field from *at on: its name in lower case (cut at MIME_NAME_MAX bytes) and its value, unfolded, blanks at both ends
 * gone, cut at MIME_VALUE_MAX. False at the blank line that ends the header, at what is no field, or at the end; *at is then behind the
 * blank line, or where the header ends without one. value is cleared first.
 */
bool mime_field(struct view in, size_t *at, char *name, struct buf *value);

/* Append with encoded words ("=?utf-8?B?...?=") decoded. */
void mime_words(struct buf *out, const char *text, size_t size);

/* The parameter of a structured value ("text/plain; name=x"): all its pieces joined, decoded, into out (cleared first). False when it has none. */
bool mime_parameter(const char *value, const char *name, struct buf *out);

/* "Tue, 5 Mar 2024 10:11:12 +0100 (CET)": ns since 1970 UTC. False when it is no date. ret_zoned: it said which zone. */
bool mime_date(const char *text, int64_t *ret_ns, bool *ret_zoned);

/* Do the first bytes of a stream look like the header of a message: who sent it, and two fields that only mail has beside? */
bool mime_is_message(struct view head);

/* Base64 in pieces. */
struct mime_base64 {
	uint32_t bits;
	unsigned count;		/* characters held, 0..3 */
	bool ended;		/* '=' was met: what follows is no data */
};
/* Append what size bytes decode to. Characters outside the alphabet are passed over. */
void mime_base64(struct mime_base64 *state, const uint8_t *data, size_t size, struct buf *out);

/* Append one line (without its end) of quoted-printable. Returns true when its end is soft: no line end belongs behind it. */
bool mime_quoted(const uint8_t *line, size_t size, struct buf *out);

#endif
