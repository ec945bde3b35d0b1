/*
 * browser_wal.c - an SQLite database with its write-ahead log applied, as the next program to open it would see it.
 *
 * Source: "Database File Format" and "WAL-mode File Format" of sqlite.org. Frames count from the first whose salts and check sums hold
 * up to the last that commits. What lies behind is older and is not read.
 */
#include "triage/artefact/browser_db.h"

#include "triage/base/fault.h"

#include <string.h>

enum {
	WAL_HEADER = 32, FRAME_HEADER = 24, MAGIC_LITTLE = 0x377f0682, MAGIC_BIG = 0x377f0683,
	PAGE_SIZE = 16, WRITE_VERSION = 18, READ_VERSION = 19, LEGACY = 1,
};

bool
db_is_header(struct view head)
{
	return head.size >= DB_HEADER && memcmp(head.data, "SQLite format 3", 16) == 0;
}

bool
db_log_begins(struct view head)
{
	static const uint8_t journal[] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };
	if (head.size < sizeof(journal))
		return false;
	return load_be32(head.data) == MAGIC_LITTLE || load_be32(head.data) == MAGIC_BIG || memcmp(head.data, journal, sizeof(journal)) == 0;
}

uint32_t
db_page_size(struct view head)
{
	uint32_t size = head.size < DB_HEADER ? 0 : load_be16(head.data + PAGE_SIZE);
	size = size == 1 ? 65536 : size;
	return size < 512 || (size & (size - 1)) != 0 ? 0 : size;
}

/* The running sum over pairs of words. */
static void
sum(const uint8_t *p, size_t size, bool big, uint32_t s[2])
{
	for (size_t i = 0; i + 8 <= size; i += 8) {
		s[0] += (big ? load_be32(p + i) : load_le32(p + i)) + s[1];
		s[1] += (big ? load_be32(p + i + 4) : load_le32(p + i + 4)) + s[0];
	}
}

struct log {
	uint32_t page_size, salt[2], sums[2];
	bool big;
};

static bool
log_header(struct view wal, uint32_t page_size, struct log *l)
{
	if (wal.size < WAL_HEADER + FRAME_HEADER || (load_be32(wal.data) != MAGIC_LITTLE && load_be32(wal.data) != MAGIC_BIG))
		return false;
	*l = (struct log){ .page_size = load_be32(wal.data + 8), .salt = { load_be32(wal.data + 16), load_be32(wal.data + 20) },
		.big = load_be32(wal.data) == MAGIC_BIG };
	sum(wal.data, 24, l->big, l->sums);
	return l->sums[0] == load_be32(wal.data + 24) && l->sums[1] == load_be32(wal.data + 28) && l->page_size == page_size;
}

/* How many frames hold up to the last commit, and the pages that the database has then. */
static uint64_t
committed_frames(struct view wal, struct log *l, uint32_t *ret_pages)
{
	uint64_t good = 0, count = (wal.size - WAL_HEADER) / (FRAME_HEADER + (uint64_t)l->page_size);
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *f = wal.data + WAL_HEADER + i * (FRAME_HEADER + (uint64_t)l->page_size);
		if (load_be32(f + 8) != l->salt[0] || load_be32(f + 12) != l->salt[1] || load_be32(f) == 0)
			break;
		sum(f, 8, l->big, l->sums);
		sum(f + FRAME_HEADER, l->page_size, l->big, l->sums);
		if (l->sums[0] != load_be32(f + 16) || l->sums[1] != load_be32(f + 20))
			break;
		if (load_be32(f + 4) != 0) {
			good = i + 1;
			*ret_pages = load_be32(f + 4);
		}
	}
	return good;
}

unsigned char *
db_with_wal(struct view all, struct view wal, size_t *ret_size, uint64_t *ret_frames)
{
	struct log l;
	uint32_t pages = 0;
	uint64_t frames = 0, size = all.size;
	if (log_header(wal, db_page_size(all), &l))
		frames = committed_frames(wal, &l, &pages);
	if (frames > 0 && (uint64_t)pages * l.page_size <= (uint64_t)all.size + wal.size)
		size = (uint64_t)pages * l.page_size;
	else
		frames = 0;
	unsigned char *copy = fault_hit() ? NULL : sqlite3_malloc64(size > DB_HEADER ? size : DB_HEADER);
	if (copy == NULL)
		return NULL;
	size_t kept = all.size < size ? all.size : (size_t)size;
	memcpy(copy, all.data, kept);
	memset(copy + kept, 0, (size_t)size - kept);
	for (uint64_t i = 0; i < frames; i++) {
		const uint8_t *f = wal.data + WAL_HEADER + i * (FRAME_HEADER + (uint64_t)l.page_size);
		uint32_t page = load_be32(f);
		if (page <= pages)
			memcpy(copy + (uint64_t)(page - 1) * l.page_size, f + FRAME_HEADER, l.page_size);
	}
	copy[WRITE_VERSION] = copy[READ_VERSION] = LEGACY;
	*ret_size = (size_t)size;
	*ret_frames = frames;
	return copy;
}
