/*
 * ext_past.h - inodes as they were: for each file that an inode number ever stood for, the last copy in the journal that
 * still has its size, times and blocks.
 *
 * A number stands for one file after another; the generation that the kernel draws for each tells them apart.
 */
#ifndef TRIAGE_EVIDENCE_EXT_PAST_H
#define TRIAGE_EVIDENCE_EXT_PAST_H

#include "triage/evidence/ext_journal.h"

#define EXT_PAST_NONE SIZE_MAX

enum { EXT_PAST_MAX = 1 << 20 };	/* files that are remembered */

struct ext_past {
	uint32_t inode, generation;
	uint32_t first, last;		/* ages of the first and last copy of any kind */
	uint32_t since, until;		/* of the copies that were in use */
	uint32_t at, row;		/* block of the journal with the best copy, 0: none; its index in the journal's rows */
	bool filled;			/* that copy has a size */
	bool current;			/* the inode still stands for this file, and is in use */
	bool same;			/* the table still has this file, in use or not */
	bool sent, entered;		/* for the listing */
};

struct ext_pasts {
	struct ext_past *rows;		/* by inode, then by first */
	size_t count;
	uint32_t *slots;		/* while it is made: index + 1 */
	size_t room;
	bool cut;
};

void ext_pasts_release(struct ext_pasts *p);

/*
 * Look at every copy of the inode table in x->journal. bits: of the survey; EXT_IS_PAST is added. A file that is still in use
 * only gets a row when its number stood for another one before. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status ext_pasts_load(struct ext *x, uint8_t *bits, struct ext_pasts *ret_pasts, struct triage_error *err);

/* The file that an inode stood for when a transaction of this age was written; UINT32_MAX: the last one. EXT_PAST_NONE for not known. */
size_t ext_past_find(const struct ext_pasts *p, uint32_t inode, uint32_t age);

/* The inode of a row, from its copy. Errors: E_FORMAT when there is none, E_IO. */
WARN_UNUSED enum triage_status ext_past_read(struct ext *x, const struct ext_past *p, struct ext_inode *ret_inode, struct triage_error *err);

/* The same by the key of a stream: the inode's number and the block of the journal. x->journal is loaded. */
WARN_UNUSED enum triage_status ext_past_by_key(struct ext *x, uint64_t number, uint32_t at, struct ext_inode *ret_inode,
    struct triage_error *err);

#endif
