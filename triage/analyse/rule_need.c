#include "triage/analyse/rule_need.h"

#include <string.h>

enum { DEPTH_MAX = 24 };

static const struct rule_need no_need = { .size_max = UINT64_MAX };

static const struct rule_header class_headers[FILE_REST] = {
	[FILE_MZ] = { .bytes = { 'M', 'Z' }, .size = 2 },
	[FILE_ELF] = { .bytes = { 0x7f, 'E', 'L', 'F' }, .size = 4 },
};

enum file_class
file_class_of(struct view head)
{
	for (size_t i = 0; i < FILE_REST; i++)
		if (rule_header_fits(&class_headers[i], 1, head))
			return (enum file_class)i;
	return FILE_REST;
}

bool
rule_header_possible(const struct rule_header *header, enum file_class class)
{
	for (size_t i = 0; i < FILE_REST; i++) {
		const struct rule_header *known = &class_headers[i];
		size_t common = header->size < known->size ? header->size : known->size;
		bool same = memcmp(header->bytes, known->bytes, common) == 0;
		if (class == (enum file_class)i)
			return same;
		/* a test at least as long as the class's own bytes leaves nothing of the rest */
		if (class == FILE_REST && same && header->size >= known->size)
			return false;
	}
	return true;
}

struct parser {
	const struct rule_word *words;
	size_t count, at;
	unsigned depth;
};

static bool
word_at(const struct parser *p, size_t at, const char *text)
{
	return at < p->count && rule_word_is(p->words[at], text);
}

/* Both hold: the smaller size, and the shorter list of headers, which alone is still necessary. */
static struct rule_need
both(const struct rule_need *a, const struct rule_need *b)
{
	bool use_a = a->header_count != 0 && (b->header_count == 0 || a->header_count <= b->header_count);
	struct rule_need need = use_a ? *a : *b;
	need.size_max = a->size_max < b->size_max ? a->size_max : b->size_max;
	need.excludes = a->excludes | b->excludes;
	return need;
}

static bool
has_header(const struct rule_need *need, const struct rule_header *header)
{
	for (size_t i = 0; i < need->header_count; i++)
		if (need->headers[i].size == header->size && memcmp(need->headers[i].bytes, header->bytes, header->size) == 0)
			return true;
	return false;
}

/* One holds: the larger size, and all headers, unless one side needs none or they are too many. */
static struct rule_need
either(const struct rule_need *a, const struct rule_need *b)
{
	struct rule_need need = no_need;
	need.size_max = a->size_max > b->size_max ? a->size_max : b->size_max;
	need.excludes = a->excludes & b->excludes;
	if (a->header_count == 0 || b->header_count == 0)
		return need;
	memcpy(need.headers, a->headers, a->header_count * sizeof(a->headers[0]));
	need.header_count = a->header_count;
	for (size_t i = 0; i < b->header_count; i++) {
		if (has_header(&need, &b->headers[i]))
			continue;
		if (need.header_count == RULE_HEADERS) {
			need.header_count = 0;
			return need;
		}
		need.headers[need.header_count++] = b->headers[i];
	}
	return need;
}

/* uintN(0) and its variants: how many bytes, which order, and whether the value has a sign. */
static bool
integer_function(struct rule_word word, size_t *ret_size, bool *ret_big, bool *ret_signed)
{
	static const struct {
		const char *name;
		size_t size;
		bool big, has_sign;
	} functions[] = {
		{ "uint8", 1, false, false }, { "uint16", 2, false, false }, { "uint32", 4, false, false },
		{ "uint8be", 1, true, false }, { "uint16be", 2, true, false }, { "uint32be", 4, true, false },
		{ "int8", 1, false, true }, { "int16", 2, false, true }, { "int32", 4, false, true },
		{ "int8be", 1, true, true }, { "int16be", 2, true, true }, { "int32be", 4, true, true },
	};
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!rule_word_is(word, functions[i].name))
			continue;
		*ret_size = functions[i].size;
		*ret_big = functions[i].big;
		*ret_signed = functions[i].has_sign;
		return true;
	}
	return false;
}

