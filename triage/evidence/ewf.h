/* ewf.h - E01 images: the signature by which a segment is known. */
#ifndef TRIAGE_EVIDENCE_EWF_H
#define TRIAGE_EVIDENCE_EWF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool ewf_signature(const uint8_t *head, size_t size);

#endif
