/*
 * sigma_window.h - the events of a group that a Sigma correlation still counts: a queue by time of at most so many entries, of which the oldest is lost. Putting one,
 * forgetting one and asking for the measure cost the same however many there are.
 */
#ifndef TRIAGE_DETECT_SIGMA_WINDOW_H
#define TRIAGE_DETECT_SIGMA_WINDOW_H

#include "triage/detect/pool.h"

#include <stdint.h>

enum sigma_window_kind { SIGMA_WINDOW_COUNT, SIGMA_WINDOW_DISTINCT, SIGMA_WINDOW_SUM };

struct sigma_entry {
	int64_t time;			/* TRIAGE_TIME_NONE: its value came again later; it counts no more */
	uint64_t value;			/* of DISTINCT: a hash of the value; of SUM: the bits of a double */
};

/* All zero is an empty one. */
struct sigma_window {
	struct sigma_entry *entries;	/* those from begin to end; the first of them counts */
	size_t begin, end, room, live;
	uint32_t *places;		/* of DISTINCT, by hash: index of an entry + 1 */
	size_t place_mask;
	double sum;
	enum sigma_window_kind kind;
};

/* One entry more; most: 1 and up. False: no memory, it is not kept. */
bool sigma_window_put(struct sigma_window *w, struct pool *pool, struct sigma_entry entry, size_t most);
void sigma_window_forget_before(struct sigma_window *w, int64_t time);
void sigma_window_clear(struct sigma_window *w);

/* Of one that is not empty. */
static inline int64_t
sigma_window_first(const struct sigma_window *w)
{
	return w->entries[w->begin].time;
}

#endif
