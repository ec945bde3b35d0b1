/*
 * groups.h - files that look encrypted together: of one family, or sharing one extension.
 */
#ifndef TRIAGE_DETECT_GROUPS_H
#define TRIAGE_DETECT_GROUPS_H

#include "triage/detect/judge.h"

enum { GROUPS_MAX = 4096, GROUP_BUCKETS = 1024 };

struct group {
	struct group *next, *later;	/* in its bucket; in the order of first sight */
	struct group *alike;		/* in the bucket of its extension, the newest first */
	const char *family;		/* "" for an extension that tells no family */
	const char *extension;		/* lower case, without dot, of the first file; "" when it has none */
	bool more_extensions;
	uint64_t strong, weak;		/* named by an extension of the tables */
	uint64_t marks;			/* that carry a mark of the family */
	uint64_t random, partly, plain, unjudged;	/* by what their bytes look like */
	uint64_t headless;		/* not random, but without the start that the extension before promises: only the head is encrypted */
	uint64_t even;			/* random ones whose chi-square is that of random bytes */
	uint64_t inner, types;		/* that keep an extension before; bit set over these, hashed */
	uint64_t files, in_folders, folders;	/* all named so; folders they stand in */
	unsigned mark_confidence;
	const char *mark_rule;		/* name of the best rule; "" for none */
	bool rare;			/* at the end: judged with other small ones of rare extensions */
	bool found;			/* at the end: its files are encrypted */
	struct fold *fold;		/* a draft until the end; counts what looks encrypted */
};

struct groups {
	struct group *buckets[GROUP_BUCKETS];	/* by family, or by extension when it tells none */
	struct group *extensions[GROUP_BUCKETS];	/* all by extension */
	struct group *first, *last;
	size_t count;
};

/* What ties a file to a group. */
struct claim {
	const char *family;		/* "": by the extension */
	char extension[EXTENSION_MAX * 2];
	bool strong, weak;
	const struct detect_match *mark;
};

/* Find or make; NULL when there is no room. */
struct group *group_for(struct detect_judge *j, struct groups *groups, const struct claim *claim);
/* The group of an extension that tells no family, or one whose first file had it; any capitals; one that was found first. NULL when there is none. */
const struct group *groups_find(const struct groups *groups, const char *extension);
void group_add(struct detect_judge *j, struct group *g, const struct claim *claim, const struct subject *s);

/* Turn the draft into a finding, or leave it: groups_judge.c. */
void groups_judge(struct detect_judge *j, struct groups *groups);
/* Enter a finding about encrypted files into the totals of the judge. */
void encrypted_total(struct detect_judge *j, const struct fold *fold, bool decides);
/* A sentence with the folders that hold most of a group (NULL: of files that kept their names). */
void encrypted_folders_reason(struct detect_judge *j, struct fold *fold, const void *group);
unsigned types_in(uint64_t types);
/* The bit of an extension in such a set. */
uint64_t type_bit(const struct file_type *type);

#endif
