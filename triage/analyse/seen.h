/*
 * seen.h - which contents a process has judged: a bounded set of SHA-256 values, each with two marks.
 *
 * 15 of the 32 bytes are kept: two different streams of one disk meet by chance once in 2^80 disks of a million streams.
 * Beyond SEEN_MAX nothing is added; the cost is a second look, never a lost one.
 */
#ifndef TRIAGE_ANALYSE_SEEN_H
#define TRIAGE_ANALYSE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEN_KEY = 15, SEEN_MAX = 1 << 20 };
enum { SEEN_WINDOWED = 1, SEEN_INCOMPLETE = 2 };

struct seen_slot {
	uint8_t key[SEEN_KEY];
	uint8_t marks;			/* 0x80 when the slot is used */
};

struct seen {
	struct seen_slot *slots;
	size_t room, count;		/* room is a power of two */
};

void seen_release(struct seen *s);
/* True with its marks when the value was added before. */
bool seen_find(const struct seen *s, const uint8_t sha256[32], unsigned *ret_marks);
/* Add a value that is not there. Does nothing when full or out of memory. */
void seen_add(struct seen *s, const uint8_t sha256[32], unsigned marks);

#endif
