/* layer_text.h - texts of a struct layer_volume: hostile bytes in display form, cut to fit. */
#ifndef TRIAGE_EVIDENCE_LAYER_TEXT_H
#define TRIAGE_EVIDENCE_LAYER_TEXT_H

#include "triage/base/buf.h"

#include <stdint.h>

/* The display form of raw bytes into out (room bytes with the NUL), cut between characters. */
void layer_display(const void *raw, size_t size, char *out, size_t room);
/* Copy text that is display form already; what does not fit is cut between characters and ends in "...". */
void layer_copy(const char *text, char *out, size_t room);
/* 16 bytes as 8-4-4-4-12 hex into out (37 bytes). */
void layer_uuid(const uint8_t *bytes, char *out);
/* Append "; " when b is not empty, then the text. */
void layer_also(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
