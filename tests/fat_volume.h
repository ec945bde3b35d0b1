/* fat_volume.h - 64 KiB on which a test makes a FAT or exFAT file system slot by slot. */
#ifndef TRIAGE_TESTS_FAT_VOLUME_H
#define TRIAGE_TESTS_FAT_VOLUME_H

#include "walk_seen.h"

enum { SECTOR = 512, SECTORS = 128, SLOT = 32 };

struct fv {
	uint8_t bytes[SECTORS * SECTOR];
};

static inline void
put(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

#endif
