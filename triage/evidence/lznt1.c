#include "triage/evidence/lznt1.h"

#include <string.h>

enum { CHUNK = 4096, HEADER_COMPRESSED = 0x8000, HEADER_SIZE = 0x0fff };

/* Copy a match that may overlap what it makes. */
static void
copy_match(uint8_t *out, size_t at, size_t distance, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[at + i] = out[at + i - distance];
}

/* One compressed chunk of at most CHUNK bytes. Returns the bytes written; *damaged when a match is impossible. */
static size_t
decompress_chunk(struct view in, uint8_t *out, size_t room, bool *damaged)
{
	size_t at = 0, made = 0;
	while (at < in.size && made < room) {
		unsigned tags = in.data[at++];
		for (unsigned bit = 0; bit < 8 && at < in.size && made < room; bit++, tags >>= 1) {
			if ((tags & 1) == 0) {
				out[made++] = in.data[at++];
				continue;
			}
			if (in.size - at < 2 || made == 0) {
				*damaged = true;
				return made;
			}
			/* The further into the chunk, the more bits the distance takes. */
			unsigned shift = 12;
			for (size_t reach = made - 1; reach >= 16; reach >>= 1)
				shift--;
			unsigned word = load_le16(in.data + at);
			size_t distance = (size_t)(word >> shift) + 1, length = (word & ((1u << shift) - 1)) + 3;
			at += 2;
			if (distance > made) {
				*damaged = true;
				return made;
			}
			if (length > room - made)
				length = room - made;
			copy_match(out, made, distance, length);
			made += length;
		}
	}
	return made;
}

size_t
lznt1_decompress(struct view in, uint8_t *out, size_t out_size, bool *ret_damaged)
{
	size_t at = 0, made = 0;
	*ret_damaged = false;
	while (made < out_size && in.size - at >= 2) {
		unsigned header = load_le16(in.data + at);
		if (header == 0)
			break;
		size_t size = (header & HEADER_SIZE) + 1u;
		at += 2;
		if (size > in.size - at) {
			*ret_damaged = true;
			size = in.size - at;
		}
		size_t room = out_size - made < CHUNK ? out_size - made : CHUNK, got = 0;
		if ((header & HEADER_COMPRESSED) != 0) {
			got = decompress_chunk((struct view){ in.data + at, size }, out + made, room, ret_damaged);
		} else {
			got = size < room ? size : room;
			memcpy(out + made, in.data + at, got);
		}
		at += size;
		if (*ret_damaged)
			return made + got;
		/* A chunk that made less than its 4,096 bytes stands for zeros up to them. */
		if (got < room && at < in.size) {
			memset(out + made + got, 0, room - got);
			got = room;
		}
		made += got;
	}
	return made;
}
