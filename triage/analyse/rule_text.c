#include "triage/analyse/rule_text.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <string.h>

static const struct {
	const char *name;
	enum rule_module_kind kind;
} modules[] = {
#define MODULE(name, kind) { #name, kind },
#include "triage/analyse/rule_modules.def"
#undef MODULE
};
enum { MODULE_COUNT = sizeof(modules) / sizeof(modules[0]) };

uint32_t
rule_module_bit(const char *name, size_t size)
{
	for (size_t i = 0; i < MODULE_COUNT; i++)
		if (strlen(modules[i].name) == size && memcmp(modules[i].name, name, size) == 0)
			return UINT32_C(1) << i;
	return 0;
}

unsigned
rule_module_kinds(uint32_t bits)
{
	unsigned kinds = 0;
	for (size_t i = 0; i < MODULE_COUNT; i++)
		if ((bits >> i & 1) != 0)
			kinds |= 1u << modules[i].kind;
	return kinds;
}

struct cutter {
	struct rule_lexer lexer;
	struct rule_text cut;
	size_t part_room, import_room, word_room, name_room, value_room;
	struct rule_word *words;	/* of the condition at hand */
	struct rule_word *names, *values;	/* of the strings that the rule at hand declares */
	size_t name_count;
	struct triage_error *err;
};

static enum triage_status
refuse(struct cutter *c, enum triage_status status, const char *what, struct rule_word word)
{
	size_t at = word.text != NULL ? (size_t)(word.text - c->lexer.text) : c->lexer.at, line = 1;
	for (size_t i = 0; i < at && i < c->lexer.size; i++)
		line += c->lexer.text[i] == '\n';
	c->cut.error_line = line;
	triage_error_set(c->err, status, at, "%s%s%.*s", what, word.size != 0 ? " near " : "", (int)(word.size < 60 ? word.size : 60), word.text);
	return status;
}

/* Room for one more element behind count of them. */
static bool
grow(void *slot, size_t count, size_t *room, size_t element)
{
	if (count < *room)
		return true;
	size_t more = *room == 0 ? 64 : *room * 2, bytes;
	void *bigger = fault_hit() || __builtin_mul_overflow(more, element, &bytes) ? NULL : realloc(*(void **)slot, bytes);
	if (bigger == NULL)
		return false;
	*(void **)slot = bigger;
	*room = more;
	return true;
}

static enum triage_status
cut_import(struct cutter *c, struct rule_word keyword)
{
	struct rule_word name = rule_lexer_next(&c->lexer);
	if (name.kind != RULE_WORD_STRING)
		return refuse(c, TRIAGE_E_FORMAT, "an import without a module name", name);
	uint32_t bit = rule_module_bit(name.text + 1, name.size - 2);
	if (bit == 0)
		return refuse(c, TRIAGE_E_UNSUPPORTED, "a module that is not allowed here is imported", name);
	if (!grow(&c->cut.imports, c->cut.import_count, &c->import_room, sizeof(c->cut.imports[0])))
		return refuse(c, TRIAGE_E_MEMORY, "out of memory", name);
	c->cut.imports[c->cut.import_count++] = (struct rule_import){ (size_t)(keyword.text - c->lexer.text), c->lexer.at, bit };
	return TRIAGE_OK;
}

/* From behind "condition :" to the closing brace of the rule. */
static enum triage_status
cut_condition(struct cutter *c, struct rule_part *part)
{
	size_t count = 0;
	bool after_dot = false;
	part->condition = c->lexer.at;
	for (;;) {
		struct rule_word word = rule_lexer_next(&c->lexer);
		if (word.kind == RULE_WORD_BAD || word.kind == RULE_WORD_END)
			return refuse(c, TRIAGE_E_FORMAT, "a condition without end", word);
		if (word.kind == RULE_WORD_MARK && rule_word_is(word, "}"))
			break;
		if (!grow(&c->words, count, &c->word_room, sizeof(c->words[0])))
			return refuse(c, TRIAGE_E_MEMORY, "out of memory", word);
		c->words[count++] = word;
		if (word.kind == RULE_WORD_NAME && !after_dot) {
			part->modules |= rule_module_bit(word.text, word.size);
			part->searches |= rule_word_is(word, "entrypoint");
			for (size_t i = 0; i < RULE_NAME_COUNT; i++)
				part->by_name |= rule_word_is(word, rule_names[i]);
		}
		after_dot = rule_word_is(word, ".");
	}
	part->condition_end = part->end = c->lexer.at;
	part->need = rule_need_of(c->words, count);
	part->formula = rule_formula_of(c->words, count, c->names, c->values, c->name_count);
	return TRIAGE_OK;
}

