/* pool.h - texts that live as long as their pool. A failed pool stays failed and hands out "". */
#ifndef TRIAGE_ANALYSE_POOL_H
#define TRIAGE_ANALYSE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	struct pool_block *blocks;
	bool failed;
};

void pool_release(struct pool *p);
/* A copy, NUL-terminated. */
const char *pool_keep(struct pool *p, const char *text, size_t size);
/* A copy in display form (text_display), cut at max bytes between characters. */
const char *pool_display(struct pool *p, const char *raw, size_t size, size_t max);

#endif
