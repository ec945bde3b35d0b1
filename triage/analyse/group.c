/* group.c - compiling sorted rules into groups. */
#include "triage/analyse/group_sort.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <string.h>

struct maker {
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

/* The rules of one file, seen through a selection. */
struct file_selection {
	const struct selection *select;
	const struct sorted_rule *rules;
};

static bool
is_member(void *ctx, size_t part)
{
	const struct file_selection *file = ctx;
	return selection_has(file->select, &file->rules[part]);
}

/* Add the members of one file to a compiler. */
static enum triage_status
add_text(struct maker *m, struct file_selection *members, struct set_file *file, YR_COMPILER *compiler)
{
	SCOPED_BUF text;
	buf_init(&text, file->size + file->cut.count + file->cut.import_count + 1);
	rule_text_select(file->text, file->size, &file->cut, is_member, members, &text);
	if (text.failed)
		return no_memory(m->err);
	if (yr_compiler_add_string(compiler, buf_cstr(&text), file->public.name_space) == 0)
		return TRIAGE_OK;
	m->stubborn = file;
	triage_error_set(m->err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "rules %s compile alone but not in parts", file->public.path);
	return TRIAGE_E_FORMAT;
}

static enum triage_status
add_texts(struct maker *m, const struct selection *select, YR_COMPILER *compiler, struct analyse_group *group)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t f = 0, first = 0; f < m->set->file_count && st == TRIAGE_OK; f++) {
		struct set_file *file = &m->set->files[f];
		struct file_selection members = { select, m->rules + first };
		size_t before = group->rule_count;
		for (size_t i = 0; i < file->cut.count; i++)
			if (is_member(&members, i))
				group->index[group->rule_count++] = (uint32_t)(first + i);
		if (group->rule_count != before)
			st = add_text(m, &members, file, compiler);
		first += file->cut.count;
	}
	return st;
}

/* The magic numbers that members of the ladder of other ones want. */
static enum triage_status
copy_headers(struct maker *m, struct analyse_group *group)
{
	size_t room = 0;
	for (size_t i = 0; i < group->rule_count; i++) {
		const struct sorted_rule *rule = &m->rules[group->index[i]];
		const struct rule_need *need = &m->set->files[rule->file].cut.parts[rule->part].need;
		for (size_t k = 0; k < need->header_count; k++) {
			enum triage_status st = set_grow(&group->headers, group->header_count, &room, sizeof(group->headers[0]), m->err);
			if (st != TRIAGE_OK)
				return st;
			bool wanted = rule_header_possible(&need->headers[k], FILE_REST);
			for (size_t n = 0; n < group->header_count && wanted; n++)
				wanted = memcmp(&group->headers[n], &need->headers[k], sizeof(need->headers[k])) != 0;
			if (wanted)
				group->headers[group->header_count++] = need->headers[k];
		}
	}
	return TRIAGE_OK;
}

