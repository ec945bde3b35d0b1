/* lvm.h - what the halves of the LVM layer share: one volume group as its text tells of it, and its volumes put together. */
#ifndef TRIAGE_EVIDENCE_LVM_H
#define TRIAGE_EVIDENCE_LVM_H

#include "triage/evidence/array.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/lvm_disk.h"
#include "triage/evidence/shared_reader.h"

enum { LVM_ROUNDS_MAX = 16, LVM_NESTED_MAX = 12, LVM_COST_MAX = 1 << 16, LVM_LOST_NAMED = 8, LVM_WHY = 200, LVM_NONE = -1 };

/* A physical volume as the text names it. */
struct lvm_disk {
	uint32_t node;			/* its section */
	char id[LVM_ID];
	uint64_t first;			/* bytes: where its extents begin */
	struct reader *reader;		/* NULL: not among what was given */
	size_t member;			/* which member it is, when reader is not NULL */
};

/* A logical volume. */
struct lvm_volume {
	uint32_t node;
	bool visible;
	uint32_t origin;		/* index + 1 of the volume that this one keeps the snapshot of; 0: of none */
	bool done;			/* built, or known not to be buildable */
	enum triage_volume_state state;
	struct shared_reader *shared;	/* NULL when it cannot be read */
	uint64_t size;			/* bytes */
	uint64_t lost;			/* bytes that cannot be read because disks are missing, an estimate */
	unsigned nested;		/* how many volumes lie below one another, this one counted */
	uint64_t cost;			/* reads below that one read may take at most: a bound on nested copies of copies */
	size_t member;			/* the first member that it lies on; SIZE_MAX: none */
	uint32_t missing[LVM_LOST_NAMED];	/* disks that it lies on and that are not there */
	size_t missing_count;
	char why[LVM_WHY];		/* what is to be said of it, "" for nothing */
};

struct lvm_names {
	struct lvm_name {
		const char *name;
		uint32_t size, index;
	} *list;
	size_t count;
};

struct lvm_group {
	const struct lvm_text *text;
	uint32_t node;
	uint64_t extent;		/* bytes */
	struct lvm_disk *disks;
	size_t disk_count;
	struct lvm_volume *volumes;
	size_t volume_count;
	struct lvm_names disk_names, volume_names;
};

/* Fill a group from its text; disks get no readers yet. Errors: E_MEMORY, E_FORMAT. Release it in any case. */
WARN_UNUSED enum triage_status lvm_group_read(const struct lvm_text *text, struct lvm_group *ret_group, struct triage_error *err);
void lvm_group_release(struct lvm_group *g);
/* Index of the disk or volume of that name, LVM_NONE when there is none. */
int64_t lvm_lookup(const struct lvm_names *names, const char *name, size_t size);

/* Put together every volume, what they are made of first. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status lvm_build(struct lvm_group *g, struct triage_error *err);

/*
 * Turn the store v, which is built, into the snapshot that it belongs to. What is in the way becomes its state and why.
 * Errors: E_MEMORY, E_LIMIT.
 */
WARN_UNUSED enum triage_status lvm_snapshot_add(struct lvm_volume *v, const struct lvm_volume *origin, struct triage_error *err);

/*
 * Fill a, of size bytes, with the thin device of that number. Both readers outlive a. ret_torn: part of its map is damaged, what it
 * should have placed reads as zeros. Errors: E_MEMORY, E_LIMIT, E_FORMAT with a text for people.
 */
WARN_UNUSED enum triage_status lvm_thin_add(struct array *a, struct reader *metadata, struct reader *data, uint64_t device, uint64_t size, bool *ret_torn,
    struct triage_error *err);

/* --- lvm_segment.c, for lvm_build.c --- */

/* A volume being built. */
struct lvm_work {
	struct lvm_group *group;
	struct lvm_volume *volume;
	struct array *array;
	bool waits;			/* something that it is made of is not built yet */
	uint64_t cost;			/* of the segment being added */
};
/* Add one segment to work->array, or set its why and state. Errors: E_MEMORY; E_FORMAT, E_UNSUPPORTED with a text for people. */
WARN_UNUSED enum triage_status lvm_segment_add(struct lvm_work *work, uint32_t segment, struct triage_error *err);

#endif
