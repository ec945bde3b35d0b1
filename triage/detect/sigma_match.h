/*
 * sigma_match.h - a set of Sigma rules against one event after the other.
 *
 * All memory comes from the pool given, in the beginning and for plans (which rules are about a kind of event) and groups of correlations; both are
 * bounded. A regular expression may take SIGMA_STEPS_EVENT steps on an event and SIGMA_STEPS_RULE in all: a rule that needs more is not judged for that event,
 * and after SIGMA_FAILURES_MAX times for none any more. Which, and how often, is told by sigma_matcher_failures().
 */
#ifndef TRIAGE_DETECT_SIGMA_MATCH_H
#define TRIAGE_DETECT_SIGMA_MATCH_H

#include "triage/detect/happening.h"
#include "triage/detect/sigma_inside.h"

#include "triage/base/when.h"

enum { SIGMA_STEPS_EVENT = 300000, SIGMA_FAILURES_MAX = 16 };
#define SIGMA_STEPS_RULE (UINT64_C(1) << 31)

/* A value of an event. */
struct sigma_text {
	const char *text, *folded;
	size_t size;
};

struct sigma_plan_rule {
	uint32_t rule;
	bool ask;			/* no needed text is known */
	bool where;			/* only rows with more conditions fit */
};

struct sigma_plan {
	const char *key;		/* NULL: empty place */
	size_t key_size;
	struct sigma_plan_rule *rules;
	size_t count;
	uint16_t *rows;			/* that fit, with where */
	size_t row_count;
	bool gated;			/* some rules have needed texts */
};

enum { SIGMA_PLANS = 4096, SIGMA_HITS = 4096, SIGMA_TEXTS = HAPPENING_FIELDS_MAX + SIGMA_OWN_COUNT };

struct sigma_resolved {
	uint32_t epoch;
	uint16_t first, count;		/* of hits */
};

struct sigma_rule_state {
	uint32_t failures;		/* events for which it was not judged */
	uint64_t steps;
};

struct sigma_matcher {
	const struct sigma_set *set;
	struct pool *pool;
	bool wants_time;		/* some rule asks for the time of an event */
	struct happening *h;
	uint32_t epoch;			/* of the event at hand */
	struct sigma_text texts[SIGMA_TEXTS];	/* the fields of data, then what stands beside data */
	uint32_t hashes[HAPPENING_FIELDS_MAX];
	size_t field_count;
	bool prepared;
	struct sigma_text hits[SIGMA_HITS];
	size_t hit_count;
	struct sigma_resolved *resolved;	/* by field */
	struct sigma_rule_state *rules;
	uint32_t *marked;		/* by rule: epoch in which a needed text was seen */
	char *folded;			/* room for the text of an event */
	size_t folded_room, folded_size;
	struct sigma_plan plans[SIGMA_PLANS], scratch;
	size_t plan_count, plan_bytes;
	uint64_t row_holds[SIGMA_ROWS_MAX / 64];
	bool failed;			/* the rule at hand met a limit */
	uint64_t steps;			/* of the rule at hand */
	void *regex_data, *regex_context;
	bool cut;			/* an event had more text than is looked at */
	char time[WHEN_TEXT_SIZE];
};

/* NULL: no memory. */
struct sigma_matcher *sigma_matcher_new(const struct sigma_set *set, struct pool *pool);
/* Calls hit() for each rule that holds for the event, in the order of the set; correlations are not asked. */
void sigma_matcher_event(struct sigma_matcher *m, struct happening *h, void (*hit)(void *ctx, uint32_t rule), void *ctx);
/* The values of a field in the event at hand. They live until the next event. */
const struct sigma_text *sigma_matcher_field(struct sigma_matcher *m, int field, size_t *ret_count);

/* sigma_plan.c: which rules are about this kind of event. Never NULL. */
const struct sigma_plan *sigma_plan_of(struct sigma_matcher *m);
/* sigma_test.c */
bool sigma_test_holds(struct sigma_matcher *m, const struct sigma_test *t);
bool sigma_regex_setup(struct sigma_matcher *m);

#endif
