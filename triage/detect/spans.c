/* spans.c - the first and last event of each log of each machine. */
#include "triage/detect/spans.h"

#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <stdlib.h>
#include <string.h>

enum { LOG_NAME_MAX = 120 };

struct spans_state {
	struct span *buckets[SPAN_BUCKETS];
	size_t count;
	bool full;
};

/* "Security" of ".../winevt/Logs/Security.evtx": event logs speak each for itself, other sources together. */
static size_t
log_name(const struct detect_event *e, const char **ret_name)
{
	bool apart = strcmp(e->source, "evtx") == 0 || strcmp(e->source, "evt") == 0;
	const char *name = words_base(e->path), *dot = strrchr(name, '.');
	size_t size = dot != NULL ? (size_t)(dot - name) : strlen(name);
	*ret_name = name;
	return !apart ? 0 : size < LOG_NAME_MAX ? size : LOG_NAME_MAX;
}

static enum triage_status
spans_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct spans_state *s = state;
	const struct detect_event *e = h->event;
	const char *log;
	size_t size = log_name(e, &log);
	uint32_t hash = 2166136261u;
	(void)err;
	if (e->time == TRIAGE_TIME_NONE || e->time <= 0)
		return TRIAGE_OK;
	for (const char *p = e->source; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	for (const char *p = e->host; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)log[i]) * 16777619u;
	struct span **head = &s->buckets[(hash ^ hash >> 13) % SPAN_BUCKETS], *k = *head;
	while (k != NULL && !(strcmp(k->source, e->source) == 0 && strcmp(k->host, e->host) == 0 && strncmp(k->log, log, size) == 0 && k->log[size] == '\0'))
		k = k->next;
	if (k == NULL) {
		k = s->count < SPANS_MAX ? pool_alloc(&j->pool, sizeof(*k)) : NULL;
		if (k == NULL || (k->host = pool_text(&j->pool, e->host, strlen(e->host))) == NULL || (k->source = pool_text(&j->pool, e->source, strlen(e->source))) == NULL ||
		    (k->log = pool_text(&j->pool, log, size)) == NULL) {
			s->full = true;
			return TRIAGE_OK;
		}
		k->next = *head;
		*head = k;
		k->first = k->last = e->time;
		s->count++;
	}
	k->first = e->time < k->first ? e->time : k->first;
	k->last = e->time > k->last ? e->time : k->last;
	k->count++;
	return TRIAGE_OK;
}

static int
compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = strcmp(x->host, y->host);
	if (order == 0)
		order = strcmp(x->source, y->source);
	return order != 0 ? order : strcmp(x->log, y->log);
}

static enum triage_status
spans_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct spans_state *s = state;
	struct span *list = pool_alloc(&j->pool, (s->count + 1) * sizeof(*list));
	(void)err;
	if (s->full || list == NULL)
		judge_remark(j, "There are more logs and machines than the list of what the logs cover can hold.");
	if (list == NULL)
		return TRIAGE_OK;
	for (size_t i = 0; i < SPAN_BUCKETS; i++)
		for (const struct span *k = s->buckets[i]; k != NULL; k = k->next)
			list[j->span_count++] = *k;
	if (j->span_count > 1)
		qsort(list, j->span_count, sizeof(*list), compare);
	j->spans = list;
	return TRIAGE_OK;
}

const struct detector spans_detector = { .name = "spans", .state_size = sizeof(struct spans_state), .event = spans_event, .finish = spans_finish };
