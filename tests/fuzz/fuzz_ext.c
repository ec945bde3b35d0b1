/* fuzz_ext.c - an ext2, ext3 or ext4 volume; variant: 0 to 2: opened, listed, streams read. Input: pieces.h. */
#include "tests/fuzz/volume_target.h"

int
fuzz_one_ext(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "ext2", "ext3", "ext4" };
	return volume_target(data, size, types, sizeof(types) / sizeof(types[0]));
}
FUZZ_MAIN(ext)