/* call: the four words of uintN(0). */
static bool
header_leaf(const struct parser *p, size_t call, struct rule_word value_word, struct rule_need *need)
{
	size_t size;
	bool big, has_sign;
	uint64_t offset, value;
	if (!integer_function(p->words[call], &size, &big, &has_sign) || !word_at(p, call + 1, "(") || !word_at(p, call + 3, ")"))
		return false;
	if (!rule_word_number(p->words[call + 2], &offset) || offset != 0 || !rule_word_number(value_word, &value))
		return false;
	if (value >> (8 * size - (has_sign ? 1 : 0)) != 0)
		return false;
	need->header_count = 1;
	need->headers[0] = (struct rule_header){ .size = (uint8_t)size };
	for (size_t i = 0; i < size; i++)
		need->headers[0].bytes[big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
	return true;
}

static bool
size_leaf(const struct parser *p, size_t at, struct rule_need *need)
{
	uint64_t value;
	bool forward = word_at(p, at, "filesize"), backward = word_at(p, at + 2, "filesize");
	struct rule_word limit = p->words[forward ? at + 2 : at];
	if (forward == backward || !rule_word_number(limit, &value))
		return false;
	if (word_at(p, at + 1, forward ? "<" : ">"))
		need->size_max = value == 0 ? 0 : value - 1;
	else if (word_at(p, at + 1, forward ? "<=" : ">=") || word_at(p, at + 1, "=="))
		need->size_max = value;
	else
		return false;
	return true;
}

/* Index of the bracket that closes the one at `at`, or count. */
static size_t
closing(const struct parser *p, size_t at, const char *open, const char *shut)
{
	size_t depth = 0;
	for (size_t i = at; i < p->count; i++) {
		if (word_at(p, i, open))
			depth++;
		else if (word_at(p, i, shut) && --depth == 0)
			return i;
	}
	return p->count;
}

/* Fields and functions of modules that are undefined, or false, unless the module found its header at offset 0. */
static const struct {
	const char *module, *name;
	struct rule_header header;
} module_names[] = {
#define NEEDS_PE(name) { "pe", #name, { .bytes = { 'M', 'Z' }, .size = 2 } },
#define NEEDS_ELF(name) { "elf", #name, { .bytes = { 0x7f, 'E', 'L', 'F' }, .size = 4 } },
#include "triage/analyse/rule_module_names.def"
#undef NEEDS_PE
#undef NEEDS_ELF
};

/* What follows a value in a comparison with one literal or one constant of a module. */
static bool
literal_follows(const struct parser *p, size_t at, size_t to)
{
	static const char *const operators[] = { "==", "!=", "<", "<=", ">", ">=", "contains", "icontains", "startswith", "istartswith",
		"endswith", "iendswith", "iequals", "matches" };
	bool known = false;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]) && !known; i++)
		known = word_at(p, at, operators[i]);
	if (!known)
		return false;
	enum rule_word_kind kind = at + 1 < to ? p->words[at + 1].kind : RULE_WORD_END;
	if (to - at == 2)
		return kind == RULE_WORD_NUMBER || kind == RULE_WORD_STRING || kind == RULE_WORD_REGEX;
	return to - at == 4 && (word_at(p, at + 1, "pe") || word_at(p, at + 1, "elf")) && word_at(p, at + 2, ".");
}

/*
 * module.name, with calls, subscripts and members behind it, alone or compared: an undefined value makes all of that
 * undefined, and an undefined operand never holds.
 */
static bool
module_leaf(const struct parser *p, size_t from, size_t to, struct rule_need *need)
{
	if (to - from < 3 || !word_at(p, from + 1, "."))
		return false;
	for (size_t i = 0; i < sizeof(module_names) / sizeof(module_names[0]); i++) {
		if (!word_at(p, from, module_names[i].module) || !word_at(p, from + 2, module_names[i].name))
			continue;
		size_t at = from + 3;
		while (at < to && (word_at(p, at, "(") || word_at(p, at, "[") || word_at(p, at, ".")))
			at = word_at(p, at, "(") ? closing(p, at, "(", ")") + 1 : word_at(p, at, "[") ? closing(p, at, "[", "]") + 1 : at + 2;
		/* is_pe is defined always: only its truth tells */
		if (at != to && (rule_word_is(p->words[from + 2], "is_pe") || at > to || !literal_follows(p, at, to)))
			return false;
		need->header_count = 1;
		need->headers[0] = module_names[i].header;
		return true;
	}
	return false;
}

