#include "triage/analyse/group_sort.h"

enum { RUNG_COUNT = 3, TOP_COUNT = RUNG_COUNT + 1 };

/* Sizes that part the rungs of a ladder, beside the one at which nothing has to be searched any more. */
static const uint64_t rung_tops[RUNG_COUNT] = { 64 << 10, 1 << 20, 16 << 20 };

/* A rung is worth a compilation of its own when it leaves out at least one rule in RUNG_GAIN of the rung below. */
enum { RUNG_GAIN = 8 };

static enum module_class
module_class_of(uint32_t modules)
{
	unsigned kinds = rule_module_kinds(modules);
	bool pe = (kinds & 1u << MODULE_PE) != 0, elf = (kinds & 1u << MODULE_ELF) != 0;
	return pe && elf ? MODULES_MIXED : pe ? MODULES_PE : elf ? MODULES_ELF : MODULES_NONE;
}

static unsigned
ladders_of(const struct rule_need *need)
{
	static const enum ladder ladders[FILE_CLASS_COUNT] = { [FILE_MZ] = LADDER_MZ, [FILE_ELF] = LADDER_ELF, [FILE_REST] = LADDER_OTHER };
	unsigned found = 0;
	if (need->header_count == 0)
		found = 1u << LADDER_MZ | 1u << LADDER_ELF | 1u << LADDER_REST;
	for (size_t i = 0; i < need->header_count; i++)
		for (unsigned class = 0; class < FILE_CLASS_COUNT; class++)
			if (rule_header_possible(&need->headers[i], (enum file_class)class))
				found |= 1u << ladders[class];
	if ((need->excludes & 1u << FILE_MZ) != 0)
		found &= ~(1u << LADDER_MZ);
	if ((need->excludes & 1u << FILE_ELF) != 0)
		found &= ~(1u << LADDER_ELF);
	return found;
}

/* What the rules of a file that know each other need together. */
static struct rule_part
linked_union(const struct rule_text *cut)
{
	struct rule_part all = { .need = { .size_max = UINT64_MAX } };
	for (size_t i = 0; i < cut->count; i++) {
		if (!cut->parts[i].linked)
			continue;
		all.modules |= cut->parts[i].modules;
		all.by_name |= cut->parts[i].by_name;
		all.searches |= cut->parts[i].searches;
	}
	return all;
}

/* One ladder for all classes where they would hold the same rules. */
static void
join_ladders(struct sorted_rule *rules, size_t count, enum module_class modules, bool by_name)
{
	const unsigned every = 1u << LADDER_MZ | 1u << LADDER_ELF | 1u << LADDER_REST;
	for (size_t i = 0; i < count; i++)
		if (rules[i].modules == modules && rules[i].by_name == by_name && rules[i].ladders != every && rules[i].ladders != 1u << LADDER_OTHER)
			return;
	for (size_t i = 0; i < count; i++)
		if (rules[i].modules == modules && rules[i].by_name == by_name && rules[i].ladders == every)
			rules[i].ladders = 1u << LADDER_ALL;
}

void
sort_rules(const struct analyse_set *set, struct sorted_rule *rules)
{
	size_t count = 0;
	for (size_t f = 0; f < set->file_count; f++) {
		const struct rule_text *cut = &set->files[f].cut;
		struct rule_part linked = linked_union(cut);
		for (size_t i = 0; i < cut->count; i++) {
			const struct rule_part *part = cut->parts[i].linked ? &linked : &cut->parts[i];
			rules[count++] = (struct sorted_rule){ .file = f, .part = i, .modules = module_class_of(part->modules),
				.by_name = part->by_name, .searches = part->searches, .ladders = ladders_of(&part->need), .size_max = part->need.size_max };
		}
	}
	for (unsigned modules = 0; modules < MODULE_CLASS_COUNT; modules++) {
		join_ladders(rules, count, (enum module_class)modules, false);
		join_ladders(rules, count, (enum module_class)modules, true);
	}
}

bool
selection_has(const struct selection *select, const struct sorted_rule *rule)
{
	return rule->modules == select->modules && rule->by_name == select->by_name && (rule->ladders & 1u << select->ladder) != 0
	    && (select->all || rule->size_max > select->above);
}

struct tally
selection_tally(const struct selection *select)
{
	struct tally tally = { 0 };
	for (size_t i = 0; i < select->count; i++) {
		const struct sorted_rule *rule = &select->rules[i];
		if (!selection_has(select, rule))
			continue;
		tally.count++;
		tally.searching += rule->searches;
		if (rule->size_max > tally.size_max)
			tally.size_max = rule->size_max;
		if (rule->searches && rule->size_max > tally.search_max)
			tally.search_max = rule->size_max;
	}
	return tally;
}

uint64_t
selection_top(const struct selection *select, uint64_t size_min)
{
	struct tally now = selection_tally(select);
	uint64_t best = now.size_max;
	for (size_t i = 0; i < TOP_COUNT; i++) {
		struct selection above = *select;
		above.all = false;
		above.above = i < RUNG_COUNT ? rung_tops[i] : now.search_max;
		if (above.above < size_min || above.above >= best)
			continue;
		struct tally left = selection_tally(&above);
		bool gain = now.count - left.count >= now.count / RUNG_GAIN + 1;
		if (left.count != now.count && (gain || (left.searching == 0 && now.searching != 0)))
			best = above.above;
	}
	return best;
}
