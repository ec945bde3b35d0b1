/* registry_out.c - events and facts of keys and values, and the calls of plug-ins. */
#include "triage/artefact/registry_inside.h"

#include <string.h>
#include <strings.h>

#define REGISTRY_PLUGIN(name) extern const struct registry_plugin registry_plugin_##name;
#include "triage/artefact/registry_plugins.def"
#undef REGISTRY_PLUGIN

static const struct registry_plugin *const plugins[] = {
#define REGISTRY_PLUGIN(name) &registry_plugin_##name,
#include "triage/artefact/registry_plugins.def"
#undef REGISTRY_PLUGIN
};

enum { PLUGIN_COUNT = sizeof(plugins) / sizeof(plugins[0]) };

const struct registry_plugin *
registry_plugin_at(size_t index)
{
	return index < PLUGIN_COUNT ? plugins[index] : NULL;
}

size_t
registry_plugin_count(void)
{
	return PLUGIN_COUNT;
}

enum triage_status
registry_call(struct registry *r, size_t plugin, const struct registry_key *k, struct triage_error *err)
{
	r->plugin = plugin;
	enum triage_status st = plugins[plugin]->key(r, k, err);
	r->plugin = PLUGIN_COUNT;
	return st;
}

struct artefact *
registry_artefact(struct registry *r)
{
	return r->a;
}

struct regf *
registry_hive(struct registry *r)
{
	return &r->hive;
}

unsigned
registry_kind(const struct registry *r)
{
	return r->kind;
}

void *
registry_state(struct registry *r)
{
	return r->states[r->plugin];
}

void
registry_told(struct registry *r)
{
	r->told = true;
}

/* --- keys --- */

void
registry_root(struct registry *r, struct registry_key *ret_key)
{
	*ret_key = (struct registry_key){ .path = r->root, .below = r->base, .name = r->base, .time = TRIAGE_TIME_NONE };
	if (!regf_key_at(&r->hive, r->hive.root, &ret_key->cell))
		ret_key->cell = (struct regf_key){ .at = r->hive.root, .subkeys = REGF_NONE, .values = REGF_NONE, .class_at = REGF_NONE,
			.name = { r->hive.bins.data, 0, true } };
	ret_key->time = registry_filetime(ret_key->cell.written);
}

static void
named_below(struct registry *r, const struct registry_key *k, const struct regf_key *cell, const char *path, struct registry_key *ret_key)
{
	struct buf *b = registry_next_text(r);
	size_t below = (size_t)(k->below - k->path);
	buf_text(b, k->path);
	/* the root has nothing behind its prefix */
	if (k->below[0] == '\0')
		below = b->size + 1;
	buf_char(b, '\\');
	if (path != NULL)
		buf_text(b, path);
	else
		regf_name_text(b, cell->name);
	const char *text = buf_cstr(b), *name = strrchr(text, '\\');
	*ret_key = (struct registry_key){ .cell = *cell, .path = text, .below = text + (below <= b->size ? below : b->size), .name = name != NULL ? name + 1 : text,
		.time = registry_filetime(cell->written), .deleted = k->deleted, .unreferenced = k->unreferenced };
}

bool
registry_sub(struct registry *r, const struct registry_key *k, const char *path, struct registry_key *ret_key)
{
	struct regf_key cell;
	if (!regf_find(&r->hive, &k->cell, path, &cell))
		return false;
	named_below(r, k, &cell, path, ret_key);
	return true;
}

void
registry_child(struct registry *r, const struct registry_key *k, const struct regf_key *cell, struct registry_key *ret_key)
{
	named_below(r, k, cell, NULL, ret_key);
}

bool
registry_is_current(struct registry *r, const struct registry_key *k)
{
	unsigned set = 0;
	if (r->kind != REGISTRY_SYSTEM || r->current_set == 0 || strncasecmp(k->below, "ControlSet", 10) != 0)
		return true;
	for (const char *p = k->below + 10; *p >= '0' && *p <= '9' && set < 1000; p++)
		set = 10 * set + (unsigned)(*p - '0');
	return set == r->current_set;
}

