#include "triage/analyse/rule_formula.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

const char *const rule_names[RULE_NAME_COUNT] = {
	[RULE_NAME_FILENAME] = "filename", [RULE_NAME_FILEPATH] = "filepath", [RULE_NAME_EXTENSION] = "extension",
	[RULE_NAME_FILETYPE] = "filetype", [RULE_NAME_OWNER] = "owner",
};

enum { DEPTH_MAX = 24, WORDS_MAX = 8192, STEPS_MAX = 2048, SLOTS_MAX = 1 << 16 };

struct builder {
	const struct rule_word *words, *names;
	size_t name_count;
	size_t word_count;
	struct rule_formula formula;
	size_t step_room, slot_room, need_room, literal_room;
	bool failed;
};

/* A stretch of the condition. */
struct span {
	size_t at, end;
	unsigned depth;
};

static bool
word_at(const struct builder *b, const struct span *s, size_t at, const char *text)
{
	return at < s->end && rule_word_is(b->words[at], text);
}

static bool
grow(void *slot, size_t count, size_t *room, size_t element, size_t most)
{
	if (count < *room)
		return true;
	size_t more = *room == 0 ? 16 : *room * 2;
	void *bigger = fault_hit() || more > most ? NULL : reallocarray(*(void **)slot, more, element);
	if (bigger == NULL)
		return false;
	*(void **)slot = bigger;
	*room = more;
	return true;
}

static void
put_step(struct builder *b, struct formula_step step)
{
	struct rule_formula *f = &b->formula;
	b->failed |= !grow(&f->steps, f->step_count, &b->step_room, sizeof(f->steps[0]), STEPS_MAX);
	if (!b->failed)
		f->steps[f->step_count++] = step;
}

static void
put_slot(struct builder *b, size_t slot)
{
	struct rule_formula *f = &b->formula;
	b->failed |= !grow(&f->slots, f->slot_count, &b->slot_room, sizeof(f->slots[0]), SLOTS_MAX);
	if (!b->failed)
		f->slots[f->slot_count++] = (uint32_t)slot;
}

/* The strings that $name or, as a beginning, $name* means. sigil: $ or #. False when there is none. */
static bool
put_names(struct builder *b, struct rule_word word, char sigil, bool beginning)
{
	size_t before = b->formula.slot_count;
	/* a sigil alone is the string of a loop at hand */
	if (word.kind != RULE_WORD_NAME || word.text[0] != sigil || (word.size == 1 && !beginning))
		return false;
	for (size_t i = 0; i < b->name_count; i++) {
		struct rule_word name = b->names[i];
		bool fits = beginning ? name.size >= word.size : name.size == word.size;
		if (fits && memcmp(name.text + 1, word.text + 1, word.size - 1) == 0)
			put_slot(b, i);
	}
	return b->formula.slot_count > before;
}

/* The set of strings that spans exactly [at, s->end): them, or a list in brackets. Counts each name as often as it is listed. */
static bool
put_set(struct builder *b, const struct span *s, size_t at)
{
	if (at + 1 == s->end && word_at(b, s, at, "them")) {
		for (size_t i = 0; i < b->name_count; i++)
			put_slot(b, i);
		return b->name_count != 0;
	}
	if (!word_at(b, s, at, "(") || !word_at(b, s, s->end - 1, ")"))
		return false;
	for (size_t i = at + 1; i + 1 < s->end;) {
		bool beginning = word_at(b, s, i + 1, "*");
		if (!put_names(b, b->words[i], '$', beginning))
			return false;
		i += beginning ? 2 : 1;
		if (i + 1 < s->end && !word_at(b, s, i, ","))
			return false;
		i += i + 1 < s->end;
	}
	return true;
}

/* "Q of SET" over exactly the span. */
static bool
set_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	uint64_t number = 0;
	size_t of = s->at + 1;
	bool any = word_at(b, s, s->at, "any"), all = word_at(b, s, s->at, "all");
	if (!any && !all && (!rule_word_number(b->words[s->at], &number) || number == 0))
		return false;
	if (!any && !all && word_at(b, s, of, "%")) {
		number = 1;
		of++;
	}
	if (!word_at(b, s, of, "of") || of + 2 > s->end || !put_set(b, s, of + 1))
		return false;
	step->count = (uint32_t)(b->formula.slot_count - step->first);
	step->least = any ? 1 : all ? step->count : number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
	return true;
}

