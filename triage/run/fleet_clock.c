/*
 * fleet_clock.c - how far the clocks of two machines are apart, out of contacts that both tell of.
 *
 * When A went to B with an account and B saw it come from A, the same act has two times. A pair of rows counts only when its first and its last time tell the same
 * difference, for a log that begins later than the other tells another first act. Of several accounts the middle one is taken. Machines that are tied together by
 * such differences are then counted from one of them, breadth first, each over the first way that leads to it.
 */
#include "triage/run/fleet_inside.h"

#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

#define AGREE_NS (INT64_C(120) * 1000000000)
#define APART_MAX_NS (INT64_C(400) * 86400 * 1000000000)
enum { LINKS_MAX = 1 << 20, ACCOUNTS_MAX = 256 };

struct link {
	uint64_t from, to;
	int64_t offset;
};

struct clocks {
	struct link *links;
	size_t count, room;
	bool full;			/* pairs beyond LINKS_MAX were left out */
	uint64_t from, to;		/* of the pair at hand */
	int64_t offsets[ACCOUNTS_MAX];
	size_t matched;
};

static int
compare_offsets(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static enum triage_status
end_pair(struct clocks *k, struct fleet *f, struct triage_error *err)
{
	k->full = k->full || (k->matched > 0 && k->count == LINKS_MAX);
	if (k->matched == 0 || k->full)
		return TRIAGE_OK;
	if (k->count == k->room) {
		size_t room = k->room * 2 + 256;
		struct link *grown = reallocarray(k->links, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for differences of clocks");
			return TRIAGE_E_MEMORY;
		}
		k->links = grown;
		k->room = room;
	}
	qsort(k->offsets, k->matched, sizeof(k->offsets[0]), compare_offsets);
	int64_t offset = k->offsets[k->matched / 2];
	k->links[k->count++] = (struct link){ k->from, k->to, offset };
	const struct fleet_value values[] = { FLEET_N(k->from), FLEET_N(k->to), FLEET_N(offset), FLEET_N(k->offsets[k->matched - 1] - k->offsets[0]), FLEET_N(k->matched) };
	return fleet_put(f, FLEET_CLOCKS, values, NULL, err);
}

static bool
told(struct case_cursor *c)
{
	for (size_t i = FLEET_MOVEMENT_FROM_FIRST; i <= FLEET_MOVEMENT_TO_LAST; i++)
		if (case_null(c, i))
			return false;
	return true;
}

static enum triage_status
take(struct clocks *k, struct fleet *f, struct case_cursor *c, struct triage_error *err)
{
	uint64_t from = (uint64_t)case_int(c, FLEET_MOVEMENT_FROM), to = (uint64_t)case_int(c, FLEET_MOVEMENT_TO);
	enum triage_status st = TRIAGE_OK;
	if (from != k->from || to != k->to) {
		st = end_pair(k, f, err);
		k->from = from;
		k->to = to;
		k->matched = 0;
	}
	if (st != TRIAGE_OK || !told(c) || k->matched == ACCOUNTS_MAX)
		return st;
	int64_t first = when_since(case_int(c, FLEET_MOVEMENT_FROM_FIRST), case_int(c, FLEET_MOVEMENT_TO_FIRST));
	int64_t last = when_since(case_int(c, FLEET_MOVEMENT_FROM_LAST), case_int(c, FLEET_MOVEMENT_TO_LAST));
	int64_t differ = when_since(first, last);
	if (first > -APART_MAX_NS && first < APART_MAX_NS && differ <= AGREE_NS && differ >= -AGREE_NS)
		k->offsets[k->matched++] = first;
	return TRIAGE_OK;
}

/* --- from pairs to groups --- */

struct node {
	uint64_t id;
	size_t links, first;		/* first: of its links */
	bool seen;
	int64_t offset;
};

struct groups {
	struct node *nodes;		/* sorted by id */
	size_t count;
	size_t *queue;
};

static struct node *
node_of(const struct groups *g, uint64_t id)
{
	size_t low = 0, high = g->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (g->nodes[middle].id == id)
			return &g->nodes[middle];
		if (g->nodes[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int
compare_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : (x->to > y->to) - (x->to < y->to);
}

/* Each link from both its ends, in order; then the nodes are where `from` changes. */
static bool
make_nodes(struct groups *g, struct clocks *k)
{
	struct link *both = reallocarray(k->links, 2 * k->count + 1, sizeof(*both));
	if (both == NULL)
		return false;
	k->links = both;
	for (size_t i = 0; i < k->count; i++)
		both[k->count + i] = (struct link){ both[i].to, both[i].from, -both[i].offset };
	k->count = k->room = 2 * k->count;
	qsort(both, k->count, sizeof(*both), compare_links);
	for (size_t i = 0; i < k->count; i++) {
		if (g->count == 0 || g->nodes[g->count - 1].id != both[i].from)
			g->nodes[g->count++] = (struct node){ .id = both[i].from, .first = i };
		g->nodes[g->count - 1].links++;
	}
	return true;
}

/* Every machine that a link ties to the one at `start`, in turn. */
static enum triage_status
walk(struct groups *g, const struct clocks *k, size_t start, struct fleet *f, struct triage_error *err)
{
	size_t head = 0, tail = 0;
	uint64_t reference = g->nodes[start].id;
	enum triage_status st = fleet_put_offset(f, reference, reference, 0, err);
	g->nodes[start].seen = true;
	g->queue[tail++] = start;
	while (head < tail && st == TRIAGE_OK) {
		const struct node *at = &g->nodes[g->queue[head++]];
		for (size_t i = at->first; i < k->count && k->links[i].from == at->id && st == TRIAGE_OK; i++) {
			struct node *other = node_of(g, k->links[i].to);
			if (other == NULL || other->seen)
				continue;
			other->seen = true;
			/* their sum: a long chain of made-up ones does not fit */
			other->offset = when_since(-k->links[i].offset, at->offset);
			g->queue[tail++] = (size_t)(other - g->nodes);
			st = fleet_put_offset(f, other->id, reference, other->offset, err);
		}
	}
	return st;
}

/* Groups begin at the machine with the most links, which the others are then counted from. */
static enum triage_status
tie(struct clocks *k, struct fleet *f, struct triage_error *err)
{
	struct groups g = { .nodes = calloc(2 * k->count + 1, sizeof(*g.nodes)), .queue = calloc(2 * k->count + 1, sizeof(*g.queue)) };
	enum triage_status st = TRIAGE_OK;
	if (g.nodes == NULL || g.queue == NULL || !make_nodes(&g, k)) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for differences of clocks");
		st = TRIAGE_E_MEMORY;
	}
	while (st == TRIAGE_OK) {
		size_t best = g.count;
		for (size_t i = 0; i < g.count; i++)
			if (!g.nodes[i].seen && (best == g.count || g.nodes[i].links > g.nodes[best].links))
				best = i;
		if (best == g.count)
			break;
		st = walk(&g, k, best, f, err);
	}
	free(g.nodes);
	free(g.queue);
	return st;
}

enum triage_status
fleet_clocks(struct fleet_work *w, struct triage_error *err)
{
	struct fleet *f = w->fleet;
	struct clocks k = { .count = 0 };
	struct case_cursor *c;
	enum triage_status st = fleet_rows(f, FLEET_VIEW_PAIRS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		st = take(&k, f, c, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	if (st == TRIAGE_END)
		st = end_pair(&k, f, err);
	if (st == TRIAGE_OK)
		st = tie(&k, f, err);
	if (st == TRIAGE_OK && k.full)
		st = fleet_remark(w, "too-much", 0, 0, "clocks", err);
	free(k.links);
	return st;
}
