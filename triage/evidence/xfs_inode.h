/*
 * xfs_inode.h - one inode of XFS, and the blocks that it maps. Source: as in xfs.h.
 */
#ifndef TRIAGE_EVIDENCE_XFS_INODE_H
#define TRIAGE_EVIDENCE_XFS_INODE_H

#include "triage/base/view.h"
#include "triage/evidence/xfs.h"

enum { XFS_INODE_MAX = 2048 };	/* bytes */

enum xfs_format { XFS_FORMAT_DEVICE, XFS_FORMAT_LOCAL, XFS_FORMAT_EXTENTS, XFS_FORMAT_BTREE };

struct xfs_inode {
	uint64_t number, place;		/* place: bytes into the volume */
	uint16_t mode;
	uint8_t format;			/* enum xfs_format, or another value that is not known */
	uint32_t uid, gid;
	uint64_t size, blocks, extents;	/* size: bytes; blocks: of the file system; extents: rows that the inode says it has */
	bool realtime;			/* its data lies on the realtime device */
	bool used;			/* it held a file once: the time of its last change is set */
	bool bad;			/* in unreadable sectors */
	bool suspect;			/* checksum, own number or UUID are wrong */
	struct {
		int64_t seconds;
		uint32_t nanoseconds;
		bool there;
	} atime, ctime, mtime, crtime;
	uint16_t fork_at, fork_size;	/* bytes: the data fork inside raw */
	uint8_t raw[XFS_INODE_MAX];
};

/* Parse x->inode_size bytes. False when they are no inode. */
bool xfs_inode_parse(const struct xfs *x, const uint8_t *raw, uint64_t number, struct xfs_inode *ret_inode);

/* Read inode number. Errors: E_FORMAT, E_SHORT, E_IO. */
WARN_UNUSED enum triage_status xfs_inode_read(struct xfs *x, uint64_t number, struct xfs_inode *ret_inode, struct triage_error *err);

/* Does the inode lie in free space? Its chunk was given back then, and it stands there until the block is used again. */
bool xfs_inode_is_left(struct xfs *x, uint64_t number);

/* Bitmap and summary of the realtime device, quotas, the directory of such: no file of a person. */
bool xfs_is_internal(const struct xfs *x, uint64_t number);

/*
 * The blocks of the data fork, up to end bytes, into an empty run list. Holes and rows that are allocated but not written are
 * sparse, what the fork should say and does not is filler. ret_damaged: the fork contradicts itself or cannot be read.
 * At most max_nodes blocks of tree are read. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status xfs_map(struct xfs *x, const struct xfs_inode *inode, uint64_t end, uint64_t max_nodes,
    struct run_list *map, bool *ret_damaged, struct triage_error *err);

/*
 * A freed inode keeps the rows of its last fork, though their count is zero. Those from the first on that can be true: written,
 * inside the volume, in order. An empty map when there are none. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status xfs_map_left(struct xfs *x, const struct xfs_inode *inode, struct run_list *map, struct triage_error *err);

/* Bytes into the volume of the first mapped byte, 0 when there is none or when it takes more than one block to tell. */
uint64_t xfs_first_place(struct xfs *x, const struct xfs_inode *inode);

/*
 * Fill c with the inode's data, for a freed one with what is left of it. Errors: E_MEMORY, E_UNSUPPORTED (on the realtime device).
 */
WARN_UNUSED enum triage_status xfs_content_fill(struct xfs *x, const struct xfs_inode *inode, uint64_t max_nodes,
    struct evidence_content *c, bool *ret_damaged, struct triage_error *err);

#endif
