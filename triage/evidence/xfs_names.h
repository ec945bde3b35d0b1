/*
 * xfs_names.h - the names of one XFS directory, collected and sorted by inode, so that each name is told once and inodes are
 * read in the order in which they lie.
 */
#ifndef TRIAGE_EVIDENCE_XFS_NAMES_H
#define TRIAGE_EVIDENCE_XFS_NAMES_H

#include "triage/base/buf.h"
#include "triage/evidence/xfs_dir.h"
#include "triage/evidence/xfs_inode.h"

enum { XFS_NAMES_MAX = 1 << 20 };	/* names that are held at a time; a larger directory comes in parts */

struct xfs_names {
	struct xfs_name_row {
		uint64_t inode;
		uint32_t at;	/* offset into text */
		uint8_t size, type;
		bool deleted;
	} *rows;
	size_t count, room;
	struct buf text;
};

void xfs_names_init(struct xfs_names *n);
void xfs_names_release(struct xfs_names *n);
void xfs_names_clear(struct xfs_names *n);
struct view xfs_names_text(const struct xfs_names *n, const struct xfs_name_row *row);

/* Errors: E_MEMORY. */
WARN_UNUSED enum triage_status xfs_names_add(struct xfs_names *n, const struct xfs_name *name, struct triage_error *err);

/* What reading a directory met. */
struct xfs_dir_result {
	uint64_t bytes;		/* read */
	bool damaged;		/* a block's chain of names breaks, or the map of blocks does */
	bool suspect;		/* a checksum or owner is wrong */
	bool unreadable;	/* a block could not be read */
	uint64_t parent;	/* what ".." says, 0: not met */
};

/*
 * Read directory inode and hand over its names in sorted parts, in which no deleted name stands that stands there live, or twice.
 * max_bytes, max_nodes: what may be read of it. A freed inode is taken for a directory. Errors: E_MEMORY and those of each.
 */
WARN_UNUSED enum triage_status xfs_names_read(struct xfs *x, const struct xfs_inode *inode, uint64_t max_bytes, uint64_t max_nodes,
    struct xfs_names *n, enum triage_status (*each)(void *ctx, struct xfs_names *names, struct triage_error *err), void *ctx,
    struct xfs_dir_result *ret_result, struct triage_error *err);

/* The folder that a folder says it lies in, 0 when it does not say. Reads at most one block of it. */
uint64_t xfs_dir_parent(struct xfs *x, const struct xfs_inode *inode);

#endif
