/*
 * hits.h - the matches of one stream, bounded.
 *
 * When there are more than the limit, breadth goes before depth: the first hit of every string is kept before the second of
 * any, so that one frequent string does not push other rules out. What is kept does not depend on the order of arrival.
 */
#ifndef TRIAGE_ANALYSE_HITS_H
#define TRIAGE_ANALYSE_HITS_H

#include "triage/base/error.h"

#include <triage/record.h>

enum { HIT_SAMPLE = 64 };

struct hit {
	uint32_t rule;			/* index in the set */
	uint32_t string;		/* position within the rule; 0 for a rule without string hits */
	uint32_t rank;			/* position among the hits of the string */
	bool by_name;
	uint8_t sample_size;
	uint64_t offset, length;
	const char *id;			/* of the rule's own memory */
	uint8_t sample[HIT_SAMPLE];
};

struct hits {
	struct hit *items;
	size_t count, room, limit;
	uint64_t dropped;
};

WARN_UNUSED enum triage_status hits_init(struct hits *h, size_t limit, struct triage_error *err);
void hits_release(struct hits *h);
void hits_clear(struct hits *h);
void hits_add(struct hits *h, const struct hit *hit);
/* Cut to the limit and sort by rule, string, offset. */
void hits_settle(struct hits *h);

#endif
