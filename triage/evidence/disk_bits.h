/* disk_bits.h - bitmaps of sectors, as VHD and VHDX keep them: which sectors of a block are written. */
#ifndef TRIAGE_EVIDENCE_DISK_BITS_H
#define TRIAGE_EVIDENCE_DISK_BITS_H

#include "triage/evidence/disk.h"

/*
 * How many bits from `first` on are alike, at most `most`, in the bitmap that begins at `at` of file; *ret_set: what they are.
 * high_first: bit 0 is the highest of byte 0 (VHD), else the lowest (VHDX). 0 when the bitmap cannot be read there.
 */
uint64_t disk_bits_alike(struct disk_layer *layer, struct disk_file *file, uint64_t at, uint64_t first, uint64_t most, bool high_first,
    bool *ret_set);

#endif
