/*
 * pool.h - memory that is only ever given back as a whole, with a ceiling chosen by a person.
 *
 * A judge sees names and paths of hostile evidence in any number; what it keeps of them comes from one pool, so that
 * its memory has one bound. Nothing in a pool is freed singly.
 */
#ifndef TRIAGE_DETECT_POOL_H
#define TRIAGE_DETECT_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	struct pool_chunk *chunks;	/* newest first */
	size_t used, limit;		/* bytes taken from the system, and the most that may be */
	bool refused;			/* something got no memory: what its owner keeps is not whole */
};

void pool_init(struct pool *p, size_t limit);
void pool_release(struct pool *p);		/* leaves it empty and reusable */
/* Zeroed, aligned for any type. NULL when the ceiling is met or memory ends. */
void *pool_alloc(struct pool *p, size_t size);
/* A copy of size bytes of text, ended by NUL. NULL as above. */
char *pool_text(struct pool *p, const char *text, size_t size);

#endif
