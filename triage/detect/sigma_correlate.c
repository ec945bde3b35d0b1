#include "triage/detect/sigma_correlate.h"
#include "triage/detect/sigma_window.h"

#include "triage/base/when.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { KEY_MAX = 2048 };

struct sigma_group {
	struct sigma_group *next, *next_of_all;
	uint32_t correlation, hash;
	const char *key, *host;
	size_t key_size;
	struct sigma_window window;	/* of those that count */
	int64_t *times;			/* of temporal ones, by the place of the rule */
	uint64_t event_id, file_id, offset;	/* the last event */
};

bool
sigma_correlate_init(struct sigma_correlate *c, struct sigma_matcher *m, void (*told)(void *ctx, const struct sigma_told *told), void *ctx)
{
	*c = (struct sigma_correlate){ .m = m, .told = told, .ctx = ctx };
	c->all_end = &c->all;
	c->buckets = m->set->correlation_count > 0 ? pool_alloc(m->pool, SIGMA_GROUP_BUCKETS * sizeof(struct sigma_group *)) : NULL;
	return m->set->correlation_count == 0 || c->buckets != NULL;
}

static uint64_t
hash_of(const char *text, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (uint8_t)text[i]) * UINT64_C(1099511628211);
	return hash;
}

/* The values of group-by, each ended by NUL; long ones by their hash. */
static size_t
key_of(struct sigma_correlate *c, const struct sigma_correlation *k, size_t place, char key[KEY_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < k->group_by_count; i++) {
		size_t count;
		const struct sigma_text *values = sigma_matcher_field(c->m, k->group_by[place][i], &count);
		size_t size = count > 0 ? values[0].size : 0;
		if (size > 100) {
			uint64_t hash = hash_of(values[0].folded, size);
			memcpy(key + n, &hash, sizeof(hash));
			size = sizeof(hash);
		} else if (size > 0) {
			memcpy(key + n, values[0].folded, size);
		}
		n += size;
		key[n++] = '\0';
	}
	return n;
}

static struct sigma_group *
group_of(struct sigma_correlate *c, uint32_t index, const struct sigma_correlation *k, size_t place)
{
	char key[KEY_MAX];
	size_t size = key_of(c, k, place, key);
	uint32_t hash = (uint32_t)(hash_of(key, size) >> 13) + index * 2654435761u;
	struct sigma_group **head = &c->buckets[hash % SIGMA_GROUP_BUCKETS];
	for (struct sigma_group *g = *head; g != NULL; g = g->next)
		if (g->hash == hash && g->correlation == index && g->key_size == size && memcmp(g->key, key, size) == 0)
			return g;
	if (c->group_count == SIGMA_GROUPS_MAX)
		return NULL;
	struct sigma_group *g = pool_alloc(c->m->pool, sizeof(*g));
	const char *kept = pool_text(c->m->pool, key, size), *host = pool_text(c->m->pool, c->m->h->event->host, strlen(c->m->h->event->host));
	if (g == NULL || kept == NULL || host == NULL)
		return NULL;
	*g = (struct sigma_group){ .next = *head, .correlation = index, .hash = hash, .key = kept, .key_size = size, .host = host };
	*head = g;
	*c->all_end = g;
	c->all_end = &g->next_of_all;
	c->group_count++;
	return g;
}

static bool
is_late(const struct sigma_correlation *k)
{
	return k->high < DBL_MAX || k->outside;
}

/* So many events at most that tell more than fewer would. */
static size_t
most_of(const struct sigma_correlation *k)
{
	bool bounded = k->type == SIGMA_EVENT_COUNT || k->type == SIGMA_VALUE_COUNT;
	return bounded && !is_late(k) && k->low < SIGMA_COUNT_MAX ? (size_t)fmax(ceil(k->low), 1) : SIGMA_COUNT_MAX + 1;
}

static double
measure_of(const struct sigma_correlation *k, const struct sigma_window *w)
{
	if (k->type != SIGMA_VALUE_SUM && k->type != SIGMA_VALUE_AVG)
		return (double)w->live;
	return k->type == SIGMA_VALUE_SUM || w->live == 0 ? w->sum : w->sum / (double)w->live;
}

static bool
holds(const struct sigma_correlation *k, double measure)
{
	return (measure >= k->low && measure <= k->high) != k->outside;
}

static void
tell(struct sigma_correlate *c, const struct sigma_correlation *k, struct sigma_group *g, int64_t first, int64_t last, double measure, bool now)
{
	const struct sigma_told told = { .rule = k->rule, .host = g->host, .event_id = g->event_id, .file_id = g->file_id, .offset = g->offset, .first = first,
		.last = last, .measure = measure, .now = now };
	c->told(c->ctx, &told);
	if (now)
		sigma_correlate_hit(c, k->rule);
}

