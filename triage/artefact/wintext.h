/*
 * wintext.h - text, identifiers and sizes as Windows keeps them in its binary files: borrowed UTF-16LE or ANSI text, GUIDs.
 *
 * A wintext borrows bytes that were proved to lie in the stream; nothing is copied until it is written out. ANSI text is read as code page
 * 1252: the real one of the machine is not in the file.
 */
#ifndef TRIAGE_ARTEFACT_WINTEXT_H
#define TRIAGE_ARTEFACT_WINTEXT_H

#include "triage/artefact/artefact.h"

enum { GUID_SIZE = 16, GUID_TEXT_SIZE = 37, GUID_MAC_SIZE = 18 };

struct wintext {
	const uint8_t *data;
	size_t units;		/* characters before the first NUL: 2 bytes each when wide, else 1 */
	bool wide;
};

/* Text at an offset, at most max units, up to its NUL or the end of in. Empty when offset lies outside. */
struct wintext wintext_wide(struct view in, uint64_t offset, size_t max);
struct wintext wintext_ansi(struct view in, uint64_t offset, size_t max);
/* Bytes that the text takes with its NUL. */
size_t wintext_span(struct wintext t);
/* Append as UTF-8; lone surrogates as three bytes, as text_from_utf16le() does. */
void wintext_append(struct buf *out, struct wintext t);
/* UTF-8 into out (room bytes with the NUL), cut where it does not fit. Returns out. */
const char *wintext_copy(struct wintext t, char *out, size_t room);
/* As a field of the event; an empty text leaves it out. */
void wintext_put(struct artefact *a, const char *key, struct wintext t);
/* The same, but an empty text stays as "". */
void wintext_put_always(struct artefact *a, const char *key, struct wintext t);

/* 16 bytes as 8-4-4-4-12 lower-case hex, into out (GUID_TEXT_SIZE). Returns out. */
char *guid_text(const uint8_t *guid, char *out);
bool guid_is_zero(const uint8_t *guid);
/* What Windows calls this shell folder, known folder or control panel item; NULL when it is not a known one. text: of guid_text(). */
const char *guid_name(const char *text);
/* Of a version 1 GUID: when it was made, TRIAGE_TIME_NONE of any other; and the network card it was made on, "" when it names none. */
int64_t guid_time(const uint8_t *guid);
char *guid_mac(const uint8_t *guid, char *out);

/* Whose home folder a file lies in, by its path in the evidence: "/Users/anna/AppData/..." is anna. "" when in none. Returns out. */
const char *winpath_user(const char *path, char *out, size_t room);

#endif
