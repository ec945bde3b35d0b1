/*
 * structure_image.c - pictures and films. JPEG: ITU T.81 (in the coded data 0xFF stands only before 0x00 and restart marks); PNG: RFC 2083
 * (each chunk has a check value); GIF89a; RIFF; TIFF 6.0; ISO 14496-12 (boxes one after another).
 */
#include "triage/analyse/structure.h"

#include <string.h>
#include <zlib.h>

/* Fewer odd marks than this are what damaged memory cards and sloppy writers leave; 4 KiB of random bytes have fifteen. */
enum { JPEG_TOLERATED = 4, JPEG_LS = 0xf7 /* its coded data is stuffed in another way */ };

static bool
jpeg_starts(struct view head)
{
	return structure_has(head, 0, "\xff\xd8\xff", 3);
}

static bool
jpeg_ends(struct view tail, uint64_t size)
{
	(void)size;
	return tail.size >= 2 && tail.data[tail.size - 2] == 0xff && tail.data[tail.size - 1] == 0xd9;
}

/* A segment that may stand among coded data: tables of progressive pictures, comments, further scans. */
static bool
is_segment(uint8_t mark)
{
	return mark == 0xc4 || mark == 0xda || mark == 0xdb || mark == 0xdc || mark == 0xdd || mark == 0xfe || (mark >= 0xe0 && mark <= 0xef);
}

/* Coded data from at on; returns its end: the next segment, the end of the picture (*ret_done), or of the stream. */
static uint64_t
jpeg_coded(struct view all, uint64_t at, struct structure_walk *w, bool *ret_done)
{
	while (at + 1 < all.size) {
		const uint8_t *p = memchr(all.data + at, 0xff, all.size - 1 - (size_t)at);
		if (p == NULL)
			return all.size;
		at = (uint64_t)(p - all.data);
		uint8_t mark = p[1];
		if (mark == 0xd9 && w->broken == 0) {
			*ret_done = true;
			return at;
		}
		bool sound = mark == 0 || mark == 0xff || (mark >= 0xd0 && mark <= 0xd9);
		uint64_t length = view_has(all, at, 4) ? load_be16(p + 2) : 0;
		if (!sound && is_segment(mark) && length >= 2 && length < 1024 && structure_has(all, at + 2 + length, "\xff", 1))
			return at;
		if (!sound && mark == 0xda && length >= 6 && length < 20)
			return at;
		if (!sound)
			walk_broken(w, at);
		at += mark == 0xff ? 1 : 2;
	}
	return all.size;
}

static void
jpeg_walk(struct view all, struct structure_walk *ret)
{
	struct structure_walk w = { .walked = false };
	bool done = false;
	uint64_t at = 2;
	for (unsigned i = 0; i < STRUCTURE_PARTS && !done && view_has(all, at, 4); i++) {
		const uint8_t *p = all.data + at;
		if (p[0] != 0xff || p[1] == 0 || p[1] == 0xff) {
			w.broken += p[1] == 0xff && p[0] == 0xff ? 0 : JPEG_TOLERATED;
			w.broken_at = w.broken > JPEG_TOLERATED ? w.broken_at : at;
			at = p[0] == 0xff ? at + 1 : jpeg_coded(all, at, &w, &done);
			continue;
		}
		if (p[1] == JPEG_LS)
			return;
		ret->walked = true;
		done = p[1] == 0xd9;
		uint64_t next = at + 2 + (p[1] >= 0xd0 && p[1] <= 0xd9 ? 0 : load_be16(p + 2));
		at = p[1] == 0xda ? jpeg_coded(all, next, &w, &done) : next;
	}
	if (w.broken >= JPEG_TOLERATED) {
		ret->walked = true;
		ret->broken = w.broken;
		ret->broken_at = w.broken_at;
		ret->broken_last = w.broken_last > w.broken_at ? w.broken_last : w.broken_at;
	}
}

const struct structure jpeg_structure = { .name = "jpeg", .starts = jpeg_starts, .ends = jpeg_ends, .walk = jpeg_walk };

static const uint8_t png_end[] = { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };

static bool
png_starts(struct view head)
{
	return structure_has(head, 0, "\x89PNG\r\n\x1a\n", 8);
}

static bool
png_ends(struct view tail, uint64_t size)
{
	(void)size;
	return structure_last(tail, png_end, sizeof(png_end)) != UINT64_MAX;
}

