/*
 * damage.h - the damage map: what became of each file, settled when all files are known, and summed over parts of the tree.
 *
 * A row is kept for every file that is not plainly intact. A guess from bytes alone (damage_look.h) stands when the name is one that encrypting programs
 * give and its group is a finding, when the trailer of the program proves itself, or when enough files beside agree; else the file is "unknown".
 */
#ifndef TRIAGE_DETECT_DAMAGE_H
#define TRIAGE_DETECT_DAMAGE_H

#include "triage/detect/groups.h"

enum { DAMAGE_ROWS_MAX = 3000000, DAMAGE_CHUNK = 1024, DAMAGE_BUCKETS = 1 << 16, ENDINGS_MAX = 8192, ENDING_BUCKETS = 1024, DAMAGE_FILESYSTEMS = 512 };

struct damage_count {
	uint64_t files, bytes, damaged_files, damaged_bytes, older_copies;
	uint64_t by[DAMAGE_COUNT];
	int64_t first, last;
};

/* An extension that nobody knows, behind one that is known, on files that are sound. */
struct ending {
	struct ending *next;
	const char *text;
	uint64_t files, types;
	struct fold *fold;		/* a draft */
	bool tells;			/* at the end: files with it count as renamed */
};

struct damage_row {
	uint64_t file_id, bytes, path_hash;
	struct damage_row *next;	/* in its bucket */
	struct folder *folder;
	const struct group *group;
	struct ending *ending;
	const struct file_type *promise;
	const char *reason;
	int64_t changed, record_changed;	/* of the bytes; of the record in the filesystem */
	uint32_t filesystem;		/* index of damage_map.filesystems */
	int16_t permille;
	uint16_t cut;			/* bytes that were added to the name */
	uint8_t what, proof;		/* enum damage, enum damage_proof */
	bool older_copy, random, altered;	/* altered: the start that its name promises is not there */
};

struct damage_filesystem {
	uint64_t id;
	struct damage_count count;
};

struct damage_map {
	struct damage_row **chunks;	/* DAMAGE_ROWS_MAX / DAMAGE_CHUNK + 1 of them */
	size_t rows;
	struct damage_row **buckets;	/* by path_hash */
	struct ending **endings;
	size_t ending_count;
	struct damage_filesystem filesystems[DAMAGE_FILESYSTEMS];
	size_t filesystem_count;
	struct damage_count all, *types;	/* types: by index of the table */
	uint64_t promised;		/* rows that PROOF_PROMISE holds for and no name tells */
	uint64_t promised_types, testable;
	struct fold *kept;		/* a draft: damaged under their own names */
	bool settled, context;
	struct detect_damage_sum *sums;
	size_t sum_count, sum_room;
};

static inline struct damage_row *
damage_row_at(const struct damage_map *m, size_t i)
{
	return &m->chunks[i / DAMAGE_CHUNK][i % DAMAGE_CHUNK];
}
bool damage_is_encrypted(unsigned what);
/* damage_sum.c: fill sums when the rows are settled. False: no memory. */
bool damage_sum_up(struct detect_judge *j, struct damage_map *m);

#endif
