/* gate_words.c - from compiled strings to words, one of which must occur for the string to match. */
#include "triage/analyse/gate_inside.h"

#include "triage/analyse/rule_literal.h"
#include "triage/base/fault.h"

#include <string.h>

enum {
	STATES_MAX = 1 << 24, WORDS_MAX = 1 << 24, DEPTH_MAX = GATE_GRAM, XOR_MAX = 32, RUN_MIN = 3, RUN_LONG = 8,
	PART_WHOLE = 1,			/* the string itself, or an atom; runs have the bits above */
};

enum triage_status
gate_no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the index of rule strings");
	return TRIAGE_E_MEMORY;
}

/* Make room for `more` elements behind count. */
enum triage_status
gate_grow(void *slot, size_t count, size_t more, size_t *room, size_t element, struct triage_error *err)
{
	if (more <= *room && count <= *room - more)
		return TRIAGE_OK;
	size_t wanted = count + more < 64 ? 64 : (count + more) * 2;
	void *bigger = fault_hit() || wanted > WORDS_MAX * (size_t)16 ? NULL : reallocarray(*(void **)slot, wanted, element);
	if (bigger == NULL)
		return gate_no_memory(err);
	*(void **)slot = bigger;
	*room = wanted;
	return TRIAGE_OK;
}

/* How common a byte is in the files of a machine, roughly: 0 rare to 4 everywhere. */
static unsigned
commonness(uint8_t c)
{
	static const char often[] = "etaoinsr ";
	if (c == 0 || c == 0xff || (c != '\0' && strchr(often, c) != NULL))
		return 4;
	if (c >= 'a' && c <= 'z')
		return 3;
	return (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '/' || c == '\n' ? 2 : 1;
}

enum { EVEN_COST = 1000 };

/* How often `gram` bytes of a word are likely to be met; bytes that are all the same cost most, but where the whole word is (see is_even_run()). */
static unsigned
gram_cost(const uint8_t *bytes, size_t gram)
{
	unsigned cost = 0;
	bool even = true;
	for (size_t k = 0; k < gram; k++) {
		cost += commonness(gate_lower(bytes[k]));
		cost += k != 0 && bytes[k] == bytes[k - 1] ? 2 : 0;
		even &= bytes[k] == bytes[0];
	}
	return cost + (even ? EVEN_COST : 0);
}

/* Where so many places one after another begin whose `gram` bytes are likely to be rarest. */
static size_t
rarest_gram(const uint8_t *word, size_t size, size_t gram, size_t places)
{
	size_t best = 0;
	unsigned best_cost = UINT32_MAX;
	for (size_t i = 0; i + gram + places - 1 <= size; i++) {
		unsigned cost = 0;
		for (size_t k = 0; k < places; k++)
			cost += gram_cost(word + i + k, gram);
		if (cost < best_cost) {
			best_cost = cost;
			best = i;
		}
	}
	return best;
}

/* A word filed under the bytes that follow `before` of its own. Its text is there already. */
static void
file_word(struct gate *gate, struct gate_use use, enum gate_kind kind, const uint8_t *word, struct gate_word filed)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < gate_gram_size(kind); i++)
		bytes |= (uint64_t)word[filed.before + i] << 8 * i;
	filed.gram = gate_gram(kind, gate_fold(bytes));
	filed.first_use = (uint32_t)gate->use_count;
	filed.use_count = 1;
	gate->words[gate->word_count++] = filed;
	gate->uses[gate->use_count++] = use;
}

