/*
 * group_sort.h - which rules go together.
 *
 * Rules are first parted by the modules they load and by whether they look at names. Then, for each class of streams
 * (MZ, ELF, the rest), the rules that can match one form a ladder of groups by size, so that a stream meets each rule once and
 * is searched in one go; rules that want other magic numbers than those two form ladders of their own. A rule may thus be
 * compiled into several groups, but no stream goes through two groups that hold the same rule.
 *
 * All gated rules are once more together, for any stream, in one group that is only searched for when a stream has too many candidates; else these are
 * searched for bucket by bucket. Whether a rule is gated is first a guess from its text (may_gate), then what the gate says.
 *
 * Text of one rule file always keeps its own name space. Rules that know each other (linked) go everywhere together.
 */
#ifndef TRIAGE_ANALYSE_GROUP_SORT_H
#define TRIAGE_ANALYSE_GROUP_SORT_H

#include "triage/analyse/set.h"

enum module_class { MODULES_NONE, MODULES_PE, MODULES_ELF, MODULES_MIXED, MODULE_CLASS_COUNT };

/* What the streams of a ladder begin with. */
enum ladder { LADDER_MZ, LADDER_ELF, LADDER_REST, LADDER_OTHER, LADDER_ALL, LADDER_COUNT };

struct sorted_rule {
	size_t file, part;
	enum module_class modules;
	bool by_name;
	bool searches;
	bool may_gate;
	unsigned standing;		/* 1 << enum file_class: for those it is not gated */
	uint32_t bucket;		/* of a rule that may be gated */
	bool weak;			/* likely to be a candidate without reason */
	unsigned ladders[2];		/* 1 << enum ladder, for PART_ALWAYS and PART_GATED */
	uint64_t size_max;
};

/* Some of the sorted rules. */
struct selection {
	const struct sorted_rule *rules;
	size_t count;
	enum group_part part;
	uint32_t bucket;		/* of a bucket; what follows is then without meaning */
	enum module_class modules;
	bool by_name;
	enum ladder ladder;
	bool all;			/* of whatever size */
	uint64_t above;			/* else those that can match a stream of more bytes */
};

bool selection_has(const struct selection *select, const struct sorted_rule *rule);

struct tally {
	size_t count, searching;
	uint64_t size_max;		/* beyond which none of them can match */
	uint64_t search_max;		/* beyond which none of those that search can */
};
struct tally selection_tally(const struct selection *select);

/* Size at which a group of these rules that begins at size_min should end: the lowest worth a group of its own. */
uint64_t selection_top(const struct selection *select, uint64_t size_min);

#define BUCKET_NONE UINT32_MAX

/* Fill rules, which has room for all rules of the set, in the set's order. Returns the number of buckets. */
size_t sort_rules(const struct analyse_set *set, struct sorted_rule *rules);
/* Once it is known where each rule is gated: part its ladders, and make one for all classes where they would hold the same rules. */
void sort_settle(struct sorted_rule *rules, size_t count);

#endif
