/*
 * structure.h - does a stream hold together as the format that its start or its end tells?
 *
 * This is what tells an encrypted part of a file from packed data: both are random, but encryption also hits the signs, lengths and check
 * values that a format has in known places. A row for each format; the first whose start fits is taken, else the first whose end fits.
 * Pure, bounded: a walk looks at no more than STRUCTURE_PARTS parts and unpacks no more than STRUCTURE_UNPACK bytes, and what it has not
 * looked at it does not complain of.
 */
#ifndef TRIAGE_ANALYSE_STRUCTURE_H
#define TRIAGE_ANALYSE_STRUCTURE_H

#include "triage/base/view.h"

#include <triage/record.h>

enum { STRUCTURE_END = 64 << 10, STRUCTURE_PARTS = 1 << 20, STRUCTURE_UNPACK = 64 << 20 };

/* What a walk found. */
struct structure_walk {
	bool walked;			/* at least one part was looked at */
	uint64_t broken_at, broken_last, broken;	/* as in struct triage_shape */
};

struct structure {
	const char *name;		/* no spaces, shorter than TRIAGE_SHAPE_WORD */
	/* head: the first bytes, all of a short stream. NULL: known by its end alone */
	bool (*starts)(struct view head);
	/* tail: up to STRUCTURE_END last bytes of a stream of so many. NULL: the format has no sign there */
	bool (*ends)(struct view tail, uint64_t size);
	bool weak_end;			/* the sign at the end is too short to tell the format alone */
	/* all: the whole stream. NULL: nothing to look at */
	void (*walk)(struct view all, struct structure_walk *ret);
};

/* One more contradiction. */
void walk_broken(struct structure_walk *w, uint64_t at);
/* Whether the bytes stand at a place. */
bool structure_has(struct view in, uint64_t at, const void *bytes, size_t size);
/* The last place of the bytes, or UINT64_MAX. */
uint64_t structure_last(struct view in, const void *bytes, size_t size);
/*
 * Unpack a zlib (bits 15), raw deflate (bits -15) or gzip (bits 31) stream at the start of in. ret_used, ret_out: bytes, may be NULL; budget: bytes of output that may still
 * be made, lowered by what was, or by what was taken in when that is more. False when the bytes contradict themselves; true when they do not, as far as the budget reached.
 */
bool structure_inflate(struct view in, int bits, uint64_t *budget, size_t *ret_used, uint64_t *ret_out, uint32_t *ret_crc, bool *ret_whole);

/* all: the stream when whole is true, else its first bytes; tail: its last; size: of the stream. Fills format, signs, walk and mark of ret_shape. */
void structure_of(struct view all, bool whole, struct view tail, uint64_t size, struct triage_shape *ret_shape);

/*
 * structure_rest.c: the format of which parts still stand somewhere in a stream without a known start and end; "" for none. What is found so
 * may be there by chance about once in 1,000 random streams, so it only counts when the name promises that format.
 */
const char *structure_rest(struct view all);

/* file_marks.c: the program that wrote this trailer or header, when the bytes prove themselves. False: none. */
bool file_mark_of(struct view head, struct view tail, uint64_t size, struct triage_shape *ret_shape);

#endif
