/*
 * ext_journal.h - what the journal of an ext file system still holds: earlier copies of its metadata blocks.
 *
 * The journal is a ring of transactions that were written before the file system itself. It is not emptied: blocks stay until
 * the ring comes round again, so a look at all of it finds directories and inodes as they were before files were deleted.
 * Source: the Linux kernel's documentation of jbd2 in ext4's layout. Big endian.
 */
#ifndef TRIAGE_EVIDENCE_EXT_JOURNAL_H
#define TRIAGE_EVIDENCE_EXT_JOURNAL_H

#include "triage/evidence/ext_inode.h"

#define EXT_JOURNAL_BYTES (UINT64_C(1) << 30)	/* of it that are looked at */

enum { EXT_LOGGED_MAX = 1 << 20, EXT_LOGGED_NAMES = 1 << 18 };	/* copies that are remembered; names that are taken from them */

/* One copy of a block, or the note that all copies up to here are of no more use (the block was given back). */
struct ext_logged {
	uint64_t block;		/* of the file system */
	uint32_t age;		/* of its transaction: larger is later, wherever the numbers began */
	uint32_t at : 30;	/* block of the journal */
	uint32_t escaped : 1;	/* its first four bytes are not as they were */
	uint32_t revoked : 1;	/* no copy, only the note */
};

struct ext_journal {
	struct run_list map;		/* where the journal lies */
	struct ext_logged *rows;	/* by block, then by age */
	size_t count, room;
	uint32_t first, end;		/* blocks of the ring */
	uint32_t features, reference;
	uint32_t transactions;		/* descriptors met */
	bool cut;			/* larger than what is looked at or remembered */
	uint64_t bytes_read;		/* copies of directories, in this listing */
	uint32_t names;			/* found in them */
};

/*
 * Find and index the journal once per opened file system, as x->journal. A file system without one, or whose journal is
 * elsewhere or damaged, has an index without rows. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status ext_journal_load(struct ext *x, struct triage_error *err);
void ext_journal_free(struct ext_journal *j);	/* NULL is fine */

/* The rows of a block up to an age, oldest first. Returns how many. */
size_t ext_journal_copies(const struct ext_journal *j, uint64_t block, uint32_t until, const struct ext_logged **ret_rows);

/* Copy size bytes at inside of a copied block. False when it was overwritten or cannot be read. */
bool ext_journal_read(struct ext *x, const struct ext_logged *row, uint32_t inside, void *buf, size_t size);

/* Bytes into the volume of a block of the journal, 0 when it lies nowhere. */
uint64_t ext_journal_place(const struct ext_journal *j, uint32_t at, uint32_t block_size);

#endif
