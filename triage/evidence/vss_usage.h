/*
 * vss_usage.h - what the NTFS volume around the shadow copies knows: which clusters are in use now ($Bitmap), and the files of
 * deleted stores whose records are still there.
 */
#ifndef TRIAGE_EVIDENCE_VSS_USAGE_H
#define TRIAGE_EVIDENCE_VSS_USAGE_H

#include "triage/evidence/content.h"

#include <stdbool.h>

struct vss_usage;

/* A file of a store, by the name that Windows gives it: {store}{3808876b-c176-4e48-b7ae-04046e6cc752}. */
struct vss_file {
	uint8_t id[16];			/* of the store, in the mixed order of a Windows GUID */
	const struct run_list *map;	/* where it lies; valid during the call. Its first run begins with the store's header */
	uint64_t created;		/* FILETIME of its name */
	bool in_use;			/* the record is; else the file was deleted */
};

/* NULL when the volume is no NTFS, or is too damaged, or memory is short. */
struct vss_usage *vss_usage_open(struct reader *volume);
void vss_usage_free(struct vss_usage *u);	/* NULL is fine */

/* True when a cluster of the range is in use. False also for what cannot be told. */
bool vss_usage_taken(struct vss_usage *u, uint64_t offset, uint64_t size);

/* True when $MFT and $Bitmap are known to their ends: a block of a file that no record names is then not in use. */
bool vss_usage_whole(const struct vss_usage *u);

/* Go through the $MFT for files of stores. each: false ends the search. */
void vss_usage_files(struct vss_usage *u, bool (*each)(void *ctx, const struct vss_file *file), void *ctx);

#endif
