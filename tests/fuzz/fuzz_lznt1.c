/* fuzz_lznt1.c - NTFS compression. Input: u8 size of the output in 512 bytes, then chunks. */
#include "tests/fuzz/targets.h"

#include "triage/evidence/lznt1.h"

int
fuzz_one_lznt1(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t room = (size_t)data[0] * 512;
	uint8_t *in = fuzz_copy(data + 1, size - 1), *out = malloc(room + 1);
	bool damaged = false;
	FUZZ_NEED(out != NULL);
	memset(out, 0x5a, room + 1);
	size_t got = lznt1_decompress((struct view){ in, size - 1 }, out, room, &damaged);
	FUZZ_NEED(got <= room);
	for (size_t i = got; i <= room; i++)
		FUZZ_NEED(out[i] == 0x5a);
	free(out);
	free(in);
	return 0;
}
FUZZ_MAIN(lznt1)
