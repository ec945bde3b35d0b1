#include "triage/evidence/ext_journal.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum {
	HEAD_TYPE = 4, HEAD_SEQUENCE = 8, HEAD_SIZE = 12,
	DESCRIPTOR = 1, SUPER_V1 = 3, SUPER_V2 = 4, REVOKE = 5,
	SUPER_BLOCK_SIZE = 12, SUPER_LENGTH = 16, SUPER_FIRST = 20, SUPER_SEQUENCE = 24, SUPER_FEATURES = 40, SUPER_FAST = 84, SUPER_READ = 96,
	FEATURE_64BIT = 0x2, FEATURE_SUM_2 = 0x8, FEATURE_SUM_3 = 0x10, FEATURE_FAST = 0x20, FAST_USUAL = 256,
	TAG_ESCAPED = 1, TAG_SAME_ID = 2, TAG_LAST = 8, TAG_ID = 16, TAIL = 4,
	REVOKE_USED = 12, REVOKE_HEAD = 16,
	JOURNAL_NODES = 1 << 16, AT_MAX = (1 << 30) - 1,
	BACKUP_TYPE = 0xfd, BACKUP_BLOCKS = 0x10c, BACKUP_SIZE_HIGH = 60, BACKUP_SIZE = 64, SUPER_INODE = 0xe0, EXT_SUPER = 1024,
};
#define MAGIC UINT32_C(0xc03b3998)
#define EXTENT_MAGIC 0xf30a

void
ext_journal_free(struct ext_journal *j)
{
	if (j == NULL)
		return;
	run_list_release(&j->map);
	free(j->rows);
	free(j);
}

static enum triage_status
out_of_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the index of the journal");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
add_row(struct ext_journal *j, struct ext_logged row, struct triage_error *err)
{
	if (j->count >= EXT_LOGGED_MAX) {
		j->cut = true;
		return TRIAGE_OK;
	}
	if (j->count == j->room) {
		size_t room = j->room == 0 ? 1024 : j->room * 2;
		struct ext_logged *rows = realloc(j->rows, room * sizeof(*rows));
		if (rows == NULL)
			return out_of_memory(err);
		j->rows = rows;
		j->room = room;
	}
	j->rows[j->count++] = row;
	return TRIAGE_OK;
}

/* The distance from the transaction that the journal's super block names, moved so that it has no sign. */
static uint32_t
age_of(const struct ext_journal *j, const uint8_t *head)
{
	return (load_be32(head + HEAD_SEQUENCE) - j->reference) ^ UINT32_C(0x80000000);
}

static size_t
tag_size(const struct ext_journal *j)
{
	if ((j->features & FEATURE_SUM_3) != 0)
		return 16;
	return 8u + ((j->features & FEATURE_SUM_2) != 0 ? 2u : 0u) + ((j->features & FEATURE_64BIT) != 0 ? 4u : 0u);
}

/* A descriptor at block `at` of the ring: one tag for each of the blocks that follow it. ret_count: tags. */
static enum triage_status
take_descriptor(struct ext *x, struct ext_journal *j, const uint8_t *block, uint32_t at, uint32_t *ret_count,
    struct triage_error *err)
{
	bool third = (j->features & FEATURE_SUM_3) != 0, sums = third || (j->features & FEATURE_SUM_2) != 0;
	size_t size = tag_size(j), end = x->block - (sums ? TAIL : 0);
	uint32_t next = at;
	enum triage_status st = TRIAGE_OK;
	j->transactions++;
	for (size_t p = HEAD_SIZE; p + size <= end && st == TRIAGE_OK;) {
		const uint8_t *tag = block + p;
		uint32_t flags = third ? load_be32(tag + 4) : load_be16(tag + 6);
		uint64_t number = load_be32(tag);
		if ((j->features & FEATURE_64BIT) != 0)
			number |= (uint64_t)load_be32(tag + 8) << 32;
		next = next + 1 < j->end ? next + 1 : j->first;
		if (next == at)
			break;
		(*ret_count)++;
		if (number < x->blocks)
			st = add_row(j, (struct ext_logged){ .block = number, .age = age_of(j, block), .at = next & AT_MAX,
			    .escaped = (flags & TAG_ESCAPED) != 0 }, err);
		if ((flags & TAG_LAST) != 0)
			break;
		p += size + ((flags & TAG_SAME_ID) != 0 ? 0 : TAG_ID);
	}
	return st;
}

