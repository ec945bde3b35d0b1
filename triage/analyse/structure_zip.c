/*
 * structure_zip.c - zip and what is built on it: the directory at the end, the header of each member where the directory says, and
 * its data against its check value. Source: PKWARE APPNOTE 6.3.
 */
#include "triage/analyse/structure.h"

#include <zlib.h>

enum {
	END = 22, ENTRY = 46, LOCAL = 30, ENCRYPTED = 1, STORED = 0, DEFLATED = 8, ZIP64 = 0xFFFF, AES = 99,
};
#define TOO_LONG UINT32_C(0xFFFFFFFF)

static const uint8_t end_sign[] = { 'P', 'K', 5, 6 }, entry_sign[] = { 'P', 'K', 1, 2 }, local_sign[] = { 'P', 'K', 3, 4 };

static bool
zip_starts(struct view head)
{
	return structure_has(head, 0, local_sign, 4) || structure_has(head, 0, end_sign, 4);
}

/* A comment may follow; its length must fit, so that two bytes do not pass for an end. */
static uint64_t
find_end(struct view tail)
{
	for (uint64_t at = structure_last(tail, end_sign, 4); at != UINT64_MAX; at = structure_last((struct view){ tail.data, (size_t)at + 3 }, end_sign, 4))
		if (view_has(tail, at, END) && load_le16(tail.data + at + 20) <= tail.size - at - END &&
		    load_le16(tail.data + at + 8) == load_le16(tail.data + at + 10))
			return at;
	return UINT64_MAX;
}

static bool
zip_ends(struct view tail, uint64_t size)
{
	(void)size;
	return find_end(tail) != UINT64_MAX;
}

struct member {
	uint64_t at, packed, size;
	uint32_t crc;
	uint16_t flags, method;
};

/* Its data, where the sizes are known, it is not encrypted by the owner, and the budget lasts. */
static void
check_data(struct view all, const struct member *m, uint64_t data, uint64_t *budget, struct structure_walk *w)
{
	if ((m->flags & ENCRYPTED) != 0 || m->packed == TOO_LONG || m->size == TOO_LONG || m->size > *budget)
		return;
	if (!view_has(all, data, m->packed)) {
		walk_broken(w, data);
		return;
	}
	const struct view in = { all.data + data, (size_t)m->packed };
	if (m->method == STORED && m->packed == m->size) {
		*budget -= m->size;
		if (crc32(0, in.data, (uInt)in.size) != m->crc)
			walk_broken(w, data);
	} else if (m->method == DEFLATED) {
		uint64_t made = 0;
		uint32_t crc = 0;
		bool whole = false, sound = structure_inflate(in, -15, budget, NULL, &made, &crc, &whole);
		if (!sound || (whole && (crc != m->crc || made != m->size)))
			walk_broken(w, data);
	}
}

static void
check_member(struct view all, const struct member *m, uint64_t *budget, struct structure_walk *w)
{
	w->walked = true;
	if (!view_has(all, m->at, LOCAL) || !structure_has(all, m->at, local_sign, 4) || load_le16(all.data + m->at + 8) != m->method) {
		walk_broken(w, m->at);
		return;
	}
	const uint8_t *p = all.data + m->at;
	check_data(all, m, m->at + LOCAL + load_le16(p + 26) + load_le16(p + 28), budget, w);
}

static void
zip_walk(struct view all, struct structure_walk *w)
{
	struct view tail = { all.data + (all.size > STRUCTURE_END ? all.size - STRUCTURE_END : 0), all.size > STRUCTURE_END ? STRUCTURE_END : all.size };
	uint64_t end = find_end(tail), budget = STRUCTURE_UNPACK;
	if (end == UINT64_MAX) {
		walk_broken(w, all.size);
		return;
	}
	end += all.size - tail.size;
	const uint8_t *e = all.data + end;
	uint64_t count = load_le16(e + 10), size = load_le32(e + 12), start = load_le32(e + 16);
	if (count == ZIP64 || size == TOO_LONG || start == TOO_LONG || size > end || start > end - size)
		return;
	/* what stands before the archive (a program that unpacks itself) moves all of it */
	uint64_t before = end - size - start, at = end - size;
	for (uint64_t i = 0; i < count && i < STRUCTURE_PARTS; i++) {
		if (!view_has(all, at, ENTRY) || !structure_has(all, at, entry_sign, 4)) {
			walk_broken(w, at);
			return;
		}
		const uint8_t *p = all.data + at;
		const struct member m = { .flags = load_le16(p + 8), .method = load_le16(p + 10), .crc = load_le32(p + 16), .packed = load_le32(p + 20),
			.size = load_le32(p + 24), .at = load_le32(p + 42) == TOO_LONG ? UINT64_MAX : before + load_le32(p + 42) };
		if (m.at != UINT64_MAX)
			check_member(all, &m, &budget, w);
		at += ENTRY + (uint64_t)load_le16(p + 28) + load_le16(p + 30) + load_le16(p + 32);
	}
}

const struct structure zip_structure = { .name = "zip", .starts = zip_starts, .ends = zip_ends, .walk = zip_walk };
