/*
 * structure_document.c - PDF (ISO 32000: each object where the table of references says) and compound files (MS-CFB: each sector of the
 * allocation table calls itself one, the folder begins with its root).
 */
#include "triage/analyse/structure.h"

#include <string.h>

enum { PDF_HEAD = 1024, PDF_TAIL = 2048, PDF_ROW = 20, PDF_SECTIONS = 64, PDF_SAMPLE = 64, PDF_BLANKS = 256 /* between two words; more are no table that a writer made */ };

static bool
pdf_starts(struct view head)
{
	return memmem(head.data, head.size < PDF_HEAD ? head.size : PDF_HEAD, "%PDF-", 5) != NULL;
}

static bool
pdf_ends(struct view tail, uint64_t size)
{
	(void)size;
	size_t last = tail.size < PDF_TAIL ? tail.size : PDF_TAIL;
	return memmem(tail.data + tail.size - last, last, "%%EOF", 5) != NULL;
}

/* Decimal digits at *at after white space; UINT64_MAX when there are none. */
static uint64_t
pdf_number(struct view all, uint64_t *at)
{
	uint64_t value = 0, p = *at;
	while (p < all.size && p - *at < PDF_BLANKS && (all.data[p] == ' ' || all.data[p] == '\n' || all.data[p] == '\r' || all.data[p] == '\t'))
		p++;
	uint64_t first = p;
	while (p < all.size && all.data[p] >= '0' && all.data[p] <= '9' && p - first < 18)
		value = value * 10 + (uint64_t)(all.data[p++] - '0');
	*at = p;
	return p == first ? UINT64_MAX : value;
}

static bool
is_object(struct view all, uint64_t at)
{
	if (pdf_number(all, &at) == UINT64_MAX || pdf_number(all, &at) == UINT64_MAX)
		return false;
	for (unsigned i = 0; i < PDF_BLANKS && at < all.size && all.data[at] == ' '; i++)
		at++;
	return structure_has(all, at, "obj", 3);
}

/* Bytes that no PDF has between its objects. A table that is off by a few bytes points into text, and is only sloppy. */
static bool
is_binary(struct view all, uint64_t at)
{
	unsigned odd = 0, n = 0;
	for (; n < PDF_SAMPLE && at + n < all.size; n++)
		odd += all.data[at + n] >= 0x80 || (all.data[at + n] < ' ' && all.data[at + n] != '\n' && all.data[at + n] != '\r' && all.data[at + n] != '\t');
	return n == PDF_SAMPLE && odd * 4 >= n;
}

/* The rows of one table of references, and what they point to. before: bytes before %PDF-, which old writers do not count. */
static void
pdf_table(struct view all, uint64_t at, uint64_t before, unsigned *parts, struct structure_walk *w)
{
	for (unsigned section = 0; section < PDF_SECTIONS; section++) {
		uint64_t first = pdf_number(all, &at), count = pdf_number(all, &at);
		if (first == UINT64_MAX || count == UINT64_MAX)
			return;
		while (at < all.size && (all.data[at] == '\r' || all.data[at] == '\n' || all.data[at] == ' '))
			at++;
		for (uint64_t i = 0; i < count && *parts < STRUCTURE_PARTS && view_has(all, at, PDF_ROW); i++, at += PDF_ROW, ++*parts) {
			uint64_t p = at, offset = pdf_number(all, &p);
			if (all.data[at + 17] != 'n' && all.data[at + 17] != 'f' && is_binary(all, at))
				walk_broken(w, at);
			if (all.data[at + 17] != 'n' || offset == UINT64_MAX || offset == 0)
				continue;
			w->walked = true;
			if (!is_object(all, offset) && !is_object(all, before + offset) && is_binary(all, offset))
				walk_broken(w, offset);
		}
	}
}

/* Packed data that begins behind the word "stream" must unpack: this finds what the table cannot, since it names starts alone. */
static void
pdf_streams(struct view all, struct structure_walk *w)
{
	uint64_t at = 0, budget = STRUCTURE_UNPACK;
	for (unsigned i = 0; i < STRUCTURE_PARTS && at < all.size && budget > 0; i++) {
		const uint8_t *p = memmem(all.data + at, (size_t)(all.size - at), "stream", 6);
		if (p == NULL)
			return;
		at = (uint64_t)(p - all.data) + 6;
		at += structure_has(all, at, "\r\n", 2) ? 2 : 1;
		bool zlib = view_has(all, at, 16) && all.data[at] == 0x78 && load_be16(all.data + at) % 31 == 0;
		if (!zlib || (p >= all.data + 3 && memcmp(p - 3, "end", 3) == 0))
			continue;
		size_t used = 0;
		bool whole = false;
		w->walked = true;
		if (!structure_inflate((struct view){ all.data + at, (size_t)(all.size - at) }, 15, &budget, &used, NULL, NULL, &whole))
			walk_broken(w, at);
		at += used;
	}
}

