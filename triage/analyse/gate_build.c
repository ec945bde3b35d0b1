/* gate_build.c - the rules of a gate, where each stands, and the index of all words. */
#include "triage/analyse/gate_inside.h"
#include "triage/analyse/gate_wide.h"

#include "triage/base/fault.h"

#include <string.h>

enum { ROW_BITS_MIN = 8, ROW_BITS_MAX = 20 };

enum triage_status
gate_new(struct gate **ret_gate, struct triage_error *err)
{
	struct gate *gate = fault_hit() ? NULL : calloc(1, sizeof(*gate));
	if (gate == NULL)
		return gate_no_memory(err);
	*ret_gate = gate;
	return TRIAGE_OK;
}

void
gate_free(struct gate *gate)
{
	if (gate == NULL)
		return;
	for (size_t i = 0; i < GATE_KINDS; i++)
		gate_filter_free(&gate->filters[i]);
	free(gate->shorts);
	free(gate->threes);
	free(gate->rows);
	free(gate->words);
	free(gate->uses);
	free(gate->text);
	free(gate->slot_rule);
	free(gate->slot_parts);
	free(gate->slot_always);
	free(gate->rules);
	free(gate->steps);
	free(gate->slots);
	free(gate->needs);
	free(gate->literals);
	for (size_t i = 0; i < FILE_CLASS_COUNT; i++)
		free(gate->watched[i]);
	free(gate);
}

size_t
gate_bytes(const struct gate *gate)
{
	size_t filters = 2 * GATE_SHORTS;
	for (size_t i = 0; i < GATE_KINDS; i++)
		filters += gate_filter_bytes(&gate->filters[i]);
	return sizeof(*gate) + filters + gate->word_count * (sizeof(gate->words[0]) + sizeof(uint32_t)) + gate->use_count * sizeof(gate->uses[0]) + gate->text_size
	    + (sizeof(uint32_t) << gate->row_bits) + gate->slot_count * 5 + gate->rule_count * sizeof(gate->rules[0])
	    + gate->step_count * sizeof(gate->steps[0]) + gate->named_count * 4 + gate->need_count * sizeof(gate->needs[0]);
}

/* --- rules --- */

