/* fuzz_ewf.c - the section walker of E01 segments: the bytes as they are, then with their checksums made right. */
#include "tests/fuzz/targets.h"

#include "triage/base/view.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/ewf_map.h"

static void
ewf_walk(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	struct ewf_map map = { .chunk_size = 0 };
	struct ewf_segment segment;
	int fd = fuzz_file(data, size, path);
	ewf_segment_look(fd, size, &map, &segment);
	FUZZ_NEED(segment.damage == NULL || (segment.damage[0] != '\0' && segment.damage_at <= size));
	FUZZ_NEED(segment.damage == NULL || !segment.last);
	FUZZ_NEED(map.chunk_size <= UINT32_C(1) << 30);
	close(fd);
}

static void
ewf_sum(uint8_t *data, size_t size, size_t at, size_t length)
{
	if (at <= size && length + 4 <= size - at) {
		uint32_t sum = adler32_of(data + at, length);
		for (size_t i = 0; i < 4; i++)
			data[at + length + i] = (uint8_t)(sum >> 8 * i);
	}
}

/* Follow the sections and put right what the walker would stop at. */
static void
ewf_repair(uint8_t *data, size_t size)
{
	static const size_t lengths[] = { 20, 32, 76, 90, 1048 };	/* of tables, hash, digest, both kinds of volume */
	if (size >= 13)
		memcpy(data, "EVF\x09\r\n\xff", 8);
	for (size_t at = 13, i = 0; i < 64 && at < size && size - at >= 76; i++) {
		for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++)
			if (data[at + 75] % (sizeof(lengths) / sizeof(lengths[0])) == k)
				ewf_sum(data, size, at + 76, lengths[k]);
		ewf_sum(data, size, at, 72);
		uint64_t next = load_le64(data + at + 16);
		if (next <= at || next > size)
			return;
		at = (size_t)next;
	}
}

int
fuzz_one_ewf(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	ewf_walk(data, size);
	ewf_repair(copy, size);
	ewf_walk(copy, size);
	free(copy);
	return 0;
}
FUZZ_MAIN(ewf)