/* $a alone, at a place or in a range; #a against a number that asks for one at least. */
static bool
string_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	uint64_t number;
	size_t size = s->end - s->at;
	struct rule_word first = b->words[s->at];
	step->least = step->count = 1;
	if (size == 1 || word_at(b, s, s->at + 1, "at") || word_at(b, s, s->at + 1, "in"))
		return put_names(b, first, '$', false) && b->formula.slot_count == step->first + 1;
	if (size != 3 || !rule_word_number(b->words[s->at + 2], &number))
		return false;
	bool more = word_at(b, s, s->at + 1, ">");
	bool some = number >= 1 && (word_at(b, s, s->at + 1, ">=") || word_at(b, s, s->at + 1, "=="));
	return (more || some) && put_names(b, first, '#', false) && b->formula.slot_count == step->first + 1;
}

/* Whether the words from `at` to `end` are a sum of counts of strings, and of numbers where these are allowed. */
static bool
is_sum(const struct builder *b, size_t at, size_t end, bool numbers)
{
	for (size_t i = at; i < end; i++) {
		struct rule_word w = b->words[i];
		bool count = w.kind == RULE_WORD_NAME && w.text[0] == '#' && w.size > 1;
		if (!count && !(numbers && w.kind == RULE_WORD_NUMBER) && !rule_word_is(w, "+") && !rule_word_is(w, "(") && !rule_word_is(w, ")"))
			return false;
	}
	return at < end;
}

/* A sum of counts that is greater than another is greater than zero. */
static bool
sum_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	size_t middle = s->at;
	while (middle < s->end && !word_at(b, s, middle, ">"))
		middle++;
	if (!is_sum(b, s->at, middle, false) || !is_sum(b, middle + 1, s->end, true))
		return false;
	for (size_t i = s->at; i < middle; i++)
		if (b->words[i].text[0] == '#' && !put_names(b, b->words[i], '#', false))
			return false;
	step->least = 1;
	step->count = (uint32_t)(b->formula.slot_count - step->first);
	return step->count != 0;
}

/* A comparison of places or lengths of matches: without a match they are undefined, and so is all that is made of them. */
static bool
place_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	static const char *const others[] = { "not", "defined", "for", "of", "in", "at", "none" };
	for (size_t i = s->at; i < s->end; i++) {
		struct rule_word w = b->words[i];
		for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
			if (rule_word_is(w, others[k]))
				return false;
		bool place = w.kind == RULE_WORD_NAME && (w.text[0] == '@' || w.text[0] == '!');
		if (place && !put_names(b, w, w.text[0], false))
			return false;
	}
	step->least = step->count = (uint32_t)(b->formula.slot_count - step->first);
	return step->count != 0;
}

/* filename == "text" without escapes. */
static bool
name_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	struct rule_formula *f = &b->formula;
	if (s->end - s->at != 3 || !word_at(b, s, s->at + 1, "==") || b->words[s->at + 2].kind != RULE_WORD_STRING)
		return false;
	struct rule_word literal = b->words[s->at + 2];
	if (literal.size < 2 || memchr(literal.text, '\\', literal.size) != NULL)
		return false;
	for (uint32_t i = 0; i < RULE_NAME_COUNT; i++) {
		if (!word_at(b, s, s->at, rule_names[i]))
			continue;
		b->failed |= !grow(&f->literals, f->literal_count, &b->literal_room, sizeof(f->literals[0]), STEPS_MAX);
		if (b->failed)
			return false;
		*step = (struct formula_step){ .kind = FORMULA_NAME, .least = i, .first = (uint32_t)f->literal_count };
		f->literals[f->literal_count++] = (struct rule_word){ RULE_WORD_STRING, literal.text + 1, literal.size - 2 };
		return true;
	}
	return false;
}

static bool
need_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	struct rule_need need;
	struct rule_formula *f = &b->formula;
	if (!rule_need_of_operand(b->words, b->word_count, s->at, s->end, &need))
		return false;
	b->failed |= !grow(&f->needs, f->need_count, &b->need_room, sizeof(f->needs[0]), STEPS_MAX);
	if (b->failed)
		return false;
	*step = (struct formula_step){ .kind = FORMULA_NEED, .first = (uint32_t)f->need_count };
	f->needs[f->need_count++] = need;
	return true;
}

/* A name alone that is none of ours is that of another rule. */
static bool
rule_leaf(struct builder *b, const struct span *s, struct formula_step *step)
{
	struct rule_word w = b->words[s->at];
	if (s->end - s->at != 1 || w.kind != RULE_WORD_NAME || strchr("$#@!", w.text[0]) != NULL)
		return false;
	for (size_t i = 0; i < RULE_NAME_COUNT; i++)
		if (rule_word_is(w, rule_names[i]))
			return false;
	step->kind = FORMULA_FALSE;
	return !rule_word_is(w, "true") && !rule_word_is(w, "entrypoint") && !rule_word_is(w, "filesize");
}

