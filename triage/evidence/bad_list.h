/*
 * bad_list.h - ranges of a medium that cannot be read or are known to be wrong: sorted, merged, bounded.
 *
 * When BAD_LIST_MAX ranges are there, or memory is short, a new range is joined with its neighbour over the gap between
 * them: the list may then name too much, never too little.
 */
#ifndef TRIAGE_EVIDENCE_BAD_LIST_H
#define TRIAGE_EVIDENCE_BAD_LIST_H

#include <stddef.h>
#include <stdint.h>

enum { BAD_LIST_MAX = 1 << 16 };

struct bad_range {
	uint64_t offset, size;		/* bytes */
	const char *why;		/* a constant text */
};

struct bad_list {
	struct bad_range *ranges;
	size_t count, room;
	struct bad_range spare[1];	/* where the first range goes when there is no memory at all */
};

void bad_list_add(struct bad_list *list, uint64_t offset, uint64_t size, const char *why);
uint64_t bad_list_within(const struct bad_list *list, uint64_t offset, uint64_t size);	/* bad bytes in the range */
/* The first bad range that reaches beyond offset, NULL for none. */
const struct bad_range *bad_list_next(const struct bad_list *list, uint64_t offset);
void bad_list_each(const struct bad_list *list, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx);
void bad_list_release(struct bad_list *list);

#endif