/* --- events --- */

void
registry_event(struct registry *r, const struct registry_key *k, const struct regf_value *v, int64_t time, const char *meaning)
{
	bool wiped = time == TRIAGE_TIME_NONE;
	artefact_event(r->a, wiped ? r->written : time, wiped ? "hive last written" : meaning);
	if (r->user[0] != '\0')
		artefact_user(r->a, r->user);
	if (r->plugin < PLUGIN_COUNT)
		artefact_part(r->a, plugins[r->plugin]->name);
	artefact_offset(r->a, regf_offset(v != NULL ? v->at : k->cell.at) - r->shift);
	const char *name = v != NULL ? registry_name(r, v->name) : "";
	artefact_text(r->a, "key", k->path);
	if (v == NULL || name[0] != '\0')
		artefact_bytes(r->a, "value", name, strlen(name));
	else
		artefact_text(r->a, "value", "(default)");
	artefact_flag(r->a, "deleted", k->deleted);
	if (k->unreferenced)
		artefact_flag(r->a, "unreferenced", true);
}

enum triage_status
registry_send(struct registry *r, struct triage_error *err)
{
	for (unsigned i = 0; i < REGISTRY_TEXTS; i++) {
		enum triage_status st = buf_check(&r->texts[i], err);
		if (st != TRIAGE_OK)
			return st;
	}
	enum triage_status st = buf_check(&r->item, err);
	return st == TRIAGE_OK ? artefact_send(r->a, err) : st;
}

enum triage_status
registry_key_event(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	if (k->time == TRIAGE_TIME_NONE && !k->deleted && !k->unreferenced) {
		r->timeless++;
		return TRIAGE_OK;
	}
	bool wiped = k->time == TRIAGE_TIME_NONE;
	artefact_event(r->a, wiped ? r->written : k->time, wiped ? "hive last written" : "key last written");
	if (r->user[0] != '\0')
		artefact_user(r->a, r->user);
	artefact_offset(r->a, regf_offset(k->cell.at) - r->shift);
	artefact_text(r->a, "key", k->path);
	artefact_bytes(r->a, "value", "", 0);
	artefact_flag(r->a, "deleted", k->deleted);
	if (k->unreferenced)
		artefact_flag(r->a, "unreferenced", true);
	artefact_unsigned(r->a, "values", k->cell.value_count);
	artefact_message(r->a, k->deleted ? "Deleted registry key, last written: %s" : k->unreferenced ? "Registry key that no list leads to, last written: %s" :
	    "Registry key last written: %s", k->path);
	return artefact_send(r->a, err);
}

enum triage_status
registry_fact(struct registry *r, const struct registry_key *k, const char *kind, const char *subject, const char *name, const char *value, unsigned weight,
    struct triage_error *err)
{
	return k->deleted || k->unreferenced || !registry_is_current(r, k) ? TRIAGE_OK : artefact_fact(r->a, kind, subject, name, value, weight, err);
}

enum triage_status
registry_fact_time(struct registry *r, const struct registry_key *k, const char *kind, const char *subject, const char *name, int64_t time, unsigned weight,
    struct triage_error *err)
{
	return k->deleted || k->unreferenced || !registry_is_current(r, k) ? TRIAGE_OK : artefact_fact_time(r->a, kind, subject, name, time, weight, err);
}

enum triage_status
registry_each_value(struct registry *r, const struct registry_key *k, const char *what, const char *const *skip, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	regf_values(&r->hive, &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(&r->hive, &list, &v)) {
		const char *name = registry_name(r, v.name);
		bool skipped = false;
		for (const char *const *s = skip; s != NULL && *s != NULL; s++)
			skipped = skipped || strcasecmp(*s, name) == 0;
		if (skipped)
			continue;
		registry_event(r, k, &v, k->time, "key last written");
		artefact_text(r->a, "type", registry_type(v.type));
		registry_put_value(r, "data", &v);
		artefact_message(r->a, "%s: %s = %s", what, name[0] != '\0' ? name : "(default)", registry_value_text(r, &v));
		st = registry_send(r, err);
	}
	return st;
}
