#include "triage/detect/sigma_match.h"

#include <string.h>

enum { FOLDED_FIRST = 256 << 10 };

struct sigma_matcher *
sigma_matcher_new(const struct sigma_set *set, struct pool *pool)
{
	struct sigma_matcher *m = pool_alloc(pool, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->set = set;
	m->pool = pool;
	for (size_t i = 0; i < set->field_count; i++)
		for (size_t n = 0; n < set->fields[i].count; n++)
			m->wants_time |= set->fields[i].names[n].own == SIGMA_OWN_TIME;
	m->resolved = pool_alloc(pool, (set->field_count + 1) * sizeof(*m->resolved));
	m->rules = pool_alloc(pool, (set->rule_count + 1) * sizeof(*m->rules));
	m->marked = pool_alloc(pool, (set->rule_count + 1) * sizeof(*m->marked));
	m->folded = pool_alloc(pool, FOLDED_FIRST);
	m->folded_room = FOLDED_FIRST;
	m->scratch.rules = pool_alloc(pool, (set->rule_count + 1) * sizeof(*m->scratch.rules));
	m->scratch.rows = pool_alloc(pool, (set->source_count + 1) * sizeof(*m->scratch.rows));
	bool ok = m->resolved != NULL && m->rules != NULL && m->marked != NULL && m->folded != NULL && m->scratch.rules != NULL && m->scratch.rows != NULL;
	return ok && sigma_regex_setup(m) ? m : NULL;
}

/* --- the event at hand --- */

static uint32_t
form_hash(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name != '\0'; name++) {
		uint8_t c = (uint8_t)(*name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80 || c == '.')
			hash = (hash ^ c) * 16777619u;
	}
	return hash;
}

/* Room for the folded text of an event: the double of what is there, while the pool gives it. */
static void
make_room(struct sigma_matcher *m, size_t size)
{
	size_t room = m->folded_room;
	while (room < size)
		room *= 2;
	char *grown = room > m->folded_room ? pool_alloc(m->pool, room) : NULL;
	if (grown == NULL)
		return;
	m->folded = grown;
	m->folded_room = room;
}

static void
put_text(struct sigma_matcher *m, size_t index, const char *text)
{
	size_t size = strlen(text), room = m->folded_room - m->folded_size - 1;
	if (size > room) {
		size = room;
		m->cut = true;
	}
	char *folded = m->folded + m->folded_size;
	sigma_fold(folded, text, size);
	folded[size] = '\0';
	m->texts[index] = (struct sigma_text){ text, folded, size };
	m->folded_size += size + (m->folded_size + size + 1 < m->folded_room);
}

static void
prepare(struct sigma_matcher *m)
{
	size_t all = 0;
	const struct detect_event *e = m->h->event;
	const struct happening_field *fields = happening_fields(m->h, &m->field_count);
	const char *const own[] = { [SIGMA_OWN_MESSAGE] = e->message, [SIGMA_OWN_USER] = e->user, [SIGMA_OWN_HOST] = e->host, [SIGMA_OWN_PATH] = e->path,
		[SIGMA_OWN_SOURCE] = e->source, [SIGMA_OWN_PARSER] = e->parser, [SIGMA_OWN_MEANING] = e->meaning, [SIGMA_OWN_TIME] = m->time };
	m->cut |= m->h->cut;
	if (m->wants_time)
		when_text(e->time, 0, "Z", m->time);
	for (size_t i = 0; i < m->field_count; i++)
		all += strlen(fields[i].value) + 1;
	for (unsigned i = SIGMA_OWN_MESSAGE; i < SIGMA_OWN_COUNT; i++)
		all += strlen(own[i]) + 1;
	if (all + 2 > m->folded_room)
		make_room(m, all + 2);
	m->folded_size = m->hit_count = 0;
	for (size_t i = 0; i < m->field_count; i++) {
		m->hashes[i] = form_hash(fields[i].name);
		put_text(m, i, fields[i].value);
	}
	for (unsigned i = SIGMA_OWN_MESSAGE; i < SIGMA_OWN_COUNT; i++)
		put_text(m, m->field_count + i - SIGMA_OWN_MESSAGE, own[i]);
	m->prepared = true;
}

