/*
 * unallocated.h - the space of a volume that belongs to no file: which it is, and listing it with what is carved from it.
 *
 * It is the units that the file system's own bitmap or table calls free, in order, and then the slack between its last unit and
 * the end of the volume. Only drivers that say how they give out space (fs.h) have any.
 */
#ifndef TRIAGE_EVIDENCE_UNALLOCATED_H
#define TRIAGE_EVIDENCE_UNALLOCATED_H

#include "triage/evidence/evidence.h"
#include "triage/evidence/slack.h"

/*
 * attr_type of streams that no driver knows. inode: bytes into the volume where they begin; attr_id: their size in bytes.
 * CARVED and SLACK are one piece; UNALLOCATED is free space from there on, whatever lies between its pieces left out.
 */
enum { EVIDENCE_ATTR_CARVED = 0x43000001, EVIDENCE_ATTR_UNALLOCATED = 0x43000002, EVIDENCE_ATTR_SLACK = 0x43000003, UNALLOCATED_STREAM = 64 << 20 };

struct evidence_unallocated;	/* an iterator; borrows its file system */

/* from: bytes into the volume to begin at, rounded down to a unit. Errors: E_UNSUPPORTED for a driver that cannot, E_MEMORY. */
WARN_UNUSED enum triage_status evidence_unallocated_open(struct evidence_fs *fs, uint64_t from, struct evidence_unallocated **ret_u,
    struct triage_error *err);
void evidence_unallocated_close(struct evidence_unallocated *u);	/* NULL is fine */

/*
 * The next run, in order, not touching the one before. ret_offset: bytes into the volume; ret_length: bytes, never 0. Returns
 * TRIAGE_END behind the last one. Runs end where the medium does.
 */
WARN_UNUSED enum triage_status evidence_unallocated_next(struct evidence_unallocated *u, uint64_t *ret_offset, uint64_t *ret_length,
    struct triage_error *err);

/* Bytes met so far of which the bitmap could not be read: they count as in use. */
uint64_t evidence_unallocated_unknown(const struct evidence_unallocated *u);

/*
 * List the space below a folder "$Unallocated" of the root: streams "unallocated@OFFSET" of at most UNALLOCATED_STREAM bytes, and
 * "KIND@OFFSET" for each record carved from it (state carved; OFFSET counts from the start of the evidence; link: first facts,
 * such as the name in it); then what lies behind the ends of files, where it is not all zeros: "NAME-slack" beside each. edge: the
 * number of the first entry; slack: noted while the files were listed, NULL for none. What was and was not examined is sent as a problem of severity
 * info. Errors: E_MEMORY and the sink's.
 */
WARN_UNUSED enum triage_status unallocated_list(struct evidence_fs *fs, const struct evidence_sink *sink, uint64_t edge,
    struct slack *slack, struct triage_error *err);

/* Fill a zeroed content whose fs is set. Errors: E_FORMAT for a key that is none. */
WARN_UNUSED enum triage_status unallocated_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content *c, struct triage_error *err);

#endif
