/* structure_rest.c - what is left of a format when both its ends are gone: marks that stand inside it. */
#include "triage/analyse/structure.h"

#include <string.h>

enum { JPEG_LEAST = 8, JPEG_ODDS = 10, GZIP_MOST = 256 << 10, GZIP_RATIO = 20, GZIP_LEAST = 64 };

/* In coded data 0xFF stands before 0x00; in random bytes once in 256 times. */
static bool
has_jpeg(struct view all)
{
	uint64_t marks = 0, stuffed = 0;
	for (const uint8_t *p = all.data, *end = all.data + all.size - 1; p < end && (p = memchr(p, 0xff, (size_t)(end - p))) != NULL; p++) {
		marks++;
		stuffed += p[1] == 0;
	}
	return stuffed >= JPEG_LEAST && stuffed * JPEG_ODDS >= marks;
}

/* The last four bytes are the unpacked size: no check, but few random numbers are as near to the packed one. */
static bool
has_gzip(struct view all)
{
	if (all.size < GZIP_LEAST || all.size > GZIP_MOST)
		return false;
	uint64_t size = load_le32(all.data + all.size - 4);
	return size > all.size / 2 && size < all.size * GZIP_RATIO;
}

const char *
structure_rest(struct view all)
{
	static const struct {
		const char *format, *sign;
		size_t size;
	} signs[] = { { "zip", "PK\1\2", 4 }, { "zip", "PK\3\4", 4 }, { "png", "IDAT", 4 }, { "pdf", "endstream", 9 }, { "pdf", "endobj", 6 } };
	if (all.size < 2)
		return "";
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (memmem(all.data, all.size, signs[i].sign, signs[i].size) != NULL)
			return signs[i].format;
	return has_jpeg(all) ? "jpeg" : has_gzip(all) ? "gzip" : "";
}
