/* ext_map.c - from an inode to runs: extent trees, and the pointer blocks of ext2 and ext3. */
#include "triage/evidence/ext_inode.h"
#include "triage/evidence/ext_journal.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum {
	EXTENT_MAGIC = 0xf30a, EXTENT_HEADER = 12, EXTENT_ROW = 12, EXTENT_DEPTH_MAX = 5, EXTENT_UNWRITTEN = 32768,
	POINTERS_DIRECT = 12,
	PAST_TRIES = 16,	/* copies of one block that are tried */
};

struct mapper {
	struct ext *x;
	const struct ext_inode *inode;
	struct run_list *map;
	uint64_t nodes, max_nodes;
	uint64_t end;		/* bytes: the size rounded up to a block */
	bool lost;		/* the next gap is not a hole but unknown */
	bool damaged;
	struct triage_error *err;
};

/* Map count blocks of the stream from logical to physical (0: sparse). */
static enum triage_status
map_blocks(struct mapper *m, uint64_t logical, uint64_t physical, uint64_t count)
{
	uint64_t block = m->x->block, end = run_list_end(m->map), start = logical * block, length = count * block;
	if (start >= m->end)
		return TRIAGE_OK;	/* beyond the size: preallocated */
	if (start < end) {
		m->damaged = true;
		return TRIAGE_OK;
	}
	if (length > m->end - start)
		length = m->end - start;
	uint64_t place = RUN_SPARSE;
	if (physical != 0 && (physical >= m->x->blocks || count > m->x->blocks - physical)) {
		place = RUN_FILLER;
		m->damaged = true;
	} else if (physical != 0) {
		place = physical * block;
	}
	enum triage_status st = run_list_add(m->map, m->lost ? RUN_FILLER : RUN_SPARSE, start - end, m->err);
	m->lost = false;
	return st == TRIAGE_OK ? run_list_add(m->map, place, length, m->err) : st;
}

/* The block of a map as it was when the inode was so: the last copy from its time. */
static bool
past_node(struct mapper *m, uint64_t block, uint8_t *node)
{
	const struct ext_logged *rows;
	size_t count = ext_journal_copies(m->x->journal, block, m->inode->until, &rows);
	for (size_t i = count; i > 0 && count - i < PAST_TRIES; i--) {
		if (rows[i - 1].revoked)
			return false;	/* earlier copies are of another owner */
		if (ext_journal_read(m->x, &rows[i - 1], 0, node, m->x->block))
			return true;
	}
	return false;
}

/* Read one block of the map. False: it cannot be had. */
static bool
read_node(struct mapper *m, uint64_t block, uint8_t *node)
{
	bool bad = false;
	struct triage_error ignored;
	m->nodes++;
	m->x->nodes_read++;
	if (m->nodes <= m->max_nodes && m->inode->past && past_node(m, block, node))
		return true;
	if (m->nodes <= m->max_nodes && block > 0 && block < m->x->blocks &&
	    cache_read(m->x->cache, block * m->x->block, node, m->x->block, &bad, &ignored) == TRIAGE_OK && !bad)
		return true;
	m->lost = m->damaged = true;
	return false;
}

/* One level of an extent tree that is being walked. */
struct level {
	const uint8_t *node;
	unsigned entries, at, depth;
};

static bool
enter_node(struct mapper *m, struct level *level, const uint8_t *node, size_t size, int depth)
{
	unsigned entries = load_le16(node + 2), own_depth = load_le16(node + 6);
	if (load_le16(node) != EXTENT_MAGIC || entries > (size - EXTENT_HEADER) / EXTENT_ROW || own_depth > EXTENT_DEPTH_MAX ||
	    (depth >= 0 && own_depth != (unsigned)depth)) {
		m->lost = m->damaged = true;
		return false;
	}
	*level = (struct level){ .node = node, .entries = entries, .depth = own_depth };
	return true;
}

static enum triage_status
take_extent(struct mapper *m, const uint8_t *row)
{
	uint64_t logical = load_le32(row), physical = (uint64_t)load_le16(row + 6) << 32 | load_le32(row + 8),
	    count = load_le16(row + 4);
	if (count > EXTENT_UNWRITTEN) {
		count -= EXTENT_UNWRITTEN;
		physical = 0;
	}
	return count == 0 ? TRIAGE_OK : map_blocks(m, logical, physical, count);
}