static enum triage_status
compile_group(struct maker *m, const struct selection *select, struct analyse_group *group)
{
	struct compile_error wrong = { 0 };
	YR_COMPILER *compiler;
	group->index = fault_hit() ? NULL : calloc(m->count + 1, sizeof(group->index[0]));
	if (group->index == NULL)
		return no_memory(m->err);
	enum triage_status st = set_compiler(&wrong, &compiler, m->err);
	if (st != TRIAGE_OK)
		return st;
	st = add_texts(m, select, compiler, group);
	if (st == TRIAGE_OK && (fault_hit() || yr_compiler_get_rules(compiler, &group->rules) != ERROR_SUCCESS))
		st = no_memory(m->err);
	yr_compiler_destroy(compiler);
	if (st == TRIAGE_OK)
		set_compact(&group->rules);
	if (st == TRIAGE_OK && group->rules->num_rules != group->rule_count) {
		triage_error_set(m->err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%u of %zu rules were compiled", group->rules->num_rules, group->rule_count);
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
add_group(struct maker *m, const struct selection *select, uint64_t size_min, uint64_t size_max, bool searches)
{
	static const unsigned classes[LADDER_COUNT] = { [LADDER_MZ] = 1u << FILE_MZ, [LADDER_ELF] = 1u << FILE_ELF, [LADDER_REST] = 1u << FILE_REST,
		[LADDER_OTHER] = 1u << FILE_REST, [LADDER_ALL] = 1u << FILE_MZ | 1u << FILE_ELF | 1u << FILE_REST };
	struct analyse_set *set = m->set;
	enum triage_status st = set_grow(&set->groups, set->group_count, &set->group_room, sizeof(set->groups[0]), m->err);
	if (st != TRIAGE_OK)
		return st;
	struct analyse_group *group = &set->groups[set->group_count];
	*group = (struct analyse_group){ .part = select->part, .classes = classes[select->ladder], .size_min = size_min, .size_max = size_max,
		.by_name = select->by_name, .searches = searches };
	st = compile_group(m, select, group);
	if (st == TRIAGE_OK && select->ladder == LADDER_OTHER)
		st = copy_headers(m, group);
	if (st != TRIAGE_OK) {
		release_group(group);
		return st;
	}
	set->group_count++;
	return TRIAGE_OK;
}

static enum triage_status
add_ladder(struct maker *m, struct selection select)
{
	uint64_t size_min = 0;
	select.all = true;
	for (;;) {
		struct tally now = selection_tally(&select);
		if (now.count == 0)
			return TRIAGE_OK;
		uint64_t top = selection_top(&select, size_min);
		enum triage_status st = add_group(m, &select, size_min, top, now.searching != 0);
		if (st != TRIAGE_OK || top == now.size_max)
			return st;
		select.all = false;
		select.above = top;
		size_min = top + 1;
	}
}

/* --- buckets and their gate --- */

static enum triage_status
add_to_gate(struct maker *m, const struct analyse_group *group)
{
	SCOPED_FREE const struct rule_formula **formulas = fault_hit() ? NULL : calloc(group->rule_count + 1, sizeof(*formulas));
	if (formulas == NULL)
		return no_memory(m->err);
	for (size_t i = 0; i < group->rule_count; i++) {
		const struct sorted_rule *rule = &m->rules[group->index[i]];
		formulas[i] = &m->set->files[rule->file].cut.parts[rule->part].formula;
	}
	return gate_add(m->set->gate, group->rules, formulas, group->index, m->err);
}

/* One group of all weak or all gated rules, whatever modules they load and names they look at. */
static enum triage_status
add_large(struct maker *m, enum group_part part)
{
	struct selection select = { .rules = m->rules, .count = m->count, .part = part, .ladder = LADDER_ALL };
	size_t count = 0;
	for (size_t i = 0; i < m->count; i++) {
		bool has = selection_has(&select, &m->rules[i]);
		count += has;
		select.by_name |= has && m->rules[i].by_name;
	}
	return count == 0 ? TRIAGE_OK : add_group(m, &select, 0, UINT64_MAX, true);
}

static enum triage_status
add_buckets(struct maker *m, size_t count)
{
	struct analyse_set *set = m->set;
	enum triage_status st = gate_new(&set->gate, m->err);
	set->first_bucket = set->group_count;
	for (size_t b = 0; b < count && st == TRIAGE_OK; b++) {
		struct selection select = { .rules = m->rules, .count = m->count, .part = PART_BUCKET, .bucket = (uint32_t)b };
		size_t first = 0;
		while (!selection_has(&select, &m->rules[first]))
			first++;
		select.by_name = m->rules[first].by_name;
		select.ladder = LADDER_ALL;
		st = add_group(m, &select, 0, UINT64_MAX, true);
		if (st == TRIAGE_OK)
			st = add_to_gate(m, &set->groups[set->group_count - 1]);
	}
	set->bucket_count = count;
	set->bucket_weak = fault_hit() ? NULL : calloc(count + 1, sizeof(set->bucket_weak[0]));
	if (st == TRIAGE_OK && set->bucket_weak == NULL)
		return no_memory(m->err);
	size_t weak = 0;
	for (size_t i = 0; i < m->count && st == TRIAGE_OK; i++)
		if (m->rules[i].weak) {
			set->bucket_weak[m->rules[i].bucket] = true;
			weak++;
		}
	if (st == TRIAGE_OK && weak != 0) {
		set->weak_group = set->group_count;
		st = add_large(m, PART_WEAK);
	}
	return st == TRIAGE_OK ? gate_close(set->gate, m->err) : st;
}

/* Where the gate can say nothing of a rule, it can say nothing of those that know it. */
static void
learn_standing(struct maker *m)
{
	size_t nth = 0;
	for (size_t b = 0; b < m->set->bucket_count; b++) {
		const struct analyse_group *group = &m->set->groups[m->set->first_bucket + b];
		for (size_t i = 0; i < group->rule_count; i++) {
			struct sorted_rule *rule = &m->rules[group->index[i]];
			const struct rule_text *cut = &m->set->files[rule->file].cut;
			unsigned standing = gate_standing(m->set->gate, nth++);
			rule->standing |= standing;
			for (size_t k = 0; cut->parts[rule->part].linked && k < cut->count; k++)
				if (cut->parts[k].linked)
					(rule - rule->part + k)->standing |= standing;
		}
	}
}

/* What the scan asks of each rule: its bucket, where it stands without the gate, and what its streams must have. */
static enum triage_status
settle_gate(struct maker *m)
{
	struct analyse_set *set = m->set;
	set->gated = fault_hit() ? NULL : calloc(m->count + 1, sizeof(set->gated[0]));
	if (set->gated == NULL)
		return no_memory(m->err);
	for (size_t i = 0; i < m->count; i++) {
		const struct rule_part *part = &set->files[m->rules[i].file].cut.parts[m->rules[i].part];
		set->gated[i] = (struct gated_rule){ .bucket = m->rules[i].bucket, .standing = m->rules[i].standing,
			.by_name = m->rules[i].by_name,
			.need = part->linked ? (struct rule_need){ .size_max = UINT64_MAX } : part->need };
	}
	return TRIAGE_OK;
}

static enum triage_status
add_ladders(struct maker *m)
{
	enum triage_status st = TRIAGE_OK;
	for (unsigned i = 0; i < 2u * MODULE_CLASS_COUNT * LADDER_COUNT && st == TRIAGE_OK; i++)
		st = add_ladder(m, (struct selection){ .rules = m->rules, .count = m->count, .part = PART_ALWAYS,
			.by_name = i / (MODULE_CLASS_COUNT * LADDER_COUNT) != 0, .modules = (enum module_class)(i / LADDER_COUNT % MODULE_CLASS_COUNT),
			.ladder = (enum ladder)(i % LADDER_COUNT) });
	return st;
}

static enum triage_status
add_groups(struct maker *m)
{
	m->rules = fault_hit() ? NULL : calloc(m->set->rule_count + 1, sizeof(m->rules[0]));
	if (m->rules == NULL)
		return no_memory(m->err);
	m->count = m->set->rule_count;
	size_t buckets = sort_rules(m->set, m->rules);
	enum triage_status st = add_buckets(m, buckets);
	if (st == TRIAGE_OK) {
		learn_standing(m);
		st = settle_gate(m);
	}
	sort_settle(m->rules, m->count);
	if (st == TRIAGE_OK)
		st = add_ladders(m);
	if (st == TRIAGE_OK)
		st = add_large(m, PART_GATED);
	free(m->rules);
	return st;
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
		struct maker m = { .set = set, .err = err };
		enum triage_status st = add_groups(&m);
		/* never seen, but a cut that libyara does not like must cost speed, not rules */
		if (st != TRIAGE_E_FORMAT || !keep_together(m.stubborn))
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
	gate_free(set->gate);
	free(set->gated);
	free(set->bucket_weak);
	set->groups = NULL;
	set->gate = NULL;
	set->gated = NULL;
	set->bucket_weak = NULL;
	set->weak_group = 0;
	set->group_count = set->group_room = set->first_bucket = set->bucket_count = 0;
}
