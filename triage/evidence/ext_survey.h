/*
 * ext_survey.h - the first pass of the ext listing: what each inode is. One byte an inode.
 */
#ifndef TRIAGE_EVIDENCE_EXT_SURVEY_H
#define TRIAGE_EVIDENCE_EXT_SURVEY_H

#include "triage/evidence/ext.h"

enum ext_inode_bits {
	EXT_IS_PRESENT = 1 << 0,	/* it describes something, or did */
	EXT_IS_ALLOCATED = 1 << 1,
	EXT_IS_FOLDER = 1 << 2,
	EXT_IS_NAMED = 1 << 3,		/* a name led to it */
	EXT_IS_ENTERED = 1 << 4,	/* folder: queued or read */
	EXT_IS_PAST = 1 << 5,		/* the journal knows of a deleted file of this number */
};

/*
 * Look at every inode once, in the order in which they lie. ret_bits: x->inodes + 1 bytes of enum ext_inode_bits, by
 * number, owned by the caller. Groups and inodes that cannot be read are sent as problems. Errors: E_MEMORY, the sink's.
 */
WARN_UNUSED enum triage_status ext_survey(struct ext *x, struct walk *w, uint8_t **ret_bits, uint32_t *ret_folders,
    struct triage_error *err);

#endif
