/* unpack.h - one packed block of a disk to its bytes, by zlib and libzstd. */
#ifndef TRIAGE_EVIDENCE_UNPACK_H
#define TRIAGE_EVIDENCE_UNPACK_H

#include "triage/base/view.h"
#include "triage/evidence/disk.h"

/*
 * Unpack in into exactly size bytes of out. Bytes behind the end of the packed stream do not matter. short_is_zero: a stream that ends
 * earlier is completed with zeros. False when the bytes are no such stream or it tells fewer bytes; out then holds what came, then zeros.
 */
bool unpack_block(enum disk_packing packing, struct view in, uint8_t *out, size_t size, bool short_is_zero);

#endif
