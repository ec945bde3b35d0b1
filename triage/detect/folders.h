/*
 * folders.h - what is known of each folder that holds files: how many, and how many of them look encrypted.
 *
 * At most FOLDERS_MAX are told apart; files of further ones share one entry without a path.
 */
#ifndef TRIAGE_DETECT_FOLDERS_H
#define TRIAGE_DETECT_FOLDERS_H

#include "triage/detect/pool.h"

#include <stdbool.h>
#include <stdint.h>

enum { FOLDERS_MAX = 200000, FOLDERS_BUCKETS = 1 << 16, FOLDER_SLOTS = 3 };

struct folder {
	struct folder *next, *later;	/* in its bucket; in the order of first sight */
	const char *path;
	uint64_t filesystem_id;
	uint64_t files;			/* ordinary files in it */
	uint64_t encrypted;		/* that look encrypted and are named so, or carry a mark */
	struct {			/* the same by group, for the first few groups */
		const void *group;
		uint64_t count;
	} slots[FOLDER_SLOTS];
	uint64_t mapped, bytes;		/* ordinary files of the damage map, and their bytes */
	uint64_t broken;		/* that contradict what their name promises */
	struct damage_count *damage;	/* damage.h; NULL: none */
	uint64_t testable;		/* whose extension says what the bytes must be */
	struct {			/* and whose bytes are random instead, under their own name */
		uint64_t count, bytes, types, file_id;	/* types: bit set over the extensions, hashed; file_id and path: an example */
		int64_t first, last;
		const char *path;
	} kept;
};

struct folders {
	struct pool *pool;
	struct folder **buckets;
	struct folder *first, **end;
	struct folder rest;		/* those beyond FOLDERS_MAX together */
	size_t count;
	struct folder *latest;		/* files come folder by folder */
};

bool folders_init(struct folders *folders, struct pool *pool);	/* false: no memory */
/* Of a file's path; never NULL. */
struct folder *folder_of(struct folders *folders, uint64_t filesystem_id, const char *path);
/* Count for a group; true when it is the group's first file here. */
bool folder_count(struct folder *folder, const void *group);
uint64_t folder_counted(const struct folder *folder, const void *group);

#endif