static enum triage_status
take_revoke(struct ext *x, struct ext_journal *j, const uint8_t *block, struct triage_error *err)
{
	size_t used = load_be32(block + REVOKE_USED), size = (j->features & FEATURE_64BIT) != 0 ? 8 : 4;
	enum triage_status st = TRIAGE_OK;
	if (used > x->block)
		used = x->block;
	for (size_t p = REVOKE_HEAD; p + size <= used && st == TRIAGE_OK; p += size) {
		uint64_t number = size == 8 ? load_be64(block + p) : load_be32(block + p);
		if (number < x->blocks)
			st = add_row(j, (struct ext_logged){ .block = number, .age = age_of(j, block), .revoked = 1 }, err);
	}
	return st;
}

uint64_t
ext_journal_place(const struct ext_journal *j, uint32_t at, uint32_t block_size)
{
	uint64_t offset = (uint64_t)at * block_size;
	size_t index = run_list_find(&j->map, offset, 0);
	if (index == SIZE_MAX || j->map.runs[index].place >= RUN_FILLER)
		return 0;
	return j->map.runs[index].place + (offset - j->map.runs[index].offset);
}

/* Copy the start of a block of the journal. False when that cannot be read. */
static bool
read_start(struct ext *x, const struct ext_journal *j, uint32_t at, uint8_t *buf, size_t size)
{
	struct triage_error ignored;
	uint64_t place = ext_journal_place(j, at, x->block);
	return place != 0 && reader_read_all(x->fs->reader, place, buf, size, &ignored) == TRIAGE_OK;
}

/* Look at the head of every block of the ring, whatever transaction it belongs to. */
static enum triage_status
scan_ring(struct ext *x, struct ext_journal *j, struct triage_error *err)
{
	SCOPED_FREE uint8_t *block = malloc(x->block);
	uint8_t head[HEAD_SIZE], after[HEAD_SIZE];
	enum triage_status st = TRIAGE_OK;
	if (block == NULL)
		return out_of_memory(err);
	for (uint32_t at = j->first; at < j->end && st == TRIAGE_OK; at++) {
		if (!read_start(x, j, at, head, sizeof(head)) || load_be32(head) != MAGIC)
			continue;
		uint32_t type = load_be32(head + HEAD_TYPE), count = 0;
		if ((type != DESCRIPTOR && type != REVOKE) || !read_start(x, j, at, block, x->block))
			continue;
		st = type == REVOKE ? take_revoke(x, j, block, err) : take_descriptor(x, j, block, at, &count, err);
		/* Copies need no look when what stands behind them goes on with the same transaction. */
		if (st == TRIAGE_OK && count < j->end - at - 1 && read_start(x, j, at + 1 + count, after, sizeof(after)) &&
		    load_be32(after) == MAGIC && memcmp(after + HEAD_SEQUENCE, head + HEAD_SEQUENCE, 4) == 0)
			at += count;
	}
	return st;
}

/* The journal's inode, or the copy of its map that the super block keeps. False when neither is there. */
static bool
find_inode(struct ext *x, struct ext_inode *ret_inode)
{
	uint8_t super[EXT_SUPER];
	struct triage_error ignored;
	if (reader_read_all(x->fs->reader, x->super, super, sizeof(super), &ignored) != TRIAGE_OK ||
	    (x->compat & EXT_COMPAT_JOURNAL) == 0)
		return false;
	uint32_t number = load_le32(super + SUPER_INODE);
	if (number == 0)
		return false;	/* on another device */
	if (ext_inode_read(x, number, ret_inode, &ignored) == TRIAGE_OK && ret_inode->mode != 0 && ret_inode->size > 0)
		return true;
	if (super[BACKUP_TYPE] != 1)
		return false;
	const uint8_t *copy = super + BACKUP_BLOCKS;
	*ret_inode = (struct ext_inode){ .number = number, .mode = 0100600,
	    .size = load_le32(copy + BACKUP_SIZE) | (uint64_t)load_le32(copy + BACKUP_SIZE_HIGH) << 32 };
	memcpy(ret_inode->map, copy, EXT_MAP_BYTES);
	ret_inode->flags = load_le16(copy) == EXTENT_MAGIC ? EXT_FLAG_EXTENTS : 0;
	return true;
}

