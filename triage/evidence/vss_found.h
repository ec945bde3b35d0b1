/*
 * vss_found.h - structures of shadow copies that a search met, and which of them make one store.
 */
#ifndef TRIAGE_EVIDENCE_VSS_FOUND_H
#define TRIAGE_EVIDENCE_VSS_FOUND_H

#include "triage/evidence/vss_search.h"

struct vss_found {
	struct vss_found_block {
		uint32_t block;		/* where, in blocks of 16 KiB */
		uint32_t next;		/* the block that follows in its chain, 0 for none */
		uint32_t relative;	/* blocks into the store's file */
		uint8_t type;		/* enum vss_record */
		bool cut;		/* something follows, at no possible place */
		bool followed;		/* another block of its kind leads to it */
		bool claimed;		/* it belongs to a store */
	} *blocks;			/* sorted by place */
	size_t count, room;
	bool full;			/* there were more than VSS_FOUND_MAX */
	uint32_t looks;			/* blocks looked at */
	uint64_t unsearched;		/* bytes not looked at for VSS_LOOKS_MAX */
};

/* The block found at a place, NULL for none. */
struct vss_found_block *vss_found_at(const struct vss_found *f, uint32_t block);
void vss_found_release(struct vss_found *f);

/*
 * Add the stores that the catalogue does not know to the set. A store is known by a header at the start of its file, or by the first
 * block of its list, one block behind. To it belong the blocks that lie where its file has them: behind its start, or where its
 * range list says; and what their chains lead to.
 */
WARN_UNUSED enum triage_status vss_found_stores(struct vss_set *set, struct vss_found *f, struct vss_search_result *r,
    struct triage_error *err);

#endif