/* From behind the rule's opening brace: skip meta and strings, whose values are single words. */
static enum triage_status
cut_body(struct cutter *c, struct rule_part *part)
{
	bool condition = false, value = false;
	c->name_count = 0;
	for (;;) {
		struct rule_word word = rule_lexer_next(&c->lexer);
		if (word.kind == RULE_WORD_BAD || word.kind == RULE_WORD_END || rule_word_is(word, "}"))
			return refuse(c, TRIAGE_E_FORMAT, "a rule without a condition", word);
		if (condition && rule_word_is(word, ":"))
			return cut_condition(c, part);
		condition = word.kind == RULE_WORD_NAME && rule_word_is(word, "condition");
		if (value)
			c->values[c->name_count - 1] = word;
		/* the bytes of such a string are not those of its text */
		if (c->name_count != 0 && (rule_word_is(word, "xor") || rule_word_is(word, "base64") || rule_word_is(word, "base64wide")))
			c->values[c->name_count - 1].kind = RULE_WORD_END;
		value = rule_word_is(word, "=") && c->name_count != 0 && c->values[c->name_count - 1].text == NULL;
		if (word.kind != RULE_WORD_NAME || word.text[0] != '$')
			continue;
		part->searches = true;
		if (!grow(&c->names, c->name_count, &c->name_room, sizeof(c->names[0]))
		    || !grow(&c->values, c->name_count, &c->value_room, sizeof(c->values[0])))
			return refuse(c, TRIAGE_E_MEMORY, "out of memory", word);
		c->values[c->name_count] = (struct rule_word){ 0 };
		c->names[c->name_count++] = word;
	}
}

/* first: "rule" or its first modifier. */
static enum triage_status
cut_rule(struct cutter *c, struct rule_word first)
{
	struct rule_part part = { .start = (size_t)(first.text - c->lexer.text) };
	struct rule_word word = first;
	while (!rule_word_is(word, "rule")) {
		part.global |= rule_word_is(word, "global");
		if (word.kind != RULE_WORD_NAME || (!rule_word_is(word, "global") && !rule_word_is(word, "private")))
			return refuse(c, TRIAGE_E_FORMAT, "no rule", word);
		word = rule_lexer_next(&c->lexer);
	}
	word = rule_lexer_next(&c->lexer);
	if (word.kind != RULE_WORD_NAME)
		return refuse(c, TRIAGE_E_FORMAT, "a rule without a name", word);
	part.name = (size_t)(word.text - c->lexer.text);
	part.name_size = word.size;
	while (!rule_word_is(word, "{")) {
		word = rule_lexer_next(&c->lexer);
		if (word.kind == RULE_WORD_BAD || word.kind == RULE_WORD_END)
			return refuse(c, TRIAGE_E_FORMAT, "a rule without a body", word);
	}
	enum triage_status st = cut_body(c, &part);
	if (st != TRIAGE_OK)
		return st;
	if (!grow(&c->cut.parts, c->cut.count, &c->part_room, sizeof(c->cut.parts[0]))) {
		rule_formula_release(&part.formula);
		return refuse(c, TRIAGE_E_MEMORY, "out of memory", word);
	}
	c->cut.parts[c->cut.count++] = part;
	return TRIAGE_OK;
}

static enum triage_status
cut_all(struct cutter *c)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK) {
		struct rule_word word = rule_lexer_next(&c->lexer);
		if (word.kind == RULE_WORD_END)
			return TRIAGE_OK;
		if (rule_word_is(word, "include"))
			st = refuse(c, TRIAGE_E_UNSUPPORTED, "includes are not allowed", word);
		else if (rule_word_is(word, "import"))
			st = cut_import(c, word);
		else
			st = cut_rule(c, word);
	}
	return st;
}

/* A rule's name with its index, sorted by name. */
struct named {
	const char *text;
	size_t size, part;
};

static int
compare_words(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
	return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static int
compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	return compare_words(x->text, x->size, y->text, y->size);
}

