/*
 * ext_listing.h - the state of one ext listing, shared by its two halves: what names lead to (ext_list.c), and what they do not
 * (ext_lost.c).
 */
#ifndef TRIAGE_EVIDENCE_EXT_LISTING_H
#define TRIAGE_EVIDENCE_EXT_LISTING_H

#include "triage/evidence/ext_entry.h"
#include "triage/evidence/ext_names.h"
#include "triage/evidence/ext_past.h"
#include "triage/evidence/ext_survey.h"

/* A folder to read. */
struct ext_folder {
	uint64_t edge;
	uint32_t inode;
	bool deleted, lost;	/* lost: the root does not lead to it */
	size_t past;		/* row + 1 when the folder is read as the journal has it, else 0 */
};

struct ext_listing {
	struct ext *x;
	struct walk walk;
	struct ext_names names;
	struct buf link, name;
	uint8_t *bits;
	struct ext_folder *queue, *now;
	size_t queued, entered, room;
	struct ext_names old;	/* deleted names of inodes in use: whose they are shows when all live names are known */
	struct ext_folder *old_in;	/* the folder of each */
	struct ext_pasts pasts;
	uint64_t bytes_left;	/* of directories: more than the volume holds is a trick */
	uint64_t bare;		/* deleted files of which nothing but the inode's times is left */
};

/* Send an entry for an inode that was read, and queue it when it is a folder. f: what becomes of it as a folder. */
WARN_UNUSED enum triage_status ext_listing_send(struct ext_listing *l, const struct ext_inode *inode, struct triage_entry *e,
    struct ext_folder f, struct triage_error *err);

/* Read all folders that wait. */
WARN_UNUSED enum triage_status ext_listing_drain(struct ext_listing *l, struct triage_error *err);

WARN_UNUSED enum triage_status ext_listing_tell(struct ext_listing *l, uint64_t inode, uint64_t edge, const char *code,
    enum triage_severity severity, const char *what, struct triage_error *err);

/* Folders that no name led to: first the tops of lost trees, then (rings) what is left of rings. */
WARN_UNUSED enum triage_status ext_lost_folders(struct ext_listing *l, bool rings, struct triage_error *err);

/* Files that no name led to, also those that only the journal still has. */
WARN_UNUSED enum triage_status ext_lost_files(struct ext_listing *l, struct triage_error *err);

#endif
