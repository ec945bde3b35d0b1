/* fuzz_xfs.c - an XFS volume: opened, listed, streams read. Input: pieces.h. */
#include "tests/fuzz/volume_target.h"

int
fuzz_one_xfs(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "xfs" };
	return volume_target(data, size, types, 1);
}
FUZZ_MAIN(xfs)
