/* xfs_map.c - from the data fork of an inode to runs: rows in the inode, and trees of them. */
#include "triage/evidence/xfs_inode.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROW = 16, ROOT_HEAD = 4, ROOT_ENTRIES = 2, NODE_LEVEL = 4, NODE_ENTRIES = 6, NODE_OWNER = 56, NODE_CRC = 64,
	NODE_HEAD = 24, NODE_HEAD_CHECKED = 72, KEY = 8, WRONG_MAX = 1024,
};

struct row {
	uint64_t logical, block;	/* blocks: into the stream, of the file system */
	uint32_t count;
	bool unwritten;
};

struct mapper {
	struct xfs *x;
	const struct xfs_inode *inode;
	struct run_list *map;
	uint64_t nodes, max_nodes, rows;
	unsigned wrong;		/* rows out of order, and empty blocks: many mean that one block is met again and again */
	uint64_t end;		/* bytes: the size rounded up to a block */
	bool lost;		/* the next gap is not a hole but unknown */
	bool damaged;
	struct triage_error *err;
};

static struct row
load_row(const uint8_t *p)
{
	uint64_t high = load_be64(p), low = load_be64(p + 8);
	return (struct row){
		.unwritten = high >> 63 != 0, .logical = (high & INT64_MAX) >> 9, .block = (high & 0x1ff) << 43 | low >> 21,
		.count = (uint32_t)(low & 0x1fffff),
	};
}

static enum triage_status
map_row(struct mapper *m, const uint8_t *p)
{
	struct row row = load_row(p);
	unsigned shift = m->x->block_log;
	uint64_t end = run_list_end(m->map), place;
	m->rows++;
	if (row.logical >= m->end >> shift)
		return TRIAGE_OK;	/* beyond the size: preallocated */
	uint64_t start = row.logical << shift, length = (uint64_t)row.count << shift;
	if (row.count == 0 || start < end) {
		m->damaged = true;
		m->wrong++;
		return TRIAGE_OK;
	}
	if (length > m->end - start)
		length = m->end - start;
	if (!xfs_block_place(m->x, row.block, row.count, &place) || place == 0) {
		place = RUN_FILLER;
		m->damaged = true;
	}
	if (row.unwritten)
		place = RUN_SPARSE;
	enum triage_status st = run_list_add(m->map, m->lost ? RUN_FILLER : RUN_SPARSE, start - end, m->err);
	m->lost = false;
	return st == TRIAGE_OK ? run_list_add(m->map, place, length, m->err) : st;
}

/* Rows inside the inode; a count beyond what fits is damage. */
static enum triage_status
map_inside(struct mapper *m)
{
	const struct xfs_inode *i = m->inode;
	uint64_t fits = i->fork_size / ROW, count = i->extents;
	enum triage_status st = TRIAGE_OK;
	if (count > fits) {
		count = fits;
		m->damaged = true;
	}
	for (uint64_t k = 0; k < count && st == TRIAGE_OK; k++)
		st = map_row(m, i->raw + i->fork_at + k * ROW);
	m->lost |= i->extents > fits;
	return st;
}

/* One level of a tree that is being walked. */
struct level {
	const uint8_t *rows, *children;
	unsigned entries, at, height;	/* height: 0 for a leaf */
};

static size_t
head_size(const struct xfs *x)
{
	return x->checked ? NODE_HEAD_CHECKED : NODE_HEAD;
}

/* Read a block of the tree. False: it cannot be had. */
static bool
enter_node(struct mapper *m, uint64_t block, unsigned height, uint8_t *node, struct level *level)
{
	struct xfs *x = m->x;
	struct triage_error ignored;
	uint64_t place;
	bool bad = false;
	size_t head = head_size(x), most = (x->block - head) / ROW;
	m->nodes++;
	x->nodes_read++;
	if (m->nodes > m->max_nodes || !xfs_block_place(x, block, 1, &place) ||
	    cache_read(x->cache, place, node, x->block, &bad, &ignored) != TRIAGE_OK || bad ||
	    memcmp(node, x->checked ? "BMA3" : "BMAP", 4) != 0 || load_be16(node + NODE_LEVEL) != height ||
	    load_be16(node + NODE_ENTRIES) > most) {
		m->lost = m->damaged = true;
		return false;
	}
	m->wrong += load_be16(node + NODE_ENTRIES) == 0;
	if (!xfs_crc_right(x, node, x->block, NODE_CRC) || (x->checked && load_be64(node + NODE_OWNER) != m->inode->number))
		m->damaged = true;
	*level = (struct level){
		.rows = node + head, .children = node + head + most * KEY, .entries = load_be16(node + NODE_ENTRIES), .height = height,
	};
	return true;
}

