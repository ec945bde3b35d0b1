/*
 * ext_names.h - the names of one ext directory, collected and sorted by inode, so that each name can be told once and
 * inodes are read in the order in which they lie.
 */
#ifndef TRIAGE_EVIDENCE_EXT_NAMES_H
#define TRIAGE_EVIDENCE_EXT_NAMES_H

#include "triage/base/buf.h"
#include "triage/evidence/ext_dir.h"
#include "triage/evidence/ext_inode.h"

enum { EXT_NAMES_MAX = 1 << 20 };	/* names that are held at a time; a larger directory comes in parts */

struct ext_names {
	struct ext_name_row {
		uint32_t inode, at;	/* at: offset into text */
		uint32_t seen;		/* see ext_dir.h */
		uint16_t size;
		uint8_t type;
		bool deleted;
	} *rows;
	size_t count, room;
	struct buf text;
};

void ext_names_init(struct ext_names *n);
void ext_names_release(struct ext_names *n);
void ext_names_clear(struct ext_names *n);

/* Errors: E_MEMORY. */
WARN_UNUSED enum triage_status ext_names_add(struct ext_names *n, const struct ext_name *name, struct triage_error *err);

/* Sort by inode and name, and drop deleted names that stand there live, or twice. */
void ext_names_sort(struct ext_names *n);

/* What reading a directory met. */
struct ext_dir_result {
	uint64_t bytes;		/* read */
	bool damaged;		/* a block's chain of names breaks, or the block map does */
	bool unreadable;	/* a block could not be read */
};

/*
 * Read directory inode and hand over its names in sorted parts. max_bytes, max_nodes: what may be read of it.
 * Errors: E_MEMORY and those of each.
 */
WARN_UNUSED enum triage_status ext_names_read(struct ext *x, const struct ext_inode *inode, uint64_t max_bytes, uint64_t max_nodes,
    struct ext_names *n, enum triage_status (*each)(void *ctx, struct ext_names *names, struct triage_error *err), void *ctx,
    struct ext_dir_result *ret_result, struct triage_error *err);

#endif
