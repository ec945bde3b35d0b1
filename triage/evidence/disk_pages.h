/* disk_pages.h - the files behind a disk, and a cache of fixed size over pages of their tables (2 MiB, four pages a set). */
#ifndef TRIAGE_EVIDENCE_DISK_PAGES_H
#define TRIAGE_EVIDENCE_DISK_PAGES_H

#include "triage/base/reader.h"
#include "triage/evidence/companion.h"

#include <stdbool.h>

/* Bytes that a journal holds and the file does not have yet: they lie over what the file says. */
struct disk_patch {
	uint64_t at, size;		/* bytes in the file */
	const uint8_t *data;		/* NULL: zeros */
};

struct disk_file {
	struct reader *reader;		/* owned by the disk */
	struct companion_id id;
	char name[COMPANION_NAME];	/* plain */
	const struct disk_patch *patches;	/* in order: a later one wins; of the layer's kind, set before tables are read */
	size_t patch_count;
	uint64_t patched_from, patched_to;	/* all patches lie between these */
};

/*
 * Read size bytes at offset of a file, journal included. What the file does not have, or cannot give, reads as zeros and is told to
 * bad (may be NULL) with its distance from at. Returns true when all of it is there.
 */
bool disk_file_read(struct disk_file *file, uint64_t at, uint8_t *buf, size_t size,
    void (*bad)(void *ctx, uint64_t distance, uint64_t size, const char *why), void *ctx);

struct disk_pages;

WARN_UNUSED enum triage_status disk_pages_new(struct disk_pages **ret_pages, struct triage_error *err);
void disk_pages_free(struct disk_pages *p);	/* NULL is fine */

/* Copy size bytes at offset out of cached pages. False when any of them is not there or unreadable. */
bool disk_pages_read(struct disk_pages *p, struct disk_file *file, uint64_t at, void *buf, size_t size);

#endif
