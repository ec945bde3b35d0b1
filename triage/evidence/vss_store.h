/*
 * vss_store.h - the stores of a volume: what the catalogue and their headers say of them, their block lists, and the set in which
 * they stand in the order of their making. The set is shared by the readers of its shadow copies and ends with the last of them.
 */
#ifndef TRIAGE_EVIDENCE_VSS_STORE_H
#define TRIAGE_EVIDENCE_VSS_STORE_H

#include "triage/evidence/vss_index.h"

enum { VSS_MACHINE = 64 };		/* bytes of a machine's name that are kept, with the NUL */

/* The places of the blocks of one kind that belong together, in their order. */
struct vss_chain {
	uint64_t *at;			/* bytes into the volume */
	size_t count, room;
	bool broken;			/* a block that should follow is not there */
};

struct vss_store {
	uint8_t id[VSS_GUID];		/* of the store: part of the name of its file */
	uint8_t copy[VSS_GUID], set[VSS_GUID];
	char machine[VSS_MACHINE], service[VSS_MACHINE];	/* display form */
	uint32_t attributes;
	bool has_id, has_info;		/* id is known; copy, set, machines and attributes are */
	bool placed;			/* its data lies on this volume */
	bool found;			/* by a search: the catalogue does not know it (any more) */
	bool deleted;			/* found, and its file is not there any more */
	bool guessed;			/* found, and its age is not known */
	bool named;			/* found, and its age is that of its file's name */
	uint64_t size;			/* bytes of the volume then, 0 when not known */
	uint64_t sequence;
	uint64_t created;		/* FILETIME, 0 when not known */
	uint64_t header_at, list_at, ranges_at, bitmap_at, previous_at;	/* bytes into the volume, 0 for none */
	struct vss_chain list, bitmap, previous;
	uint64_t descriptors;		/* that count */
	uint64_t pieces;		/* that do not continue the one before: about the runs that the index will have */
	uint64_t nonsense;		/* that point outside the volume */
	uint64_t lost;			/* of a deleted one: whose kept block now belongs to somebody else */
	bool loaded;
	struct vss_index index;
};

struct vss_usage;			/* vss_usage.h */

struct vss_set {
	struct reader *volume;
	struct vss_usage *usage;	/* NULL: what is in use now is not known */
	struct vss_store *stores;	/* VSS_STORES_MAX of them; oldest first once sorted */
	size_t count;
	size_t readers;			/* that share the set */
};

WARN_UNUSED enum triage_status vss_set_new(struct reader *volume, struct vss_set **ret_set, struct triage_error *err);
void vss_set_release(struct vss_set *s);	/* one reader less; frees it when there is none left. NULL is fine */
/* A zeroed place for one more store; NULL when there are VSS_STORES_MAX. */
struct vss_store *vss_set_add(struct vss_set *s);

WARN_UNUSED enum triage_status vss_chain_add(struct vss_chain *c, uint64_t at, struct triage_error *err);
void vss_chain_release(struct vss_chain *c);
/* Follow a chain from its first block, 0 for none. A cycle or a block that is not one breaks it. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status vss_chain_follow(struct reader *volume, uint64_t first, enum vss_record type, struct vss_chain *c,
    struct triage_error *err);

/* Read identifiers and machines from the store's header. They stay unknown when it is not there. */
void vss_store_header(struct reader *volume, struct vss_store *store);
/* Count what the block list says, without keeping it. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status vss_store_count(struct vss_set *set, struct vss_store *store, struct triage_error *err);
/* Make the index, once. Errors: E_MEMORY, E_LIMIT. */
WARN_UNUSED enum triage_status vss_store_load(struct vss_set *set, struct vss_store *store, struct triage_error *err);

/* A reader of shadow copy number i of the set, which it then shares. size: bytes. */
WARN_UNUSED enum triage_status vss_reader_new(struct vss_set *set, size_t i, uint64_t size, struct reader **ret_reader,
    struct triage_error *err);

#endif
