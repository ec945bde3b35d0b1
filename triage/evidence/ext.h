/*
 * ext.h - an opened ext2, ext3 or ext4 file system: super block, group descriptors, allocation bitmaps.
 *
 * Source: the Linux kernel's documentation of ext4's layout. Little endian. libtsk takes no part: it drops
 * the epoch bits of times, and names that contain NUL.
 */
#ifndef TRIAGE_EVIDENCE_EXT_H
#define TRIAGE_EVIDENCE_EXT_H

#include "triage/evidence/cache.h"
#include "triage/evidence/fs.h"

enum {
	EXT_ROOT = 2, EXT_JOURNAL = 8,
	EXT_INCOMPAT_FILETYPE = 0x2, EXT_INCOMPAT_JOURNAL_DEV = 0x8, EXT_INCOMPAT_META_BG = 0x10, EXT_INCOMPAT_64BIT = 0x80,
	EXT_COMPAT_JOURNAL = 0x4, EXT_COMPAT_RESIZE = 0x10,
	EXT_RO_SPARSE_SUPER = 0x1, EXT_RO_GDT_CSUM = 0x10, EXT_RO_METADATA_CSUM = 0x400, EXT_COMPAT_SPARSE_SUPER2 = 0x200,
	EXT_KEY_JOURNAL = 1,		/* attr_type: the inode as the journal has it; attr_id: the journal's block */
	EXT_GROUP_INODE_UNINIT = 0x1, EXT_GROUP_BLOCK_UNINIT = 0x2,
};

struct ext_group {
	uint64_t block_bitmap, inode_bitmap, inode_table;	/* block numbers */
	uint32_t unused;	/* inodes at the table's end that were never used */
	uint16_t flags;		/* EXT_GROUP_* */
};

struct ext {
	struct evidence_fs *fs;
	struct cache *cache;
	uint32_t block, inode_size, desc_size;		/* bytes */
	uint64_t blocks;
	uint32_t first_block, blocks_per_group, clusters_per_group, inodes_per_group, cluster_shift, groups;
	uint32_t inodes, first_inode, first_meta_group, spare_desc;	/* spare_desc: blocks kept for more descriptors */
	uint32_t compat, incompat, ro_compat;
	uint32_t backup_groups[2];
	uint64_t super;			/* bytes into the volume: the super block that was used */
	uint64_t nodes_read;		/* blocks of block maps, in this listing or opening */
	struct ext_journal *journal;	/* NULL until it was asked for */
};

/* Read the descriptor of group. Errors: E_SHORT, E_IO, E_FORMAT. */
WARN_UNUSED enum triage_status ext_group_read(struct ext *x, uint32_t group, struct ext_group *ret_group, struct triage_error *err);

/* Bytes into the volume of an inode, 1..x->inodes. Errors: E_FORMAT for another number or a bad group. */
WARN_UNUSED enum triage_status ext_inode_place(struct ext *x, uint64_t number, uint64_t *ret_place, struct triage_error *err);

/* Copy the inode bitmap of a group: inodes_per_group bits. All zeros when the group was never used. */
WARN_UNUSED enum triage_status ext_inode_bitmap(struct ext *x, const struct ext_group *g, uint8_t *bits, struct triage_error *err);

/* How many of count blocks are in use now; those whose bitmap cannot be read are not. */
uint64_t ext_count_allocated(struct ext *x, uint64_t block, uint64_t count);
/* True when the inode's bit is set. */
bool ext_inode_allocated(struct ext *x, uint64_t number);

/* Is there a copy of the super block at the start of a group? */
bool ext_has_super(const struct ext *x, uint32_t group);
/* Blocks of super block, descriptors and room for more of them at the start of a group. */
uint64_t ext_head_blocks(const struct ext *x, uint32_t group);

enum triage_status ext_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err);
enum triage_status ext_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err);

enum triage_status ext_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
enum triage_status ext_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content *c,
    struct triage_error *err);

#endif
