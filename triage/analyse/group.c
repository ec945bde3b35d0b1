/* group.c - rules into groups by what a stream must have for them to match. */
#include "triage/analyse/set.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <string.h>

/*
 * Families. Text of one rule file may go to several groups, always under its own name space, so that rules
 * of equal names in two files do not meet. Rules that know each other share the family that fits them all.
 */
enum header_class { HEADER_ANY, HEADER_MZ, HEADER_ELF, HEADER_OTHER, HEADER_CLASS_COUNT };
enum module_class { MODULES_NONE, MODULES_PE, MODULES_ELF, MODULES_MIXED, MODULE_CLASS_COUNT };
enum { FAMILY_COUNT = HEADER_CLASS_COUNT * MODULE_CLASS_COUNT * 2, RUNG_COUNT = 4, TOP_COUNT = RUNG_COUNT + 1 };

/* Sizes that part the rungs of a ladder; the last rung has no bound. */
static const uint64_t rung_tops[RUNG_COUNT] = { 64 << 10, 1 << 20, 16 << 20, UINT64_MAX };

/* A rung is worth a compilation of its own when it leaves out at least one rule in RUNG_GAIN of the rung below. */
enum { RUNG_GAIN = 8 };

struct sorted_rule {
	size_t file, part;
	unsigned family;
	uint64_t size_max;
	bool searches;
};

struct sorter {
	struct analyse_set *set;
	struct sorted_rule *rules;	/* in the order of the set */
	size_t count;
	struct set_file *stubborn;	/* a file whose parts did not compile apart */
	struct triage_error *err;
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for compiled rules");
	return TRIAGE_E_MEMORY;
}

static bool
all_begin(const struct rule_need *need, const char *bytes)
{
	for (size_t i = 0; i < need->header_count; i++)
		if (need->headers[i].size < 2 || memcmp(need->headers[i].bytes, bytes, 2) != 0)
			return false;
	return true;
}

static enum header_class
header_class_of(const struct rule_need *need)
{
	if (need->header_count == 0)
		return HEADER_ANY;
	if (all_begin(need, "MZ"))
		return HEADER_MZ;
	return all_begin(need, "\x7f\x45") ? HEADER_ELF : HEADER_OTHER;
}

static enum module_class
module_class_of(uint32_t modules)
{
	unsigned kinds = rule_module_kinds(modules);
	bool pe = (kinds & 1u << MODULE_PE) != 0, elf = (kinds & 1u << MODULE_ELF) != 0;
	return pe && elf ? MODULES_MIXED : pe ? MODULES_PE : elf ? MODULES_ELF : MODULES_NONE;
}

static unsigned
family_of(enum header_class header, enum module_class modules, bool by_name)
{
	return ((unsigned)header * MODULE_CLASS_COUNT + (unsigned)modules) * 2 + by_name;
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

static enum triage_status
sort_rules(struct sorter *s)
{
	s->rules = fault_hit() ? NULL : calloc(s->set->rule_count + 1, sizeof(s->rules[0]));
	if (s->rules == NULL)
		return no_memory(s->err);
	for (size_t f = 0; f < s->set->file_count; f++) {
		const struct rule_text *cut = &s->set->files[f].cut;
		struct rule_part linked = linked_union(cut);
		for (size_t i = 0; i < cut->count; i++) {
			const struct rule_part *part = cut->parts[i].linked ? &linked : &cut->parts[i];
			unsigned family = family_of(header_class_of(&part->need), module_class_of(part->modules), part->by_name);
			s->rules[s->count++] = (struct sorted_rule){
				.file = f, .part = i, .family = family, .size_max = part->need.size_max, .searches = part->searches };
		}
	}
	return TRIAGE_OK;
}

struct selection {
	const struct sorted_rule *rules;	/* of one file */
	unsigned family;
	uint64_t above;			/* rules that can match streams of more than this many bytes */
	bool all;
};

static bool
is_member(void *ctx, size_t part)
{
	const struct selection *select = ctx;
	const struct sorted_rule *rule = &select->rules[part];
	return rule->family == select->family && (select->all || rule->size_max > select->above);
}

/* Add the members of every file to a compiler. */
static enum triage_status
add_texts(struct sorter *s, struct selection *select, YR_COMPILER *compiler, struct analyse_group *group)
{
	for (size_t f = 0, first = 0; f < s->set->file_count; f++) {
		struct set_file *file = &s->set->files[f];
		size_t before = group->rule_count;
		select->rules = s->rules + first;
		for (size_t i = 0; i < file->cut.count; i++)
			if (is_member(select, i))
				group->index[group->rule_count++] = (uint32_t)(first + i);
		first += file->cut.count;
		if (group->rule_count == before)
			continue;
		SCOPED_BUF text;
		buf_init(&text, file->size + file->cut.count + file->cut.import_count + 1);
		rule_text_select(file->text, file->size, &file->cut, is_member, select, &text);
		if (text.failed)
			return no_memory(s->err);
		if (yr_compiler_add_string(compiler, buf_cstr(&text), file->public.name_space) != 0) {
			s->stubborn = file;
			triage_error_set(s->err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "rules %s compile alone but not in parts", file->public.path);
			return TRIAGE_E_FORMAT;
		}
	}
	return TRIAGE_OK;
}

static enum triage_status
copy_headers(struct sorter *s, struct selection *select, struct analyse_group *group)
{
	size_t room = 0, count = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct rule_need *need = &s->set->files[s->rules[i].file].cut.parts[s->rules[i].part].need;
		if (s->rules[i].family != select->family)
			continue;
		for (size_t k = 0; k < need->header_count; k++) {
			enum triage_status st = set_grow(&group->headers, count, &room, sizeof(group->headers[0]), s->err);
			if (st != TRIAGE_OK)
				return st;
			bool known = false;
			for (size_t m = 0; m < count && !known; m++)
				known = memcmp(&group->headers[m], &need->headers[k], sizeof(need->headers[k])) == 0;
			if (!known)
				group->headers[count++] = need->headers[k];
		}
	}
	group->header_count = count;
	return TRIAGE_OK;
}