/* "SHA256" of "MD5=...,SHA256=...,IMPHASH=...": the text behind the sign. False: it is not there. */
static bool
part_of(const struct sigma_text *whole, const char *name, struct sigma_text *out)
{
	size_t size = strlen(name);
	for (size_t i = 0; i + size < whole->size; i++) {
		if ((i > 0 && whole->folded[i - 1] != ',') || memcmp(whole->folded + i, name, size) != 0 || whole->folded[i + size] != '=')
			continue;
		size_t from = i + size + 1, length = strcspn(whole->folded + from, ",");
		if (from + length > whole->size)
			length = whole->size - from;
		*out = (struct sigma_text){ whole->text + from, whole->folded + from, length };
		return true;
	}
	return false;
}

static void
add_hit(struct sigma_matcher *m, const struct sigma_name *name, const struct sigma_text *text)
{
	if (m->hit_count == SIGMA_HITS) {
		m->cut = true;
		return;
	}
	struct sigma_text part;
	if (name->part == NULL)
		m->hits[m->hit_count++] = *text;
	else if (part_of(text, name->part, &part))
		m->hits[m->hit_count++] = part;
}

static bool
same_form(const char *form, const char *name)
{
	char other[128];
	sigma_name_form(other, sizeof(other), name);
	return strcmp(form, other) == 0;
}

const struct sigma_text *
sigma_matcher_field(struct sigma_matcher *m, int field, size_t *ret_count)
{
	struct sigma_resolved *r = &m->resolved[field];
	if (r->epoch != m->epoch) {
		const struct sigma_field *f = &m->set->fields[field];
		size_t first = m->hit_count, unused;
		const struct happening_field *fields = happening_fields(m->h, &unused);
		int64_t event_id = -1;
		for (size_t n = 0; n < f->count; n++) {
			const struct sigma_name *name = &f->names[n];
			if (name->event_id >= 0 && event_id < 0)
				happening_number(m->h, "event_id", &event_id);
			if (name->event_id >= 0 && name->event_id != event_id)
				continue;
			if (name->own != SIGMA_OWN_NONE) {
				add_hit(m, name, &m->texts[m->field_count + name->own - SIGMA_OWN_MESSAGE]);
				continue;
			}
			for (size_t i = 0; i < m->field_count; i++)
				if (m->hashes[i] == name->hash && same_form(name->name, fields[i].name))
					add_hit(m, name, &m->texts[i]);
		}
		*r = (struct sigma_resolved){ m->epoch, (uint16_t)first, (uint16_t)(m->hit_count - first) };
	}
	*ret_count = r->count;
	return m->hits + r->first;
}

/* --- rules --- */

static void
mark_rule(void *ctx, uint32_t rule)
{
	struct sigma_matcher *m = ctx;
	m->marked[rule] = m->epoch;
}

/* A row of the rule that fits this event in all. */
static bool
row_holds(const struct sigma_matcher *m, const struct sigma_rule *rule)
{
	for (size_t i = 0; i < rule->row_count; i++)
		if ((m->row_holds[rule->rows[i] / 64] >> (rule->rows[i] % 64) & 1) != 0)
			return true;
	return false;
}

static bool
rule_holds(struct sigma_matcher *m, uint32_t index)
{
	struct sigma_rule_state *state = &m->rules[index];
	if (state->failures >= SIGMA_FAILURES_MAX || state->steps > SIGMA_STEPS_RULE) {
		state->failures++;
		return false;
	}
	m->failed = false;
	m->steps = 0;
	bool holds = sigma_test_holds(m, m->set->rules[index].test);
	state->steps += m->steps;
	state->failures += m->failed;
	return holds && !m->failed;
}

void
sigma_matcher_event(struct sigma_matcher *m, struct happening *h, void (*hit)(void *ctx, uint32_t rule), void *ctx)
{
	m->h = h;
	m->epoch++;
	m->prepared = false;
	const struct sigma_plan *plan = sigma_plan_of(m);
	if (plan->count == 0)
		return;
	prepare(m);
	memset(m->row_holds, 0, sizeof(m->row_holds));
	for (size_t i = 0; i < plan->row_count; i++) {
		m->failed = false;
		if (sigma_test_holds(m, m->set->sources[plan->rows[i]].where))
			m->row_holds[plan->rows[i] / 64] |= UINT64_C(1) << (plan->rows[i] % 64);
	}
	if (plan->gated)
		sigma_gate_look(m->set->gate, m->folded, m->folded_size, mark_rule, m);
	for (size_t i = 0; i < plan->count; i++) {
		const struct sigma_plan_rule *p = &plan->rules[i];
		if ((!p->ask && m->marked[p->rule] != m->epoch) || (p->where && !row_holds(m, &m->set->rules[p->rule])))
			continue;
		if (rule_holds(m, p->rule))
			hit(ctx, p->rule);
	}
}