/* First name that is not before text. */
static size_t
first_from(const struct named *names, size_t count, const char *text, size_t size)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_words(names[middle].text, names[middle].size, text, size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Mark the rules that a name, or a beginning of names, in a condition means. */
static void
link_names(struct rule_text *cut, const struct named *names, size_t user, struct rule_word word, bool beginning)
{
	for (size_t i = first_from(names, cut->count, word.text, word.size); i < cut->count; i++) {
		bool same = beginning ? names[i].size >= word.size : names[i].size == word.size;
		if (!same || memcmp(names[i].text, word.text, word.size) != 0)
			return;
		cut->parts[names[i].part].linked = cut->parts[user].linked = true;
	}
}

static enum triage_status
link_rules(struct cutter *c)
{
	struct rule_text *cut = &c->cut;
	bool any_global = false;
	SCOPED_FREE struct named *names = fault_hit() ? NULL : calloc(cut->count + 1, sizeof(*names));
	if (names == NULL)
		return refuse(c, TRIAGE_E_MEMORY, "out of memory", (struct rule_word){ 0 });
	for (size_t i = 0; i < cut->count; i++) {
		names[i] = (struct named){ c->lexer.text + cut->parts[i].name, cut->parts[i].name_size, i };
		any_global |= cut->parts[i].global;
	}
	qsort(names, cut->count, sizeof(*names), compare_named);
	for (size_t i = 0; i < cut->count; i++) {
		struct rule_lexer lx = { .text = c->lexer.text, .at = cut->parts[i].condition, .size = cut->parts[i].condition_end };
		struct rule_word word = rule_lexer_next(&lx);
		bool after_dot = false;
		while (word.kind != RULE_WORD_END && word.kind != RULE_WORD_BAD) {
			struct rule_word next = rule_lexer_next(&lx);
			if (word.kind == RULE_WORD_NAME && !after_dot)
				link_names(cut, names, i, word, rule_word_is(next, "*"));
			after_dot = rule_word_is(word, ".");
			word = next;
		}
		cut->parts[i].linked |= any_global;
	}
	return TRIAGE_OK;
}

enum triage_status
rule_text_cut(const char *text, size_t size, struct rule_text *ret_text, struct triage_error *err)
{
	struct cutter c = { .lexer = { .text = text, .size = size }, .err = err };
	enum triage_status st = cut_all(&c);
	if (st == TRIAGE_OK)
		st = link_rules(&c);
	free(c.words);
	free(c.names);
	free(c.values);
	if (st != TRIAGE_OK) {
		size_t line = c.cut.error_line;
		rule_text_release(&c.cut);
		c.cut.error_line = line;
	}
	*ret_text = c.cut;
	return st;
}

void
rule_text_release(struct rule_text *cut)
{
	for (size_t i = 0; i < cut->count; i++)
		rule_formula_release(&cut->parts[i].formula);
	free(cut->parts);
	free(cut->imports);
	*cut = (struct rule_text){ 0 };
}

/* Line ends alone keep the numbers of the lines that follow. */
static void
put_blank(struct buf *out, const char *text, size_t size)
{
	buf_char(out, ' ');
	for (const char *at = text; (at = memchr(at, '\n', size - (size_t)(at - text))) != NULL; at++)
		buf_char(out, '\n');
}

void
rule_text_select(const char *text, size_t size, const struct rule_text *cut, bool (*member)(void *ctx, size_t part), void *ctx, struct buf *out)
{
	uint32_t used = 0;
	for (size_t i = 0; i < cut->count; i++)
		if (member(ctx, i))
			used |= cut->parts[i].modules;
	size_t at = 0, part = 0, import = 0;
	while (part < cut->count || import < cut->import_count) {
		bool is_import = import < cut->import_count && (part == cut->count || cut->imports[import].start < cut->parts[part].start);
		size_t start = is_import ? cut->imports[import].start : cut->parts[part].start;
		size_t end = is_import ? cut->imports[import].end : cut->parts[part].end;
		bool keep = is_import ? (cut->imports[import].module & used) != 0 : member(ctx, part);
		buf_put(out, text + at, start - at);
		if (keep)
			buf_put(out, text + start, end - start);
		else
			put_blank(out, text + start, end - start);
		at = end;
		import += is_import;
		part += !is_import;
	}
	buf_put(out, text + at, size - at);
}