static enum triage_status
add_word(struct gate *gate, uint32_t slot, uint8_t part, const uint8_t *word, size_t size, bool folded, struct triage_error *err)
{
	enum gate_kind kind = gate_kind_of(size);
	size_t places = gate_stride(kind), before = rarest_gram(word, size, gate_gram_size(kind), places);
	enum triage_status st = gate_grow(&gate->words, gate->word_count, places, &gate->word_room, sizeof(gate->words[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->uses, gate->use_count, places, &gate->use_room, sizeof(gate->uses[0]), err);
	if (st == TRIAGE_OK)
		st = gate_grow(&gate->text, gate->text_size, size, &gate->text_room, 1, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < places; i++)
		file_word(gate, (struct gate_use){ slot, part }, kind, word,
		    (struct gate_word){ .text = (uint32_t)gate->text_size, .size = (uint16_t)size, .before = (uint16_t)(before + i), .folded = folded });
	gate->slot_parts[slot] |= part;
	for (size_t i = 0; i < size; i++)
		gate->text[gate->text_size++] = folded ? gate_lower(word[i]) : word[i];
	return TRIAGE_OK;
}

/* A literal string as it lies in a stream: its bytes, or each followed by a zero. */
static enum triage_status
add_literal(struct gate *gate, uint32_t slot, const YR_STRING *string, struct triage_error *err)
{
	uint8_t wide[GATE_WORD_MAX];
	bool folded = STRING_IS_NO_CASE(string) != 0;
	size_t size = (size_t)string->length < GATE_WORD_MAX ? (size_t)string->length : GATE_WORD_MAX;
	enum triage_status st = TRIAGE_OK;
	if (STRING_IS_ASCII(string) || !STRING_IS_WIDE(string))
		st = add_word(gate, slot, PART_WHOLE, string->string, size, folded, err);
	if (st != TRIAGE_OK || !STRING_IS_WIDE(string))
		return st;
	size = size < GATE_WORD_MAX / 2 ? size : GATE_WORD_MAX / 2;
	for (size_t i = 0; i < size; i++) {
		wide[2 * i] = string->string[i];
		wide[2 * i + 1] = 0;
	}
	return add_word(gate, slot, PART_WHOLE, wide, 2 * size, folded, err);
}

static enum triage_status
add_run(struct gate *gate, uint32_t slot, uint8_t part, const struct rule_run *run, bool regex, struct triage_error *err)
{
	uint8_t wide[2 * RULE_LITERAL_MAX];
	enum triage_status st = add_word(gate, slot, part, run->bytes, run->size, regex, err);
	for (size_t k = 0; k < run->size; k++) {
		wide[2 * k] = run->bytes[k];
		wide[2 * k + 1] = 0;
	}
	/* the last zero is left out: it need not belong to the run */
	return st == TRIAGE_OK && regex ? add_word(gate, slot, part, wide, 2 * run->size - 1, true, err) : st;
}

/* What a string that is no literal must hold, as its text says: in ASCII or wide, in any case. ret_enough: its atoms add nothing. */
static enum triage_status
add_runs(struct gate *gate, uint32_t slot, struct rule_word value, bool *ret_enough, struct triage_error *err)
{
	struct rule_literal runs[RULE_LITERALS];
	enum triage_status st = TRIAGE_OK;
	size_t count = rule_literals_of(value, RUN_MIN, runs);
	if (count == 0)
		count = rule_literals_of(value, RUN_MIN - 1, runs);
	bool regex = value.kind == RULE_WORD_REGEX;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		uint8_t part = (uint8_t)(PART_WHOLE << (i + 1));
		for (size_t k = 0; k < runs[i].count && st == TRIAGE_OK; k++)
			st = add_run(gate, slot, part, &runs[i].any[k], regex, err);
		*ret_enough |= runs[i].size >= RUN_LONG;
	}
	return st;
}

/* A literal under every key: more than any rule asks for. */
static enum triage_status
add_xored(struct gate *gate, uint32_t slot, const YR_STRING *string, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint8_t plain[XOR_MAX], wide[2 * XOR_MAX];
	size_t size = (size_t)string->length < XOR_MAX ? (size_t)string->length : XOR_MAX;
	for (unsigned key = 0; key < 256 && st == TRIAGE_OK; key++) {
		for (size_t i = 0; i < size; i++) {
			plain[i] = wide[2 * i] = (uint8_t)(string->string[i] ^ key);
			wide[2 * i + 1] = (uint8_t)key;
		}
		if (STRING_IS_ASCII(string) || !STRING_IS_WIDE(string))
			st = add_word(gate, slot, PART_WHOLE, plain, size, false, err);
		if (st == TRIAGE_OK && STRING_IS_WIDE(string))
			st = add_word(gate, slot, PART_WHOLE, wide, 2 * size, false, err);
	}
	return st;
}

static bool
is_plain_literal(const YR_STRING *string)
{
	return STRING_IS_LITERAL(string) && !STRING_IS_XOR(string) && !STRING_IS_BASE64(string) && !STRING_IS_BASE64_WIDE(string)
	    && string->length >= GATE_GRAM;
}

/* --- atoms: the paths of libyara's automaton that end in a match --- */

struct path {
	uint32_t state;
	uint8_t depth;
	uint8_t bytes[DEPTH_MAX];
};

struct atoms {
	struct gate *gate;
	const YR_RULES *rules;
	const uint32_t *slots;		/* of each compiled string; UINT32_MAX: not wanted */
	bool *seen;			/* of each compiled string */
	struct path *paths;
	size_t count, room;
};

static enum triage_status
take_atoms(struct atoms *a, const struct path *p, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint32_t first = a->rules->ac_match_table[p->state];
	for (const YR_AC_MATCH *m = first == 0 ? NULL : &a->rules->ac_match_pool[first - 1]; m != NULL && st == TRIAGE_OK; m = m->next) {
		uint32_t slot = a->slots[m->string->idx];
		if (slot == UINT32_MAX)
			continue;
		a->seen[m->string->idx] = true;
		if (p->depth < GATE_PAIR)
			a->gate->slot_always[slot] = true;
		else
			st = add_word(a->gate, slot, PART_WHOLE, p->bytes, p->depth, false, err);
	}
	return st;
}

static enum triage_status
push_children(struct atoms *a, const struct path *p, struct triage_error *err)
{
	const YR_AC_TRANSITION *row = a->rules->ac_transition_table + p->state;
	for (unsigned c = 0; c < 256; c++) {
		if (YR_AC_INVALID_TRANSITION(row[c + 1], c + 1) || YR_AC_NEXT_STATE(row[c + 1]) == YR_AC_ROOT_STATE)
			continue;
		enum triage_status st = gate_grow(&a->paths, a->count, 1, &a->room, sizeof(a->paths[0]), err);
		if (st != TRIAGE_OK)
			return st;
		struct path *child = &a->paths[a->count++];
		*child = *p;
		child->state = YR_AC_NEXT_STATE(row[c + 1]);
		child->bytes[child->depth++] = (uint8_t)c;
	}
	return TRIAGE_OK;
}

/* Every path from the root. One longer than an atom would be an automaton that this code does not know: then nothing is sure. */
static enum triage_status
walk_automaton(struct atoms *a, bool *ret_known, struct triage_error *err)
{
	enum triage_status st = push_children(a, &(struct path){ .state = YR_AC_ROOT_STATE }, err);
	size_t states = 0;
	*ret_known = a->rules->ac_match_table[YR_AC_ROOT_STATE] == 0;
	while (a->count != 0 && st == TRIAGE_OK && *ret_known) {
		struct path p = a->paths[--a->count];
		st = take_atoms(a, &p, err);
		if (st == TRIAGE_OK && p.depth < DEPTH_MAX)
			st = push_children(a, &p, err);
		if (++states > STATES_MAX)
			*ret_known = false;
	}
	return st;
}

/* Words of the strings that are no plain literals. */
enum triage_status
gate_add_atoms(struct gate *gate, const YR_RULES *rules, const uint32_t *slots, struct triage_error *err)
{
	bool known = false;
	struct atoms a = { .gate = gate, .rules = rules, .slots = slots };
	a.seen = fault_hit() ? NULL : calloc(rules->num_strings + 1, sizeof(a.seen[0]));
	enum triage_status st = a.seen != NULL ? walk_automaton(&a, &known, err) : gate_no_memory(err);
	for (size_t i = 0; i < rules->num_strings && st == TRIAGE_OK; i++)
		if (slots[i] != UINT32_MAX && (!known || !a.seen[i]))
			gate->slot_always[slots[i]] = true;
	free(a.seen);
	free(a.paths);
	return st;
}

enum triage_status
gate_add_literals(struct gate *gate, const YR_RULE *rule, const struct rule_formula *formula, uint32_t first, uint32_t *slots, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const YR_STRING *string;
	yr_rule_strings_foreach(rule, string)
	{
		uint32_t slot = slots[string->idx];
		bool added = false;
		if (slot == UINT32_MAX || st != TRIAGE_OK)
			continue;
		if (is_plain_literal(string)) {
			st = add_literal(gate, slot, string, err);
			added = true;
		} else if (STRING_IS_LITERAL(string) && STRING_IS_XOR(string) && !STRING_IS_NO_CASE(string) && string->length >= GATE_GRAM) {
			st = add_xored(gate, slot, string, err);
			added = true;
		} else if (slot - first < formula->string_count) {
			st = add_runs(gate, slot, formula->strings[slot - first], &added, err);
		}
		if (added)
			slots[string->idx] = UINT32_MAX;
	}
	return st;
}
