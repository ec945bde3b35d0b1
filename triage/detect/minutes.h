/*
 * minutes.h - how many files changed in each minute, and which span of time stands out.
 *
 * The span begins at the first minute that has at least MINUTES_BURST more than the usual one and ends at the last; it is widened to what lies
 * within MINUTES_GAP minutes of it. When no minute has so many, it is the widest run of minutes with no longer gap that holds most files.
 */
#ifndef TRIAGE_DETECT_MINUTES_H
#define TRIAGE_DETECT_MINUTES_H

#include "triage/detect/pool.h"

#include <stdbool.h>
#include <stdint.h>

enum { MINUTES_MAX = 200000, MINUTES_BUCKETS = 1 << 14, MINUTES_BURST = 20, MINUTES_GAP = 10 };

struct minute {
	struct minute *next;
	int64_t number;			/* minutes since 1970 */
	int64_t first, last;		/* nanoseconds: of what lies in it */
	uint64_t count;
};

struct minutes {
	struct minute *buckets[MINUTES_BUCKETS];
	size_t count;
	uint64_t all;			/* sum of counts */
};

struct minutes_span {
	int64_t first, last;		/* nanoseconds; TRIAGE_TIME_NONE: nothing was counted */
	uint64_t inside, most;		/* counted in it; in its fullest minute */
};

/* False: no room for another minute. */
bool minutes_add(struct minutes *m, struct pool *pool, int64_t time);
/* ret_sorted: all minutes by number, m->count of them, from the pool. False: no memory. */
bool minutes_sort(const struct minutes *m, struct pool *pool, const struct minute ***ret_sorted);
struct minutes_span minutes_find(const struct minute *const *sorted, size_t count);

#endif
