/* xfs_chunks.c - the chunks of inodes of a group: from its tree, or by a search when that is damaged. See xfs_survey.h. */
#include "triage/evidence/xfs_survey.h"

#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/xfs_inode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	AGI_COUNT = 16, AGI_ROOT = 20, AGI_LEVELS = 24, RECORD_HOLES = 4, RECORD_COUNT = 6, RECORD_FREE = 8, HOLE_INODES = 4,
	SUPER_SPARSE = 0x2, SEARCH_PIECE = 256 << 10, NS = 1000000000,
};

enum triage_status
xfs_chunks_add(struct xfs_chunks *c, const struct xfs_chunk *row, struct triage_error *err)
{
	if (c->count == c->room) {
		size_t room = c->room == 0 ? 256 : c->room * 2;
		void *rows = realloc(c->rows, room * sizeof(c->rows[0]));
		if (rows == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu chunks of inodes", c->count);
			return TRIAGE_E_MEMORY;
		}
		c->rows = rows;
		c->room = room;
	}
	c->rows[c->count++] = *row;
	return TRIAGE_OK;
}

/* The inodes of a chunk that are no hole. */
static uint64_t
not_holes(const struct xfs *x, const uint8_t *record)
{
	uint64_t there = UINT64_MAX;
	if ((x->incompat & SUPER_SPARSE) == 0)
		return there;
	uint16_t holes = load_be16(record + RECORD_HOLES);
	for (unsigned i = 0; i < 16; i++)
		if ((holes >> i & 1) != 0)
			there &= ~(UINT64_C(0xf) << i * HOLE_INODES);
	return there;
}

static enum triage_status
take_record(struct xfs *x, uint32_t group, const uint8_t *record, struct xfs_chunks *c, bool *damaged, struct triage_error *err)
{
	uint64_t first = load_be32(record), limit = (uint64_t)xfs_group_length(x, group) << x->per_block_log;
	struct xfs_chunk row = { .first = (uint64_t)group << (x->group_log + x->per_block_log) | first };
	if (first >= limit) {
		*damaged = true;
		return TRIAGE_OK;
	}
	row.marks[XFS_IS_THERE] = not_holes(x, record);
	row.marks[XFS_IS_USED] = row.marks[XFS_IS_THERE] & ~load_be64(record + RECORD_FREE);
	return xfs_chunks_add(c, &row, err);
}

struct level {
	uint8_t *node;
	unsigned entries, at;
};

/* A tree that is being walked. */
struct walking {
	struct xfs *x;
	uint32_t group;
	struct xfs_chunks *chunks;
	struct id_set seen;		/* blocks: a true tree meets each once */
	bool *damaged, *suspect;
	struct triage_error *err;
};

/* Read a block of the tree, and take its records when it is a leaf. ret_entered: it has children. */
static enum triage_status
enter_node(struct walking *w, uint32_t block, unsigned height, struct level *level, bool *ret_entered)
{
	bool fresh;
	enum triage_status st = id_set_add(&w->seen, block, &fresh, w->err);
	*ret_entered = false;
	if (st != TRIAGE_OK)
		return st;
	if (!fresh || !xfs_node_read(w->x, XFS_TREE_INODES, w->group, block, height, level->node, &level->entries, w->suspect)) {
		*w->damaged = true;
		return TRIAGE_OK;
	}
	level->at = 0;
	*ret_entered = height > 0;
	for (unsigned i = 0; height == 0 && i < level->entries && st == TRIAGE_OK; i++)
		st = take_record(w->x, w->group, level->node + xfs_node_entry(w->x, XFS_TREE_INODES, 0, i), w->chunks, w->damaged, w->err);
	return st;
}

