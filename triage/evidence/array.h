/*
 * array.h - a volume whose bytes lie on parts of other volumes: joined end to end, striped, mirrored, or with parity. Linux md and
 * LVM both say what they hold in these terms.
 *
 * Parts that are missing, or that end too early, are made up for by copies and parity where there are any; what is left
 * reads as zeros and counts as bad. The layouts are those of the Linux md driver (md(4), and the numbers that mdadm writes).
 */
#ifndef TRIAGE_EVIDENCE_ARRAY_H
#define TRIAGE_EVIDENCE_ARRAY_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { ARRAY_SEGMENTS_MAX = 1 << 20, ARRAY_PARTS_MAX = 1 << 20, ARRAY_WIDTH_MAX = 4096 };

enum array_layout {
	ARRAY_MIRROR,			/* each part is a copy of the whole; one part: the segment lies there as it is */
	ARRAY_STRIPE,			/* chunks go round the parts */
	ARRAY_COPIES,			/* level 10: chunks go round, each several times */
	ARRAY_PARITY,			/* levels 4, 5, 6 */
	ARRAY_ZERO,			/* no parts, zeros by design */
};

/* How level 5 and 6 place data and parity; numbers as in superblocks of md. */
enum array_rotation {
	ARRAY_LEFT_ASYMMETRIC, ARRAY_RIGHT_ASYMMETRIC, ARRAY_LEFT_SYMMETRIC, ARRAY_RIGHT_SYMMETRIC, ARRAY_PARITY_FIRST, ARRAY_PARITY_LAST,
	ARRAY_ZERO_RESTART = 8, ARRAY_N_RESTART, ARRAY_N_CONTINUE,	/* level 6 alone, as DDF has them */
	ARRAY_SIX_FROM_FIVE = 16,	/* level 6 alone: one of the first six plus 16: level 5 on all but the last part, which is Q */
	ARRAY_ROTATION_END = 22,
};

struct array_segment {
	uint64_t start, length;		/* bytes of the volume */
	enum array_layout layout;
	uint64_t chunk;			/* bytes; not for MIRROR and ZERO */
	uint64_t skew;			/* STRIPE: chunks by which the first one is not on the first part */
	uint32_t near, far, far_set;	/* COPIES: how many of each (1 or more), parts over which far copies go round */
	bool far_offset;		/* COPIES: far copies lie in the next rows of chunks, not in the next part of the disk */
	uint64_t stride;		/* COPIES: bytes from a far copy to the next */
	uint32_t rotation;		/* PARITY: enum array_rotation */
	uint32_t checks;		/* PARITY: 1 or 2 parts are parity */
	size_t first;			/* index of its first part */
	uint32_t parts;
};

struct array_part {
	struct reader *reader;		/* NULL: missing */
	uint64_t start;			/* bytes into reader */
	uint64_t length;		/* bytes from start on that can be believed; reading ends at the reader's end in any case */
};

struct array;

/* An empty volume of size bytes. What no segment covers counts as missing. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status array_new(uint64_t size, uint32_t sector_size, struct array **ret_array, struct triage_error *err);
/* Close reader together with the array. Takes it over also when it fails. Errors: E_MEMORY, E_LIMIT. */
WARN_UNUSED enum triage_status array_own(struct array *a, struct reader *reader, struct triage_error *err);
/*
 * Add a segment behind those that are there, with `parts` parts (s->first is filled in). Errors: E_MEMORY, E_LIMIT; E_FORMAT when
 * the numbers cannot be: no chunk, no data part, an unknown rotation, not in order, beyond the end.
 */
WARN_UNUSED enum triage_status array_add(struct array *a, const struct array_segment *s, const struct array_part *parts, struct triage_error *err);
/* Bytes of the volume that no copy or parity can give because parts are missing; a low estimate of what cannot be read. */
uint64_t array_missing(const struct array *a);
struct reader *array_reader(struct array *a);	/* the same object: closing it frees all */

/* --- array_layout.c, for array.c and its tests --- */

struct array_place {
	uint32_t part;			/* index within the segment */
	uint64_t at;			/* bytes into the part */
	uint64_t run;			/* bytes that lie together */
};

uint32_t array_copies(const struct array_segment *s);	/* places at which each byte lies */
/* Where copy `copy` of the byte at offset (inside the segment) lies. */
struct array_place array_locate(const struct array_segment *s, uint64_t offset, uint32_t copy);
/* Level 5, 6: which part holds P and Q of a row (Q: UINT32_MAX when there is none), and which its data block `data` is on. */
struct array_row {
	uint32_t p, q;
};
struct array_row array_row(const struct array_segment *s, uint64_t row);
uint32_t array_data_part(const struct array_segment *s, struct array_row row, uint32_t data);

/* --- array_parity.c --- */

enum { ARRAY_PIECE = 4096 };		/* what is worked out at a time, so that two bad sectors of one row spoil little */
/* Read size bytes at `at` of part `part`, and say how many are bad; bad ones are zero. */
struct array_parts {
	void *ctx;
	enum triage_status (*read)(void *ctx, uint32_t part, uint64_t at, uint8_t *buf, size_t size, uint64_t *ret_bad, struct triage_error *err);
};
/* Work out size (at most ARRAY_PIECE) bytes at `at` of a part that cannot be read. ret_done: false when too much is missing. */
WARN_UNUSED enum triage_status array_rebuild(const struct array_segment *s, const struct array_parts *parts, uint32_t part, uint64_t at,
    uint8_t *buf, size_t size, bool *ret_done, struct triage_error *err);

#endif
