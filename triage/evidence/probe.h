/*
 * probe.h - what evidence_probe() and the judgement of single volumes share.
 */
#ifndef TRIAGE_EVIDENCE_PROBE_H
#define TRIAGE_EVIDENCE_PROBE_H

#include "triage/evidence/signature.h"
#include "triage/evidence/source.h"
#include "triage/evidence/volume.h"

enum { PROBE_SAMPLE = 64 << 10 };

struct probe {
	struct reader *reader;
	const struct evidence_sink *sink;
	uint32_t volumes, filesystems;	/* sent so far */
	struct signature_scan scan;
	uint8_t sample[PROBE_SAMPLE];
};

/* One volume about to be sent: where it lies and what its table calls it. */
struct probe_volume {
	uint64_t start, length;		/* bytes, as the table says */
	uint32_t parent;		/* index of a volume already sent, UINT32_MAX for none */
	const char *kind;
	const char *label, *uuid;	/* of the table, "" for none */
	bool container, no_files;	/* as in struct partition */
};

/* Look for a signature in [start, start + size) of the medium, behind row `after`. */
bool probe_find(struct probe *probe, uint64_t start, uint64_t size, const struct signature *after, struct signature_hit *hit);

/*
 * Send the volume's row, its filesystem and its problems. hit: what probe_find() said, NULL when it found nothing.
 * ret_index: of the row sent; may be NULL.
 */
WARN_UNUSED enum triage_status probe_send(struct probe *probe, const struct probe_volume *v, const struct signature_hit *hit,
    uint32_t *ret_index, struct triage_error *err);

/* EXAMINED when it can be told which volumes the APFS container holds, else DAMAGED. there: as below. */
enum triage_volume_state probe_apfs_state(struct probe *probe, const struct probe_volume *v, uint64_t there);

/*
 * Send the volumes of the APFS container that was sent as volume `index`; there: bytes of it that the medium has. A container that
 * cannot be read is a problem.
 */
WARN_UNUSED enum triage_status probe_apfs(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there,
    struct triage_error *err);

/* What the bytes of a volume without a signature look like. */
enum probe_look { LOOK_ZERO, LOOK_RANDOM, LOOK_TEXT, LOOK_OTHER };
enum probe_look probe_look(struct probe *probe, uint64_t start, uint64_t size);

#endif
