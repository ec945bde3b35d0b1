#include "triage/analyse/hits.h"

#include "triage/base/fault.h"

#include <stdlib.h>

enum {
	SLACK = 2,	/* room for this many times the limit before a cut */
	WARM_UP = 16,
};

void
hits_release(struct hits *h)
{
	free(h->items);
	*h = (struct hits){ 0 };
}

void
hits_clear(struct hits *h)
{
	h->count = 0;
	h->dropped = 0;
}

static int
compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
by_place(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	int order = compare(x->rule, y->rule);
	if (order == 0)
		order = compare(x->string, y->string);
	return order != 0 ? order : compare(x->offset, y->offset);
}

static int
by_rank(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	int order = compare(x->rank, y->rank);
	return order != 0 ? order : by_place(a, b);
}

enum triage_status
hits_init(struct hits *h, size_t limit, struct triage_error *err)
{
	size_t room;
	*h = (struct hits){ .limit = limit };
	if (!__builtin_mul_overflow(limit, SLACK, &room) && !fault_hit())
		h->items = calloc(room, sizeof(h->items[0]));
	if (h->items == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu matches", limit);
		return TRIAGE_E_MEMORY;
	}
	h->room = room;
	/* glibc asks the kernel for the size of memory at the first large sort: now, because later no such call is allowed */
	struct hit first_sort[WARM_UP] = { 0 };
	qsort(first_sort, WARM_UP, sizeof(first_sort[0]), by_rank);
	return TRIAGE_OK;
}

static void
cut(struct hits *h)
{
	if (h->count <= h->limit)
		return;
	qsort(h->items, h->count, sizeof(h->items[0]), by_rank);
	h->dropped += h->count - h->limit;
	h->count = h->limit;
}

void
hits_add(struct hits *h, const struct hit *hit)
{
	if (h->count == h->room)
		cut(h);
	h->items[h->count++] = *hit;
}

void
hits_settle(struct hits *h)
{
	cut(h);
	qsort(h->items, h->count, sizeof(h->items[0]), by_place);
}
