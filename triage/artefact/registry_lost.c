/* registry_lost.c - deleted keys and values: where they were, and the plug-ins that know such keys. */
#include "triage/artefact/registry_inside.h"

#include <stdlib.h>
#include <string.h>

/* The path of a deleted key by the chain of its parents. whole: up to the root of the hive. ret_name: where its last name begins. */
static bool
put_path(struct registry *r, const struct regf_key *k, size_t *ret_name)
{
	uint32_t chain[REGF_DEPTH_MAX];
	struct regf_key up = *k;
	size_t n = 0;
	bool whole = false;
	while (n < REGF_DEPTH_MAX && !whole && regf_pay(&r->hive, 16)) {
		chain[n++] = up.at;
		whole = up.parent == r->hive.root;
		if (!whole && (up.parent == up.at || (up.flags & REGF_KEY_ROOT) || !regf_key_at(&r->hive, up.parent, &up)))
			break;
	}
	buf_clear(&r->path);
	buf_text(&r->path, whole ? r->root : "?");
	*ret_name = 0;
	while (n > 0 && regf_key_at(&r->hive, chain[--n], &up)) {
		buf_char(&r->path, '\\');
		*ret_name = r->path.size;
		regf_name_text(&r->path, up.name);
	}
	/* what is told must be paid for, whole or not */
	bool paid = regf_pay(&r->hive, r->path.size);
	return whole && paid && !r->path.failed;
}

static void
describe(struct registry *r, const struct regf_key *cell, bool in_use, bool *ret_whole, struct registry_key *ret_key)
{
	size_t name_at;
	*ret_whole = put_path(r, cell, &name_at);
	const char *path = buf_cstr(&r->path), *below = path + strcspn(path, "\\");
	if (*ret_whole)
		below = path + strlen(r->prefix);
	*ret_key = (struct registry_key){ .cell = *cell, .path = path, .below = below + (below[0] == '\\'), .name = path + name_at,
		.time = registry_filetime(cell->written), .deleted = !in_use, .unreferenced = in_use };
}

static bool
plugin_wants(const struct registry *r, const struct registry_plugin *p, const char *below)
{
	if ((p->hives & r->kind) == 0)
		return false;
	for (const char *const *path = p->keys; *path != NULL; path++)
		if (registry_fits(*path, below))
			return true;
	return false;
}

static enum triage_status
lost_key(void *ctx, const struct regf_key *cell, bool in_use, struct triage_error *err)
{
	struct registry *r = ctx;
	struct registry_key k;
	bool whole;
	describe(r, cell, in_use, &whole, &k);
	enum triage_status st = registry_key_event(r, &k, err);
	const struct registry_plugin *p;
	for (size_t i = 0; st == TRIAGE_OK && whole && (p = registry_plugin_at(i)) != NULL; i++)
		if (plugin_wants(r, p, k.below))
			st = registry_call(r, i, &k, err);
	return st;
}

static int
by_value(const void *a, const void *b)
{
	const struct registry_slack *x = a, *y = b;
	return x->value != y->value ? (x->value < y->value ? -1 : 1) : x->key < y->key ? -1 : x->key > y->key;
}

/* The key whose list of values still names this one. */
static bool
owner_by_slack(const struct registry *r, uint32_t value, struct regf_key *ret_key)
{
	size_t low = 0, high = r->slack_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->slack[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->slack_count && r->slack[low].value == value && regf_key_at(&r->hive, r->slack[low].key, ret_key);
}

static enum triage_status
lost_value(void *ctx, const struct regf_key *owner, bool in_use, const struct regf_value *v, bool with_data, struct triage_error *err)
{
	struct registry *r = ctx;
	struct registry_key k = { .path = "?", .below = "", .name = "", .time = TRIAGE_TIME_NONE, .deleted = true };
	struct regf_key found;
	bool whole;
	if (owner == NULL && owner_by_slack(r, v->at, &found))
		owner = &found;
	if (owner != NULL)
		describe(r, owner, in_use, &whole, &k);
	registry_event(r, &k, v, k.time, "key last written");
	artefact_text(r->a, "type", registry_type(v->type));
	/* passwords that programs keep are not given, as those of keys in use are not */
	const char *name = registry_name(r, v->name);
	bool secret = strcasestr(name, "password") != NULL, shown = with_data && !secret;
	if (secret)
		artefact_flag(r->a, "password_kept", true);
	else if (with_data)
		registry_put_value(r, "data", v);
	else
		artefact_flag(r->a, "data_lost", true);
	artefact_message(r->a, "%s %s%s%s%s%s", in_use ? "Registry value" : "Deleted registry value", name[0] != '\0' ? name : "(default)", owner != NULL ? " of " : "", owner != NULL ? k.path : "",
	    shown ? " = " : secret ? ", a password, not shown" : ", its data is lost", shown ? registry_value_text(r, v) : "");
	return registry_send(r, err);
}

enum triage_status
registry_walk_deleted(struct registry *r, struct triage_error *err)
{
	const struct regf_lost_calls calls = { .ctx = r, .key = lost_key, .value = lost_value };
	if (r->slack_count > 0)
		qsort(r->slack, r->slack_count, sizeof(r->slack[0]), by_value);
	return regf_deleted(&r->hive, r->seen, &calls, err);
}