/* The journal's own super block. False when it is none, or of blocks of another size. */
static bool
take_super(struct ext *x, struct ext_journal *j, uint64_t size)
{
	uint8_t s[SUPER_READ];
	struct triage_error ignored;
	uint64_t place = ext_journal_place(j, 0, x->block);
	if (place == 0 || reader_read_all(x->fs->reader, place, s, sizeof(s), &ignored) != TRIAGE_OK || load_be32(s) != MAGIC)
		return false;
	uint32_t type = load_be32(s + HEAD_TYPE), length = load_be32(s + SUPER_LENGTH);
	if ((type != SUPER_V1 && type != SUPER_V2) || load_be32(s + SUPER_BLOCK_SIZE) != x->block)
		return false;
	j->features = type == SUPER_V2 ? load_be32(s + SUPER_FEATURES) : 0;
	j->first = load_be32(s + SUPER_FIRST);
	j->reference = load_be32(s + SUPER_SEQUENCE);
	uint64_t most = size / x->block < EXT_JOURNAL_BYTES / x->block ? size / x->block : EXT_JOURNAL_BYTES / x->block;
	if ((j->features & FEATURE_FAST) != 0) {
		uint32_t fast = load_be32(s + SUPER_FAST) != 0 ? load_be32(s + SUPER_FAST) : FAST_USUAL;
		length = length > fast ? length - fast : 0;
	}
	j->cut = length > most;
	j->end = length < most ? length : (uint32_t)most;
	return j->first > 0 && j->first < j->end;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct ext_logged *a = left, *b = right;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	if (a->revoked != b->revoked)
		return a->revoked ? 1 : -1;
	return a->at < b->at ? -1 : a->at > b->at;
}

enum triage_status
ext_journal_load(struct ext *x, struct triage_error *err)
{
	struct ext_inode inode;
	bool damaged;
	if (x->journal != NULL)
		return TRIAGE_OK;
	struct ext_journal *j = x->journal = calloc(1, sizeof(*j));
	if (j == NULL)
		return out_of_memory(err);
	if (!find_inode(x, &inode))
		return TRIAGE_OK;
	enum triage_status st = ext_map(x, &inode, JOURNAL_NODES, &j->map, &damaged, err);
	if (st != TRIAGE_OK)
		return st;
	if (take_super(x, j, inode.size))
		st = scan_ring(x, j, err);
	if (j->count > 1)
		qsort(j->rows, j->count, sizeof(j->rows[0]), compare_rows);
	return st;
}

/* Index of the first row behind all of (block, age); age -1: of the first row of the block. */
static size_t
row_behind(const struct ext_journal *j, uint64_t block, int64_t age)
{
	size_t low = 0, high = j->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ext_logged *row = &j->rows[middle];
		if (row->block < block || (row->block == block && row->age <= age))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
ext_journal_copies(const struct ext_journal *j, uint64_t block, uint32_t until, const struct ext_logged **ret_rows)
{
	size_t first = row_behind(j, block, -1);
	*ret_rows = j->count > 0 ? j->rows + first : NULL;
	return row_behind(j, block, until) - first;
}

bool
ext_journal_read(struct ext *x, const struct ext_logged *row, uint32_t inside, void *buf, size_t size)
{
	uint8_t head[4], *out = buf;
	bool bad = false, worse = false;
	struct triage_error ignored;
	uint64_t place = row->revoked ? 0 : ext_journal_place(x->journal, row->at, x->block);
	if (place == 0 || size > x->block || inside > x->block - size)
		return false;
	if (size == x->block) {
		/* whole blocks are read once: they would only push others out of the cache */
		uint64_t before = x->fs->reader->bad_bytes;
		if (reader_read_all(x->fs->reader, place, buf, size, &ignored) != TRIAGE_OK || x->fs->reader->bad_bytes != before)
			return false;
		memcpy(head, buf, sizeof(head));
	} else if (cache_read(x->cache, place, head, sizeof(head), &bad, &ignored) != TRIAGE_OK || bad ||
	    cache_read(x->cache, place + inside, buf, size, &worse, &ignored) != TRIAGE_OK || worse) {
		return false;
	}
	if (load_be32(head) == MAGIC)
		return false;
	for (size_t i = inside; row->escaped && i < sizeof(head) && i - inside < size; i++)
		out[i - inside] = (uint8_t)(MAGIC >> (24 - 8 * i));
	return true;
}
