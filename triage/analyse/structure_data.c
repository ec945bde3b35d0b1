/*
 * structure_data.c - databases and archives other than zip. Sources: SQLite file format, RFC 1952, 7zFormat.txt, xz-file-format 1.1,
 * RFC 8878, POSIX tar, KeePass 2 file format, RFC 9580 (OpenPGP), libesedb, mdbtools, MS-PST.
 */
#include "triage/analyse/structure.h"

#include <string.h>
#include <zlib.h>

enum { SQLITE_HEADER = 100, SQLITE_TOLERATED = 2, TAR_BLOCK = 512, TAR_SUM = 148, SEVEN_ZIP_TAIL = 4096 };

static bool
sqlite_starts(struct view head)
{
	return structure_has(head, 0, "SQLite format 3", 16) && view_has(head, 0, SQLITE_HEADER);
}

/* A page begins with its kind, or, of overflow and free ones, with a page number whose first byte is zero in all but huge databases. */
static void
sqlite_walk(struct view all, struct structure_walk *ret)
{
	struct structure_walk w = { .walked = false };
	uint64_t page = load_be16(all.data + 16);
	page = page == 1 ? 65536 : page;
	if (page < 512 || (page & (page - 1)) != 0 || all.size / page >= (UINT64_C(1) << 24))
		return;
	for (uint64_t at = page; at < all.size; at += page) {
		uint8_t kind = all.data[at];
		w.walked = true;
		if (kind > 13 || (kind > 5 && kind < 10) || kind == 11 || kind == 12)
			walk_broken(&w, at);
	}
	ret->walked = w.walked;
	if (w.broken >= SQLITE_TOLERATED)
		*ret = w;
}

const struct structure sqlite_structure = { .name = "sqlite", .starts = sqlite_starts, .walk = sqlite_walk };

static bool
gzip_starts(struct view head)
{
	return structure_has(head, 0, "\x1f\x8b\x08", 3) && view_has(head, 0, 18) && (head.data[3] & 0xe0) == 0;
}

static void
gzip_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 0, budget = STRUCTURE_UNPACK;
	for (unsigned i = 0; i < STRUCTURE_PARTS && budget > 0 && structure_has(all, at, "\x1f\x8b\x08", 3); i++) {
		size_t used = 0;
		bool whole = false;
		w->walked = true;
		if (!structure_inflate((struct view){ all.data + at, (size_t)(all.size - at) }, 31, &budget, &used, NULL, NULL, &whole))
			walk_broken(w, at + used);
		if (!whole || used == 0)
			return;
		at += used;
	}
}

const struct structure gzip_structure = { .name = "gzip", .starts = gzip_starts, .walk = gzip_walk };

static bool
seven_zip_starts(struct view head)
{
	return structure_has(head, 0, "7z\xbc\xaf\x27\x1c", 6) && view_has(head, 0, 32);
}

static void
seven_zip_walk(struct view all, struct structure_walk *w)
{
	const uint8_t *p = all.data;
	if (!seven_zip_starts(all)) {
		walk_broken(w, 0);
		return;
	}
	uint64_t offset = load_le64(p + 12), size = load_le64(p + 20);
	w->walked = true;
	if (crc32(0, p + 12, 20) != load_le32(p + 8))
		walk_broken(w, 8);
	else if (offset < all.size && size < all.size && view_has(all, 32 + offset, size) && size > 0 &&
	    crc32(0, p + 32 + offset, (uInt)size) != load_le32(p + 28))
		walk_broken(w, 32 + offset);
}

/* The list of members is itself packed or plain; either way it says that one folder follows. */
static bool
seven_zip_ends(struct view tail, uint64_t size)
{
	size_t last = tail.size < SEVEN_ZIP_TAIL ? tail.size : SEVEN_ZIP_TAIL;
	(void)size;
	return memmem(tail.data + tail.size - last, last, "\x07\x0b\x01\0", 4) != NULL;
}

const struct structure seven_zip_structure = { .name = "7z", .starts = seven_zip_starts, .ends = seven_zip_ends, .walk = seven_zip_walk };

static bool
xz_starts(struct view head)
{
	return structure_has(head, 0, "\xfd" "7zXZ", 6);
}

/* The footer repeats the flags of the header; the stream may be padded with zeros in fours. */
static bool
xz_ends(struct view tail, uint64_t size)
{
	size_t end = tail.size;
	while (end >= 4 && size % 4 == 0 && load_le32(tail.data + end - 4) == 0)
		end -= 4;
	return end >= 12 && tail.data[end - 2] == 'Y' && tail.data[end - 1] == 'Z' && crc32(0, tail.data + end - 8, 6) == load_le32(tail.data + end - 12);
}

const struct structure xz_structure = { .name = "xz", .starts = xz_starts, .ends = xz_ends };

static bool
zstd_starts(struct view head)
{
	return structure_has(head, 0, "\x28\xb5\x2f\xfd", 4) && view_has(head, 0, 9);
}

static uint64_t
zstd_header(const uint8_t *frame)
{
	static const uint8_t dictionary[] = { 0, 1, 2, 4 }, content[] = { 0, 2, 4, 8 };
	uint8_t flags = frame[4];
	bool single = (flags & 0x20) != 0;
	return 5u + !single + dictionary[flags & 3] + (flags >> 6 == 0 ? single : content[flags >> 6]);
}