static bool
enter_root(struct mapper *m, struct level *level)
{
	const uint8_t *root = m->inode->raw + m->inode->fork_at;
	unsigned height = load_be16(root), entries = load_be16(root + ROOT_ENTRIES);
	size_t most = ((size_t)m->inode->fork_size - ROOT_HEAD) / ROW;
	if (m->inode->fork_size < ROOT_HEAD + ROW || height == 0 || height >= XFS_TREE_LEVELS || entries > most) {
		m->lost = m->damaged = true;
		return false;
	}
	*level = (struct level){
		.rows = root + ROOT_HEAD, .children = root + ROOT_HEAD + most * KEY, .entries = entries, .height = height,
	};
	return true;
}

static enum triage_status
map_tree(struct mapper *m)
{
	struct level levels[XFS_TREE_LEVELS];
	size_t depth = 0;
	if (!enter_root(m, &levels[0]))
		return TRIAGE_OK;
	SCOPED_FREE uint8_t *nodes = malloc((size_t)levels[0].height << m->x->block_log);
	if (nodes == NULL) {
		triage_error_set(m->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an extent tree");
		return TRIAGE_E_MEMORY;
	}
	for (;;) {
		struct level *level = &levels[depth];
		if (level->at >= level->entries || m->nodes > m->max_nodes || m->wrong > WRONG_MAX) {
			if (depth-- == 0)
				break;
			continue;
		}
		unsigned i = level->at++;
		if (level->height == 0) {
			enum triage_status st = map_row(m, level->rows + (size_t)i * ROW);
			if (st != TRIAGE_OK)
				return st;
			continue;
		}
		if (enter_node(m, load_be64(level->children + (size_t)i * KEY), level->height - 1, nodes + (depth << m->x->block_log),
		    &levels[depth + 1]))
			depth++;
	}
	m->lost |= m->wrong > WRONG_MAX;
	if (m->rows != m->inode->extents)
		m->damaged = true;
	return TRIAGE_OK;
}

enum triage_status
xfs_map(struct xfs *x, const struct xfs_inode *inode, uint64_t end, uint64_t max_nodes, struct run_list *map, bool *ret_damaged,
    struct triage_error *err)
{
	struct mapper m = { .x = x, .inode = inode, .map = map, .max_nodes = max_nodes, .err = err };
	uint64_t mask = x->block - 1;
	m.end = end > INT64_MAX - mask ? INT64_MAX & ~mask : (end + mask) & ~mask;
	enum triage_status st = TRIAGE_OK;
	if (inode->format == XFS_FORMAT_EXTENTS)
		st = map_inside(&m);
	else if (inode->format == XFS_FORMAT_BTREE)
		st = map_tree(&m);
	else
		m.damaged = m.lost = end > 0;
	if (st == TRIAGE_E_LIMIT) {
		/* more pieces than are kept: the rest is unknown */
		m.damaged = m.lost = true;
		st = TRIAGE_OK;
	}
	if (st == TRIAGE_OK && run_list_end(map) < m.end)
		st = run_list_add(map, m.lost ? RUN_FILLER : RUN_SPARSE, m.end - run_list_end(map), err);
	*ret_damaged = m.damaged;
	return st == TRIAGE_E_LIMIT ? TRIAGE_OK : st;
}

enum triage_status
xfs_map_left(struct xfs *x, const struct xfs_inode *inode, struct run_list *map, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t at = 0; at + ROW <= inode->fork_size && st == TRIAGE_OK; at += ROW) {
		struct row row = load_row(inode->raw + inode->fork_at + at);
		uint64_t place, end = run_list_end(map);
		if (row.count == 0 || row.logical > (UINT64_C(1) << 52) >> x->block_log || row.logical << x->block_log < end ||
		    !xfs_block_place(x, row.block, row.count, &place) || place == 0 || (at == 0 && row.logical >= x->blocks))
			break;
		st = run_list_add(map, RUN_SPARSE, (row.logical << x->block_log) - end, err);
		if (st == TRIAGE_OK)
			st = run_list_add(map, row.unwritten ? RUN_SPARSE : place, (uint64_t)row.count << x->block_log, err);
	}
	return st;
}

uint64_t
xfs_first_place(struct xfs *x, const struct xfs_inode *inode)
{
	uint8_t leaf[NODE_HEAD_CHECKED + ROW];
	const uint8_t *row = inode->raw + inode->fork_at;
	uint64_t place;
	if (inode->format == XFS_FORMAT_LOCAL)
		return inode->place + inode->fork_at;
	if (inode->format == XFS_FORMAT_BTREE) {
		struct triage_error ignored;
		bool bad;
		size_t most = ((size_t)inode->fork_size - ROOT_HEAD) / ROW;
		if (load_be16(row) != 1 || inode->fork_size < ROOT_HEAD + ROW ||
		    !xfs_block_place(x, load_be64(row + ROOT_HEAD + most * KEY), 1, &place) ||
		    cache_read(x->cache, place, leaf, sizeof(leaf), &bad, &ignored) != TRIAGE_OK)
			return 0;
		row = leaf + head_size(x);
	} else if (inode->format != XFS_FORMAT_EXTENTS || inode->extents == 0) {
		return 0;
	}
	struct row first = load_row(row);
	return first.count > 0 && !first.unwritten && xfs_block_place(x, first.block, first.count, &place) ? place : 0;
}
