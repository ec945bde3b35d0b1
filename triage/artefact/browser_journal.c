/*
 * browser_journal.c - the rollback journal beside an SQLite database: when it is hot, a transaction was cut off, and its pages go back as they were.
 *
 * Source: "The Rollback Journal" in "Database File Format" of sqlite.org. Parts of the journal begin on a sector, each with the magic, the number of records,
 * a nonce for their sums, pages of the database before, size of a sector and of a page. A record: number of the page, its bytes, the sum. A journal whose front
 * is zero, and one that belongs to a transaction over several databases, is not applied.
 */
#include "triage/artefact/browser_db.h"

#include "triage/base/fault.h"

#include <string.h>

enum { FRONT = 28, SECTOR_LEAST = 32, SECTOR_MOST = 65536, SUM_STEP = 200, SUPER_BACK = 16 };

static const uint8_t magic[8] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };

struct part {
	uint32_t records, nonce, pages, sector, page_size;
};

static bool
part_at(struct view journal, uint64_t at, struct part *ret)
{
	if (!view_has(journal, at, FRONT) || memcmp(journal.data + at, magic, sizeof(magic)) != 0)
		return false;
	const uint8_t *p = journal.data + at;
	*ret = (struct part){ load_be32(p + 8), load_be32(p + 12), load_be32(p + 16), load_be32(p + 20), load_be32(p + 24) };
	return ret->sector >= SECTOR_LEAST && ret->sector <= SECTOR_MOST && (ret->sector & (ret->sector - 1)) == 0;
}

static bool
sum_holds(const uint8_t *record, const struct part *part)
{
	uint32_t sum = part->nonce;
	for (int64_t i = (int64_t)part->page_size - SUM_STEP; i > 0; i -= SUM_STEP)
		sum += record[4 + i];
	return sum == load_be32(record + 4 + part->page_size);
}

/* The records of one part; the pages that it put back. *ret_end: behind the last record that holds; *ret_whole: all of them held. */
static uint32_t
play(struct view journal, uint64_t at, const struct part *part, uint32_t pages, unsigned char *copy, uint64_t *ret_end, bool *ret_whole)
{
	uint64_t size = part->page_size + UINT64_C(8), from = at + part->sector;
	uint32_t done = 0, n = 0;
	/* the number is not written when nothing waits for the disk */
	uint64_t count = part->records == UINT32_MAX ? (journal.size - (from < journal.size ? from : journal.size)) / size : part->records;
	for (; n < count && view_has(journal, from, size) && sum_holds(journal.data + from, part); n++, from += size) {
		uint32_t page = load_be32(journal.data + from);
		if (page == 0)
			break;
		if (page > pages)
			continue;
		memcpy(copy + (uint64_t)(page - 1) * part->page_size, journal.data + from + 4, part->page_size);
		done++;
	}
	*ret_end = from;
	*ret_whole = n == count;
	return done;
}

unsigned char *
db_roll_back(unsigned char *copy, struct view journal, uint32_t page_size, size_t *size, struct db_journal *ret)
{
	struct part part;
	*ret = (struct db_journal){ 0 };
	if (!part_at(journal, 0, &part))
		return copy;
	ret->hot = true;
	ret->of_several = journal.size > FRONT + SUPER_BACK && memcmp(journal.data + journal.size - sizeof(magic), magic, sizeof(magic)) == 0;
	uint64_t before = (uint64_t)part.pages * part.page_size;
	/* a new database has no page size yet */
	if (ret->of_several || part.page_size != page_size || before == 0 || before > (uint64_t)*size + journal.size)
		return copy;
	if (before > *size) {
		unsigned char *more = fault_hit() ? NULL : sqlite3_realloc64(copy, before);
		ret->no_memory = more == NULL;
		if (more == NULL)
			return copy;
		memset(more + *size, 0, (size_t)(before - *size));
		copy = more;
	}
	const uint32_t pages = part.pages;
	ret->applied = true;
	*size = (size_t)before;
	for (uint64_t at = 0, end; part_at(journal, at, &part) && part.page_size == page_size; at = (end + part.sector - 1) / part.sector * part.sector) {
		bool whole;
		ret->pages += play(journal, at, &part, pages, copy, &end, &whole);
		if (!whole) {
			ret->cut = true;
			break;
		}
	}
	return copy;
}
