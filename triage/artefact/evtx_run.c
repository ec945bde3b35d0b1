/* evtx_run.c - the values of a record into the slots of its template. */
#include "triage/artefact/evtx_inside.h"

#include <string.h>

enum {
	FRAGMENT = 0x0f, TEMPLATE = 0x0c, OPEN = 0x01, OPEN_MORE = 0x41,
	INSTANCE = 10,			/* token, version, id, place of the definition */
	DEFINITION_HEADER = 24,
	FIELD_WORK = 32,
};

static bool fragment(struct evtx *x, uint32_t at, uint32_t end, uint8_t section, unsigned depth);

/* Member by member: a copy in one piece would wait for the smaller writes that made the value. */
static void
set_value(struct evtx_value *to, const struct evtx_value *from)
{
	to->data = from->data;
	to->size = from->size;
	to->type = from->type;
}

void
evtx_field_add(struct evtx *x, struct evtx_key *key, const struct evtx_value *value)
{
	if (x->field_count >= EVTX_FIELDS) {
		x->whole = false;
		return;
	}
	struct evtx_field *field = &x->fields[x->field_count++];
	x->forwarded = x->forwarded || (key != NULL && key->word == EVTX_WORD_RENDERED_MESSAGE);
	field->key = key;
	set_value(&field->value, value);
	if (key == NULL)
		x->unnamed++;
	else if (key->system != 0)
		x->system_named |= UINT64_C(1) << key->system;
}

static const struct evtx_value *
value_of(const struct evtx *x, const struct evtx_part *part, uint32_t first, uint32_t count)
{
	static const struct evtx_value nothing = { .type = EVTX_NULL };
	if (part->index == EVTX_LITERAL)
		return &part->literal;
	return part->index < count ? &x->values[first + part->index] : &nothing;
}

/* Several parts to one text, in x->text. */
static void
join(struct evtx *x, uint32_t part, uint32_t first, uint32_t count, struct evtx_value *ret)
{
	char *begin = x->text + x->text_used;
	for (; part != 0; part = x->parts[part].next) {
		if (EVTX_TEXT - x->text_used < 2) {
			x->whole = false;
			break;
		}
		x->text_used += (uint32_t)evtx_value_text(value_of(x, &x->parts[part], first, count), x->text + x->text_used, EVTX_TEXT - x->text_used);
	}
	*ret = (struct evtx_value){ (const uint8_t *)begin, (uint32_t)(x->text + x->text_used - begin), EVTX_UTF8 };
}

static bool
run_slot(struct evtx *x, const struct evtx_slot *slot, uint32_t first, uint32_t count, unsigned depth)
{
	const struct evtx_part *part = &x->parts[slot->part];
	struct evtx_value joined;
	const struct evtx_value *v = &joined;
	if (part->next == 0)
		v = value_of(x, part, first, count);
	else
		join(x, slot->part, first, count, &joined);
	if (v->type == EVTX_NULL)
		return true;
	if (v->type == EVTX_BINXML) {
		uint32_t at = (uint32_t)(v->data - x->chunk.data);
		return v->size == 0 || fragment(x, at, at + v->size, slot->inside, depth + 1);
	}
	x->work += FIELD_WORK + v->size;
	if (slot->system != EVTX_SYS_NONE) {
		set_value(&x->system[slot->system], v);
		return true;
	}
	struct evtx_key *key = slot->key;
	if (slot->name_part != 0) {
		char form[EVTX_KEY_MAX];
		struct evtx_value name;
		join(x, slot->name_part, first, count, &name);
		key = name.size == 0 ? NULL : evtx_key_of(&x->names, form, evtx_key_form((const char *)name.data, name.size, form));
	}
	/* an empty text says nothing where it has a name; without one it keeps its place */
	if (key == NULL || !evtx_value_empty(v))
		evtx_field_add(x, key, v);
	return true;
}

static bool
run_template(struct evtx *x, const struct evtx_template *t, uint32_t first, uint32_t count, unsigned depth)
{
	bool whole = t->whole;
	for (const struct evtx_slot *slot = &x->slots[t->slot], *end = slot + t->slots; slot < end && x->work < EVTX_WORK; slot++)
		whole = run_slot(x, slot, first, count, depth) && whole;
	return whole && x->work < EVTX_WORK;
}

