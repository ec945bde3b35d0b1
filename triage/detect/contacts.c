#include "triage/detect/contacts.h"

#include <stdlib.h>
#include <string.h>

static uint32_t
hash_of(const char *const *texts, size_t count)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < count; i++) {
		for (const char *p = texts[i]; *p != '\0'; p++)
			h = (h ^ (unsigned char)*p) * 16777619u;
		h = (h ^ 0xff) * 16777619u;
	}
	return h ^ h >> 13;
}

static bool
widen(struct detect_contact *row, int64_t when, bool failed)
{
	row->count++;
	row->failed += failed;
	if (when == TRIAGE_TIME_NONE)
		return true;
	if (row->first_time == TRIAGE_TIME_NONE || when < row->first_time)
		row->first_time = when;
	if (row->last_time == TRIAGE_TIME_NONE || when > row->last_time)
		row->last_time = when;
	return true;
}

bool
contacts_add(struct contacts *c, struct pool *pool, const struct happening *h, const struct logon *l)
{
	const char *const texts[] = { h->event->host, l->kind == LOGON_WENT ? "to" : "from", l->address, l->account, l->protocol, h->event->source };
	enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };
	const uint32_t hash = hash_of(texts, TEXTS);
	struct contact **head = &c->buckets[hash % CONTACT_BUCKETS];
	for (struct contact *k = *head; k != NULL; k = k->next) {
		if (k->hash != hash)
			continue;
		const struct detect_contact *r = &k->row;
		const char *const have[] = { r->host, r->direction, r->peer, r->account, r->protocol, r->source };
		size_t same = 0;
		while (same < TEXTS && strcmp(have[same], texts[same]) == 0)
			same++;
		if (same == TEXTS)
			return widen(&k->row, h->event->time, l->kind == LOGON_FAILED);
	}
	struct contact *k = c->count < CONTACTS_MAX ? pool_alloc(pool, sizeof(*k)) : NULL;
	if (k == NULL)
		return false;
	const char **const slots[] = { &k->row.host, &k->row.direction, &k->row.peer, &k->row.account, &k->row.protocol, &k->row.source };
	for (size_t i = 0; i < TEXTS; i++)
		if ((*slots[i] = pool_text(pool, texts[i], strlen(texts[i]))) == NULL)
			return false;
	k->row.first_time = k->row.last_time = TRIAGE_TIME_NONE;
	k->row.event_id = h->event->event_id;
	k->hash = hash;
	k->next = *head;
	*head = k;
	if (c->last != NULL)
		c->last->later = k;
	else
		c->first = k;
	c->last = k;
	c->count++;
	return widen(&k->row, h->event->time, l->kind == LOGON_FAILED);
}

static int
compare(const void *a, const void *b)
{
	const struct detect_contact *x = *(const struct detect_contact *const *)a, *y = *(const struct detect_contact *const *)b;
	if (x->first_time != y->first_time)
		return x->first_time < y->first_time ? -1 : 1;
	const char *const pairs[][2] = { { x->host, y->host }, { x->direction, y->direction }, { x->peer, y->peer }, { x->account, y->account }, { x->protocol, y->protocol }, { x->source, y->source } };
	int order = 0;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && order == 0; i++)
		order = strcmp(pairs[i][0], pairs[i][1]);
	return order;
}

bool
contacts_finish(struct contacts *c, struct pool *pool)
{
	size_t n = 0;
	c->sorted = pool_alloc(pool, (c->count + 1) * sizeof(*c->sorted));
	for (const struct contact *k = c->first; k != NULL && c->sorted != NULL; k = k->later)
		c->sorted[n++] = &k->row;
	if (n > 1)
		qsort(c->sorted, n, sizeof(*c->sorted), compare);
	return c->sorted != NULL;
}
