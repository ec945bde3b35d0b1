/*
 * ext_inode.h - one inode of ext2/3/4, and the blocks that it maps.
 */
#ifndef TRIAGE_EVIDENCE_EXT_INODE_H
#define TRIAGE_EVIDENCE_EXT_INODE_H

#include "triage/base/view.h"
#include "triage/evidence/ext.h"

enum {
	EXT_FLAG_COMPRESSED = 0x4, EXT_FLAG_ENCRYPTED = 0x800, EXT_FLAG_INDEX = 0x1000, EXT_FLAG_EXTENTS = 0x80000,
	    EXT_FLAG_EA_INODE = 0x200000,
	EXT_FLAG_INLINE = 0x10000000,
	EXT_MAP_BYTES = 60,		/* of an inode that map blocks, or hold a short link */
	EXT_INODE_MAX = 65536,
};

struct ext_inode {
	uint64_t number, place;		/* place: bytes into the volume */
	uint16_t mode, links;
	uint32_t uid, gid, flags, deleted;	/* deleted: seconds, 0 for not */
	uint64_t size, sectors;		/* sectors: 512 bytes each, as the inode says */
	uint64_t xattr_block;		/* 0 for none */
	bool bad;			/* in unreadable sectors */
	bool past;			/* as the journal has it: valid in the transactions since .. until (ages) */
	uint32_t since, until;
	uint32_t generation;
	struct {
		int64_t seconds;
		uint32_t nanoseconds;
		bool there;
	} atime, ctime, mtime, crtime;
	uint8_t map[EXT_MAP_BYTES];
	uint16_t inline_at, inline_size;	/* the rest of inline data: bytes into the inode, 0 for none */
};

/* Parse size bytes of an inode (x->inode_size). */
void ext_inode_parse(const struct ext *x, const uint8_t *raw, struct ext_inode *ret_inode);

/* Read inode number. Errors: E_FORMAT, E_SHORT, E_IO. */
WARN_UNUSED enum triage_status ext_inode_read(struct ext *x, uint64_t number, struct ext_inode *ret_inode,
    struct triage_error *err);

/* True for what an inode holds in its map instead of blocks: a short symbolic link. */
bool ext_inode_is_fast_link(const struct ext *x, const struct ext_inode *inode);

/*
 * The inode's blocks into an empty run list, up to its size rounded up to a block. Holes are sparse, what the map
 * should say and does not is filler. ret_damaged: the map contradicts itself or cannot be read.
 * At most max_nodes blocks of map are read. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status ext_map(struct ext *x, const struct ext_inode *inode, uint64_t max_nodes, struct run_list *map,
    bool *ret_damaged, struct triage_error *err);

/* Bytes into the volume of the first mapped byte, 0 when there is none. Reads at most a block per level. */
uint64_t ext_first_place(struct ext *x, const struct ext_inode *inode);

/* Fill c with the inode's data. Errors: E_MEMORY, E_SHORT, E_IO. */
WARN_UNUSED enum triage_status ext_content_fill(struct ext *x, const struct ext_inode *inode, uint64_t max_nodes,
    struct evidence_content *c,
    bool *ret_damaged, struct triage_error *err);

#endif
