/*
 * vss_index.h - what a store's block list comes to: for each place of the volume, where the shadow copy has its bytes.
 *
 * Runs and overlays are sorted by block and merged: 16 bytes for each run of neighbouring blocks that were kept side by side.
 */
#ifndef TRIAGE_EVIDENCE_VSS_INDEX_H
#define TRIAGE_EVIDENCE_VSS_INDEX_H

#include "triage/evidence/vss_format.h"
#include "triage/evidence/vss_map.h"

/* Descriptors of one store that are kept in memory: 128 GiB of changed blocks, 256 MiB while the list is sorted. */
enum { VSS_DESCRIPTORS_MAX = 8 << 20 };

struct vss_run {
	uint64_t target;		/* bytes into the volume; its low bits are enum vss_target */
	uint32_t block, count;
};

enum vss_target { VSS_TARGET_FORWARD = 1, VSS_TARGET_OVERLAY = 2, VSS_TARGET_GONE = 4, VSS_TARGET_HOME = 8, VSS_TARGET_BITS = 15 };

struct vss_overlay {
	uint64_t target;
	uint32_t block, sectors;
};

struct vss_index {
	struct vss_run *runs;
	struct vss_overlay *overlays;
	size_t run_count, overlay_count;
	struct vss_map forwarded;	/* blocks that forwarders still point to when the list ends */
};

/* A block list while it is read, in its order. */
struct vss_build {
	struct vss_raw {
		uint64_t target;
		uint32_t block, sectors;
	} *raw;
	size_t count, room;
	struct vss_map forwarders;	/* where a forwarder points -> whose block it is */
};

/*
 * Add the next descriptor. Its original offset must be that of a block below VSS_VOLUME_MAX. gone: what was stored is lost.
 * Errors: E_MEMORY, E_LIMIT beyond VSS_DESCRIPTORS_MAX.
 */
WARN_UNUSED enum triage_status vss_build_add(struct vss_build *b, const struct vss_descriptor *d, bool gone, struct triage_error *err);
/* Make the index; b is released, also on failure. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status vss_build_finish(struct vss_build *b, struct vss_index *ret_index, struct triage_error *err);
void vss_build_release(struct vss_build *b);
void vss_index_release(struct vss_index *x);

enum vss_answer {
	VSS_NOTHING,		/* as in the next newer state */
	VSS_STORED,		/* kept at *ret_at of the volume */
	VSS_FORWARDED,		/* at *ret_at of the next newer state */
	VSS_GONE,		/* was kept, but that is lost */
};

/*
 * What the store says about the byte at offset. own: the shadow copy read is this store's, so overlays count. ret_run: for how many
 * bytes from there on the answer holds, at least 1.
 */
enum vss_answer vss_index_find(const struct vss_index *x, uint64_t offset, bool own, uint64_t *ret_at, uint64_t *ret_run);

#endif
