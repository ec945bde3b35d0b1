/*
 * xfs.h - an opened XFS file system, version 4 or 5: super block, allocation groups, checksums.
 *
 * Source: the XFS on-disk structure documentation of the XFS project ("XFS Algorithms & Data Structures"). Big endian,
 * except checksums (CRC-32C, little endian). The log is never replayed: what it holds and the rest does not is not seen.
 * Directories of version 1 (IRIX) are refused.
 *
 * A block number of the file system is group << group_log | block in the group; an inode number has the index of the inode
 * in its block below that.
 */
#ifndef TRIAGE_EVIDENCE_XFS_H
#define TRIAGE_EVIDENCE_XFS_H

#include "triage/evidence/cache.h"
#include "triage/evidence/fs.h"

enum {
	XFS_BLOCK_MAX = 65536, XFS_CHUNK = 64, XFS_TREE_LEVELS = 12, XFS_INTERNAL = 6,
	XFS_INCOMPAT_FTYPE = 0x1, XFS_INCOMPAT_META_UUID = 0x4, XFS_INCOMPAT_BIGTIME = 0x8, XFS_INCOMPAT_NEEDSREPAIR = 0x10,
	XFS_INCOMPAT_NREXT64 = 0x20, XFS_INCOMPAT_ZONED = 0x200,
	/* All bits up to exchange-range, parent pointers and the metadata directory, which change nothing for a reader. */
	XFS_INCOMPAT_KNOWN = 0x1ff,
};

struct xfs {
	struct evidence_fs *fs;
	struct cache *cache;
	uint32_t block, sector, inode_size, dir_block;	/* bytes */
	uint8_t block_log, inode_log, per_block_log, group_log;	/* group_log: bits of a block number inside its group */
	uint64_t blocks;
	uint32_t group_blocks, groups;
	uint64_t root, internal[XFS_INTERNAL];		/* inode numbers; internal: 0 or UINT64_MAX for none */
	uint64_t log_start;				/* block number, 0: on a device of its own */
	uint32_t log_blocks, incompat;
	bool checked, typed;	/* checksums and owners are there; names carry a type */
	bool super_suspect, unfinished;	/* the checksum of the super block is wrong; mkfs did not finish */
	uint64_t super;		/* bytes into the volume: the super block that was used */
	uint8_t uuid[16];	/* that structures carry */
	uint64_t nodes_read;	/* blocks of extent trees, in this listing or opening */
	uint32_t crc_table[8][256];
};

/* Blocks of a group; the last one may be short. */
uint32_t xfs_group_length(const struct xfs *x, uint32_t group);
/* Bytes into the volume of count blocks that lie in one group. False when there are no such blocks. */
bool xfs_block_place(const struct xfs *x, uint64_t block, uint64_t count, uint64_t *ret_place);
/* Bytes into the volume of an inode. False when no inode has this number. */
bool xfs_inode_place(const struct xfs *x, uint64_t number, uint64_t *ret_place);

/* Is the checksum at crc_at of these bytes right? True for version 4, which has none. size - crc_at is 4 or more. */
bool xfs_crc_right(const struct xfs *x, const uint8_t *data, size_t size, size_t crc_at);
void xfs_crc_setup(struct xfs *x);

enum xfs_group_header { XFS_AGF = 1, XFS_AGI = 2 };	/* also the sector in which it lies */
enum { XFS_GROUP_HEADER = 512 };

/*
 * Read a header of a group: its first XFS_GROUP_HEADER bytes into out. ret_suspect: checksum or number of the group are wrong.
 * False: it cannot be read, or it is none.
 */
bool xfs_group_read(struct xfs *x, uint32_t group, enum xfs_group_header which, uint8_t *out, bool *ret_suspect);

enum xfs_group_tree { XFS_TREE_INODES, XFS_TREE_FREE };
/*
 * Read a block of a tree inside a group into node (x->block bytes). level: that it must have. ret_entries: bounded by what fits.
 * ret_suspect: set when its checksum is wrong. False: it cannot be read, or it is no such block.
 */
bool xfs_node_read(struct xfs *x, enum xfs_group_tree tree, uint32_t group, uint32_t block, unsigned level, uint8_t *node,
    unsigned *ret_entries, bool *ret_suspect);
/* Entry i of such a block: bytes into it of the record (level 0) or key, and the block that a key leads to. */
size_t xfs_node_entry(const struct xfs *x, enum xfs_group_tree tree, unsigned level, unsigned i);
uint32_t xfs_node_child(const struct xfs *x, enum xfs_group_tree tree, const uint8_t *node, unsigned i);

/* True when one of count blocks is in use now, or when that cannot be told. */
bool xfs_any_allocated(struct xfs *x, uint64_t block, uint64_t count);

enum xfs_log_state { XFS_LOG_CLEAN, XFS_LOG_DIRTY, XFS_LOG_ELSEWHERE, XFS_LOG_UNREADABLE };
/* Does the log end with the record of an unmount? Only its end is looked for. */
enum xfs_log_state xfs_log_state(struct xfs *x);
/* Send as problems what the super block and the log say about the state of the whole. Errors: the sink's. */
WARN_UNUSED enum triage_status xfs_tell_state(struct xfs *x, struct walk *w, struct triage_error *err);

enum triage_status xfs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
enum triage_status xfs_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content *c, struct triage_error *err);

#endif
