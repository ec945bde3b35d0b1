#include "triage/analyse/group_sort.h"

#include "triage/analyse/rule_literal.h"

enum { RUNG_COUNT = 3, TOP_COUNT = RUNG_COUNT + 1, BUCKET_RULES = 64 };

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
	const enum group_part part = PART_ALWAYS;
	const unsigned every = 1u << LADDER_MZ | 1u << LADDER_ELF | 1u << LADDER_REST;
	for (int join = 0; join < 2; join++)
		for (size_t i = 0; i < count; i++) {
			struct sorted_rule *rule = &rules[i];
			if (rule->modules != modules || rule->by_name != by_name || rule->ladders[part] == 0)
				continue;
			if (join == 0 && rule->ladders[part] != every && rule->ladders[part] != 1u << LADDER_OTHER)
				return;
			if (join != 0 && rule->ladders[part] == every)
				rule->ladders[part] = 1u << LADDER_ALL;
		}
}

void
sort_settle(struct sorted_rule *rules, size_t count)
{
	static const enum file_class class_of[] = { [LADDER_MZ] = FILE_MZ, [LADDER_ELF] = FILE_ELF, [LADDER_REST] = FILE_REST, [LADDER_OTHER] = FILE_REST };
	for (size_t i = 0; i < count; i++) {
		unsigned all = rules[i].ladders[PART_ALWAYS], gated = 0;
		for (unsigned ladder = 0; ladder < sizeof(class_of) / sizeof(class_of[0]); ladder++)
			if (rules[i].may_gate && (rules[i].standing & 1u << class_of[ladder]) == 0)
				gated |= all & 1u << ladder;
		rules[i].ladders[PART_GATED] = gated != 0 ? 1u << LADDER_ALL : 0;
		rules[i].ladders[PART_ALWAYS] = all & ~gated;
	}
	for (unsigned i = 0; i < MODULE_CLASS_COUNT * 2u; i++)
		join_ladders(rules, count, (enum module_class)(i / 2), i % 2 != 0);
}

/* Whether there is anything by which a rule may be told from the outside. */
static bool
can_be_gated(const struct rule_part *part)
{
	return part->formula.step_count != 0;
}

/* Rules that know each other are gated only together. */
static bool
linked_can_be_gated(const struct rule_text *cut)
{
	for (size_t i = 0; i < cut->count; i++)
		if (cut->parts[i].linked && !can_be_gated(&cut->parts[i]))
			return false;
	return true;
}

/*
 * How often a rule is likely to be a candidate without reason: 0 seldom, when it needs a string that holds WEAK bytes in a row; 2 often, when
 * it needs none of even VERY_WEAK. Rules of one kind go together, so that the ones that are met everywhere share few buckets.
 */
enum { WEAK = 8, VERY_WEAK = 5, WEAKNESS_COUNT = 3 };

struct weak_world {
	const struct rule_formula *formula;
	size_t least;
};

static bool
is_weak(const void *ctx, uint32_t slot)
{
	const struct weak_world *world = ctx;
	struct rule_literal runs[RULE_LITERALS];
	struct rule_word value = world->formula->strings[slot];
	if (value.kind == RULE_WORD_STRING)
		return value.size < world->least + 2;
	return rule_literals_of(value, world->least, runs) == 0;
}

static bool
always_fits(const void *ctx, uint32_t need)
{
	(void)ctx, (void)need;
	return true;
}

static bool
always_named(const void *ctx, uint32_t name, uint32_t literal)
{
	(void)ctx, (void)name, (void)literal;
	return false;
}

static unsigned
weakness_of(const struct rule_formula *f)
{
	static const size_t least[WEAKNESS_COUNT] = { 0, WEAK, VERY_WEAK };
	for (unsigned weakness = WEAKNESS_COUNT - 1; weakness > 0; weakness--) {
		const struct weak_world world = { f, least[weakness] };
		const struct formula_world ask = { &world, is_weak, always_fits, always_named };
		if (rule_formula_holds(f->steps, f->step_count, f->slots, &ask))
			return weakness;
	}
	return 0;
}

/* Fills buckets in the order of the set, so that a file's rules stay together. */
struct bucketer {
	struct {
		uint32_t open;		/* bucket that still has room */
		size_t held;
	} kinds[MODULE_CLASS_COUNT][2][WEAKNESS_COUNT];
	uint32_t count;
};

static uint32_t
next_bucket(struct bucketer *b, const struct sorted_rule *rule, unsigned weakness)
{
	uint32_t *open = &b->kinds[rule->modules][rule->by_name][weakness].open;
	if (b->kinds[rule->modules][rule->by_name][weakness].held++ % BUCKET_RULES == 0)
		*open = b->count++;
	return *open;
}

size_t
sort_rules(const struct analyse_set *set, struct sorted_rule *rules)
{
	size_t count = 0;
	struct bucketer buckets = { 0 };
	for (size_t f = 0; f < set->file_count; f++) {
		const struct rule_text *cut = &set->files[f].cut;
		struct rule_part linked = linked_union(cut);
		bool linked_gated = linked_can_be_gated(cut);
		uint32_t linked_bucket = BUCKET_NONE;
		bool linked_weak = false;
		for (size_t i = 0; i < cut->count; i++) {
			const struct rule_part *part = cut->parts[i].linked ? &linked : &cut->parts[i];
			bool is_linked = cut->parts[i].linked;
			struct sorted_rule *rule = &rules[count++];
			*rule = (struct sorted_rule){ .file = f, .part = i, .modules = module_class_of(part->modules), .by_name = part->by_name,
				.searches = part->searches, .ladders = { ladders_of(&part->need) }, .size_max = part->need.size_max, .bucket = BUCKET_NONE,
				.may_gate = is_linked ? linked_gated : can_be_gated(part) };
			if (!rule->may_gate)
				continue;
			if (!is_linked || linked_bucket == BUCKET_NONE) {
				unsigned weakness = weakness_of(&cut->parts[i].formula);
				rule->bucket = next_bucket(&buckets, rule, weakness);
				rule->weak = linked_weak = weakness != 0;
			}
			if (is_linked) {
				linked_bucket = rule->bucket = linked_bucket == BUCKET_NONE ? rule->bucket : linked_bucket;
				rule->weak = linked_weak;
			}
		}
	}
	return buckets.count;
}

bool
selection_has(const struct selection *select, const struct sorted_rule *rule)
{
	if (select->part == PART_BUCKET)
		return rule->bucket == select->bucket;
	if (select->part == PART_WEAK)
		return rule->weak;
	if (select->part == PART_GATED)
		return rule->ladders[PART_GATED] != 0;
	return rule->modules == select->modules && rule->by_name == select->by_name && (rule->ladders[select->part] & 1u << select->ladder) != 0
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