static void
put_leaf(struct builder *b, const struct span *s)
{
	size_t slots = b->formula.slot_count;
	static bool (*const leaves[])(struct builder *, const struct span *, struct formula_step *) = {
		set_leaf, string_leaf, sum_leaf, place_leaf, name_leaf, need_leaf, rule_leaf };
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]) && s->at < s->end; i++) {
		struct formula_step step = { .kind = FORMULA_COUNT, .first = (uint32_t)slots };
		if (leaves[i](b, s, &step)) {
			put_step(b, step);
			return;
		}
		b->formula.slot_count = slots;
	}
	put_step(b, (struct formula_step){ .kind = FORMULA_TRUE });
}

/* Index behind the bracket that closes the one at `at`, at most s->end. */
static size_t
behind_bracket(const struct builder *b, const struct span *s, size_t at)
{
	size_t depth = 0;
	for (size_t i = at; i < s->end; i++) {
		if (word_at(b, s, i, "("))
			depth++;
		else if (word_at(b, s, i, ")") && --depth == 0)
			return i + 1;
	}
	return s->end;
}

/* End of the operand at `at`: the next and, or, or unmatched bracket. */
static size_t
operand_end(const struct builder *b, const struct span *s)
{
	size_t at = s->at;
	while (at < s->end && !word_at(b, s, at, "and") && !word_at(b, s, at, "or") && !word_at(b, s, at, ")"))
		at = word_at(b, s, at, "(") ? behind_bracket(b, s, at) : at + 1;
	return at;
}

static void put_or(struct builder *b, struct span *s);

/* "for any ... : ( body )": the body holds at least once. Narrows the span to the body. */
static bool
loop_body(const struct builder *b, struct span *s)
{
	uint64_t number = 0;
	bool some = word_at(b, s, s->at + 1, "any") || (s->at + 1 < s->end && rule_word_number(b->words[s->at + 1], &number) && number != 0);
	if (!word_at(b, s, s->at, "for") || !some)
		return false;
	size_t at = s->at + 2;
	while (at < s->end && !word_at(b, s, at, ":"))
		at = word_at(b, s, at, "(") ? behind_bracket(b, s, at) : at + 1;
	if (!word_at(b, s, at + 1, "(") || behind_bracket(b, s, at + 1) != s->end)
		return false;
	s->at = at + 1;
	return true;
}

static void
put_operand(struct builder *b, struct span *s)
{
	size_t end = operand_end(b, s), steps = b->formula.step_count, slots = b->formula.slot_count;
	struct span inside = { s->at, end, s->depth + 1 };
	loop_body(b, &inside);
	if (word_at(b, &inside, inside.at, "(") && behind_bracket(b, &inside, inside.at) == end && s->depth < DEPTH_MAX) {
		inside.at++;
		inside.end--;
		put_or(b, &inside);
		if (inside.at != inside.end) {
			/* an unexpected form inside: trust nothing of it */
			b->formula.step_count = steps;
			b->formula.slot_count = slots;
			put_step(b, (struct formula_step){ .kind = FORMULA_TRUE });
		}
	} else {
		put_leaf(b, &inside);
	}
	s->at = end;
}

static void
put_and(struct builder *b, struct span *s)
{
	put_operand(b, s);
	while (word_at(b, s, s->at, "and")) {
		s->at++;
		put_operand(b, s);
		put_step(b, (struct formula_step){ .kind = FORMULA_AND });
	}
}

static void
put_or(struct builder *b, struct span *s)
{
	put_and(b, s);
	while (word_at(b, s, s->at, "or")) {
		s->at++;
		put_and(b, s);
		put_step(b, (struct formula_step){ .kind = FORMULA_OR });
	}
}

struct rule_formula
rule_formula_of(const struct rule_word *words, size_t count, const struct rule_word *names, const struct rule_word *values, size_t name_count)
{
	struct builder b = { .words = words, .word_count = count, .names = names, .name_count = name_count, .formula.string_count = name_count };
	struct span all = { 0, count, 0 };
	if (count == 0 || count > WORDS_MAX)
		return b.formula;
	put_or(&b, &all);
	b.formula.strings = fault_hit() ? NULL : calloc(name_count + 1, sizeof(values[0]));
	if (b.formula.strings == NULL)
		b.failed = true;
	else if (name_count != 0)
		memcpy(b.formula.strings, values, name_count * sizeof(values[0]));
	if (b.failed || all.at != all.end)
		rule_formula_release(&b.formula);
	return b.formula;
}

void
rule_formula_release(struct rule_formula *formula)
{
	free(formula->steps);
	free(formula->slots);
	free(formula->needs);
	free(formula->literals);
	free(formula->strings);
	*formula = (struct rule_formula){ 0 };
}
