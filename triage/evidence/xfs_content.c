/* xfs_content.c - the bytes of an XFS inode: mapped, inside the inode, or a symbolic link in blocks with heads of their own. */
#include "triage/evidence/xfs_inode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	CONTENT_NODES = 1 << 20, REUSE_CHECKS = 1 << 16, LINK_MAX = 4096, LINK_OFFSET = 4, LINK_BYTES = 8, LINK_HEAD = 56,
};

static bool
any_reused(struct xfs *x, const struct evidence_content *c)
{
	uint64_t in_group = (UINT64_C(1) << x->group_log) - 1;
	if (c->map.count > REUSE_CHECKS)
		return true;	/* not looked at: it cannot be told */
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		if (r->place >= RUN_FILLER)
			continue;
		/* runs that touch were joined, over the edge of a group too */
		for (uint64_t at = r->place >> x->block_log, left = r->length >> x->block_log; left > 0;) {
			uint64_t group = at / x->group_blocks, inside = at % x->group_blocks, here = x->group_blocks - inside;
			here = here < left ? here : left;
			if (xfs_any_allocated(x, group << x->group_log | (inside & in_group), here))
				return true;
			at += here;
			left -= here;
		}
	}
	return false;
}

static enum triage_status
fill_inside(const struct xfs_inode *inode, const uint8_t *bytes, size_t size, uint64_t place, struct evidence_content *c,
    struct triage_error *err)
{
	c->resident = malloc(size > 0 ? size : 1);
	if (c->resident == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	memcpy(c->resident, bytes, size);
	c->resident_place = place;
	c->size = c->initialised = size;
	if (inode->size > size)
		c->flags |= EVIDENCE_CONTENT_FILLER;
	return TRIAGE_OK;
}

/* mkfs wrote long links without a head for years, whatever the version. */
static bool
is_headless(const uint8_t *piece, size_t size)
{
	return memcmp(piece, "XSLM", 4) != 0 && memchr(piece, 0, size) == NULL;
}

/* Version 5: each piece of a long link begins with a head that says which bytes follow. */
static enum triage_status
fill_checked_link(struct xfs *x, const struct xfs_inode *inode, struct evidence_content *c, bool *damaged, struct triage_error *err)
{
	uint8_t target[LINK_MAX], piece[LINK_HEAD + LINK_MAX];
	struct triage_error ignored;
	size_t size = inode->size < LINK_MAX ? (size_t)inode->size : LINK_MAX, done = 0;
	bool bad;
	for (size_t i = 0; i < c->map.count && done < size; i++) {
		const struct run *r = &c->map.runs[i];
		size_t want = r->length < sizeof(piece) ? (size_t)r->length : sizeof(piece);
		if (r->place >= RUN_FILLER || want <= LINK_HEAD ||
		    cache_read(x->cache, r->place, piece, want, &bad, &ignored) != TRIAGE_OK)
			break;
		if (i == 0 && want >= size && is_headless(piece, size)) {
			memcpy(target, piece, size);
			done = size;
			break;
		}
		if (memcmp(piece, "XSLM", 4) != 0 || load_be32(piece + LINK_OFFSET) != done)
			break;
		size_t here = load_be32(piece + LINK_BYTES);
		here = here > want - LINK_HEAD ? want - LINK_HEAD : here;
		here = here > size - done ? size - done : here;
		memcpy(target + done, piece + LINK_HEAD, here);
		done += here;
	}
	*damaged |= done < inode->size;
	run_list_release(&c->map);
	return fill_inside(inode, target, done, RUN_FILLER, c, err);
}

/* What a freed inode still says about its blocks. */
static enum triage_status
fill_left(struct xfs *x, const struct xfs_inode *inode, struct evidence_content *c, struct triage_error *err)
{
	enum triage_status st = xfs_map_left(x, inode, &c->map, err);
	c->size = c->initialised = run_list_end(&c->map);
	c->flags |= EVIDENCE_CONTENT_GUESSED;
	if (st == TRIAGE_OK && any_reused(x, c))
		c->flags |= EVIDENCE_CONTENT_REUSED;
	return st;
}

enum triage_status
xfs_content_fill(struct xfs *x, const struct xfs_inode *inode, uint64_t max_nodes, struct evidence_content *c, bool *ret_damaged,
    struct triage_error *err)
{
	*ret_damaged = false;
	if (inode->bad || inode->suspect)
		c->flags |= EVIDENCE_CONTENT_BAD;
	if (inode->mode == 0)
		return fill_left(x, inode, c, err);
	if (inode->realtime && S_ISREG(inode->mode)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "inode %ju keeps its data on the realtime device of this XFS, "
		    "which is another volume: mount both read-only and give the folder", (uintmax_t)inode->number);
		return TRIAGE_E_UNSUPPORTED;
	}
	if (inode->format == XFS_FORMAT_LOCAL) {
		size_t size = inode->size < inode->fork_size ? (size_t)inode->size : inode->fork_size;
		*ret_damaged = inode->size > inode->fork_size;
		return fill_inside(inode, inode->raw + inode->fork_at, size, inode->place + inode->fork_at, c, err);
	}
	bool link = S_ISLNK(inode->mode) && x->checked;
	c->size = c->initialised = inode->size <= INT64_MAX ? inode->size : INT64_MAX;
	/* the heads of a long link take room beyond its size */
	enum triage_status st = xfs_map(x, inode, link ? (uint64_t)LINK_MAX * 2 : c->size, max_nodes, &c->map, ret_damaged, err);
	return st == TRIAGE_OK && link ? fill_checked_link(x, inode, c, ret_damaged, err) : st;
}

enum triage_status
xfs_content(struct evidence_fs *fs, uint64_t number, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c,
    struct triage_error *err)
{
	struct xfs *x = fs->state;
	struct xfs_inode inode;
	bool damaged = false;
	if (attr_type != 0 || attr_id != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "inode %ju has no stream %u-%u", (uintmax_t)number, attr_type, attr_id);
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st = xfs_inode_read(x, number, &inode, err);
	if (st == TRIAGE_OK)
		st = xfs_content_fill(x, &inode, CONTENT_NODES, c, &damaged, err);
	if (damaged)
		c->flags |= EVIDENCE_CONTENT_FILLER;
	if (st == TRIAGE_OK && inode.mode != 0 && xfs_inode_is_left(x, number) && any_reused(x, c))
		c->flags |= EVIDENCE_CONTENT_REUSED;
	return st;
}
