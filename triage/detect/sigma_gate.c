/*
 * sigma_gate.c - one look at the text of an event tells which rules can hold at all.
 *
 * Of each needed text the rarest four bytes (of a text of three: those) stand in a table. At every place of the event's text a bit says whether a text may lie
 * there, then the table, then the text itself.
 */
#include "triage/detect/sigma_inside.h"

#include "triage/base/view.h"

#include <string.h>

enum { BITS = 18, WORDS = 1 << (BITS - 6) };

struct gate_text {
	const char *text;
	size_t size, at;		/* where in it its four bytes begin */
	uint32_t gram;
	uint32_t next;			/* in its bucket, + 1; 0: none */
	uint32_t *rules;
	size_t rule_count;
};

struct sigma_gate {
	uint64_t four[WORDS], three[WORDS];
	struct gate_text *texts;
	size_t text_count;
	uint32_t *buckets;		/* index of a text + 1 */
	unsigned bucket_shift;		/* the high bits of what mix() gives are a bucket */
	bool has_three;
};

static uint32_t
mix(uint32_t gram)
{
	return gram * 2654435761u;
}

static bool
bit(const uint64_t *bits, uint32_t mixed)
{
	uint32_t i = mixed >> (32 - BITS);
	return (bits[i >> 6] >> (i & 63) & 1) != 0;
}

/* By how often bytes stand in logs, roughly. */
static size_t
rarest_four(const char *text, size_t size)
{
	static const char usual[] = "eistonarlcmdwpufhg\\vxb_.ykzqj0123456789-:/ ";
	size_t best = 0;
	unsigned best_weight = UINT32_MAX;
	for (size_t i = 0; i + 4 <= size; i++) {
		unsigned weight = 0;
		for (size_t k = 0; k < 4; k++) {
			const char *at = strchr(usual, text[i + k]);
			weight += at == NULL ? 1 : (unsigned)(sizeof(usual) - (size_t)(at - usual));
		}
		if (weight < best_weight) {
			best_weight = weight;
			best = i;
		}
	}
	return best;
}

static uint32_t
gram_of(const struct gate_text *t)
{
	const uint8_t *p = (const uint8_t *)t->text + t->at;
	return t->size == 3 ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 : load_le32(p);
}

/* --- building --- */

/* The text in the table; made when it is not there. */
static struct gate_text *
text_for(struct sigma_gate *g, const char *text)
{
	struct gate_text t = { .text = text, .size = strlen(text) };
	t.at = t.size == 3 ? 0 : rarest_four(text, t.size);
	t.gram = gram_of(&t);
	uint32_t mixed = mix(t.gram), *bucket = &g->buckets[mixed >> g->bucket_shift];
	for (uint32_t i = *bucket; i != 0; i = g->texts[i - 1].next)
		if (strcmp(g->texts[i - 1].text, text) == 0)
			return &g->texts[i - 1];
	t.next = *bucket;
	g->texts[g->text_count++] = t;
	*bucket = (uint32_t)g->text_count;
	uint64_t *bits = t.size == 3 ? g->three : g->four;
	uint32_t place = mixed >> (32 - BITS);
	bits[place >> 6] |= UINT64_C(1) << (place & 63);
	g->has_three |= t.size == 3;
	return &g->texts[g->text_count - 1];
}

static bool
add_rules(struct sigma_set *set, struct sigma_gate *g)
{
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t r = 0; r < set->rule_count; r++)
			for (size_t i = 0; i < set->rules[r].need.count; i++) {
				struct gate_text *t = text_for(g, set->rules[r].need.texts[i]);
				if (pass == 1 && (t->rule_count == 0 || t->rules[t->rule_count - 1] != r))
					t->rules[t->rule_count++] = (uint32_t)r;
				else if (pass == 0)
					t->rule_count++;
			}
		for (size_t i = 0; i < g->text_count && pass == 0; i++) {
			g->texts[i].rules = pool_alloc(&set->pool, g->texts[i].rule_count * sizeof(uint32_t));
			g->texts[i].rule_count = 0;
			if (g->texts[i].rules == NULL)
				return false;
		}
	}
	return true;
}

bool
sigma_gate_build(struct sigma_set *set)
{
	size_t texts = 0;
	unsigned bits = 6;
	for (size_t r = 0; r < set->rule_count; r++)
		texts += set->rules[r].need.count;
	while (bits < 30 && (size_t)1 << bits < 2 * texts)
		bits++;
	struct sigma_gate *g = pool_alloc(&set->pool, sizeof(*g));
	if (g == NULL)
		return false;
	g->texts = pool_alloc(&set->pool, (texts + 1) * sizeof(*g->texts));
	g->buckets = pool_alloc(&set->pool, ((size_t)1 << bits) * sizeof(*g->buckets));
	g->bucket_shift = 32 - bits;
	set->gate = g;
	return g->texts != NULL && g->buckets != NULL && add_rules(set, g);
}

/* --- looking --- */

static void
look_up(const struct sigma_gate *g, uint32_t gram, size_t gram_size, const char *text, size_t size, size_t at, void (*may)(void *ctx, uint32_t rule), void *ctx)
{
	for (uint32_t i = g->buckets[mix(gram) >> g->bucket_shift]; i != 0; i = g->texts[i - 1].next) {
		const struct gate_text *t = &g->texts[i - 1];
		if (t->gram != gram || (t->size == 3) != (gram_size == 3) || t->at > at || t->size > size - (at - t->at) || memcmp(text + at - t->at, t->text, t->size) != 0)
			continue;
		for (size_t r = 0; r < t->rule_count; r++)
			may(ctx, t->rules[r]);
	}
}

void
sigma_gate_look(const struct sigma_gate *g, const char *text, size_t size, void (*may)(void *ctx, uint32_t rule), void *ctx)
{
	const uint8_t *p = (const uint8_t *)text;
	for (size_t i = 0; i + 4 <= size; i++) {
		uint32_t gram = load_le32(p + i);
		if (bit(g->four, mix(gram)))
			look_up(g, gram, 4, text, size, i, may, ctx);
		if (g->has_three && bit(g->three, mix(gram & 0xffffff)))
			look_up(g, gram & 0xffffff, 3, text, size, i, may, ctx);
	}
	if (g->has_three && size >= 3) {	/* the last three bytes */
		uint32_t gram = (uint32_t)p[size - 3] | (uint32_t)p[size - 2] << 8 | (uint32_t)p[size - 1] << 16;
		if (bit(g->three, mix(gram)))
			look_up(g, gram, 3, text, size, size - 3, may, ctx);
	}
}
