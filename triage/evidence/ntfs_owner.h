/*
 * ntfs_owner.h - owners of NTFS files as SID text, from security descriptors in $Secure:$SDS or in the file itself.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_OWNER_H
#define TRIAGE_EVIDENCE_NTFS_OWNER_H

#include "triage/evidence/ntfs.h"

#include "triage/base/buf.h"

enum { NTFS_SID_TEXT = 200 };	/* S-1-281474976710655 and 15 numbers, with room */

struct ntfs_owners {
	struct {
		uint32_t id, text;	/* text: offset into texts */
	} *rows;			/* sorted by id */
	size_t count, room;
	struct buf texts;		/* NUL-ended SIDs */
};

/* Read $Secure:$SDS. A volume without one, or with a damaged one, gives fewer owners. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status ntfs_owners_load(struct ntfs *n, struct ntfs_owners *o, struct triage_error *err);
void ntfs_owners_release(struct ntfs_owners *o);

/* "" when not known. Valid until release. */
const char *ntfs_owners_find(const struct ntfs_owners *o, uint32_t id);

/* The owner in a self-relative security descriptor as text. False when there is none. */
bool ntfs_owner_text(struct view descriptor, char out[NTFS_SID_TEXT]);

#endif