static bool
is_name(const uint8_t *p)
{
	for (size_t i = 0; i < 4; i++)
		if (!((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z'))
			return false;
	return true;
}

static void
png_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 8;
	if (!png_starts(all))
		walk_broken(w, 0);
	for (unsigned i = 0; i < STRUCTURE_PARTS && view_has(all, at, 12); i++) {
		const uint8_t *p = all.data + at;
		uint64_t length = load_be32(p);
		if (!is_name(p + 4) || !view_has(all, at, 12 + length)) {
			walk_broken(w, at);
			return;
		}
		w->walked = true;
		if (crc32(0, p + 4, (uInt)length + 4) != load_be32(p + 8 + length))
			walk_broken(w, at);
		if (memcmp(p + 4, "IEND", 4) == 0)
			return;
		at += 12 + length;
	}
}

const struct structure png_structure = { .name = "png", .starts = png_starts, .ends = png_ends, .walk = png_walk };

static bool
gif_starts(struct view head)
{
	return structure_has(head, 0, "GIF87a", 6) || structure_has(head, 0, "GIF89a", 6);
}

static bool
gif_ends(struct view tail, uint64_t size)
{
	return size >= 14 && tail.size >= 2 && tail.data[tail.size - 1] == 0x3b && tail.data[tail.size - 2] == 0;
}

/* Blocks of up to 255 bytes, each with its length before it; returns the place behind the empty one. */
static uint64_t
gif_blocks(struct view all, uint64_t at)
{
	while (view_has(all, at, 1) && all.data[at] != 0)
		at += 1 + (uint64_t)all.data[at];
	return at + 1;
}

static void
gif_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 13;
	if (all.size < 13)
		return;
	at += (all.data[10] & 0x80) != 0 ? UINT64_C(3) << ((all.data[10] & 7) + 1) : 0;
	for (unsigned i = 0; i < STRUCTURE_PARTS && view_has(all, at, 1) && all.data[at] != 0x3b; i++) {
		uint8_t kind = all.data[at];
		if (kind == 0x21) {
			at = gif_blocks(all, at + 2);
		} else if (kind == 0x2c && view_has(all, at, 11)) {
			uint8_t flags = all.data[at + 9];
			at = gif_blocks(all, at + 11 + ((flags & 0x80) != 0 ? UINT64_C(3) << ((flags & 7) + 1) : 0));
		} else {
			walk_broken(w, at);
			return;
		}
		w->walked = true;
	}
}

const struct structure gif_structure = { .name = "gif", .starts = gif_starts, .ends = gif_ends, .weak_end = true, .walk = gif_walk };

static bool
riff_starts(struct view head)
{
	return structure_has(head, 0, "RIFF", 4) && view_has(head, 8, 4) && is_name(head.data + 8);
}

static void
riff_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 12, end = 8 + (uint64_t)load_le32(all.data + 4);
	for (unsigned i = 0; i < STRUCTURE_PARTS && at + 8 <= end && view_has(all, at, 8); i++) {
		for (size_t k = 0; k < 4; k++)
			if (all.data[at + k] < 0x20 || all.data[at + k] > 0x7e) {
				walk_broken(w, at);
				return;
			}
		w->walked = true;
		at += 8 + (((uint64_t)load_le32(all.data + at + 4) + 1) & ~UINT64_C(1));
	}
}

const struct structure riff_structure = { .name = "riff", .starts = riff_starts, .walk = riff_walk };

static bool
tiff_starts(struct view head)
{
	return structure_has(head, 0, "II*\0", 4) || structure_has(head, 0, "MM\0*", 4);
}

const struct structure tiff_structure = { .name = "tiff", .starts = tiff_starts };

static bool
mp4_starts(struct view head)
{
	static const char *const first[] = { "ftyp", "moov", "mdat", "wide", "free", "skip", "pnot" };
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (structure_has(head, 4, first[i], 4))
			return view_has(head, 0, 4) && (load_be32(head.data) >= 8 || load_be32(head.data) <= 1);
	return false;
}

static void
mp4_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 0;
	for (unsigned i = 0; i < STRUCTURE_PARTS && view_has(all, at, 8); i++) {
		uint64_t length = load_be32(all.data + at);
		for (size_t k = 4; k < 8; k++)
			if (all.data[at + k] < 0x20 || (all.data[at + k] > 0x7e && all.data[at + k] != 0xa9)) {
				walk_broken(w, at);
				return;
			}
		w->walked = true;
		if (length == 1 && view_has(all, at, 16))
			length = load_be64(all.data + at + 8);
		if (length < 8 || length > all.size)
			return;
		at += length;
	}
}

const struct structure mp4_structure = { .name = "mp4", .starts = mp4_starts, .walk = mp4_walk };
