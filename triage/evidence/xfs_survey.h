/*
 * xfs_survey.h - the first pass of the XFS listing: which inodes there are, and what each is. XFS makes inodes in chunks of 64
 * wherever there is room, so they are known by chunk: a bit an inode for each thing that is asked.
 */
#ifndef TRIAGE_EVIDENCE_XFS_SURVEY_H
#define TRIAGE_EVIDENCE_XFS_SURVEY_H

#include "triage/evidence/xfs.h"

enum xfs_mark {
	XFS_IS_THERE,		/* the tree of inodes has it, and it is no hole of a chunk */
	XFS_IS_USED,		/* in use */
	XFS_IS_PRESENT,		/* it describes something, or did */
	XFS_IS_FOLDER,
	XFS_IS_NAMED,		/* a name led to it */
	XFS_IS_ENTERED,		/* folder: queued or read */
	XFS_MARKS
};

struct xfs_chunk {
	uint64_t first;			/* number of the inode of bit 0 */
	uint64_t marks[XFS_MARKS];
};

struct xfs_chunks {
	struct xfs_chunk *rows;		/* sorted by first */
	size_t count, room;
};

void xfs_chunks_release(struct xfs_chunks *c);
/* The chunk that holds inode number, NULL for none. ret_bit: which of it. */
struct xfs_chunk *xfs_chunk_of(const struct xfs_chunks *c, uint64_t number, unsigned *ret_bit);
bool xfs_marked(const struct xfs_chunks *c, uint64_t number, enum xfs_mark mark);
void xfs_mark(struct xfs_chunks *c, uint64_t number, enum xfs_mark mark);	/* nothing when there is no such inode */

/*
 * Find every chunk and look at every inode once. A group whose tree is damaged is searched for inodes from end to end. What cannot
 * be read is sent as problems. Errors: E_MEMORY, the sink's.
 */
WARN_UNUSED enum triage_status xfs_survey(struct xfs *x, struct walk *w, struct xfs_chunks *ret_chunks, struct triage_error *err);

/* One group's chunks, unsorted and not looked at, appended. ret_damaged: not all of them could be had. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status xfs_group_chunks(struct xfs *x, uint32_t group, struct xfs_chunks *c, bool *ret_damaged, bool *ret_suspect,
    struct triage_error *err);
/* Search a group for inodes that are in none of the chunks known before. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status xfs_group_search(struct xfs *x, uint32_t group, const struct xfs_chunks *known, struct xfs_chunks *c,
    struct triage_error *err);
WARN_UNUSED enum triage_status xfs_chunks_add(struct xfs_chunks *c, const struct xfs_chunk *row, struct triage_error *err);

#endif
