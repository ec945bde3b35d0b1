/*
 * set.h - the inside of struct analyse_set: rule files, their rules, and the groups they are compiled into.
 *
 * A group is a set of rules compiled together for streams of some classes, sizes and magic numbers; group_sort.h says
 * how they are chosen. For one stream, group_applies() says whether any of its rules can match; leaving it out otherwise
 * changes no match.
 *
 * Rules that cannot match unless something about a stream can be seen cheaply are gated (gate.h): the gate names the candidates among them, and they
 * are searched for in small groups, buckets; in a long stream, when more than one bucket of rules that are often candidates has one, in the
 * group of all of these; or, when too many buckets have one, in the large groups of all gated rules.
 */
#ifndef TRIAGE_ANALYSE_SET_H
#define TRIAGE_ANALYSE_SET_H

#include "triage/analyse/analyse.h"
#include "triage/analyse/filetype.h"
#include "triage/analyse/gate.h"
#include "triage/analyse/rule_words.h"
#include "triage/analyse/rule_text.h"

#include <yara.h>

struct set_file {
	struct analyse_rule_file public;
	char *text;			/* freed when all groups are compiled */
	size_t size;
	struct rule_text cut;		/* likewise; empty for a file that is left out */
	size_t first_rule;		/* index of its first rule in the set */
	size_t twin;			/* 1 + index of an earlier file of the same text, 0 for none */
};

/* Which streams a group is for, beside those that its classes, headers and sizes name. */
enum group_part { PART_ALWAYS, PART_GATED, PART_BUCKET, PART_WEAK };

struct analyse_group {
	enum group_part part;
	YR_RULES *rules;
	uint32_t *index;		/* index in the set of each of rules */
	size_t rule_count;
	unsigned classes;		/* 1 << enum file_class of the streams it is for */
	struct rule_header *headers;	/* a stream must begin with one of these */
	size_t header_count;		/* 0: with anything */
	uint64_t size_min, size_max;	/* bytes of stream, both inclusive */
	bool by_name;
	bool searches;			/* else its conditions look at single places only, and no byte need be searched */
};

struct gated_rule {
	uint32_t bucket;
	bool by_name;
	unsigned standing;		/* 1 << enum file_class: there it is in groups of PART_ALWAYS, whatever bucket has it too */
	struct rule_need need;
};

struct analyse_set {
	size_t window_size, window_overlap;
	unsigned scan_timeout, match_limit;
	struct rule_words pool;
	struct set_file *files;
	size_t file_count, file_room;
	struct analyse_rule *rules;
	size_t rule_count, rule_room;
	struct analyse_group *groups;
	size_t group_count, group_room;
	size_t first_bucket, bucket_count;	/* groups[first_bucket + b] is bucket b */
	bool *bucket_weak;		/* of each bucket: its rules are in the weak group too */
	size_t weak_group;		/* index in groups, 0 for none (there a bucket lies) */
	struct gate *gate;		/* its tags are indices of rules; NULL when no rule is gated */
	struct gated_rule *gated;	/* of each rule */
	struct analyse_finder finder;	/* find is NULL when there is none */
	size_t finder_first;		/* index in rules of its first */
	struct filetype_database magic;
	bool yara_is_up;
};

/* Make room for one more element behind count. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status set_grow(void *slot, size_t count, size_t *room, size_t element, struct triage_error *err);

/*
 * A compiler as all rules get it: no includes, the externals defined. ret_first_error is filled when a text fails.
 * yr_compiler_destroy() it.
 */
struct compile_error {
	unsigned line;
	char text[200];
};
WARN_UNUSED enum triage_status set_compiler(struct compile_error *first_error, YR_COMPILER **ret_compiler, struct triage_error *err);

/* Leave a file out, with the reason that is shown. line: 0 for none. */
void set_refuse_file(struct analyse_set *set, struct set_file *file, size_t line, const char *why);

/*
 * Compile all files that have text, several together, and those among which one is wrong each alone; add their rules to the set in the
 * order of the files. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status set_compile_files(struct analyse_set *set, struct triage_error *err);

/* Take over a compiled rule's names and meta. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status set_add_rule(struct analyse_set *set, const struct set_file *file, const YR_RULE *rule, struct triage_error *err);

/* Give compiled rules an arena of their size. Where that fails they stay as they are. */
void set_compact(YR_RULES **rules);

/* Compile the groups of all files that loaded. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status set_make_groups(struct analyse_set *set, struct triage_error *err);
void set_release_groups(struct analyse_set *set);

/* head: the first bytes of a stream of size bytes. */
bool group_applies(const struct analyse_group *group, struct view head, uint64_t size);

#endif
