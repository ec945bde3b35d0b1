/*
 * shadows_seen.h - which files of a shadow copy are there on the volume, or on an older copy, in the same state: what is to be said of them
 * has been said, and is not counted again.
 */
#ifndef TRIAGE_RUN_SHADOWS_SEEN_H
#define TRIAGE_RUN_SHADOWS_SEEN_H

#include "triage/case/key_set.h"
#include "triage/run/supervisor.h"

/* Grows with the files of volumes that have shadow copies. Zeroed to begin. */
struct shadows_seen {
	struct key_set keys;
	struct digest *digest;
};

/*
 * Files come in the order of their ids. *ret_before: a file under this path, with this content and in this state, came before from the
 * same volume or its shadow copies; without a known content the inode must be the same too. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status shadows_seen_before(struct shadows_seen *seen, const struct supervisor *s, const struct detect_file *f, uint64_t inode,
    bool *ret_before, struct triage_error *err);
/* The filesystem lies on a shadow copy. */
bool shadows_is_copy(const struct supervisor *s, uint64_t filesystem_id);
void shadows_seen_release(struct shadows_seen *seen);

#endif
