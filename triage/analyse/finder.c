#include "triage/analyse/finder.h"

#include <string.h>

enum triage_status
finder_add_rules(struct analyse_set *set, const struct analyse_finder *finder, struct triage_error *err)
{
	if (finder == NULL)
		return TRIAGE_OK;
	set->finder = *finder;
	set->finder_first = set->rule_count;
	for (size_t i = 0; i < finder->count; i++) {
		enum triage_status st = set_grow(&set->rules, set->rule_count, &set->rule_room, sizeof(set->rules[0]), err);
		if (st != TRIAGE_OK)
			return st;
		set->rules[set->rule_count++] = (struct analyse_rule){ .name = finder->names[i], .name_space = finder->name_space, .tags = "", .title = "", .why = "",
			.innocent = "", .family = "", .technique = "", .source = "", .kind = finder->name_space, .severity = TRIAGE_MEDIUM, .confidence = 50, .version = "1" };
	}
	return TRIAGE_OK;
}

struct looking {
	struct scan *scan;
	struct view bytes;
	uint64_t base;
	size_t again;
};

/* Whether a string was found in this stream before; else it is remembered. When there are too many, all count as new. */
static bool
found_before(struct scan *scan, const char *id)
{
	size_t at = (size_t)(((uintptr_t)id >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 52) & (FOUND_MAX - 1);
	for (size_t n = 0; n < FOUND_MAX && scan->found[at] != NULL; n++, at = (at + 1) & (FOUND_MAX - 1))
		if (scan->found[at] == id)
			return true;
	if (scan->found_count < FOUND_MAX / 2) {
		scan->found[at] = id;
		scan->found_count++;
	}
	return false;
}

static void
take(void *ctx, size_t name, const char *id, uint32_t number, size_t at, size_t size)
{
	struct looking *l = ctx;
	const struct analyse_set *set = l->scan->set;
	if (at + size < l->again || name >= set->finder.count || found_before(l->scan, id))
		return;
	struct hit hit = { .rule = (uint32_t)(set->finder_first + name), .string = number, .offset = l->base + at, .length = size, .id = id };
	hit.sample_size = (uint8_t)(size < HIT_SAMPLE ? size : HIT_SAMPLE);
	memcpy(hit.sample, l->bytes.data + at, hit.sample_size);
	hits_add(&l->scan->hits, &hit);
}

void
finder_look(struct scan *scan, struct view bytes, uint64_t base, size_t again)
{
	struct looking l = { .scan = scan, .bytes = bytes, .base = base, .again = again };
	if (scan->set->finder.find != NULL && bytes.size > 0)
		scan->set->finder.find(scan->set->finder.ctx, bytes, take, &l);
}
