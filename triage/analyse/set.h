/*
 * set.h - the inside of struct analyse_set: rule files, their rules, and the groups they are compiled into.
 *
 * A group is a set of rules compiled together for streams of some classes, sizes and magic numbers; group_sort.h says
 * how they are chosen. For one stream, group_applies() says whether any of its rules can match; leaving it out otherwise
 * changes no match.
 */
#ifndef TRIAGE_ANALYSE_SET_H
#define TRIAGE_ANALYSE_SET_H

#include "triage/analyse/analyse.h"
#include "triage/analyse/filetype.h"
#include "triage/analyse/rule_words.h"
#include "triage/analyse/rule_text.h"

#include <yara.h>

struct set_file {
	struct analyse_rule_file public;
	char *text;			/* freed when all groups are compiled */
	size_t size;
	struct rule_text cut;		/* likewise; empty for a file that is left out */
	size_t first_rule;		/* index of its first rule in the set */
};

struct analyse_group {
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

/* Take over a compiled rule's names and meta. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status set_add_rule(struct analyse_set *set, const struct set_file *file, const YR_RULE *rule, struct triage_error *err);

/* Compile the groups of all files that loaded. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status set_make_groups(struct analyse_set *set, struct triage_error *err);
void set_release_groups(struct analyse_set *set);

/* head: the first bytes of a stream of size bytes. */
bool group_applies(const struct analyse_group *group, struct view head, uint64_t size);

#endif
