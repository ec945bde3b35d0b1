/*
 * ntfs_index.h - the index blocks of a folder ($I30): whether they are whole, and names that still stand in their slack.
 *
 * The listing itself needs no index: every file says in its record which folder it lies in. What only an index knows is
 * the name of a file whose record was used again, or the name that a file had before it was renamed.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_INDEX_H
#define TRIAGE_EVIDENCE_NTFS_INDEX_H

#include "triage/evidence/ntfs.h"

/* A name found in the slack of an index. */
struct ntfs_old_name {
	uint64_t reference;	/* of the file, 0 when that was overwritten */
	struct ntfs_name name;	/* times, size and parent as the index had them */
};

struct ntfs_index {
	struct ntfs *n;
	struct id_set live, sent;	/* hashes of names in the folder at hand */
	struct run_list map;
	uint8_t *block;
	uint64_t bytes_left;		/* that may still be read in this listing */
};

/* max_bytes: of all index blocks together. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status ntfs_index_init(struct ntfs_index *x, struct ntfs *n, uint64_t max_bytes, struct triage_error *err);
void ntfs_index_release(struct ntfs_index *x);

/*
 * Look at the index of a loaded folder. each receives every name that stands only in slack, once. ret_damaged: blocks
 * in use that are no index blocks, or could not be read. Errors: E_MEMORY and those of each.
 */
WARN_UNUSED enum triage_status ntfs_index_read(struct ntfs_index *x, const struct ntfs_file *folder,
    enum triage_status (*each)(void *ctx, const struct ntfs_old_name *old, struct triage_error *err), void *ctx,
    uint64_t *ret_damaged,
    struct triage_error *err);

#endif
