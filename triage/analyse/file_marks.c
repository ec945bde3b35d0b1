/*
 * file_marks.c - trailers and headers of encrypting programs that prove themselves by a check value or by a size that fits exactly.
 *
 * Fixed signs are left to rules/yara/ransomware_markers.yar; here is what no rule can compute. Sources: format notes of rivitna/Malware,
 * retold in our own words; xxHash32 as its specification has it.
 */
#include "triage/analyse/structure.h"

#include <string.h>

enum { PLAY = 1064, PLAY_TWICE = 2088, PLAY_MARK = 16, PLAY_STEP = 18, PLAY_HASH = 28, PLAY_BLOCK = 24, AKIRA = 534, WRAPPED = 512, WRAPPED_KINDS = 180 };

static uint32_t
rotate(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

/* xxHash32 of sixteen bytes: all that is needed here. */
static uint32_t
hash_sixteen(const uint8_t *p, uint32_t seed)
{
	const uint32_t p1 = 2654435761u, p2 = 2246822519u, p3 = 3266489917u;
	uint32_t v[4] = { seed + p1 + p2, seed + p2, seed, seed - p1 };
	for (size_t i = 0; i < 4; i++)
		v[i] = rotate(v[i] + load_le32(p + 4 * i) * p2, 13) * p1;
	uint32_t h = rotate(v[0], 1) + rotate(v[1], 7) + rotate(v[2], 12) + rotate(v[3], 18) + PLAY_MARK;
	h = (h ^ h >> 15) * p2;
	h = (h ^ h >> 13) * p3;
	return h ^ h >> 16;
}

static bool
is_play(struct view tail, size_t back, uint64_t size, uint64_t *ret_original)
{
	if (tail.size < back || size <= back)
		return false;
	const uint8_t *p = tail.data + tail.size - back;
	uint32_t seed = 0;
	for (uint32_t i = 0; i < PLAY_MARK; i++)
		seed += p[i] + i;
	uint16_t padding = load_le16(p + PLAY_MARK);
	if (hash_sixteen(p, seed & 0xffff) != load_le32(p + PLAY_HASH) || padding > PLAY_MARK || load_le32(p + PLAY_BLOCK) == 0)
		return false;
	*ret_original = size - back > padding ? size - back - padding : 0;
	return true;
}

/* A key wrapped by RSA of 4096 bits is as random as can be: of 256 values some 220 stand in it, and in what merely ends with fitting numbers far fewer. */
static bool
is_wrapped_key(const uint8_t *p)
{
	bool seen[256] = { false };
	size_t kinds = 0;
	for (size_t i = 0; i < WRAPPED; i++) {
		kinds += !seen[p[i]];
		seen[p[i]] = true;
	}
	return kinds >= WRAPPED_KINDS;
}

static bool
is_akira(struct view tail, uint64_t size, uint64_t *ret_original)
{
	if (tail.size < AKIRA || size <= AKIRA)
		return false;
	const uint8_t *p = tail.data + tail.size;
	*ret_original = size - AKIRA;
	return p[-10] <= 2 && p[-9] <= 100 && load_le64(p - 8) == size - AKIRA && is_wrapped_key(p - AKIRA);
}

/* Mode and percentage behind the wrapped key; the original size that Conti writes must fit too. */
static bool
is_conti(struct view tail, uint64_t size, uint64_t *ret_original)
{
	static const uint8_t percent[] = { 0, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80 };
	if (tail.size < AKIRA || size <= AKIRA)
		return false;
	const uint8_t *p = tail.data + tail.size - AKIRA + WRAPPED;
	bool fits = false;
	for (size_t base = 0; base <= 12 && !fits; base += 12)
		fits = p[base] >= 0x24 && p[base] <= 0x26 && memchr(percent, p[base + 1], sizeof(percent)) != NULL && load_le64(p + base + 2) == size - AKIRA;
	*ret_original = size - AKIRA;
	return fits && is_wrapped_key(p - WRAPPED);
}

bool
file_mark_of(struct view head, struct view tail, uint64_t size, struct triage_shape *shape)
{
	uint64_t original = 0;
	(void)head;
	const char *mark = is_play(tail, PLAY, size, &original) || is_play(tail, PLAY_TWICE, size, &original) ? "Play" :
	    is_akira(tail, size, &original) ? "Akira" : is_conti(tail, size, &original) ? "Conti" : NULL;
	if (mark == NULL)
		return false;
	strncpy(shape->mark, mark, sizeof(shape->mark) - 1);
	shape->original = original;
	return true;
}
