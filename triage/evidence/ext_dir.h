/*
 * ext_dir.h - the names in one block of an ext directory. No I/O.
 */
#ifndef TRIAGE_EVIDENCE_EXT_DIR_H
#define TRIAGE_EVIDENCE_EXT_DIR_H

#include "triage/base/view.h"

struct ext_name {
	uint32_t inode;		/* 0: not known any more */
	uint8_t type;		/* EXT_TYPE_*, 0 when the directory does not say */
	bool deleted;		/* found in the space behind another name, or only in the journal */
	uint32_t seen;		/* age of the last transaction that has it, 0: it stands in the directory */
	struct view text;	/* raw bytes */
	size_t at;		/* bytes into the block */
};

enum { EXT_TYPE_REGULAR = 1, EXT_TYPE_DIRECTORY, EXT_TYPE_CHARDEV, EXT_TYPE_BLOCKDEV, EXT_TYPE_FIFO, EXT_TYPE_SOCKET,
    EXT_TYPE_LINK };

/* How a directory writes its names. */
struct ext_dir_style {
	uint32_t inodes;	/* of the file system: a larger number is no inode */
	uint32_t self;		/* inode of the directory */
	bool typed;		/* names carry a type; else the length has 16 bits */
	bool indexed;		/* hash tree: index blocks look like one empty name */
};

/*
 * Send the names of a block (at most 65,536 bytes), also deleted ones that still stand in its slack. "." and ".." at
 * the head of the first block are left out. ret_damaged: the chain of names breaks; what could be recognised behind the
 * break is sent as deleted. Errors: those of each.
 */
WARN_UNUSED enum triage_status ext_dir_block(struct view block, bool first, const struct ext_dir_style *style,
    enum triage_status (*each)(void *ctx, const struct ext_name *name, struct triage_error *err), void *ctx, bool *ret_damaged,
    struct triage_error *err);

/* Is this a whole block of directory style->self (or, when it is not the first, of any)? */
bool ext_dir_holds(struct view block, bool first, const struct ext_dir_style *style);

#endif
