/*
 * evtx_template.c - the definition of a template, once through, to slots.
 *
 * Tokens of binary XML: [MS-EVEN6] 2.2.12 and 2.2.13, and the libevtx documentation for what a file adds to them: sizes and the places of names in
 * the chunk. Nothing here is believed further than the bytes reach; an element stack of fixed depth takes the place of recursion.
 */
#include "triage/artefact/evtx_inside.h"

#include <string.h>

enum {
	T_END, T_OPEN, T_CLOSE_START, T_CLOSE_EMPTY, T_CLOSE, T_VALUE, T_ATTRIBUTE, T_CDATA, T_CHARACTER, T_ENTITY, T_PI_TARGET, T_PI_DATA, T_TEMPLATE,
	T_NORMAL, T_OPTIONAL, T_FRAGMENT,
	T_MORE = 0x40,
	DEFINITION_HEADER = 24,		/* next, GUID, size */
	NAME_HEADER = 8, NAME_LONGEST = 512,
};

struct chain {
	uint32_t head, tail;
};

struct level {
	struct evtx_key *key, *attribute;	/* attribute: being read */
	struct chain content, attribute_value, dynamic_name;
	uint8_t section, inside;		/* where the element stands, and what its children stand in */
	bool named, has_children, blank;	/* named: key is the value of Name; blank: content is white space so far */
};

struct compiler {
	struct evtx *x;
	struct evtx_template *t;
	uint32_t at, end;
	unsigned depth;
	struct level levels[EVTX_DEPTH + 1];	/* levels[0]: what the whole stands in */
};

void
evtx_templates_clear(struct evtx *x)
{
	memset(x->template_of, 0, sizeof(x->template_of));
	x->template_count = x->slot_count = x->compiled = x->work = 0;
	x->part_count = 1;		/* 0 is none */
}

/* --- names --- */

static uint32_t
name_units(const struct evtx *x, uint32_t name)
{
	if (!view_has(x->chunk, name, NAME_HEADER))
		return 0;
	uint32_t units = load_le16(x->chunk.data + name + 6);
	if (units > NAME_LONGEST || !view_has(x->chunk, (uint64_t)name + NAME_HEADER, 2 * (uint64_t)units + 2))
		return 0;
	return load_le16(x->chunk.data + name + NAME_HEADER + 2 * units) == 0 ? units : 0;
}

/* The name whose place in the chunk stands at c->at; passes it, and the name itself when it follows at once. NULL when it is none. */
static struct evtx_key *
take_name(struct compiler *c)
{
	if (c->end - c->at < 4)
		return NULL;
	uint32_t name = load_le32(c->x->chunk.data + c->at), units = name_units(c->x, name);
	if (units == 0)
		return NULL;
	c->at += 4;
	if (name == c->at) {
		uint32_t size = NAME_HEADER + 2 * units + 2;
		if (size > c->end - c->at)
			return NULL;
		c->at += size;
	}
	return evtx_key_of_name(&c->x->names, c->x->chunk.data + name + NAME_HEADER, units);
}

/* --- slots and parts --- */

static bool
add_part(struct compiler *c, struct chain *chain, struct evtx_part part)
{
	struct evtx *x = c->x;
	if (x->part_count >= EVTX_PARTS)
		return false;
	uint32_t i = x->part_count++;
	x->parts[i] = part;
	x->parts[i].next = 0;
	if (chain->head == 0)
		chain->head = i;
	else
		x->parts[chain->tail].next = i;
	chain->tail = i;
	return true;
}

static bool
add_slot(struct compiler *c, struct evtx_slot slot)
{
	struct evtx *x = c->x;
	if (x->slot_count >= EVTX_SLOTS)
		return false;
	x->slots[x->slot_count++] = slot;
	c->t->slots++;
	return true;
}

static uint8_t
inside_of(uint8_t section, const struct evtx_key *key)
{
	switch (section) {
	case EVTX_AT_ROOT:
		return key->word == EVTX_WORD_EVENT ? EVTX_AT_EVENT : EVTX_AT_DATA;
	case EVTX_AT_EVENT:
		return key->word == EVTX_WORD_SYSTEM ? EVTX_AT_SYSTEM : key->word == EVTX_WORD_RENDERING_INFO ? EVTX_AT_RENDERING : EVTX_AT_DATA;
	case EVTX_AT_SYSTEM:
		return EVTX_AT_SYSTEM_ITEM;
	default:
		return section;
	}
}

