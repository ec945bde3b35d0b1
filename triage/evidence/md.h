/* md.h - what the two halves of the md layer share: finding out who belongs to an array, and putting it together. */
#ifndef TRIAGE_EVIDENCE_MD_H
#define TRIAGE_EVIDENCE_MD_H

#include "triage/evidence/array.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/md_super.h"

enum md_use { MD_UNDECIDED, MD_USED, MD_SPARE, MD_STALE, MD_TWICE };

struct md_member {
	struct reader *reader;
	size_t index;			/* among the members that the layer was given */
	uint32_t volume;		/* for messages */
	struct md_super super;
	uint32_t role;			/* what its own superblock says */
	enum md_use use;
	bool grouped;
};

/* One array. */
struct md_set {
	struct md_member **members;
	size_t count;
	const struct md_super *fresh;	/* the superblock that is believed: of the member written last */
	struct md_member **roles;	/* fresh->disks of them, NULL: missing */
};

/*
 * Put the array together from set->roles. Errors: E_MEMORY; E_UNSUPPORTED and E_FORMAT with a text that says why it cannot be, or
 * not from what is there.
 */
WARN_UNUSED enum triage_status md_build(const struct md_set *set, struct array **ret_array, struct triage_error *err);

#endif
