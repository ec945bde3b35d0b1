/* sigma_plan.c - kinds of events (source, parser, channel, provider, meaning, number) and the rules that are about them, found once for each kind. */
#include "triage/detect/sigma_match.h"

#include <string.h>
#include <strings.h>

enum { KEY_MAX = 1024, PLAN_BYTES_MAX = 64 << 20 };

struct kind {
	const char *source, *parser, *channel, *provider, *meaning;
	int64_t event_id;
};

static bool
number_among(const int64_t *list, size_t count, int64_t number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return count == 0;
}

static bool
row_fits(const struct sigma_source *s, const struct kind *k)
{
	return (s->source[0] == '\0' || strcmp(s->source, k->source) == 0) && (s->parser[0] == '\0' || strcmp(s->parser, k->parser) == 0) &&
	    (s->channel[0] == '\0' || strcasecmp(s->channel, k->channel) == 0) && (s->provider[0] == '\0' || strcasecmp(s->provider, k->provider) == 0) &&
	    (s->meaning[0] == '\0' || strcmp(s->meaning, k->meaning) == 0) && number_among(s->event_ids, s->event_id_count, k->event_id);
}

static void
fill(const struct sigma_matcher *m, const struct kind *k, struct sigma_plan *plan)
{
	const struct sigma_set *set = m->set;
	bool fits[SIGMA_ROWS_MAX];
	plan->count = plan->row_count = 0;
	plan->gated = false;
	for (size_t i = 0; i < set->source_count; i++) {
		fits[i] = row_fits(&set->sources[i], k);
		if (fits[i] && set->sources[i].where != NULL)
			plan->rows[plan->row_count++] = (uint16_t)i;
	}
	for (size_t r = 0; r < set->rule_count; r++) {
		const struct sigma_rule *rule = &set->rules[r];
		bool plain = false, where = false;
		if (rule->test == NULL || !number_among(rule->event_ids, rule->event_id_count, k->event_id))
			continue;
		for (size_t i = 0; i < rule->row_count; i++)
			if (fits[rule->rows[i]])
				*(set->sources[rule->rows[i]].where != NULL ? &where : &plain) = true;
		if (!plain && !where)
			continue;
		plan->rules[plan->count++] = (struct sigma_plan_rule){ (uint32_t)r, rule->need.count == 0, !plain };
		plan->gated |= rule->need.count > 0;
	}
}

/* A copy of the scratch plan for ever, as long as there is room. */
static const struct sigma_plan *
keep(struct sigma_matcher *m, struct sigma_plan *place, const char *key, size_t key_size)
{
	const struct sigma_plan *from = &m->scratch;
	struct sigma_plan plan = *from;
	if (m->plan_count * 4 >= SIGMA_PLANS * 3 || m->plan_bytes + from->count * sizeof(*from->rules) > PLAN_BYTES_MAX)
		return from;
	plan.rules = pool_alloc(m->pool, (from->count + 1) * sizeof(*plan.rules));
	plan.rows = pool_alloc(m->pool, (from->row_count + 1) * sizeof(*plan.rows));
	plan.key = pool_text(m->pool, key, key_size);
	if (plan.rules == NULL || plan.rows == NULL || plan.key == NULL)
		return from;
	memcpy(plan.rules, from->rules, from->count * sizeof(*plan.rules));
	memcpy(plan.rows, from->rows, from->row_count * sizeof(*plan.rows));
	plan.key_size = key_size;
	*place = plan;
	m->plan_count++;
	m->plan_bytes += from->count * sizeof(*plan.rules) + KEY_MAX;
	return place;
}

/* The parts of a kind in one row of bytes; 0 when they are too long. */
static size_t
key_of(const struct kind *k, char key[KEY_MAX])
{
	const char *const parts[] = { k->source, k->parser, k->channel, k->provider, k->meaning };
	size_t n = sizeof(k->event_id);
	memcpy(key, &k->event_id, n);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t size = strlen(parts[i]) + 1;
		if (size > KEY_MAX - n)
			return 0;
		memcpy(key + n, parts[i], size);
		n += size;
	}
	return n;
}

const struct sigma_plan *
sigma_plan_of(struct sigma_matcher *m)
{
	const struct detect_event *e = m->h->event;
	struct kind k = { e->source, e->parser, "", "", e->meaning, -1 };
	char key[KEY_MAX];
	uint32_t hash = 2166136261u;
	if (strcmp(e->source, "evtx") == 0 || strcmp(e->source, "evt") == 0) {
		k.channel = happening_text(m->h, "channel");
		k.provider = happening_text(m->h, "provider");
		happening_number(m->h, "event_id", &k.event_id);
	}
	size_t size = key_of(&k, key);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (uint8_t)key[i]) * 16777619u;
	struct sigma_plan *place = &m->plans[hash % SIGMA_PLANS];
	while (place->key != NULL && (place->key_size != size || memcmp(place->key, key, size) != 0))
		place = place + 1 < m->plans + SIGMA_PLANS ? place + 1 : m->plans;
	if (place->key != NULL)
		return place;
	fill(m, &k, &m->scratch);
	return size == 0 ? &m->scratch : keep(m, place, key, size);
}