/* The values of an instance: their sizes and types, then their bytes. False when not all of them are there. */
static bool
take_values(struct evtx *x, uint32_t at, uint32_t end, uint32_t *ret_count, uint32_t *ret_end)
{
	*ret_count = 0;
	*ret_end = end;
	if (end - at < 4)
		return false;
	uint32_t count = load_le32(x->chunk.data + at), there = (end - at - 4) / 4;
	bool whole = count <= there && count <= EVTX_VALUES - x->value_count;
	if (!whole)
		return false;
	const uint8_t *sizes = x->chunk.data + at + 4;
	uint32_t data = at + 4 + 4 * count;
	struct evtx_value *values = x->values + x->value_count;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = load_le16(sizes + 4 * i);
		if (size > end - data) {
			/* cut: what follows is not there either */
			memset(values + i, 0, (count - i) * sizeof(*values));
			whole = false;
			data = end;
			break;
		}
		values[i].data = x->chunk.data + data;
		values[i].size = size;
		values[i].type = sizes[4 * i + 2];
		data += size;
	}
	*ret_count = count;
	*ret_end = data;
	return whole;
}

/*
 * The values that Windows puts into <System> have the same order and types in nearly every template; with these, and a time, they are known
 * without one. Returns how many they are, 0 when they are not these.
 */
static uint32_t
run_system(struct evtx *x, uint32_t first, uint32_t count, unsigned depth)
{
	static const struct {
		uint8_t system, type;
		bool optional;
	} usual[] = { { EVTX_SYS_LEVEL, EVTX_U8, false }, { EVTX_SYS_OPCODE, EVTX_U8, true }, { EVTX_SYS_TASK, EVTX_U16, false },
		{ EVTX_SYS_EVENT_ID, EVTX_U16, false }, { EVTX_SYS_QUALIFIERS, EVTX_U16, true }, { EVTX_SYS_KEYWORDS, EVTX_HEX64, false },
		{ EVTX_SYS_TIME, EVTX_FILETIME, false }, { EVTX_SYS_ACTIVITY_ID, EVTX_GUID, true }, { EVTX_SYS_PROCESS_ID, EVTX_U32, true },
		{ EVTX_SYS_THREAD_ID, EVTX_U32, true }, { EVTX_SYS_EVENT_RECORD_ID, EVTX_U64, false }, { EVTX_SYS_VERSION, EVTX_U8, true },
		{ EVTX_SYS_USER_ID, EVTX_SID, true } };
	enum { USUAL = sizeof(usual) / sizeof(usual[0]) };
	if (count < USUAL)
		return 0;
	for (uint32_t i = 0; i < USUAL; i++) {
		uint8_t type = x->values[first + i].type;
		if (type != usual[i].type && !(usual[i].optional && type == EVTX_NULL))
			return 0;
	}
	const struct evtx_value *v = &x->values[first];
	for (uint32_t i = 0; i < USUAL; i++)
		set_value(&x->system[usual[i].system], &v[i]);
	/* a record of a provider that names itself: its data, its name, its GUID, the channel */
	if (count < USUAL + 4 || (v[USUAL].type != EVTX_BINXML && v[USUAL].type != EVTX_NULL) || v[USUAL + 1].type != EVTX_STRING ||
	    v[USUAL + 2].type != EVTX_GUID || v[USUAL + 3].type != EVTX_STRING)
		return USUAL;
	set_value(&x->system[EVTX_SYS_PROVIDER], &v[USUAL + 1]);
	set_value(&x->system[EVTX_SYS_PROVIDER_GUID], &v[USUAL + 2]);
	set_value(&x->system[EVTX_SYS_CHANNEL], &v[USUAL + 3]);
	if (v[USUAL].type == EVTX_BINXML) {
		uint32_t at = (uint32_t)(v[USUAL].data - x->chunk.data);
		fragment(x, at, at + v[USUAL].size, EVTX_AT_EVENT, depth + 1);
	}
	return USUAL + 4;
}

/* The template of a record has been written over: its values without their names are still evidence. */
static bool
run_values(struct evtx *x, uint32_t first, uint32_t count, unsigned depth)
{
	for (uint32_t i = depth == 0 ? run_system(x, first, count, depth) : 0; i < count && x->work < EVTX_WORK; i++) {
		const struct evtx_value *v = &x->values[first + i];
		uint32_t at = (uint32_t)(v->data - x->chunk.data);
		x->work += FIELD_WORK + v->size;
		if (v->type == EVTX_BINXML)
			fragment(x, at, at + v->size, EVTX_AT_EVENT, depth + 1);
		else if (v->type != EVTX_NULL && !evtx_value_empty(v))
			evtx_field_add(x, NULL, v);
	}
	return false;
}

