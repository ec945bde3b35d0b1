/*
 * lznt1.h - the decompressor of NTFS compressed files. Source: [MS-XCA] 2.5.
 */
#ifndef TRIAGE_EVIDENCE_LZNT1_H
#define TRIAGE_EVIDENCE_LZNT1_H

#include "triage/base/view.h"

/*
 * Decompress chunks until in ends, a zero chunk header is met, or out is full. What is not written is left alone.
 * Returns the bytes written. ret_damaged: the input contradicted itself; the bytes so far are good.
 */
size_t lznt1_decompress(struct view in, uint8_t *out, size_t out_size, bool *ret_damaged);

#endif
