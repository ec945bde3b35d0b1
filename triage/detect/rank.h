/*
 * rank.h - evidential rank of a path from priorities.tsv: the lowest rank of all globs that fit.
 *
 * Asked once for every file, so most globs are not tried: each is filed under one literal of it that any fitting path must
 * have (its base name, one of its folders, or its extension), and the few without any are tried against the base name only,
 * where they have no other folder than a leading "**".
 */
#ifndef TRIAGE_DETECT_RANK_H
#define TRIAGE_DETECT_RANK_H

#include "triage/base/error.h"
#include "triage/base/table.h"

#include <stdbool.h>
#include <stdint.h>

enum { RANK_FIRST = 10, RANK_LAST = 90, RANK_BUCKETS = 1024 };

struct rank_index {
	struct rank_pattern {
		const char *glob;	/* borrowed from the table */
		const char *tried;	/* the part that is tried: glob, or what follows its leading folder star */
		const char *key;	/* literal, not ended by NUL */
		size_t key_size;
		unsigned rank;
		unsigned char where;	/* enum in rank.c */
		bool name_only;		/* tried against the base name */
		unsigned char first;	/* of a name-only glob: folded first character, 0 when it can be any */
		const char *run;	/* "a/b" of a glob that is no more than "folder star / a/b / any": compared, not tried; else NULL */
		size_t run_size;
		uint32_t next;		/* index + 1 within the bucket, by rising rank */
	} *patterns;			/* by rising rank */
	size_t count;
	uint32_t buckets[RANK_BUCKETS];	/* index + 1 */
	uint32_t loose;			/* those without key */
};

/* table: glob, rank, why; must outlive the index. Errors: E_FORMAT (a rank that is no number from 10 to 90), E_MEMORY. */
WARN_UNUSED enum triage_status rank_load(struct rank_index *index, const struct table *table, const char *path, struct triage_error *err);
unsigned rank_of(const struct rank_index *index, const char *path);
void rank_release(struct rank_index *index);

#endif
