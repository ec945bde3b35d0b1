/*
 * scan_inside.h - what scan.c, scan_new.c and scan_result.c share: the scanners and the stream at hand.
 */
#ifndef TRIAGE_ANALYSE_SCAN_INSIDE_H
#define TRIAGE_ANALYSE_SCAN_INSIDE_H

#include "triage/analyse/hits.h"
#include "triage/analyse/scan.h"

#include <time.h>

/* One group's scan of the stream at hand, as an iterator of blocks that are handed to it one by one. */
struct group_scan {
	YR_SCANNER *scanner;
	const struct analyse_group *group;
	struct scan *scan;
	YR_MEMORY_BLOCK_ITERATOR iterator;
	YR_MEMORY_BLOCK block;
	struct view head, tail;		/* what conditions can look back at when the stream has ended; tail: last bytes, or empty */
	bool at_tail;			/* the next block is tail */
	bool skip_search;		/* the next first block is none: nothing has to be searched */
	uint64_t stream_size;
	struct timespec started;
	bool running;			/* it waits for its next window */
	bool ready;			/* block has not been taken yet */
	bool ended;			/* no more windows: conditions are evaluated */
	bool given_up;
	uint64_t overflowed;		/* strings with more hits than YARA counts */
	const YR_STRING *overflow;	/* the first of them */
};

enum { FOUND_MAX = 1024 };

struct scan {
	const struct analyse_set *set;
	struct group_scan *groups;
	size_t count;
	struct hits hits;
	const struct analyse_subject *who;
	const struct analyse_io *io;
	struct gate_look *look;
	uint32_t *wanted;		/* buckets of the stream's candidates */
	uint32_t *bucket_mark;		/* of each bucket: the stream that wanted it last */
	uint32_t mark;
	enum file_class class;
	struct view stream;		/* whole stream, or empty in windows */
	bool incomplete;
	const char *found[FOUND_MAX];	/* strings that a finder found in this stream, hashed */
	size_t found_count;
};

/* The callback of every scanner; ctx is its struct group_scan. */
int scan_on_message(YR_SCAN_CONTEXT *context, int message, void *data, void *ctx);

/* The values of the externals for the subject; extension is room for one of them. */
enum { EXTENSION_MAX = 32 };
void scan_names(const struct scan *scan, struct view head, char extension[EXTENSION_MAX], const char *values[RULE_NAME_COUNT]);

/* Tell a by-name group whose bytes these are. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status scan_name_subject(struct group_scan *g, struct view head, struct triage_error *err);

/* Problem rows; each marks the scan incomplete. Errors: what io->problem returned. */
WARN_UNUSED enum triage_status scan_tell_failure(struct group_scan *g, int rc, struct triage_error *err);
WARN_UNUSED enum triage_status scan_tell_blamed(struct group_scan *g, const YR_RULE *rule, int rc, struct triage_error *err);
WARN_UNUSED enum triage_status scan_tell_overflow(struct group_scan *g, struct triage_error *err);	/* nothing when there was none */

#endif