static enum triage_status
map_extents(struct mapper *m, const struct ext_inode *inode)
{
	struct level levels[EXTENT_DEPTH_MAX + 1];
	size_t depth = 0;
	if (!enter_node(m, &levels[0], inode->map, EXT_MAP_BYTES, -1))
		return TRIAGE_OK;
	SCOPED_FREE uint8_t *nodes = levels[0].depth > 0 ? malloc((size_t)levels[0].depth * m->x->block) : NULL;
	if (levels[0].depth > 0 && nodes == NULL) {
		triage_error_set(m->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an extent tree");
		return TRIAGE_E_MEMORY;
	}
	for (;;) {
		struct level *level = &levels[depth];
		if (level->at >= level->entries || m->nodes > m->max_nodes) {
			if (depth-- == 0)
				return TRIAGE_OK;
			continue;
		}
		const uint8_t *row = level->node + EXTENT_HEADER + (size_t)level->at++ * EXTENT_ROW;
		if (level->depth == 0) {
			enum triage_status st = take_extent(m, row);
			if (st != TRIAGE_OK)
				return st;
			continue;
		}
		uint8_t *node = nodes + depth * m->x->block;
		uint64_t block = (uint64_t)load_le16(row + 8) << 32 | load_le32(row + 4);
		if (read_node(m, block, node) && enter_node(m, &levels[depth + 1], node, m->x->block, (int)level->depth - 1))
			depth++;
	}
}

/* Blocks that one pointer at this height stands for. */
static uint64_t
span_of(const struct ext *x, unsigned height)
{
	uint64_t span = 1;
	for (unsigned i = 0; i < height; i++)
		span *= x->block / 4;
	return span;
}

/* The blocks below one pointer of height 1 to 3, which begin at logical. */
static enum triage_status
map_pointers(struct mapper *m, uint64_t logical, uint32_t root, unsigned height, uint8_t *nodes)
{
	uint32_t per_block = m->x->block / 4, at[4] = { 0 };
	unsigned depth = 0;
	if (!read_node(m, root, nodes))
		return TRIAGE_OK;
	for (;;) {
		if (at[depth] >= per_block || m->nodes > m->max_nodes) {
			if (depth-- == 0)
				return TRIAGE_OK;
			continue;
		}
		uint32_t index = at[depth]++;
		uint64_t span = span_of(m->x, height - depth - 1), start = logical;
		for (unsigned i = 0; i <= depth; i++)
			start += (uint64_t)(i == depth ? index : at[i] - 1) * span_of(m->x, height - i - 1);
		uint32_t pointer = load_le32(nodes + (size_t)depth * m->x->block + (size_t)index * 4);
		if (start * m->x->block >= m->end)
			return TRIAGE_OK;
		if (pointer == 0)
			continue;
		if (span == 1) {
			enum triage_status st = map_blocks(m, start, pointer, 1);
			if (st != TRIAGE_OK)
				return st;
		} else if (read_node(m, pointer, nodes + (size_t)(depth + 1) * m->x->block)) {
			at[++depth] = 0;
		}
	}
}

static enum triage_status
map_indirect(struct mapper *m, const struct ext_inode *inode)
{
	enum triage_status st = TRIAGE_OK;
	uint64_t logical = 0;
	for (; logical < POINTERS_DIRECT && st == TRIAGE_OK; logical++) {
		uint32_t pointer = load_le32(inode->map + logical * 4);
		if (pointer != 0)
			st = map_blocks(m, logical, pointer, 1);
	}
	SCOPED_FREE uint8_t *nodes = NULL;
	for (unsigned height = 1; height <= 3 && st == TRIAGE_OK && logical * m->x->block < m->end; height++) {
		uint32_t pointer = load_le32(inode->map + (POINTERS_DIRECT + height - 1) * 4);
		if (pointer != 0 && nodes == NULL) {
			nodes = malloc((size_t)3 * m->x->block);
			if (nodes == NULL) {
				triage_error_set(m->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for pointer blocks");
				return TRIAGE_E_MEMORY;
			}
		}
		if (pointer != 0)
			st = map_pointers(m, logical, pointer, height, nodes);
		logical += span_of(m->x, height);
	}
	return st;
}

enum triage_status
ext_map(struct ext *x, const struct ext_inode *inode, uint64_t max_nodes, struct run_list *map, bool *ret_damaged,
    struct triage_error *err)
{
	struct mapper m = { .x = x, .inode = inode, .map = map, .max_nodes = max_nodes, .err = err };
	if (inode->size > (uint64_t)INT64_MAX - x->block) {
		*ret_damaged = true;
		return TRIAGE_OK;
	}
	m.end = (inode->size + x->block - 1) / x->block * x->block;
	enum triage_status st = (inode->flags & EXT_FLAG_EXTENTS) != 0 ? map_extents(&m, inode) : map_indirect(&m, inode);
	if (st == TRIAGE_E_LIMIT || st == TRIAGE_E_FORMAT) {
		m.lost = m.damaged = true;
		st = TRIAGE_OK;
	}
	uint64_t end = run_list_end(map);
	if (st == TRIAGE_OK && end < m.end) {
		st = run_list_add(map, m.lost ? RUN_FILLER : RUN_SPARSE, m.end - end, err);
		if (st == TRIAGE_E_LIMIT)
			st = TRIAGE_OK;
	}
	*ret_damaged = m.damaged;
	return st;
}

uint64_t
ext_first_place(struct ext *x, const struct ext_inode *inode)
{
	uint8_t row[EXTENT_HEADER + EXTENT_ROW];
	struct triage_error ignored;
	uint64_t block = 0;
	bool bad;
	if ((inode->flags & EXT_FLAG_EXTENTS) == 0) {
		for (size_t i = 0; i < POINTERS_DIRECT && block == 0; i++)
			block = load_le32(inode->map + i * 4);
		return block < x->blocks ? block * x->block : 0;
	}
	memcpy(row, inode->map, sizeof(row));
	for (unsigned level = 0; level <= EXTENT_DEPTH_MAX; level++) {
		if (load_le16(row) != EXTENT_MAGIC || load_le16(row + 2) == 0)
			return 0;
		bool leaf = load_le16(row + 6) == 0;
		const uint8_t *first = row + EXTENT_HEADER;
		if (leaf)
			block = (uint64_t)load_le16(first + 6) << 32 | load_le32(first + 8);
		else
			block = (uint64_t)load_le16(first + 8) << 32 | load_le32(first + 4);
		if (block >= x->blocks)
			return 0;
		if (leaf)
			return block * x->block;
		if (cache_read(x->cache, block * x->block, row, sizeof(row), &bad, &ignored) != TRIAGE_OK)
			return 0;
	}
	return 0;
}
