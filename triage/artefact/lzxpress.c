/*
 * lzxpress.c - LZXPRESS with Huffman coding. Source: MS-XCA 2.1 and 2.2 (compression formats of Microsoft). Each block makes 64 KiB and begins with the
 * lengths of 512 codes, four bits each; 256 of them are bytes, 256 are matches.
 */
#include "triage/artefact/lzxpress.h"

#include <string.h>

enum { SYMBOLS = 512, LENGTHS = 256, LONGEST = 15, BLOCK = 65536 };

/* Bits of 16-bit words, highest first, with single bytes of match lengths between the words. */
struct bits {
	struct view in;
	size_t at;
	uint32_t next;		/* the bits to come, from the highest */
	int extra;		/* bits in next beyond the first 16 */
	bool short_of;		/* more was asked for than there is */
};

struct codes {
	/* of a code of each length: the first one, how many, and where its symbols stand */
	uint16_t count[LONGEST + 1], first[LONGEST + 1], index[LONGEST + 1];
	uint16_t symbols[SYMBOLS];
};

static uint32_t
take_word(struct bits *b)
{
	if (!view_has(b->in, b->at, 2)) {
		/* past the end come zeros; using them for more than the last few bits is what short_of tells */
		b->short_of = b->at > b->in.size + 4;
		b->at += 2;
		return 0;
	}
	uint32_t word = load_le16(b->in.data + b->at);
	b->at += 2;
	return word;
}

static void
drop(struct bits *b, unsigned count)
{
	b->next = count < 32 ? b->next << count : 0;
	b->extra -= (int)count;
	if (b->extra < 0) {
		b->next |= take_word(b) << -b->extra;
		b->extra += 16;
	}
}

/* The code lengths of a block to codes. False when they are more than a tree can hold. */
static bool
read_codes(struct view lengths, struct codes *c)
{
	uint16_t place[LONGEST + 1];
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < SYMBOLS; i++)
		c->count[lengths.data[i / 2] >> (i % 2 != 0 ? 4 : 0) & 15]++;
	c->count[0] = 0;
	uint32_t code = 0, index = 0;
	for (unsigned n = 1; n <= LONGEST; n++) {
		code = (code + c->count[n - 1]) << 1;
		c->first[n] = (uint16_t)code;
		c->index[n] = place[n] = (uint16_t)index;
		index += c->count[n];
		if (code + c->count[n] > 1u << n)
			return false;
	}
	for (uint16_t i = 0; i < SYMBOLS; i++) {
		unsigned n = lengths.data[i / 2] >> (i % 2 != 0 ? 4 : 0) & 15;
		if (n != 0)
			c->symbols[place[n]++] = i;
	}
	return index > 0;
}

/* The next symbol; SYMBOLS when the bits are none. */
static unsigned
take_symbol(struct bits *b, const struct codes *c)
{
	for (unsigned n = 1; n <= LONGEST; n++) {
		uint32_t code = b->next >> (32 - n);
		if (code >= c->first[n] && code - c->first[n] < c->count[n]) {
			drop(b, n);
			return c->symbols[c->index[n] + code - c->first[n]];
		}
	}
	return SYMBOLS;
}

/* The length of a match: 0 to 14 in the symbol, longer ones in bytes that follow. False when it is none. */
static bool
take_length(struct bits *b, unsigned symbol, size_t *ret_length)
{
	size_t length = symbol & 15;
	if (length == 15) {
		if (!view_has(b->in, b->at, 1))
			return false;
		length = b->in.data[b->at++];
		if (length == 255) {
			if (!view_has(b->in, b->at, 2))
				return false;
			length = load_le16(b->in.data + b->at);
			b->at += 2;
			if (length == 0) {
				if (!view_has(b->in, b->at, 4))
					return false;
				length = load_le32(b->in.data + b->at);
				b->at += 4;
			}
			if (length < 15)
				return false;
			length -= 15;
		}
		length += 15;
	}
	*ret_length = length + 3;
	return true;
}

/* One block into out from *made on, to end or to size. False when it is not sound. */
static bool
block(struct bits *b, const struct codes *c, uint8_t *out, size_t *made, size_t end, size_t size)
{
	while (*made < end) {
		unsigned symbol = take_symbol(b, c);
		size_t length;
		if (symbol == SYMBOLS || b->short_of)
			return false;
		if (symbol < 256) {
			out[(*made)++] = (uint8_t)symbol;
			continue;
		}
		unsigned bits = symbol >> 4 & 15;
		if (!take_length(b, symbol, &length))
			return false;
		size_t distance = ((size_t)1 << bits) + (bits > 0 ? b->next >> (32 - bits) : 0);
		drop(b, bits);
		if (distance > *made)
			return false;
		for (; length > 0 && *made < size; length--, (*made)++)
			out[*made] = out[*made - distance];
	}
	return true;
}

size_t
lzxpress_huffman(struct view in, uint8_t *out, size_t size, bool *ret_sound)
{
	struct bits b = { .in = in };
	struct codes c;
	size_t made = 0;
	bool sound = true;
	while (sound && made < size) {
		if (!view_has(in, b.at, LENGTHS) || !read_codes((struct view){ in.data + b.at, LENGTHS }, &c)) {
			sound = false;
			break;
		}
		b.at += LENGTHS;
		b.next = take_word(&b) << 16;
		b.next |= take_word(&b);
		b.extra = 16;
		size_t end = size - made > BLOCK ? made + BLOCK : size;
		sound = block(&b, &c, out, &made, end, size);
	}
	if (ret_sound != NULL)
		*ret_sound = sound;
	return made;
}