static enum triage_status
walk_tree(struct walking *w, uint32_t root, unsigned levels)
{
	struct level path[XFS_TREE_LEVELS];
	unsigned depth = 0;
	bool entered;
	SCOPED_FREE uint8_t *nodes = malloc((size_t)levels << w->x->block_log);
	if (nodes == NULL) {
		triage_error_set(w->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (unsigned i = 0; i < levels; i++)
		path[i].node = nodes + ((size_t)i << w->x->block_log);
	enum triage_status st = enter_node(w, root, levels - 1, &path[0], &entered);
	while (st == TRIAGE_OK && entered) {
		struct level *now = &path[depth];
		bool deeper;
		if (now->at == now->entries) {
			if (depth-- == 0)
				break;
			continue;
		}
		uint32_t child = xfs_node_child(w->x, XFS_TREE_INODES, now->node, now->at++);
		st = enter_node(w, child, levels - 2 - depth, &path[depth + 1], &deeper);
		depth += deeper;
	}
	return st;
}

enum triage_status
xfs_group_chunks(struct xfs *x, uint32_t group, struct xfs_chunks *c, bool *ret_damaged, bool *ret_suspect, struct triage_error *err)
{
	uint8_t header[XFS_GROUP_HEADER];
	size_t before = c->count;
	uint64_t inodes = 0;
	if (!xfs_group_read(x, group, XFS_AGI, header, ret_suspect)) {
		*ret_damaged = true;
		return TRIAGE_OK;
	}
	uint32_t levels = load_be32(header + AGI_LEVELS);
	if (levels == 0 || levels > XFS_TREE_LEVELS) {
		*ret_damaged = true;
		return TRIAGE_OK;
	}
	struct walking w = { .x = x, .group = group, .chunks = c, .damaged = ret_damaged, .suspect = ret_suspect, .err = err };
	enum triage_status st = walk_tree(&w, load_be32(header + AGI_ROOT), levels);
	id_set_release(&w.seen);
	for (size_t i = before; i < c->count; i++)
		inodes += (uint64_t)__builtin_popcountll(c->rows[i].marks[XFS_IS_THERE]);
	/* A record taken out of the tree would hide 64 inodes. */
	if (inodes != load_be32(header + AGI_COUNT))
		*ret_damaged = true;
	return st;
}

/* Without the tree: is this an inode? Version 5 says its own number; before, all that is known is asked. */
static bool
is_inode(const struct xfs *x, const uint8_t *raw, uint64_t number)
{
	struct xfs_inode i;
	if (raw[0] != 'I' || raw[1] != 'N' || !xfs_inode_parse(x, raw, number, &i))
		return false;
	if (x->checked)
		return !i.suspect;
	return i.format <= XFS_FORMAT_BTREE && i.mtime.there && i.atime.there && i.ctime.there && i.size <= INT64_MAX &&
	    i.fork_size <= x->inode_size - i.fork_at && (i.mode == 0 || S_ISREG(i.mode) || S_ISDIR(i.mode) || S_ISLNK(i.mode) ||
	    S_ISCHR(i.mode) || S_ISBLK(i.mode) || S_ISFIFO(i.mode) || S_ISSOCK(i.mode));
}

/* Take one inode that was found; row is the chunk that is being gathered. */
static enum triage_status
take_found(const uint8_t *raw, uint64_t number, struct xfs_chunk *row, struct xfs_chunks *c, struct triage_error *err)
{
	uint64_t bit = UINT64_C(1) << number % XFS_CHUNK;
	enum triage_status st = TRIAGE_OK;
	if (row->first != number - number % XFS_CHUNK) {
		if (row->marks[XFS_IS_THERE] != 0)
			st = xfs_chunks_add(c, row, err);
		*row = (struct xfs_chunk){ .first = number - number % XFS_CHUNK };
	}
	row->marks[XFS_IS_THERE] |= bit;
	if (load_be16(raw + 2) != 0)
		row->marks[XFS_IS_USED] |= bit;
	return st;
}

enum triage_status
xfs_group_search(struct xfs *x, uint32_t group, const struct xfs_chunks *known, struct xfs_chunks *c, struct triage_error *err)
{
	uint64_t start = (uint64_t)group * x->group_blocks << x->block_log, size = (uint64_t)xfs_group_length(x, group) << x->block_log;
	uint64_t base = (uint64_t)group << (x->group_log + x->per_block_log);
	struct xfs_chunk row = { .first = TRIAGE_NO_ID };
	SCOPED_FREE uint8_t *piece = malloc(SEARCH_PIECE);
	enum triage_status st = TRIAGE_OK;
	struct triage_error ignored;
	if (piece == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (uint64_t at = 0; at < size && start + at < x->fs->reader->size; at += SEARCH_PIECE) {
		size_t got = 0, want = size - at < SEARCH_PIECE ? (size_t)(size - at) : SEARCH_PIECE;
		if (reader_read(x->fs->reader, start + at, piece, want, &got, &ignored) != TRIAGE_OK)
			continue;
		for (size_t i = 0; i + x->inode_size <= got && st == TRIAGE_OK; i += x->inode_size) {
			uint64_t number = base + ((at + i) >> x->inode_log);
			unsigned bit;
			if (is_inode(x, piece + i, number) && xfs_chunk_of(known, number, &bit) == NULL)
				st = take_found(piece + i, number, &row, c, err);
		}
		if (st != TRIAGE_OK)
			return st;
	}
	return row.marks[XFS_IS_THERE] != 0 ? xfs_chunks_add(c, &row, err) : TRIAGE_OK;
}
