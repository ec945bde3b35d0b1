/*
 * ntfs_entry.h - a loaded NTFS file as entries: one for each of its names times each of its streams.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_ENTRY_H
#define TRIAGE_EVIDENCE_NTFS_ENTRY_H

#include "triage/evidence/ntfs.h"
#include "triage/evidence/ntfs_owner.h"

/* Scratch memory and tables of a listing that entries are made with. */
struct ntfs_entries {
	struct ntfs *n;
	struct walk *walk;
	struct ntfs_owners owners;
	struct run_list map;
	struct buf name, stream, link;
	char owner[NTFS_SID_TEXT];
};

void ntfs_entries_init(struct ntfs_entries *m, struct ntfs *n, struct walk *w);
void ntfs_entries_release(struct ntfs_entries *m);

/* Where and how a name is listed. */
struct ntfs_place {
	uint64_t parent;		/* edge, TRIAGE_NO_ID for the root */
	enum triage_file_state state;
	uint32_t flags;			/* TRIAGE_ENTRY_INTERNAL, TRIAGE_ENTRY_CYCLE */
	const struct ntfs_name *name;	/* NULL: the root has none, others are called inode-N */
};

/* Send the file under one name. ret_edge: of its main entry, the first that is sent. */
WARN_UNUSED enum triage_status ntfs_entries_send(struct ntfs_entries *m, const struct ntfs_file *f, const struct ntfs_place *place,
    uint64_t *ret_edge, struct triage_error *err);

/*
 * Attribute index as a name. False for a DOS name that stands beside a long one in the same folder, and for what is
 * no $FILE_NAME.
 */
bool ntfs_name_listed(const struct ntfs_file *f, size_t index, struct ntfs_name *ret_name);

#endif