static enum triage_status
compile_group(struct sorter *s, struct selection *select, struct analyse_group *group)
{
	struct compile_error wrong = { 0 };
	YR_COMPILER *compiler;
	group->index = fault_hit() ? NULL : calloc(s->count + 1, sizeof(group->index[0]));
	if (group->index == NULL)
		return no_memory(s->err);
	enum triage_status st = set_compiler(&wrong, &compiler, s->err);
	if (st != TRIAGE_OK)
		return st;
	st = add_texts(s, select, compiler, group);
	if (st == TRIAGE_OK && (fault_hit() || yr_compiler_get_rules(compiler, &group->rules) != ERROR_SUCCESS))
		st = no_memory(s->err);
	yr_compiler_destroy(compiler);
	if (st == TRIAGE_OK && group->rules->num_rules != group->rule_count) {
		triage_error_set(s->err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%u of %zu rules were compiled", group->rules->num_rules, group->rule_count);
		st = TRIAGE_E_FORMAT;
	}
	return st;
}

static void
release_group(struct analyse_group *group)
{
	if (group->rules != NULL)
		yr_rules_destroy(group->rules);
	free(group->index);
	free(group->headers);
}

static enum triage_status
add_group(struct sorter *s, struct selection *select, uint64_t size_min, uint64_t size_max, bool searches)
{
	struct analyse_set *set = s->set;
	enum triage_status st = set_grow(&set->groups, set->group_count, &set->group_room, sizeof(set->groups[0]), s->err);
	if (st != TRIAGE_OK)
		return st;
	struct analyse_group *group = &set->groups[set->group_count];
	*group = (struct analyse_group){ .size_min = size_min, .size_max = size_max, .by_name = select->family % 2 == 1,
		.searches = searches };
	st = compile_group(s, select, group);
	if (st == TRIAGE_OK && select->family >= family_of(HEADER_MZ, MODULES_NONE, false))
		st = copy_headers(s, select, group);
	if (st != TRIAGE_OK) {
		release_group(group);
		return st;
	}
	set->group_count++;
	return TRIAGE_OK;
}

/* Rules of a family that can match a stream of more than `above` bytes. */
struct tally {
	size_t count, searching;
	uint64_t size_max;		/* beyond which none of them can match */
	uint64_t search_max;		/* beyond which none of those that search can */
};

static struct tally
count_above(const struct sorter *s, const struct selection *select)
{
	struct tally tally = { 0 };
	for (size_t i = 0; i < s->count; i++) {
		const struct sorted_rule *rule = &s->rules[i];
		if (rule->family != select->family || (!select->all && rule->size_max <= select->above))
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

/*
 * The size at which the rung of `now` should end: the lowest at which enough rules fall away, or all that search, or the end
 * of the ladder.
 */
static uint64_t
rung_top(const struct sorter *s, unsigned family, uint64_t size_min, const struct tally *now)
{
	uint64_t best = now->size_max;
	for (size_t i = 0; i < TOP_COUNT; i++) {
		uint64_t top = i < RUNG_COUNT ? rung_tops[i] : now->search_max;
		struct selection above = { .family = family, .above = top };
		if (top < size_min || top >= best)
			continue;
		struct tally left = count_above(s, &above);
		bool gain = now->count - left.count >= now->count / RUNG_GAIN + 1;
		if (left.count != now->count && (gain || (left.searching == 0 && now->searching != 0)))
			best = top;
	}
	return best;
}

static enum triage_status
add_ladder(struct sorter *s, unsigned family)
{
	struct selection select = { .family = family, .all = true };
	struct tally now = count_above(s, &select);
	uint64_t size_min = 0;
	while (now.count != 0) {
		uint64_t top = rung_top(s, family, size_min, &now);
		enum triage_status st = add_group(s, &select, size_min, top, now.searching != 0);
		if (st != TRIAGE_OK || top == now.size_max)
			return st;
		select = (struct selection){ .family = family, .above = top };
		size_min = top + 1;
		now = count_above(s, &select);
	}
	return TRIAGE_OK;
}

/* Keep all rules of a file in one group from now on. False when they are already. */
static bool
keep_together(struct set_file *file)
{
	bool changed = false;
	for (size_t i = 0; file != NULL && i < file->cut.count; i++) {
		changed |= !file->cut.parts[i].linked;
		file->cut.parts[i].linked = true;
	}
	return changed;
}

enum triage_status
set_make_groups(struct analyse_set *set, struct triage_error *err)
{
	for (;;) {
		struct sorter s = { .set = set, .err = err };
		enum triage_status st = sort_rules(&s);
		for (unsigned family = 0; family < FAMILY_COUNT && st == TRIAGE_OK; family++)
			st = add_ladder(&s, family);
		free(s.rules);
		/* never seen, but a cut that libyara does not like must cost speed, not rules */
		if (st != TRIAGE_E_FORMAT || !keep_together(s.stubborn))
			return st;
		set_release_groups(set);
	}
}

void
set_release_groups(struct analyse_set *set)
{
	for (size_t i = 0; i < set->group_count; i++)
		release_group(&set->groups[i]);
	free(set->groups);
	set->groups = NULL;
	set->group_count = set->group_room = 0;
}
