/*
 * xfs_dir.h - the names in one block of an XFS directory, and in a directory that lies inside its inode. No I/O.
 * Source: as in xfs.h.
 */
#ifndef TRIAGE_EVIDENCE_XFS_DIR_H
#define TRIAGE_EVIDENCE_XFS_DIR_H

#include "triage/evidence/xfs.h"

#include "triage/base/view.h"

struct xfs_name {
	uint64_t inode;		/* 0: not known any more */
	uint8_t type;		/* XFS_TYPE_*, 0 when the directory does not say */
	bool deleted;		/* found in free space */
	struct view text;	/* raw bytes, 1 to 255 */
};

enum { XFS_TYPE_REGULAR = 1, XFS_TYPE_DIRECTORY, XFS_TYPE_CHARDEV, XFS_TYPE_BLOCKDEV, XFS_TYPE_FIFO, XFS_TYPE_SOCKET, XFS_TYPE_LINK,
    XFS_TYPE_WHITEOUT };

/* What names are checked against, and where they go. */
struct xfs_dir_reading {
	const struct xfs *x;
	uint64_t self;		/* inode of the directory */
	enum triage_status (*each)(void *ctx, const struct xfs_name *name, struct triage_error *err);
	void *ctx;
	bool damaged;		/* set when the chain of names breaks */
	bool suspect;		/* set when a checksum or owner is wrong */
	uint64_t parent;	/* set to what ".." says, 0: it was not met */
};

/*
 * Send the names of a directory block (x->dir_block bytes), also deleted ones that still stand in free space; first: it is the
 * first one, whose "." and ".." are left out. What can be recognised behind a break is sent as deleted.
 * Errors: those of each.
 */
WARN_UNUSED enum triage_status xfs_dir_block(struct xfs_dir_reading *r, struct view block, bool first, struct triage_error *err);

/*
 * Send the names of a directory inside its inode. fork: the whole data fork; size: bytes of it that are in use. emptied: the
 * inode was freed: all names are old.
 */
WARN_UNUSED enum triage_status xfs_dir_inside(struct xfs_dir_reading *r, struct view fork, uint64_t size, bool emptied,
    struct triage_error *err);

#endif
