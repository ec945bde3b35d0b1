/* evtx_shared.c - the fields of <System>: those that records of one template mostly have the same are made once and put again. */
#include "triage/artefact/evtx_inside.h"

#include <stdio.h>
#include <string.h>

static const uint8_t shared[EVTX_SHARED] = {
	EVTX_SYS_EVENT_ID, EVTX_SYS_CHANNEL, EVTX_SYS_PROVIDER, EVTX_SYS_COMPUTER, EVTX_SYS_QUALIFIERS, EVTX_SYS_LEVEL, EVTX_SYS_TASK, EVTX_SYS_OPCODE,
	EVTX_SYS_KEYWORDS, EVTX_SYS_VERSION, EVTX_SYS_PROVIDER_GUID, EVTX_SYS_SOURCE,
};

static const char *const system_keys[EVTX_SYS_COUNT] = {
#define F(id, key) [EVTX_SYS_##id] = key,
	EVTX_SYSTEM_FIELDS(F)
#undef F
};

void
evtx_system_put(const struct evtx *x, struct artefact *a, unsigned system)
{
	const struct evtx_value *v = &x->system[system];
	bool fixed = system <= EVTX_SYS_RECOVERED;
	char key[64];
	uint64_t number;
	if (v->type == EVTX_NULL || (!fixed && evtx_value_empty(v)))
		return;
	if ((x->system_named >> system & 1) != 0 && !fixed) {
		snprintf(key, sizeof(key), "system_%s", system_keys[system]);
		evtx_value_put(a, key, v);
	} else if (system == EVTX_SYS_EVENT_ID && evtx_value_number(v, &number)) {
		artefact_unsigned(a, "event_id", number);
	} else {
		evtx_value_put(a, system_keys[system], v);
	}
}

/* True for what says nothing that the other fields do not. */
static bool
is_idle(const struct evtx *x, unsigned system)
{
	const struct evtx_value *v = &x->system[system], *provider = &x->system[EVTX_SYS_PROVIDER];
	uint64_t number;
	if (system == EVTX_SYS_QUALIFIERS || system == EVTX_SYS_VERSION)
		return !evtx_value_number(v, &number) || number == 0;
	return system == EVTX_SYS_SOURCE && v->type == provider->type && v->size == provider->size && v->size > 0 && memcmp(v->data, provider->data, v->size) == 0;
}

/* Most values that are shared are numbers. */
static bool
same_bytes(const uint8_t *a, const uint8_t *b, uint32_t size)
{
	switch (size) {
	case 0:
		return true;
	case 1:
		return a[0] == b[0];
	case 2:
		return load_le16(a) == load_le16(b);
	case 4:
		return load_le32(a) == load_le32(b);
	case 8:
		return load_le64(a) == load_le64(b);
	default:
		return memcmp(a, b, size) == 0;
	}
}

static bool
is_same(const struct evtx *x, const struct evtx_shared *s)
{
	if (!s->made || s->named != x->system_named)
		return false;
	bool here = s->chunk == x->chunk_number;
	for (unsigned i = 0; i < EVTX_SHARED; i++) {
		const struct evtx_value *v = &x->system[shared[i]], *known = &s->values[i];
		if (v->type != known->type || v->size != known->size)
			return false;
		if (!(here && s->seen[i] == v->data) && !same_bytes(v->data, known->data, v->size))
			return false;
	}
	return true;
}

/* Keep the values, so that they can be compared when their chunk is gone. False when they are too long for that. */
static bool
keep_values(const struct evtx *x, struct evtx_shared *s)
{
	uint32_t used = 0;
	for (unsigned i = 0; i < EVTX_SHARED; i++) {
		const struct evtx_value *v = &x->system[shared[i]];
		if (v->size > EVTX_SHARED_BYTES - used)
			return false;
		if (v->size > 0)
			memcpy(s->bytes + used, v->data, v->size);
		s->values[i] = (struct evtx_value){ s->bytes + used, v->size, v->type };
		s->seen[i] = v->data;
		used += v->size;
	}
	s->named = x->system_named;
	s->chunk = x->chunk_number;
	return true;
}

const struct evtx_shared *
evtx_shared_put(struct evtx *x, struct artefact *a)
{
	struct evtx_shared *s = &x->shared[x->outermost % EVTX_SHARED_SETS];
	if (is_same(x, s)) {
		artefact_fields(a, s->json, s->json_size);
		return s;
	}
	size_t mark = artefact_mark(a), size;
	for (unsigned i = 0; i < EVTX_SHARED; i++)
		if (!is_idle(x, shared[i]))
			evtx_system_put(x, a, shared[i]);
	const char *json = artefact_since(a, mark, &size);
	s->made = size <= EVTX_SHARED_JSON && keep_values(x, s);
	if (s->made) {
		memcpy(s->json, json, size);
		s->json_size = (uint32_t)size;
	}
	size_t provider_size = evtx_value_text(&x->system[EVTX_SYS_PROVIDER], s->provider, sizeof(s->provider));
	evtx_value_text(&x->system[EVTX_SYS_COMPUTER], s->computer, sizeof(s->computer));
	s->id = 0;
	s->known_id = evtx_value_number(&x->system[EVTX_SYS_EVENT_ID], &s->id);
	s->message = s->known_id ? evtx_message_of(x, s->provider, provider_size, s->id) : NULL;
	return s;
}