/* A comparison that spans exactly [from, to). */
static struct rule_need
leaf(const struct parser *p, size_t from, size_t to)
{
	struct rule_need need = no_need;
	if (to - from == 3 && size_leaf(p, from, &need))
		return need;
	if (to - from == 6 && word_at(p, from + 4, "==") && header_leaf(p, from, p->words[from + 5], &need))
		return need;
	if (to - from == 6 && word_at(p, from + 1, "==") && header_leaf(p, from + 2, p->words[from], &need))
		return need;
	if (module_leaf(p, from, to, &need))
		return need;
	struct rule_need unwanted = no_need;
	bool header_differs = to - from == 6 && ((word_at(p, from + 4, "!=") && header_leaf(p, from, p->words[from + 5], &unwanted))
	    || (word_at(p, from + 1, "!=") && header_leaf(p, from + 2, p->words[from], &unwanted)));
	/* a class is excluded when all of its streams begin with the unwanted bytes */
	for (size_t i = 0; header_differs && i < FILE_REST; i++)
		if (unwanted.headers[0].size <= class_headers[i].size
		    && memcmp(unwanted.headers[0].bytes, class_headers[i].bytes, unwanted.headers[0].size) == 0)
			need.excludes |= 1u << i;
	return need;
}

/* End of the operand at `at`: the next and, or, or unmatched bracket. */
static size_t
operand_end(const struct parser *p, size_t at)
{
	while (at < p->count && !word_at(p, at, "and") && !word_at(p, at, "or") && !word_at(p, at, ")"))
		at = word_at(p, at, "(") ? closing(p, at, "(", ")") + 1 : at + 1;
	return at < p->count ? at : p->count;
}

static struct rule_need parse_or(struct parser *p);

static struct rule_need
parse_operand(struct parser *p)
{
	size_t from = p->at, end = operand_end(p, from);
	struct rule_need need = no_need;
	if (word_at(p, from, "(") && closing(p, from, "(", ")") + 1 == end && p->depth < DEPTH_MAX) {
		struct parser inner = { p->words, end - 1, from + 1, p->depth + 1 };
		need = parse_or(&inner);
		/* an unexpected form inside: trust nothing of it */
		if (inner.at != inner.count)
			need = no_need;
	} else {
		need = leaf(p, from, end);
	}
	p->at = end;
	return need;
}

static struct rule_need
parse_and(struct parser *p)
{
	struct rule_need need = parse_operand(p);
	while (word_at(p, p->at, "and")) {
		p->at++;
		struct rule_need next = parse_operand(p);
		need = both(&need, &next);
	}
	return need;
}

static struct rule_need
parse_or(struct parser *p)
{
	struct rule_need need = parse_and(p);
	while (word_at(p, p->at, "or")) {
		p->at++;
		struct rule_need next = parse_and(p);
		need = either(&need, &next);
	}
	return need;
}

struct rule_need
rule_need_of(const struct rule_word *words, size_t count)
{
	struct parser p = { .words = words, .count = count };
	if (count > RULE_NEED_WORDS)
		return no_need;
	struct rule_need need = parse_or(&p);
	return p.at == p.count ? need : no_need;
}

bool
rule_header_fits(const struct rule_header *headers, size_t count, struct view head)
{
	for (size_t i = 0; i < count; i++)
		if (head.size >= headers[i].size && memcmp(head.data, headers[i].bytes, headers[i].size) == 0)
			return true;
	return count == 0;
}

bool
rule_need_of_operand(const struct rule_word *words, size_t count, size_t from, size_t to, struct rule_need *ret_need)
{
	const struct parser p = { .words = words, .count = count };
	*ret_need = leaf(&p, from, to);
	return ret_need->header_count != 0 || ret_need->size_max != UINT64_MAX || ret_need->excludes != 0;
}

bool
rule_need_fits(const struct rule_need *need, struct view head, uint64_t size)
{
	return size <= need->size_max && (need->excludes & 1u << file_class_of(head)) == 0 && rule_header_fits(need->headers, need->header_count, head);
}
