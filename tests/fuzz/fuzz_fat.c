/* fuzz_fat.c - a FAT or exFAT volume; variant: 0 FAT12, 1 FAT16, 2 FAT32, 3 exFAT: opened, listed, streams read. Input: pieces.h. */
#include "tests/fuzz/volume_target.h"

int
fuzz_one_fat(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "fat12", "fat16", "fat32", "exfat" };
	return volume_target(data, size, types, sizeof(types) / sizeof(types[0]));
}
FUZZ_MAIN(fat)