/* The value of an attribute is complete. */
static bool
end_attribute(struct compiler *c)
{
	struct level *l = &c->levels[c->depth];
	struct evtx_key *attribute = l->attribute;
	struct chain value = l->attribute_value;
	struct evtx *x = c->x;
	l->attribute = NULL;
	if (attribute == NULL || value.head == 0 || attribute->word == EVTX_WORD_XMLNS || strncmp(attribute->text, "xmlns_", 6) == 0)
		return true;
	if (l->section == EVTX_AT_SYSTEM) {
		uint8_t system = (uint8_t)evtx_system_of(l->key->word, attribute->word);
		return add_slot(c, (struct evtx_slot){ .system = system, .part = value.head, .inside = EVTX_AT_SYSTEM_ITEM,
			.key = system != 0 ? NULL : evtx_key_joined(&x->names, l->key->text, attribute->text) });
	}
	const struct evtx_part *first = &x->parts[value.head];
	if (attribute->word == EVTX_WORD_NAME && l->section == EVTX_AT_DATA) {
		if (first->index != EVTX_LITERAL || first->next != 0) {
			l->dynamic_name = value;
		} else if (first->literal.size >= 2) {
			l->key = evtx_key_of_name(&x->names, first->literal.data, first->literal.size / 2);
			l->named = true;
		}
		return true;
	}
	return add_slot(c, (struct evtx_slot){ .part = value.head, .inside = EVTX_AT_DATA,
		.key = evtx_key_joined(&x->names, l->section == EVTX_AT_RENDERING ? "rendered" : l->key->text, attribute->text) });
}

/* An element ends: what stood in it is a value when it is more than the space between its children. */
static bool
end_element(struct compiler *c)
{
	struct level *l = &c->levels[c->depth];
	if (c->depth == 0 || !end_attribute(c))
		return false;
	c->depth--;
	if (l->content.head == 0 || (l->blank && l->has_children))
		return true;
	struct evtx_slot slot = { .key = l->key, .part = l->content.head, .name_part = l->dynamic_name.head, .inside = l->inside };
	if (l->section == EVTX_AT_SYSTEM) {
		slot.system = (uint8_t)evtx_system_of(l->key->word, EVTX_WORD_NONE);
		slot.key = slot.system != 0 ? NULL : evtx_key_joined(&c->x->names, "system", l->key->text);
	} else if (l->section == EVTX_AT_RENDERING) {
		slot.key = evtx_key_joined(&c->x->names, "rendered", l->key->text);
	} else if (l->section == EVTX_AT_DATA && l->key->word == EVTX_WORD_DATA && !l->named && slot.name_part == 0) {
		slot.key = NULL;
	}
	return add_slot(c, slot);
}

static bool
add_text(struct compiler *c, struct evtx_part part, bool blank)
{
	struct level *l = &c->levels[c->depth];
	if (l->attribute == NULL)
		l->blank = (l->blank || l->content.head == 0) && blank;
	return add_part(c, l->attribute != NULL ? &l->attribute_value : &l->content, part);
}

static bool
add_literal(struct compiler *c, const uint8_t *data, uint32_t size, uint8_t type)
{
	bool blank = type == EVTX_STRING;
	for (uint32_t i = 0; blank && i + 1 < size; i += 2)
		blank = load_le16(data + i) <= ' ';
	return add_text(c, (struct evtx_part){ .index = EVTX_LITERAL, .literal = { data, size, type } }, blank);
}

/* --- tokens --- */

/*
 * An element begins with a number of what it depends on, which is not there in a fragment that is itself a value. Both forms are
 * told apart by what follows: a size that fits and a place where a name is.
 */
static bool
element_at(const struct compiler *c, uint32_t at)
{
	if (at > c->end || c->end - at < 8)
		return false;
	return load_le32(c->x->chunk.data + at) <= EVTX_CHUNK && name_units(c->x, load_le32(c->x->chunk.data + at + 4)) > 0;
}

static bool
take_open(struct compiler *c, bool attributes)
{
	uint32_t at = element_at(c, c->at + 3) ? c->at + 3 : element_at(c, c->at + 1) ? c->at + 1 : 0;
	if (at == 0 || c->depth == EVTX_DEPTH)
		return false;
	c->at = at + 4;
	struct evtx_key *key = take_name(c);
	if (key == NULL || (attributes && c->end - c->at < 4))
		return false;
	c->at += attributes ? 4 : 0;
	struct level *parent = &c->levels[c->depth], *l = &c->levels[++c->depth];
	parent->has_children = true;
	*l = (struct level){ .key = key, .section = parent->inside, .inside = inside_of(parent->inside, key) };
	return true;
}

static bool
take_attribute(struct compiler *c)
{
	struct level *l = &c->levels[c->depth];
	if (c->depth == 0 || !end_attribute(c))
		return false;
	c->at++;
	l->attribute = take_name(c);
	l->attribute_value = (struct chain){ 0, 0 };
	return l->attribute != NULL;
}

/* A counted text: CDATA, the value of type string, the text of a processing instruction. */
static bool
take_text(struct compiler *c, uint32_t before, bool keep)
{
	if (c->end - c->at < before + 2)
		return false;
	uint32_t size = 2u * load_le16(c->x->chunk.data + c->at + before);
	c->at += before + 2;
	if (size > c->end - c->at)
		return false;
	const uint8_t *text = c->x->chunk.data + c->at;
	c->at += size;
	return !keep || size == 0 || add_literal(c, text, size, EVTX_STRING);
}

