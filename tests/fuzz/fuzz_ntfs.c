/* fuzz_ntfs.c - an NTFS volume: opened, listed, streams read. Input: pieces.h. */
#include "tests/fuzz/volume_target.h"

int
fuzz_one_ntfs(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "ntfs" };
	return volume_target(data, size, types, sizeof(types) / sizeof(types[0]));
}
FUZZ_MAIN(ntfs)
