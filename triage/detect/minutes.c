#include "triage/detect/minutes.h"

#include <triage/record.h>

#include <stdlib.h>

#define MINUTE INT64_C(60000000000)

bool
minutes_add(struct minutes *m, struct pool *pool, int64_t time)
{
	if (time == TRIAGE_TIME_NONE || time <= 0)
		return true;
	int64_t number = time / MINUTE;
	struct minute **head = &m->buckets[(uint64_t)number % MINUTES_BUCKETS], *x = *head;
	while (x != NULL && x->number != number)
		x = x->next;
	if (x == NULL) {
		x = m->count < MINUTES_MAX ? pool_alloc(pool, sizeof(*x)) : NULL;
		if (x == NULL)
			return false;
		*x = (struct minute){ .next = *head, .number = number, .first = time, .last = time };
		*head = x;
		m->count++;
	}
	x->count++;
	m->all++;
	x->first = time < x->first ? time : x->first;
	x->last = time > x->last ? time : x->last;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const struct minute *x = *(const struct minute *const *)a, *y = *(const struct minute *const *)b;
	return (x->number > y->number) - (x->number < y->number);
}

bool
minutes_sort(const struct minutes *m, struct pool *pool, const struct minute ***ret_sorted)
{
	const struct minute **list = pool_alloc(pool, (m->count + 1) * sizeof(*list));
	size_t n = 0;
	if (list == NULL)
		return false;
	for (size_t i = 0; i < MINUTES_BUCKETS; i++)
		for (const struct minute *x = m->buckets[i]; x != NULL; x = x->next)
			list[n++] = x;
	if (n > 1)
		qsort(list, n, sizeof(*list), by_number);
	*ret_sorted = list;
	return true;
}

static int
by_count(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* What a usual minute has: the median, over all minutes from the first to the last; most of them have nothing. */
static uint64_t
usual_count(const struct minute *const *sorted, size_t count)
{
	uint64_t all = (uint64_t)(sorted[count - 1]->number - sorted[0]->number) + 1;
	if (count * 2 <= all)
		return 0;
	uint64_t *counts = calloc(count, sizeof(*counts));
	if (counts == NULL)
		return 0;
	for (size_t i = 0; i < count; i++)
		counts[i] = sorted[i]->count;
	qsort(counts, count, sizeof(*counts), by_count);
	uint64_t median = counts[count / 2];
	/* a short attack that is all there is: then its own pace is not the usual one */
	uint64_t usual = all < 3 * 24 * 60 ? 0 : median;
	free(counts);
	return usual;
}

/* The run of minutes without a gap of more than MINUTES_GAP that holds most. */
static void
fullest_run(const struct minute *const *sorted, size_t count, size_t *ret_from, size_t *ret_to)
{
	uint64_t best = 0, sum = 0;
	size_t from = 0;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && sorted[i]->number - sorted[i - 1]->number > MINUTES_GAP) {
			from = i;
			sum = 0;
		}
		sum += sorted[i]->count;
		if (sum > best) {
			best = sum;
			*ret_from = from;
			*ret_to = i;
		}
	}
}

struct minutes_span
minutes_find(const struct minute *const *sorted, size_t count)
{
	struct minutes_span span = { .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE };
	if (count == 0)
		return span;
	uint64_t usual = usual_count(sorted, count);
	size_t from = count, to = 0;
	for (size_t i = 0; i < count; i++)
		if (sorted[i]->count >= usual + MINUTES_BURST) {
			from = from == count ? i : from;
			to = i;
		}
	if (from == count)
		fullest_run(sorted, count, &from, &to);
	while (from > 0 && sorted[from - 1]->count > usual && sorted[from]->number - sorted[from - 1]->number <= MINUTES_GAP)
		from--;
	while (to + 1 < count && sorted[to + 1]->count > usual && sorted[to + 1]->number - sorted[to]->number <= MINUTES_GAP)
		to++;
	span.first = sorted[from]->first;
	span.last = sorted[to]->last;
	for (size_t i = from; i <= to; i++) {
		span.inside += sorted[i]->count;
		span.most = sorted[i]->count > span.most ? sorted[i]->count : span.most;
	}
	return span;
}
