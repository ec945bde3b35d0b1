/*
 * ntfs_list.h - the state of one NTFS listing, shared by the files that make it.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_LIST_H
#define TRIAGE_EVIDENCE_NTFS_LIST_H

#include "triage/evidence/ntfs_entry.h"
#include "triage/evidence/ntfs_survey.h"

#define NTFS_NO_EDGE UINT32_MAX

struct ntfs_listing {
	struct ntfs *n;
	struct walk walk;
	struct ntfs_survey survey;
	struct ntfs_entries entries;
	struct ntfs_file file;
	uint32_t *edge;		/* per record: of a folder that was sent, else NTFS_NO_EDGE */
	uint32_t *queue;	/* folders to enter */
	size_t queued, entered;
};

/* After everything else: damaged indexes, and names that only they still know. */
WARN_UNUSED enum triage_status ntfs_list_old_names(struct ntfs_listing *l, struct triage_error *err);

#endif
