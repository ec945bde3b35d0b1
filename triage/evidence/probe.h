/*
 * probe.h - what the parts of evidence_probe() share.
 *
 * A space is searched for volumes: first the medium, then each volume that a layer (layer.h) found inside another. Rows are kept
 * until all is known, because a lock or a member of an array is told as what became of it. Everything is a queue: how deep
 * volumes lie in each other bounds no stack.
 */
#ifndef TRIAGE_EVIDENCE_PROBE_H
#define TRIAGE_EVIDENCE_PROBE_H

#include "triage/evidence/layer.h"
#include "triage/evidence/signature.h"
#include "triage/evidence/source.h"
#include "triage/evidence/volume.h"

enum { PROBE_SAMPLE = 64 << 10, PROBE_VOLUMES_MAX = 2048, PROBE_INNER_MAX = 1024, PROBE_DEPTH_MAX = 8 };

/* A volume that a layer wants: opened once all that it wants at the same time is known. */
struct probe_member {
	const struct layer_kind *kind;
	struct evidence_source *source;
	struct reader *reader;		/* of the volume; kept by the source */
	struct reader *around;		/* of the space that it was found in */
	struct signature_hit hit;
	uint32_t volume;		/* its row */
	uint64_t start, length;		/* of its row */
	unsigned depth;			/* volumes that it lies in */
	bool locked_out;		/* its row says that it cannot be read: to be corrected, or the obstacle told */
	bool done;
};

/* A volume that a layer gave, to be told and searched. */
struct probe_inner {
	struct layer_volume v;		/* its reader is owned until it is looked into */
	struct evidence_source *source;
	const struct layer_kind *from;
	uint32_t parent;
	unsigned depth;
	bool left_out;			/* by the operator's choice */
	bool beside;			/* lies beside a filesystem that is read: its own like are not looked for in it */
};

struct probe {
	/* the space in work */
	struct evidence_source *source;
	struct reader *reader;
	struct evidence_sink keeper;
	const struct evidence_sink *sink;	/* keeper */
	uint32_t volume;		/* row of the volume that is searched, UINT32_MAX for a medium */
	unsigned depth;			/* 0 for a medium */
	const struct layer_kind *barred;	/* not asked here, NULL for none */

	struct probe_member *members;
	size_t member_count, member_room;
	struct probe_inner *inner;
	size_t inner_count, inner_room, inner_next;
	size_t inner_left_out, volumes_left_out;
	bool together;

	struct layout *layout, *spare;
	struct signature_scan scan;
	uint8_t sample[PROBE_SAMPLE];
};

/* One volume about to be sent: where it lies in the space and what its table or layer calls it. */
struct probe_volume {
	uint64_t start, length;		/* bytes, as the table says */
	uint32_t parent;		/* index of a volume already sent, UINT32_MAX for none */
	const char *kind;
	const char *label, *uuid;	/* of the table, "" for none */
	bool container, no_files;	/* as in struct partition */
	bool inner;			/* the space itself: label, UUID and kind of the layer are kept */
};

/* --- probe.c --- */
/* Search the space in work. v: its own row when it is a volume of a layer, NULL for a medium. */
WARN_UNUSED enum triage_status probe_space(struct probe *probe, const struct probe_volume *v, struct triage_error *err);

/* --- probe_volume.c --- */
/* Look for a signature in [start, start + size) of the space, behind row `after`. */
bool probe_find(struct probe *probe, uint64_t start, uint64_t size, const struct signature *after, struct signature_hit *hit);

/*
 * Send the volume's row, its filesystem and its problems. hit: what probe_find() said, NULL when it found nothing.
 * ret_index: of the row sent, UINT32_MAX when there are too many; may be NULL.
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
/* LOST: zeros that stand for bytes which cannot be read. */
enum probe_look { LOOK_ZERO, LOOK_LOST, LOOK_RANDOM, LOOK_TEXT, LOOK_OTHER };
enum probe_look probe_look(struct probe *probe, uint64_t start, uint64_t size);

/* --- probe_gap.c --- */
/*
 * Look for volumes in what the partitions of a layout leave free (NULL: in all of the space in work, which has no table), and send
 * them with a problem row each; where unallocated space is searched, send the rest too. ret_lost: volumes found.
 */
WARN_UNUSED enum triage_status probe_gaps(struct probe *probe, const struct layout *layout, unsigned *ret_lost, struct triage_error *err);
/* Where unallocated space is searched: a filesystem row (type "unallocated") for a volume just sent in which no structure is known. */
WARN_UNUSED enum triage_status probe_space_rows(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there,
    struct triage_error *err);

/* --- probe_obstacle.c --- */
/* Where a byte of the space lies in the evidence, TRIAGE_NO_ID when nowhere. */
uint64_t probe_place(const struct probe *probe, uint64_t offset);
/* "volume 3 at 1048576" or "volume 3, inside volume 2", into out (PROBE_NAME bytes). Returns out. */
enum { PROBE_NAME = 128 };
const char *probe_name(const struct probe *probe, const struct probe_volume *v, uint32_t index, char *out);
/* What is in the way of reading a volume whose signature is known and that no layer reads. */
WARN_UNUSED enum triage_status probe_obstacle(struct probe *probe, const char *name, uint64_t place, uint64_t length,
    const struct signature_hit *hit, struct triage_error *err);
/* What is in the way of reading a volume of a layer, or a member that a layer could not open: in `state`. note: of the layer, "" for none. */
WARN_UNUSED enum triage_status probe_layer_obstacle(struct probe *probe, const char *name, uint64_t place, uint64_t length, const char *kind,
    enum triage_volume_state state, const char *note, struct triage_error *err);

/* --- probe_layer.c --- */
/*
 * Offer a volume just sent to the layers. ret_taken: one of them wants it, so its obstacle is told later.
 * there: bytes of it that the space has.
 */
WARN_UNUSED enum triage_status probe_offer(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there,
    const struct signature_hit *hit, bool *ret_taken, struct triage_error *err);
/* The reader of a volume just sent, made when there is none and kept by the source. there: bytes of it that the space has. */
WARN_UNUSED enum triage_status probe_reader(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there,
    struct reader **ret_reader, struct triage_error *err);
/* Open what was offered, search what is inside, until nothing is left. */
WARN_UNUSED enum triage_status probe_layers(struct probe *probe, struct triage_error *err);
/* Make a source, a reader in it and a volume of it the space in work. */
void probe_enter(struct probe *probe, struct evidence_source *source, struct reader *reader, uint32_t volume, unsigned depth);
void probe_release(struct probe *probe);	/* queues; readers that no source keeps yet */

#endif
