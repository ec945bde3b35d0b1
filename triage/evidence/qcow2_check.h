/* qcow2_check.h - what a QCOW2 says about itself beside its disk: how far its clusters go, and its internal snapshots. */
#ifndef TRIAGE_EVIDENCE_QCOW2_CHECK_H
#define TRIAGE_EVIDENCE_QCOW2_CHECK_H

#include "triage/evidence/disk.h"

struct qcow2_tables {
	uint64_t cluster;		/* bytes, a power of two */
	uint64_t refcounts_at;		/* the table of blocks of reference counts */
	uint64_t refcounts_clusters;	/* its length */
	uint32_t refcount_order;	/* a count has 2^order bits */
	uint32_t snapshots;
	uint64_t snapshots_at;
};

/* Look up the highest cluster in use; *ret_cut when the file ends before it, with a problem row. */
WARN_UNUSED enum triage_status qcow2_check_end(struct disk_layer *layer, const struct qcow2_tables *t, bool *ret_cut, struct triage_error *err);

/* One problem row that names the internal snapshots, when there are any: they are not examined. */
WARN_UNUSED enum triage_status qcow2_tell_snapshots(struct disk_layer *layer, const struct qcow2_tables *t, struct triage_error *err);

#endif
