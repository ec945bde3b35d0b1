/* lvm_text.c - see lvm_text.h. One pass without recursion. */
#include "triage/evidence/lvm_text.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	char *at, *begin, *end;
	struct lvm_text *text;
	uint32_t open[LVM_DEPTH_MAX + 1];	/* sections and lists that are open */
	uint32_t last[LVM_DEPTH_MAX + 1];	/* the last child of each */
	unsigned depth;
};

static enum triage_status
wrong(const struct parser *p, const char *what, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, (uint64_t)(p->at - p->begin), "LVM metadata: %s at byte %zu", what, (size_t)(p->at - p->begin));
	return TRIAGE_E_FORMAT;
}

/* Blanks, line ends and comments. */
static void
skip(struct parser *p)
{
	while (p->at < p->end) {
		if (*p->at == '#')
			while (p->at < p->end && *p->at != '\n')
				p->at++;
		else if (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')
			p->at++;
		else
			return;
	}
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '+' || c == '/';
}

static enum triage_status
node_add(struct parser *p, enum lvm_node_kind kind, uint32_t *ret_node, struct triage_error *err)
{
	struct lvm_text *t = p->text;
	if (t->count >= LVM_NODES_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "LVM metadata of more than %d values", LVM_NODES_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (t->count == t->room) {
		uint32_t room = t->room == 0 ? 256 : t->room * 2;
		struct lvm_node *grown = fault_hit() ? NULL : realloc(t->nodes, room * sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for LVM metadata");
			return TRIAGE_E_MEMORY;
		}
		t->nodes = grown;
		t->room = room;
	}
	uint32_t node = t->count++;
	t->nodes[node] = (struct lvm_node){ .kind = kind, .name = "", .text = "" };
	if (node != 0) {
		uint32_t *last = &p->last[p->depth];
		if (*last == 0)
			t->nodes[p->open[p->depth]].child = node;
		else
			t->nodes[*last].next = node;
		*last = node;
	}
	*ret_node = node;
	return TRIAGE_OK;
}

static enum triage_status
enter(struct parser *p, uint32_t node, struct triage_error *err)
{
	if (p->depth == LVM_DEPTH_MAX)
		return wrong(p, "sections nested too deeply", err);
	p->depth++;
	p->open[p->depth] = node;
	p->last[p->depth] = 0;
	return TRIAGE_OK;
}

/* Behind the opening quote. Escapes are resolved where they stand. */
static enum triage_status
parse_string(struct parser *p, struct lvm_node *n, struct triage_error *err)
{
	char *to = p->at;
	n->text = to;
	while (p->at < p->end && *p->at != '"') {
		if (*p->at == '\\' && p->at + 1 < p->end)
			p->at++;
		*to++ = *p->at++;
	}
	if (p->at == p->end)
		return wrong(p, "a string without an end", err);
	p->at++;
	n->text_size = (uint32_t)(to - n->text);
	return TRIAGE_OK;
}

static enum triage_status
parse_number(struct parser *p, struct lvm_node *n, struct triage_error *err)
{
	bool negative = p->at < p->end && *p->at == '-', fraction = false;
	const char *first = p->at += negative;
	for (; p->at < p->end && ((*p->at >= '0' && *p->at <= '9') || *p->at == '.'); p->at++) {
		fraction = fraction || *p->at == '.';
		if (!fraction && (__builtin_mul_overflow(n->number, 10, &n->number) || __builtin_add_overflow(n->number, *p->at - '0', &n->number)))
			return wrong(p, "a number too large", err);
	}
	if (p->at == first)
		return wrong(p, "no value where one must be", err);
	n->number = negative ? -n->number : n->number;
	return TRIAGE_OK;
}

/* One value, or the opening of a list. */
static enum triage_status
parse_value(struct parser *p, const char *name, uint32_t name_size, struct triage_error *err)
{
	uint32_t node;
	char first = p->at < p->end ? *p->at : '\0';
	enum lvm_node_kind kind = first == '[' ? LVM_LIST : first == '"' ? LVM_STRING : LVM_NUMBER;
	enum triage_status st = node_add(p, kind, &node, err);
	if (st != TRIAGE_OK)
		return st;
	struct lvm_node *n = &p->text->nodes[node];
	n->name = name;
	n->name_size = name_size;
	if (kind == LVM_NUMBER)
		return parse_number(p, n, err);
	p->at++;
	return kind == LVM_STRING ? parse_string(p, n, err) : enter(p, node, err);
}

static enum triage_status
step_in_list(struct parser *p, struct triage_error *err)
{
	if (*p->at == ']') {
		p->at++;
		p->depth--;
		return TRIAGE_OK;
	}
	if (*p->at == ',') {
		p->at++;
		return TRIAGE_OK;
	}
	return parse_value(p, "", 0, err);
}

/* `name {`, `name = value` or `}` */
static enum triage_status
step_in_section(struct parser *p, struct triage_error *err)
{
	const char *name = p->at;
	if (*p->at == '}') {
		if (p->depth == 0)
			return wrong(p, "a section that was not opened ends", err);
		p->at++;
		p->depth--;
		return TRIAGE_OK;
	}
	while (p->at < p->end && is_word(*p->at))
		p->at++;
	uint32_t size = (uint32_t)(p->at - name), node;
	skip(p);
	if (size == 0 || p->at == p->end)
		return wrong(p, "no name where one must be", err);
	if (*p->at == '=') {
		p->at++;
		skip(p);
		return parse_value(p, name, size, err);
	}
	if (*p->at != '{')
		return wrong(p, "neither a section nor a value", err);
	p->at++;
	enum triage_status st = node_add(p, LVM_SECTION, &node, err);
	if (st != TRIAGE_OK)
		return st;
	p->text->nodes[node].name = name;
	p->text->nodes[node].name_size = size;
	return enter(p, node, err);
}

static enum triage_status
parse(struct parser *p, struct triage_error *err)
{
	uint32_t root;
	enum triage_status st = node_add(p, LVM_SECTION, &root, err);
	for (skip(p); st == TRIAGE_OK && p->at < p->end; skip(p)) {
		bool list = p->text->nodes[p->open[p->depth]].kind == LVM_LIST;
		st = list ? step_in_list(p, err) : step_in_section(p, err);
	}
	return st == TRIAGE_OK && p->depth > 0 ? wrong(p, "the text ends within a section", err) : st;
}

enum triage_status
lvm_text_parse(char *bytes, size_t size, struct lvm_text *ret_text, struct triage_error *err)
{
	*ret_text = (struct lvm_text){ .bytes = bytes };
	struct parser p = { .at = bytes, .begin = bytes, .end = bytes + strnlen(bytes, size), .text = ret_text };
	enum triage_status st = TRIAGE_E_LIMIT;
	if (size <= LVM_TEXT_MAX)
		st = parse(&p, err);
	else
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "LVM metadata of %zu bytes, at most %d are read", size, LVM_TEXT_MAX);
	if (st != TRIAGE_OK)
		lvm_text_release(ret_text);
	return st;
}

void
lvm_text_release(struct lvm_text *t)
{
	free(t->bytes);
	free(t->nodes);
	*t = (struct lvm_text){ 0 };
}

uint32_t
lvm_find(const struct lvm_text *t, uint32_t section, const char *name)
{
	size_t size = strlen(name);
	for (uint32_t i = t->nodes[section].child; i != 0; i = t->nodes[i].next)
		if (t->nodes[i].name_size == size && memcmp(t->nodes[i].name, name, size) == 0)
			return i;
	return 0;
}

const struct lvm_node *
lvm_get(const struct lvm_text *t, uint32_t section, const char *name, enum lvm_node_kind kind)
{
	uint32_t node = lvm_find(t, section, name);
	return node != 0 && t->nodes[node].kind == kind ? &t->nodes[node] : NULL;
}

uint64_t
lvm_number(const struct lvm_text *t, uint32_t section, const char *name, uint64_t fallback)
{
	const struct lvm_node *n = lvm_get(t, section, name, LVM_NUMBER);
	return n != NULL && n->number >= 0 ? (uint64_t)n->number : fallback;
}

bool
lvm_is(const struct lvm_node *n, const char *text)
{
	return n != NULL && n->kind == LVM_STRING && n->text_size == strlen(text) && memcmp(n->text, text, n->text_size) == 0;
}

bool
lvm_list_has(const struct lvm_text *t, uint32_t section, const char *name, const char *word)
{
	const struct lvm_node *list = lvm_get(t, section, name, LVM_LIST);
	for (uint32_t i = list != NULL ? list->child : 0; i != 0; i = t->nodes[i].next)
		if (lvm_is(&t->nodes[i], word))
			return true;
	return false;
}