/* The value that is counted, to entry->value. False: the event has none. */
static bool
value_of(struct sigma_correlate *c, const struct sigma_correlation *k, size_t place, struct sigma_entry *e)
{
	size_t count;
	double number;
	if (k->type == SIGMA_EVENT_COUNT)
		return true;
	const struct sigma_text *values = sigma_matcher_field(c->m, k->value[place], &count);
	if (count == 0 || values[0].size == 0)
		return false;
	if (k->type == SIGMA_VALUE_COUNT) {
		e->value = hash_of(values[0].folded, values[0].size);
		return true;
	}
	if (!sigma_number_of(values[0].text, &number))
		return false;
	memcpy(&e->value, &number, sizeof(number));
	return true;
}

static void
close_span(struct sigma_correlate *c, const struct sigma_correlation *k, struct sigma_group *g)
{
	double measure = measure_of(k, &g->window);
	int64_t first = sigma_window_first(&g->window), last = g->window.entries[g->window.end - 1].time;
	sigma_window_clear(&g->window);
	if (holds(k, measure))
		tell(c, k, g, first, last, measure, false);
}

static void
count_event(struct sigma_correlate *c, const struct sigma_correlation *k, struct sigma_group *g, size_t place)
{
	const struct detect_event *e = c->m->h->event;
	struct sigma_entry entry = { .time = e->time };
	struct sigma_window *w = &g->window;
	bool late = is_late(k);
	if (!value_of(c, k, place, &entry))
		return;
	w->kind = k->type == SIGMA_VALUE_COUNT ? SIGMA_WINDOW_DISTINCT : k->type == SIGMA_EVENT_COUNT ? SIGMA_WINDOW_COUNT : SIGMA_WINDOW_SUM;
	if (late && w->live > 0 && when_since(sigma_window_first(w), e->time) > k->timespan)
		close_span(c, k, g);
	if (!late)
		sigma_window_forget_before(w, when_since(k->timespan, e->time));
	if (!sigma_window_put(w, c->m->pool, entry, most_of(k))) {
		c->lost++;
		return;
	}
	g->event_id = e->event_id;
	g->file_id = e->file_id;
	g->offset = e->offset;
	double measure = measure_of(k, w);
	if (late || !holds(k, measure))
		return;
	int64_t first = sigma_window_first(w);
	sigma_window_clear(w);
	tell(c, k, g, first, e->time, measure, true);
}

/* By the places of the rules: when each was last seen; of an order: when the row that ends with it began. */
static void
place_event(struct sigma_correlate *c, const struct sigma_correlation *k, struct sigma_group *g, size_t place)
{
	const struct detect_event *e = c->m->h->event;
	size_t seen = 0;
	int64_t first = e->time;
	if (g->times == NULL) {
		g->times = pool_alloc(c->m->pool, k->member_count * sizeof(*g->times));
		for (size_t i = 0; g->times != NULL && i < k->member_count; i++)
			g->times[i] = TRIAGE_TIME_NONE;
	}
	if (g->times == NULL) {
		c->lost++;
		return;
	}
	bool ordered = k->type == SIGMA_TEMPORAL_ORDERED;
	int64_t before = place > 0 ? g->times[place - 1] : TRIAGE_TIME_NONE;
	if (ordered && place > 0 && (before == TRIAGE_TIME_NONE || when_since(before, e->time) > k->timespan))
		return;
	g->times[place] = ordered && place > 0 ? before : e->time;
	for (size_t i = 0; i < k->member_count && !ordered; i++) {
		int64_t then = g->times[i];
		if (then == TRIAGE_TIME_NONE || when_since(then, e->time) > k->timespan)
			continue;
		seen++;
		first = then < first ? then : first;
	}
	if (ordered && place + 1 < k->member_count)
		return;
	if (!ordered && !holds(k, (double)seen))
		return;
	if (ordered)
		first = g->times[place];
	g->event_id = e->event_id;
	g->file_id = e->file_id;
	g->offset = e->offset;
	for (size_t i = 0; i < k->member_count; i++)
		g->times[i] = TRIAGE_TIME_NONE;
	tell(c, k, g, first, e->time, (double)(ordered ? k->member_count : seen), true);
}

void
sigma_correlate_hit(struct sigma_correlate *c, uint32_t rule)
{
	const struct sigma_rule *r = &c->m->set->rules[rule];
	if (r->member_count == 0 || c->m->h->event->time == TRIAGE_TIME_NONE)
		return;
	for (size_t i = 0; i < r->member_count; i++) {
		const struct sigma_member *member = &r->members[i];
		const struct sigma_correlation *k = &c->m->set->correlations[member->correlation];
		struct sigma_group *g = group_of(c, member->correlation, k, member->place);
		if (g == NULL)
			c->lost++;
		else if (k->type == SIGMA_TEMPORAL || k->type == SIGMA_TEMPORAL_ORDERED)
			place_event(c, k, g, member->place);
		else
			count_event(c, k, g, member->place);
	}
}

void
sigma_correlate_finish(struct sigma_correlate *c)
{
	for (struct sigma_group *g = c->all; g != NULL; g = g->next_of_all) {
		const struct sigma_correlation *k = &c->m->set->correlations[g->correlation];
		bool counts = k->type != SIGMA_TEMPORAL && k->type != SIGMA_TEMPORAL_ORDERED;
		if (counts && is_late(k) && g->window.live > 0)
			close_span(c, k, g);
	}
}
