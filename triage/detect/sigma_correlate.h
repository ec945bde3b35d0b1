/*
 * sigma_correlate.h - Sigma correlations while events pass in order of time.
 *
 * What is remembered is kept by correlation and group (values of group-by), in the pool given: at most SIGMA_GROUPS_MAX groups in all; events of further
 * groups are counted in `lost`. A correlation that has held begins anew. One that is bounded from above ("lt", "eq") is judged when its time span is over.
 */
#ifndef TRIAGE_DETECT_SIGMA_CORRELATE_H
#define TRIAGE_DETECT_SIGMA_CORRELATE_H

#include "triage/detect/sigma_match.h"

enum { SIGMA_GROUPS_MAX = 200000, SIGMA_GROUP_BUCKETS = 1 << 16 };

struct sigma_group;

/* What a correlation speaks of when it holds. */
struct sigma_told {
	uint32_t rule;
	const char *host;
	uint64_t event_id, file_id, offset;	/* the last event of it */
	int64_t first, last;
	double measure;			/* the count, sum or mean */
	bool now;			/* the last event is the one at hand */
};

struct sigma_correlate {
	struct sigma_matcher *m;
	struct sigma_group **buckets;
	struct sigma_group *all, **all_end;	/* in order of making */
	size_t group_count;
	uint64_t lost;
	void (*told)(void *ctx, const struct sigma_told *told);
	void *ctx;
};

/* False: no memory. */
bool sigma_correlate_init(struct sigma_correlate *c, struct sigma_matcher *m, void (*told)(void *ctx, const struct sigma_told *told), void *ctx);
/* A rule holds for the event at hand of the matcher. */
void sigma_correlate_hit(struct sigma_correlate *c, uint32_t rule);
/* The end of all events. */
void sigma_correlate_finish(struct sigma_correlate *c);

#endif