static bool
is_locked(struct view all)
{
	return memmem(all.data, all.size, "/Encrypt", 8) != NULL;
}

static void
pdf_walk(struct view all, struct structure_walk *w)
{
	uint64_t from = structure_last(all, "startxref", 9);
	const uint8_t *head = memmem(all.data, all.size < PDF_HEAD ? all.size : PDF_HEAD, "%PDF-", 5);
	uint64_t before = head == NULL ? 0 : (uint64_t)(head - all.data);
	unsigned parts = 0;
	if (from != UINT64_MAX) {
		uint64_t p = from + 9, at = pdf_number(all, &p);
		if (at != UINT64_MAX && at != 0 && !structure_has(all, at, "xref", 4) && structure_has(all, before + at, "xref", 4))
			at += before;
		if (at != UINT64_MAX && structure_has(all, at, "xref", 4))
			pdf_table(all, at + 4, before, &parts, w);
	}
	/* the owner's own encryption hides the packed streams */
	if (!is_locked(all))
		pdf_streams(all, w);
}

const struct structure pdf_structure = { .name = "pdf", .starts = pdf_starts, .ends = pdf_ends, .walk = pdf_walk };

enum { OLE_HEADER = 512, OLE_DIFAT = 76, OLE_DIFAT_COUNT = 109, OLE_ENTRY = 128 };
#define OLE_FAT_SECTOR UINT32_C(0xFFFFFFFD)
#define OLE_LAST UINT32_C(0xFFFFFFFA)

static bool
ole_starts(struct view head)
{
	return structure_has(head, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) && view_has(head, 0, OLE_HEADER);
}

/* The next sector of a chain by the allocation table; UINT32_MAX at its end or where it cannot be told. */
static uint32_t
ole_next(struct view all, unsigned shift, uint32_t sector)
{
	uint32_t per = UINT32_C(1) << (shift - 2), index = sector / per;
	if (index >= OLE_DIFAT_COUNT)
		return UINT32_MAX;
	uint32_t fat = load_le32(all.data + OLE_DIFAT + (size_t)index * 4);
	uint64_t at = ((uint64_t)fat + 1) << shift;
	return fat < OLE_LAST && view_has(all, at, UINT64_C(1) << shift) ? load_le32(all.data + at + (size_t)(sector % per) * 4) : UINT32_MAX;
}

static void
ole_folder(struct view all, unsigned shift, struct structure_walk *w)
{
	uint32_t sector = load_le32(all.data + 48);
	for (unsigned n = 0; n < 10000 && sector < OLE_LAST; n++) {
		uint64_t at = ((uint64_t)sector + 1) << shift;
		if (!view_has(all, at, UINT64_C(1) << shift))
			return;
		w->walked = true;
		for (uint64_t e = at; e < at + (UINT64_C(1) << shift); e += OLE_ENTRY) {
			const uint8_t *p = all.data + e;
			if (load_le16(p + 64) > 64 || p[66] > 5 || p[67] > 1) {
				walk_broken(w, e);
				return;
			}
		}
		sector = ole_next(all, shift, sector);
	}
}

static void
ole_walk(struct view all, struct structure_walk *w)
{
	unsigned shift = load_le16(all.data + 30);
	uint32_t sectors = load_le32(all.data + 44);
	if (shift != 9 && shift != 12) {
		walk_broken(w, 30);
		return;
	}
	for (uint32_t i = 0; i < OLE_DIFAT_COUNT && i < sectors; i++) {
		uint32_t fat = load_le32(all.data + OLE_DIFAT + (size_t)i * 4);
		uint64_t at = ((uint64_t)fat + 1) << shift;
		if (fat >= OLE_LAST || !view_has(all, at, UINT64_C(1) << shift))
			continue;
		w->walked = true;
		/* the entry that stands for this sector itself, in whichever sector of the table it lies */
		uint32_t self = ole_next(all, shift, fat);
		if (self != OLE_FAT_SECTOR && fat / (UINT32_C(1) << (shift - 2)) < OLE_DIFAT_COUNT)
			walk_broken(w, at);
	}
	ole_folder(all, shift, w);
}

const struct structure ole_structure = { .name = "ole", .starts = ole_starts, .walk = ole_walk };