static enum triage_status
add_slots(struct gate *gate, size_t count, struct triage_error *err)
{
	enum triage_status st = gate_grow(&gate->slot_rule, gate->slot_count, count, &gate->slot_room, sizeof(gate->slot_rule[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->slot_always, gate->slot_count, count, &gate->always_room, sizeof(gate->slot_always[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->slot_parts, gate->slot_count, count, &gate->parts_room, sizeof(gate->slot_parts[0]), err);
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		gate->slot_parts[gate->slot_count] = 0;
		gate->slot_rule[gate->slot_count] = (uint32_t)gate->rule_count;
		gate->slot_always[gate->slot_count++] = false;
	}
	return st;
}

static enum triage_status
add_formula(struct gate *gate, const struct rule_formula *formula, uint32_t first_slot, uint32_t tag, struct triage_error *err)
{
	enum triage_status st = gate_grow(&gate->steps, gate->step_count, formula->step_count, &gate->step_room, sizeof(gate->steps[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->slots, gate->named_count, formula->slot_count, &gate->named_room, sizeof(gate->slots[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->rules, gate->rule_count, 1, &gate->rule_room, sizeof(gate->rules[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->needs, gate->need_count, formula->need_count, &gate->need_room, sizeof(gate->needs[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->literals, gate->literal_count, formula->literal_count, &gate->literal_room, sizeof(gate->literals[0]), err);
	if (st != TRIAGE_OK)
		return st;
	gate->rules[gate->rule_count++] = (struct gate_rule){ .tag = tag, .first_step = (uint32_t)gate->step_count,
		.step_count = (uint32_t)formula->step_count, .first_slot = (uint32_t)gate->named_count, .first_need = (uint32_t)gate->need_count,
		.first_literal = (uint32_t)gate->literal_count };
	for (size_t i = 0; i < formula->need_count; i++)
		gate->needs[gate->need_count++] = formula->needs[i];
	for (size_t i = 0; i < formula->literal_count && st == TRIAGE_OK; i++) {
		struct rule_word literal = formula->literals[i];
		st = gate_grow(&gate->text, gate->text_size, literal.size, &gate->text_room, 1, err);
		if (st != TRIAGE_OK)
			return st;
		gate->literals[gate->literal_count++] = (struct gate_literal){ (uint32_t)gate->text_size, (uint32_t)literal.size };
		memcpy(gate->text + gate->text_size, literal.text, literal.size);
		gate->text_size += literal.size;
	}
	for (size_t i = 0; i < formula->step_count; i++)
		gate->steps[gate->step_count++] = formula->steps[i];
	for (size_t i = 0; i < formula->slot_count; i++)
		gate->slots[gate->named_count++] = first_slot + formula->slots[i];
	return TRIAGE_OK;
}

/* Give the strings of a rule their slots. The later parts of a string in parts stand for no string of their own. */
static size_t
name_slots(const YR_RULE *rule, uint32_t first, uint32_t *slots)
{
	size_t count = 0;
	const YR_STRING *string;
	yr_rule_strings_foreach(rule, string)
	{
		slots[string->idx] = string->chained_to != NULL ? UINT32_MAX : first + (uint32_t)count;
		count += string->chained_to == NULL;
	}
	return count;
}

/* A stream of a class in which no word occurs, of any size. */
struct bare {
	const struct gate *gate;
	const struct gate_rule *rule;
	enum file_class class;
	bool hopeful;			/* its first bytes and name are what the rule wants, if the class allows */
};

static bool
bare_occurs(const void *ctx, uint32_t slot)
{
	const struct bare *bare = ctx;
	return bare->gate->slot_always[slot];
}

static bool
bare_fits(const void *ctx, uint32_t index)
{
	const struct bare *bare = ctx;
	const struct rule_need *need = &bare->gate->needs[bare->rule->first_need + index];
	if ((need->excludes & 1u << bare->class) != 0)
		return false;
	bool possible = need->header_count == 0;
	for (size_t i = 0; i < need->header_count; i++)
		possible |= (bare->hopeful || bare->class != FILE_REST) && rule_header_possible(&need->headers[i], bare->class);
	return possible;
}

static bool
bare_named(const void *ctx, uint32_t name, uint32_t literal)
{
	const struct bare *bare = ctx;
	(void)name, (void)literal;
	return bare->hopeful;
}

static bool
holds_bare(const struct gate *gate, const struct gate_rule *rule, enum file_class class, bool hopeful)
{
	const struct bare bare = { gate, rule, class, hopeful };
	const struct formula_world world = { &bare, bare_occurs, bare_fits, bare_named };
	return rule_formula_holds(gate->steps + rule->first_step, rule->step_count, gate->slots + rule->first_slot, &world);
}

static void
mark_standing(struct gate *gate, size_t first)
{
	for (size_t i = first; i < gate->rule_count; i++)
		for (unsigned class = 0; class < FILE_CLASS_COUNT; class++)
			if (holds_bare(gate, &gate->rules[i], (enum file_class)class, false))
				gate->rules[i].standing |= (uint8_t)(1u << class);
}

static enum triage_status
list_watched(struct gate *gate, enum file_class class, struct triage_error *err)
{
	gate->watched[class] = fault_hit() ? NULL : calloc(gate->rule_count + 1, sizeof(*gate->watched[class]));
	if (gate->watched[class] == NULL)
		return gate_no_memory(err);
	for (size_t i = 0; i < gate->rule_count; i++)
		if ((gate->rules[i].standing & 1u << class) == 0 && holds_bare(gate, &gate->rules[i], class, true))
			gate->watched[class][gate->watched_count[class]++] = (uint32_t)i;
	return TRIAGE_OK;
}

enum triage_status
gate_add(struct gate *gate, const YR_RULES *rules, const struct rule_formula *const *formulas, const uint32_t *tags, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint32_t *slots = fault_hit() ? NULL : malloc((rules->num_strings + 1) * sizeof(*slots));
	if (slots == NULL)
		return gate_no_memory(err);
	memset(slots, 0xff, (rules->num_strings + 1) * sizeof(*slots));
	for (size_t i = 0; i < rules->num_rules && st == TRIAGE_OK; i++) {
		const YR_RULE *rule = &rules->rules_table[i];
		uint32_t first = (uint32_t)gate->slot_count;
		size_t count = name_slots(rule, first, slots);
		st = add_slots(gate, count, err);
		/* strings that are not those of the text: never seen, but then nothing is known of the rule */
		static const struct rule_formula unknown;
		const struct rule_formula *formula = count == formulas[i]->string_count ? formulas[i] : &unknown;
		if (st == TRIAGE_OK)
			st = add_formula(gate, formula, first, tags[i], err);
		if (st == TRIAGE_OK)
			st = gate_add_literals(gate, rule, formula, first, slots, err);
	}
	if (st == TRIAGE_OK)
		st = gate_add_atoms(gate, rules, slots, err);
	free(slots);
	if (st == TRIAGE_OK)
		mark_standing(gate, gate->rule_count - rules->num_rules);
	return st;
}

unsigned
gate_standing(const struct gate *gate, size_t index)
{
	return index < gate->rule_count ? gate->rules[index].standing : 0;
}

/* --- the index --- */

static int
compare_words(const void *a, const void *b, void *ctx)
{
	const struct gate *gate = ctx;
	const struct gate_word *x = a, *y = b;
	uint32_t x_row = gate_row(gate, x->gram), y_row = gate_row(gate, y->gram);
	if (x_row != y_row)
		return x_row < y_row ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	if (x->folded != y->folded)
		return x->folded ? 1 : -1;
	if (x->before != y->before)
		return x->before < y->before ? -1 : 1;
	int order = memcmp(gate->text + x->text, gate->text + y->text, x->size);
	return order != 0 ? order : (x->first_use > y->first_use) - (x->first_use < y->first_use);
}

static bool
same_word(const struct gate *gate, const struct gate_word *a, const struct gate_word *b)
{
	return a->size == b->size && a->folded == b->folded && a->gram == b->gram && a->before == b->before && memcmp(gate->text + a->text, gate->text + b->text, a->size) == 0;
}

/* Sort the words by row, and make of those that are the same one word with all their uses. */
static enum triage_status
join_words(struct gate *gate, struct triage_error *err)
{
	size_t count = 0;
	struct gate_use *uses = fault_hit() ? NULL : calloc(gate->use_count + 1, sizeof(*uses));
	if (uses == NULL)
		return gate_no_memory(err);
	if (gate->word_count != 0)
		qsort_r(gate->words, gate->word_count, sizeof(gate->words[0]), compare_words, gate);
	for (size_t i = 0; i < gate->word_count; i++) {
		struct gate_word word = gate->words[i];
		uses[i] = gate->uses[word.first_use];
		word.first_use = (uint32_t)i;
		if (count != 0 && same_word(gate, &gate->words[count - 1], &word))
			gate->words[count - 1].use_count++;
		else
			gate->words[count++] = word;
	}
	free(gate->uses);
	gate->uses = uses;
	gate->word_count = count;
	return TRIAGE_OK;
}

static bool
is_even(const uint8_t *bytes, size_t size)
{
	for (size_t i = 1; i < size; i++)
		if (bytes[i] != bytes[0])
			return false;
	return true;
}

/* The bytes that the word is found by are not all the same, so that it is not found where all bytes are. */
static bool
is_mixed(const struct gate *gate, const struct gate_word *word)
{
	size_t found_by = gate_gram_size(gate_kind_of(word->size));
	return !is_even(gate->text + word->text + word->before, found_by);
}

static enum triage_status
make_filters(struct gate *gate, struct triage_error *err)
{
	size_t words[GATE_KINDS] = { 0 };
	for (size_t i = 0; i < gate->word_count; i++)
		words[gate_kind_of(gate->words[i].size)]++;
	for (unsigned kind = 0; kind < GATE_KINDS; kind++)
		if (!gate_filter_make(&gate->filters[kind], words[kind], kind == GATE_OF_PAIR ? 16 : 32))
			return gate_no_memory(err);
	gate->shorts = fault_hit() ? NULL : calloc(GATE_SHORTS, 1);
	gate->threes = fault_hit() ? NULL : calloc(GATE_SHORTS, 1);
	return gate->shorts == NULL || gate->threes == NULL ? gate_no_memory(err) : TRIAGE_OK;
}

static void
file_short(struct gate *gate, enum gate_kind kind, uint32_t gram)
{
	uint8_t thirds = (uint8_t)(kind == GATE_OF_PAIR ? 0xffu : 1u << (gram >> 16 & 7));
	gate->shorts[gram % GATE_SHORTS] |= thirds;
	if (kind == GATE_OF_THREE)
		gate->threes[gram % GATE_SHORTS] |= thirds;
}

static void
index_words(struct gate *gate)
{
	gate->even_is_even = true;
	size_t next = 0;
	for (size_t row = 0; row < (size_t)1 << gate->row_bits; row++) {
		gate->rows[row] = (uint32_t)next;
		while (next < gate->word_count && gate_row(gate, gate->words[next].gram) == row)
			next++;
	}
	gate->rows[(size_t)1 << gate->row_bits] = (uint32_t)next;
	for (size_t i = 0; i < gate->word_count; i++) {
		const struct gate_word *word = &gate->words[i];
		enum gate_kind kind = gate_kind_of(word->size);
		gate_filter_set(&gate->filters[kind], gate_filter_bit(&gate->filters[kind], gate_place(kind, word->gram)));
		if (kind <= GATE_OF_THREE)
			file_short(gate, kind, word->gram);
		gate->even_is_even &= is_mixed(gate, word) || is_even(gate->text + word->text, word->size);
		if (!is_mixed(gate, word) && word->size > gate->even_reach)
			gate->even_reach = word->size;
	}
}

enum triage_status
gate_close(struct gate *gate, struct triage_error *err)
{
	gate->row_bits = ROW_BITS_MIN;
	while (gate->row_bits < ROW_BITS_MAX && (size_t)1 << gate->row_bits < gate->word_count * 2)
		gate->row_bits++;
	gate->rows = calloc(((size_t)1 << gate->row_bits) + 1, sizeof(gate->rows[0]));
	if (gate->rows == NULL)
		return gate_no_memory(err);
	enum triage_status st = join_words(gate, err);
	if (st == TRIAGE_OK)
		st = make_filters(gate, err);
	if (st == TRIAGE_OK)
		index_words(gate);
	if (st == TRIAGE_OK)
		gate_wide_make(gate);
	for (unsigned class = 0; class < FILE_CLASS_COUNT && st == TRIAGE_OK; class++)
		st = list_watched(gate, (enum file_class)class, err);
	return st;
}