static bool
take_value(struct compiler *c)
{
	/* literals other than text are not written by Windows */
	return c->end - c->at >= 2 && c->x->chunk.data[c->at + 1] == EVTX_STRING && take_text(c, 2, true);
}

static bool
take_character(struct compiler *c)
{
	if (c->end - c->at < 3)
		return false;
	c->at += 3;
	return add_literal(c, c->x->chunk.data + c->at - 2, 2, EVTX_STRING);
}

static bool
take_entity(struct compiler *c)
{
	static const struct {
		const char *name, *text;
	} entities[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" } };
	c->at++;
	const struct evtx_key *name = take_name(c);
	if (name == NULL)
		return false;
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (strcmp(name->text, entities[i].name) == 0)
			return add_literal(c, (const uint8_t *)entities[i].text, 1, EVTX_UTF8);
	return add_literal(c, (const uint8_t *)name->text, name->size, EVTX_UTF8);
}

static bool
take_substitution(struct compiler *c)
{
	if (c->end - c->at < 4)
		return false;
	uint32_t index = load_le16(c->x->chunk.data + c->at + 1);
	c->at += 4;
	return add_text(c, (struct evtx_part){ .index = index }, false);
}

static bool
take_fixed(struct compiler *c, uint32_t size)
{
	if (c->end - c->at < size)
		return false;
	c->at += size;
	return true;
}

/* One token. False when it cannot be one. */
static bool
take_token(struct compiler *c)
{
	uint8_t token = c->x->chunk.data[c->at];
	switch (token & ~T_MORE) {
	case T_OPEN:
		return take_open(c, (token & T_MORE) != 0);
	case T_CLOSE_START:
		c->at++;
		return end_attribute(c);
	case T_CLOSE_EMPTY:
	case T_CLOSE:
		c->at++;
		return end_element(c);
	case T_VALUE:
		return take_value(c);
	case T_ATTRIBUTE:
		return take_attribute(c);
	case T_CDATA:
		return take_text(c, 1, true);
	case T_CHARACTER:
		return take_character(c);
	case T_ENTITY:
		return take_entity(c);
	case T_PI_TARGET:
		c->at++;
		return take_name(c) != NULL;
	case T_PI_DATA:
		return take_text(c, 1, false);
	case T_NORMAL:
	case T_OPTIONAL:
		return take_substitution(c);
	case T_FRAGMENT:
		return take_fixed(c, 4);
	default:
		return false;
	}
}

static void
compile(struct evtx *x, struct evtx_template *t, uint32_t at, uint32_t end)
{
	struct compiler c = { .x = x, .t = t, .at = at, .end = end };
	c.levels[0].inside = t->section;
	c.levels[0].section = t->section;
	t->slot = x->slot_count;
	t->slots = 0;
	while (c.at < c.end && x->chunk.data[c.at] != T_END)
		if (!take_token(&c)) {
			t->whole = false;
			break;
		}
	/* what was open when it broke off still counts */
	while (c.depth > 0 && end_element(&c))
		;
	x->compiled += end - at;
}

static struct evtx_template *
new_template(struct evtx *x, uint32_t definition, uint8_t section)
{
	if (x->template_count >= EVTX_TEMPLATES - 1 || x->compiled > EVTX_COMPILE)
		return NULL;
	struct evtx_template *t = &x->templates[x->template_count++];
	*t = (struct evtx_template){ .definition = definition, .section = section, .whole = true };
	return t;
}

const struct evtx_template *
evtx_template_at(struct evtx *x, uint32_t definition, uint8_t section)
{
	enum { SPAN = sizeof(x->template_of) / sizeof(x->template_of[0]) };
	uint32_t i = (definition * 2654435761u >> 12) % SPAN;
	for (; x->template_of[i] != 0; i = (i + 1) % SPAN) {
		const struct evtx_template *known = &x->templates[x->template_of[i] - 1];
		if (known->definition == definition && known->section == section)
			return known;
	}
	if (!view_has(x->chunk, definition, DEFINITION_HEADER))
		return NULL;
	struct evtx_template *t = new_template(x, definition, section);
	if (t == NULL)
		return NULL;
	x->template_of[i] = (uint16_t)x->template_count;
	uint32_t body = definition + DEFINITION_HEADER, size = load_le32(x->chunk.data + definition + 20), there = (uint32_t)x->chunk.size - body;
	if (size > there)
		t->whole = false;
	compile(x, t, body, body + (size > there ? there : size));
	return t;
}

const struct evtx_template *
evtx_template_once(struct evtx *x, uint32_t at, uint32_t end, uint8_t section)
{
	struct evtx_template *t = new_template(x, UINT32_MAX, section);
	if (t != NULL)
		compile(x, t, at, end);
	return t;
}
