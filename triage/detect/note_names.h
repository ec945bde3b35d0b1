/*
 * note_names.h - files with a name that ransom notes use, but honest files too ("readme.txt"). Such a name is nothing by itself;
 * it counts when the same name and content stand in several folders, or when encrypted files stand beside it.
 */
#ifndef TRIAGE_DETECT_NOTE_NAMES_H
#define TRIAGE_DETECT_NOTE_NAMES_H

#include "triage/detect/judge.h"

enum { CANDIDATES_MAX = 16384, CANDIDATE_BUCKETS = 4096, CANDIDATE_FOLDERS = 32, CANDIDATE_FAMILIES = 6, NOTE_REPEATED_MIN = 3 };

struct candidate {
	struct candidate *next, *later;
	const char *name, *sha256;	/* of the first; name compared without regard to capitals */
	const char *path;		/* of the first */
	uint64_t file_id, count;
	int64_t first, last;
	const struct folder *folders[CANDIDATE_FOLDERS];	/* distinct ones, the first few */
	size_t folder_count;
	const char *families[CANDIDATE_FAMILIES];	/* that use the name; borrowed from the table */
	size_t family_count;
};

struct candidates {
	struct candidate *buckets[CANDIDATE_BUCKETS];
	struct candidate *first, *last;
	size_t count;
};

/* ids: of the rules in tables->notes that the name fits, ids_count of them. */
void candidates_add(struct detect_judge *j, struct candidates *c, const struct subject *s, const uint32_t *ids, size_t ids_count);
/* At the end: those beside encrypted files become notes, repeated ones one low finding. */
void candidates_judge(struct detect_judge *j, struct candidates *c);

#endif
