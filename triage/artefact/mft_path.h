/* mft_path.h - paths from the references to parents in an $MFT. */
#ifndef TRIAGE_ARTEFACT_MFT_PATH_H
#define TRIAGE_ARTEFACT_MFT_PATH_H

#include "triage/artefact/mft_record.h"

enum { MFT_PATH_ROOM = 64 << 10, MFT_PATH_UNITS = 4096, MFT_PATH_DEPTH = 255 };

struct mft_node;

struct mft_paths {
	struct view all;		/* borrowed: the table with its fixups in place */
	size_t record_size, count;
	uint64_t first;			/* entry number of slot 0 */
	bool first_known;
	struct mft_node *nodes;		/* owned: one a slot */
};

bool mft_paths_open(struct mft_paths *p, struct view all, size_t record_size);	/* false: out of memory */
void mft_paths_close(struct mft_paths *p);
/* Remember the name of the record in a slot. */
void mft_paths_add(struct mft_paths *p, size_t slot, const struct mft_record *r);
/*
 * Append the path of a name: "/Windows/notepad.exe". A parent that is gone or was reused, and a path of more than MFT_PATH_UNITS
 * begin it with "/(parent ENTRY-SEQUENCE not known)/", folders that lie in each other with "/(parent ENTRY-SEQUENCE in a circle)/".
 */
void mft_path(const struct mft_paths *p, const struct ntfs_name *n, struct buf *path);
/* True when the file of this reference is there and has this name in this folder. */
bool mft_path_is_of(const struct mft_paths *p, uint64_t reference, const struct ntfs_name *n);

#endif