/* True when an offset is that of the template whose id (the first part of its GUID) an instance names. */
static bool
is_template(const struct evtx *x, uint32_t definition, uint32_t id)
{
	return view_has(x->chunk, definition, DEFINITION_HEADER) && load_le32(x->chunk.data + definition + 4) == id;
}

/* A template with its values; *at passes it. */
static bool
instance(struct evtx *x, uint32_t *at, uint32_t end, uint8_t section, unsigned depth)
{
	uint32_t definition, id, next = *at + INSTANCE, count;
	if (end - *at < INSTANCE) {
		*at = end;
		return false;
	}
	id = load_le32(x->chunk.data + *at + 2);
	definition = load_le32(x->chunk.data + *at + 6);
	if (definition == next) {
		if (end - next < DEFINITION_HEADER || load_le32(x->chunk.data + next + 20) > end - next - DEFINITION_HEADER) {
			*at = end;
			return false;
		}
		next += DEFINITION_HEADER + load_le32(x->chunk.data + next + 20);
	}
	const struct evtx_template *t = is_template(x, definition, id) ? evtx_template_at(x, definition, section) : NULL;
	if (depth == 0 && t != NULL)
		x->outermost = (uint32_t)(t - x->templates);
	bool whole = take_values(x, next, end, &count, at);
	uint32_t first = x->value_count;
	x->value_count += count;
	whole = (t != NULL ? run_template(x, t, first, count, depth) : run_values(x, first, count, depth)) && whole;
	x->value_count = first;
	return whole;
}

/* Elements without a template. They have no values to put in, so nothing that runs inside them outlives them. */
static bool
elements(struct evtx *x, uint32_t at, uint32_t end, uint8_t section, unsigned depth)
{
	uint32_t templates = x->template_count, slots = x->slot_count, parts = x->part_count;
	const struct evtx_template *t = evtx_template_once(x, at, end, section);
	bool whole = t != NULL && run_template(x, t, 0, 0, depth);
	x->template_count = templates;
	x->slot_count = slots;
	x->part_count = parts;
	return whole;
}

/* A fragment: a template with values, or elements as they are. Deeper than any writer nests them it is left out. */
static bool
fragment(struct evtx *x, uint32_t at, uint32_t end, uint8_t section, unsigned depth)
{
	if (depth > EVTX_NESTED)
		return false;
	while (at < end && x->work < EVTX_WORK) {
		uint8_t token = x->chunk.data[at];
		if (token == 0)
			return true;
		if (token == FRAGMENT && end - at >= 4) {
			at += 4;
		} else if (token == TEMPLATE) {
			if (!instance(x, &at, end, section, depth))
				return false;
		} else if (token == OPEN || token == OPEN_MORE) {
			return elements(x, at, end, section, depth);
		} else {
			return false;
		}
		x->work += FIELD_WORK;
	}
	return at >= end;
}

void
evtx_begin(struct evtx *x)
{
	memset(x->system, 0, sizeof(x->system));
	x->field_count = x->value_count = x->text_used = x->unnamed = 0;
	x->system_named = 0;
	x->outermost = 0;
	x->whole = true;
}

void
evtx_run(struct evtx *x, uint32_t at, uint32_t end)
{
	evtx_begin(x);
	if (!fragment(x, at, end, EVTX_AT_ROOT, 0))
		x->whole = false;
	/* a record without contents is none that Windows writes */
	if (x->field_count == 0 && x->system[EVTX_SYS_EVENT_ID].type == EVTX_NULL)
		x->whole = false;
}

const struct evtx_value *
evtx_field_of(const struct evtx *x, const struct evtx_key *key)
{
	for (uint32_t i = 0; i < x->field_count; i++)
		if (x->fields[i].key == key)
			return &x->fields[i].value;
	return NULL;
}

const struct evtx_value *
evtx_unnamed(const struct evtx *x, unsigned place, struct evtx_value *room)
{
	for (uint32_t i = 0; i < x->field_count; i++) {
		const struct evtx_value *v = &x->fields[i].value;
		uint32_t at = 0;
		if (x->fields[i].key != NULL)
			continue;
		if ((v->type & EVTX_ARRAY) == 0) {
			if (place-- == 0)
				return v;
			continue;
		}
		for (struct evtx_value item; evtx_value_item(v, &at, &item);)
			if (place-- == 0) {
				*room = item;
				return room;
			}
	}
	return NULL;
}