static void
zstd_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 0;
	unsigned parts = 0;
	while (structure_has(all, at, "\x28\xb5\x2f\xfd", 4) && view_has(all, at, 9)) {
		uint8_t flags = all.data[at + 4];
		bool last = false;
		at += zstd_header(all.data + at);
		while (!last && view_has(all, at, 3) && parts++ < STRUCTURE_PARTS) {
			uint32_t block = (uint32_t)all.data[at] | (uint32_t)all.data[at + 1] << 8 | (uint32_t)all.data[at + 2] << 16;
			unsigned kind = block >> 1 & 3;
			w->walked = true;
			if (kind == 3 || block >> 3 > 128 << 10) {
				walk_broken(w, at);
				return;
			}
			last = (block & 1) != 0;
			at += 3 + (kind == 1 ? 1 : block >> 3);
		}
		at += (flags & 4) != 0 ? 4 : 0;
	}
}

const struct structure zstd_structure = { .name = "zstd", .starts = zstd_starts, .walk = zstd_walk };

static bool
bzip2_starts(struct view head)
{
	return structure_has(head, 0, "BZh", 3) && (structure_has(head, 4, "\x31\x41\x59\x26\x53\x59", 6) || structure_has(head, 4, "\x17\x72\x45\x38\x50\x90", 6));
}

const struct structure bzip2_structure = { .name = "bzip2", .starts = bzip2_starts };

static bool
rar_starts(struct view head)
{
	return structure_has(head, 0, "Rar!\x1a\x07", 6);
}

const struct structure rar_structure = { .name = "rar", .starts = rar_starts };

static bool
cab_starts(struct view head)
{
	return structure_has(head, 0, "MSCF\0\0\0", 8);
}

const struct structure cab_structure = { .name = "cab", .starts = cab_starts };

static uint64_t
octal(const uint8_t *p, size_t size)
{
	uint64_t value = 0;
	if ((p[0] & 0x80) != 0) {
		for (size_t i = size - 8; i < size; i++)
			value = value << 8 | p[i];
		return value;
	}
	for (size_t i = 0; i < size; i++)
		if (p[i] >= '0' && p[i] <= '7')
			value = value * 8 + (uint64_t)(p[i] - '0');
	return value;
}

static bool
is_tar_header(const uint8_t *p)
{
	uint64_t sum = 8 * ' ';
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= TAR_SUM && i < TAR_SUM + 8 ? 0 : p[i];
	return sum == octal(p + TAR_SUM, 8);
}

static bool
tar_starts(struct view head)
{
	return view_has(head, 0, TAR_BLOCK) && structure_has(head, 257, "ustar", 5) && is_tar_header(head.data);
}

static void
tar_walk(struct view all, struct structure_walk *w)
{
	uint64_t at = 0;
	for (unsigned i = 0; i < STRUCTURE_PARTS && view_has(all, at, TAR_BLOCK); i++) {
		const uint8_t *p = all.data + at;
		if (p[0] == 0 && octal(p + TAR_SUM, 8) == 0)
			return;
		if (!is_tar_header(p)) {
			walk_broken(w, at);
			return;
		}
		w->walked = true;
		uint64_t size = octal(p + 124, 12);
		if (size > all.size)
			return;
		at += TAR_BLOCK + ((size + TAR_BLOCK - 1) & ~(uint64_t)(TAR_BLOCK - 1));
	}
}

const struct structure tar_structure = { .name = "tar", .starts = tar_starts, .walk = tar_walk };

static bool
ese_starts(struct view head)
{
	return structure_has(head, 4, "\xef\xcd\xab\x89", 4);
}

const struct structure ese_structure = { .name = "ese", .starts = ese_starts };

static bool
jet_starts(struct view head)
{
	return structure_has(head, 0, "\0\1\0\0Standard ", 13);
}

const struct structure jet_structure = { .name = "jet", .starts = jet_starts };

static bool
pst_starts(struct view head)
{
	return structure_has(head, 0, "!BDN", 4) && structure_has(head, 8, "SM", 2);
}

const struct structure pst_structure = { .name = "pst", .starts = pst_starts };

static bool
keepass_starts(struct view head)
{
	return structure_has(head, 0, "\x03\xd9\xa2\x9a", 4) && view_has(head, 4, 4) && (load_le32(head.data + 4) & 0xfffffff0) == 0xb54bfb60;
}

const struct structure keepass_structure = { .name = "keepass", .starts = keepass_starts };

/*
 * An OpenPGP message in binary: a session key for a public key (tag 1, version 3 or 6) or for a passphrase (tag 3, version 4 to 6), whose
 * length fits what it holds. Few bytes: asked last.
 */
static bool
openpgp_starts(struct view head)
{
	if (!view_has(head, 0, 24))
		return false;
	const uint8_t *p = head.data;
	bool old = (p[0] & 0xc0) == 0x80, fresh = (p[0] & 0xc0) == 0xc0;
	unsigned tag = old ? p[0] >> 2 & 15 : p[0] & 63, kind = p[0] & 3;
	uint64_t length = 0, body = 2;
	if (old && kind == 0)
		length = p[1];
	else if (old && kind == 1)
		length = load_be16(p + 1), body = 3;
	else if (fresh && p[1] < 192)
		length = p[1];
	else if (fresh && p[1] < 224)
		length = ((uint64_t)(p[1] - 192) << 8) + p[2] + 192, body = 3;
	uint8_t version = p[body];
	bool public = tag == 1 && (version == 3 || version == 6) && length >= 40 && length <= 1100;
	bool phrase = tag == 3 && version >= 4 && version <= 6 && length >= 4 && length <= 80;
	if (!public && !phrase)
		return false;
	/* what follows is a packet too: encrypted data or one more session key */
	if (!view_has(head, body + length, 1))
		return false;
	uint8_t next = p[body + length];
	unsigned next_tag = (next & 0x40) != 0 ? next & 63 : next >> 2 & 15;
	return (next & 0x80) != 0 && (next_tag == 1 || next_tag == 3 || next_tag == 9 || next_tag == 18 || next_tag == 20);
}

const struct structure openpgp_structure = { .name = "openpgp", .starts = openpgp_starts };
