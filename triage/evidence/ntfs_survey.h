/*
 * ntfs_survey.h - pass 1 of the NTFS listing: every record's sequence and state, and which folder each folder says it
 * lies in. Linear in the $MFT; about 12 bytes a record.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_SURVEY_H
#define TRIAGE_EVIDENCE_NTFS_SURVEY_H

#include "triage/evidence/ntfs.h"

enum ntfs_record_bits {
	NTFS_IS_VALID = 1 << 0,		/* a base record */
	NTFS_IS_LIVE = 1 << 1,		/* in use */
	NTFS_IS_FOLDER = 1 << 2,
	NTFS_IS_EXTENSION = 1 << 3,
	NTFS_IS_ROOTED = 1 << 4,		/* folder: reached from the root */
	NTFS_IS_INTERNAL = 1 << 5,	/* folder: of the file system itself */
	NTFS_IS_CLAIMED = 1 << 6,	/* extension: named by its base record's attribute list */
};

#define NTFS_NO_LINK UINT32_MAX

/* A folder says that it lies in a folder. */
struct ntfs_link {
	uint32_t child, next;	/* next: link with the same parent, NTFS_NO_LINK for none */
	uint64_t parent;	/* reference */
};

struct ntfs_survey {
	uint64_t records;
	uint16_t *sequence;	/* per record */
	uint8_t *bits;		/* per record: enum ntfs_record_bits */
	uint32_t *first;	/* per record: first link of a parent */
	struct ntfs_link *links;
	size_t link_count, link_room;
	size_t folders;
};

/* Read all records. Damaged ones are sent as problems. Errors: E_MEMORY and those of the sink. */
WARN_UNUSED enum triage_status ntfs_survey_run(struct ntfs *n, struct ntfs_survey *s, struct walk *w, struct triage_error *err);
void ntfs_survey_release(struct ntfs_survey *s);

/* Chain the links of each parent that is there. After the root is known to be a folder. */
void ntfs_survey_chain(struct ntfs_survey *s);

/* True when a reference names this folder as it is, or as it was before it was deleted. */
bool ntfs_survey_matches(const struct ntfs_survey *s, uint64_t reference);

/* Send a problem about one record. what completes "MFT record N ...". */
WARN_UNUSED enum triage_status ntfs_tell_record(struct ntfs *n, struct walk *w, uint64_t number, const char *code, const char *what,
    struct triage_error *err);

#endif
