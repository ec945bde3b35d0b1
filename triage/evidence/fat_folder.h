/*
 * fat_folder.h - which clusters a FAT directory has, and their bytes. Each cluster belongs to one directory only.
 */
#ifndef TRIAGE_EVIDENCE_FAT_FOLDER_H
#define TRIAGE_EVIDENCE_FAT_FOLDER_H

#include "triage/evidence/fat_file.h"

struct fat_folder {
	uint64_t edge, inode;
	struct fat_chain chain;		/* chain.first 0: the fixed root of FAT12 and FAT16 */
	bool deleted;
	bool lost;			/* no live folder leads to it */
};

/* A loaded directory. */
struct fat_bytes {
	uint8_t *data;
	size_t size;
	struct run_list map;		/* offsets in data to places on the volume */
	bool cut;			/* its chain breaks, runs into another directory, or is too long */
	bool unreadable;
};

/* One bit a cluster: belongs to a directory that was met. */
struct fat_seen {
	uint8_t *bits;
	uint32_t clusters;
};

WARN_UNUSED enum triage_status fat_seen_init(struct fat_seen *s, const struct fat *x, struct triage_error *err);
void fat_seen_release(struct fat_seen *s);
/* Mark a cluster. True when it was not marked before; false too when it is no cluster. */
bool fat_seen_add(struct fat_seen *s, uint64_t cluster);
bool fat_seen_has(const struct fat_seen *s, uint64_t cluster);

/*
 * Load a directory whose first cluster is marked already. A deleted one goes on as long as free clusters follow that
 * look like a directory. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status fat_folder_load(struct fat *x, const struct fat_folder *f, struct fat_seen *seen,
    struct fat_bytes *ret_bytes,
    struct triage_error *err);
void fat_bytes_release(struct fat_bytes *b);

/* Bytes into the volume of a slot. */
uint64_t fat_slot_place(const struct fat_bytes *b, size_t slot);

#endif
