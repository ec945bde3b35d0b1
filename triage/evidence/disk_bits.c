/* disk_bits.c - see disk_bits.h. */
#include "triage/evidence/disk_bits.h"

enum { PIECE = 64 };

static bool
bit_of(const uint8_t *bytes, uint64_t bit, bool high_first)
{
	unsigned in_byte = (unsigned)(bit % 8);
	return (bytes[bit / 8] >> (high_first ? 7 - in_byte : in_byte) & 1) != 0;
}

uint64_t
disk_bits_alike(struct disk_layer *layer, struct disk_file *file, uint64_t at, uint64_t first, uint64_t most, bool high_first, bool *ret_set)
{
	uint8_t piece[PIECE];
	uint64_t bit = first, end = first + most;
	while (bit < end) {
		uint64_t from = bit / 8, bytes = (end + 7) / 8 - from;
		size_t size = bytes < PIECE ? (size_t)bytes : PIECE;
		if (!disk_table(layer, file, at + from, piece, size))
			break;
		if (bit == first)
			*ret_set = bit_of(piece, bit - from * 8, high_first);
		uint64_t stop = (from + size) * 8 < end ? (from + size) * 8 : end;
		const uint8_t alike = *ret_set ? 0xff : 0;
		while (bit < stop) {
			if (bit % 8 == 0 && stop - bit >= 8 && piece[bit / 8 - from] == alike)
				bit += 8;
			else if (bit_of(piece, bit - from * 8, high_first) == *ret_set)
				bit++;
			else
				return bit - first;
		}
	}
	return bit - first;
}
