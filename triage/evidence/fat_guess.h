/*
 * fat_guess.h - where the pieces of deleted FAT files lie, when they lie apart.
 *
 * Deleting clears a file's chain; its first cluster and size stay. A file that lived beside another deleted one cannot
 * have had that one's clusters: files whose run is disturbed by none are laid out first, the others around them. Two
 * files lived side by side when the one that begins inside the other's run was made before the other was last written;
 * else it came later and overwrote the other, which is not for us to repair.
 */
#ifndef TRIAGE_EVIDENCE_FAT_GUESS_H
#define TRIAGE_EVIDENCE_FAT_GUESS_H

#include "triage/evidence/fat.h"

struct fat_guess;

/* Collect the deleted files of an opened volume, by listing it once. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status fat_guess_new(struct evidence_fs *fs, struct fat_guess **ret_guess, struct triage_error *err);
void fat_guess_free(struct fat_guess *g);	/* NULL is fine */

/* Append the pieces of file inode to an empty map. ret_found: false when it lies in one run, as far as can be told. */
WARN_UNUSED enum triage_status fat_guess_find(const struct fat_guess *g, uint64_t inode, struct run_list *map, bool *ret_found,
    struct triage_error *err);

#endif
