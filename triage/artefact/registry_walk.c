/* registry_walk.c - every key of a hive once, with an explicit stack; which plug-ins want it is carried down the path. */
#include "triage/artefact/registry_inside.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SLACK_MAX = 1 << 20 };

struct frame {
	struct regf_list list;
	uint32_t at, expected, met;	/* the key, the subkeys that it should have, those met */
	size_t path_size, alive, alive_end;
};

/* What is left of a path of a plug-in below some key. */
struct alive {
	const char *rest;
	size_t plugin;
};

struct walk {
	struct registry *r;
	struct frame *frames;
	size_t depth;
	struct alive *alive;
	size_t alive_count, alive_room;
};

/* --- patterns --- */

/* One name against the first name of a pattern. ret_rest: what follows it; "" at its end. "**" stays. */
static bool
name_fits(const char *pattern, const char *name, size_t size, const char **ret_rest)
{
	size_t n = strcspn(pattern, "\\");
	if (n == 2 && pattern[0] == '*' && pattern[1] == '*') {
		*ret_rest = pattern;
		return true;
	}
	*ret_rest = pattern + n + (pattern[n] == '\\');
	if (n > 0 && pattern[n - 1] == '*')
		return size >= n - 1 && strncasecmp(pattern, name, n - 1) == 0;
	return size == n && strncasecmp(pattern, name, n) == 0;
}

bool
registry_fits(const char *pattern, const char *below)
{
	const char *rest = pattern;
	while (below[0] != '\0') {
		size_t size = strcspn(below, "\\");
		/* "A\**" is for what lies below A */
		if (strcmp(rest, "**") == 0)
			return true;
		if (rest[0] == '\0' || !name_fits(rest, below, size, &rest))
			return false;
		below += size + (below[size] == '\\');
	}
	return rest[0] == '\0';
}

static enum triage_status
keep_alive(struct walk *w, const char *rest, size_t plugin, struct triage_error *err)
{
	if (w->alive_count == w->alive_room) {
		size_t room = w->alive_room == 0 ? 256 : 2 * w->alive_room;
		struct alive *more = fault_hit() ? NULL : realloc(w->alive, room * sizeof(*more));
		if (more == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the paths of plug-ins");
			return TRIAGE_E_MEMORY;
		}
		w->alive = more;
		w->alive_room = room;
	}
	w->alive[w->alive_count++] = (struct alive){ rest, plugin };
	return TRIAGE_OK;
}

static enum triage_status
begin_pattern(struct walk *w, const char *path, size_t plugin, const struct registry_key *root, struct triage_error *err)
{
	const char *rest = path;
	size_t size = strlen(w->r->base);
	/* a hive that is a part of another begins inside of its paths */
	if (size > 0 && !name_fits(path, w->r->base, size, &rest))
		return TRIAGE_OK;
	return rest[0] == '\0' ? registry_call(w->r, plugin, root, err) : keep_alive(w, rest, plugin, err);
}

static enum triage_status
begin_patterns(struct walk *w, const struct registry_key *root, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const struct registry_plugin *p;
	for (size_t i = 0; st == TRIAGE_OK && (p = registry_plugin_at(i)) != NULL; i++) {
		if ((p->hives & w->r->kind) == 0)
			continue;
		for (const char *const *path = p->keys; st == TRIAGE_OK && *path != NULL; path++)
			st = begin_pattern(w, *path, i, root, err);
	}
	return st;
}

/* Call the plug-ins whose path ends at k, keep what goes on below it. */
static enum triage_status
step_patterns(struct walk *w, const struct frame *parent, const struct registry_key *k, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	size_t size = strlen(k->name), called = SIZE_MAX;
	for (size_t i = parent->alive; st == TRIAGE_OK && i < parent->alive_end; i++) {
		struct alive a = w->alive[i];
		const char *rest;
		bool below_all = strcmp(a.rest, "**") == 0;
		if (!name_fits(a.rest, k->name, size, &rest))
			continue;
		if ((below_all || rest[0] == '\0') && called != a.plugin) {
			called = a.plugin;
			st = registry_call(w->r, a.plugin, k, err);
		}
		if (st == TRIAGE_OK && rest[0] != '\0')
			st = keep_alive(w, rest, a.plugin, err);
	}
	return st;
}

/* --- the walk --- */

static bool
see(struct registry *r, uint32_t at)
{
	uint8_t *byte = &r->seen[at / 64], mask = (uint8_t)(1u << at / 8 % 8);
	bool first = (*byte & mask) == 0;
	*byte |= mask;
	return first;
}

/* The path grows by one name. ret_name: where the name begins, 0 when the path would be too long. Errors: E_MEMORY. */
static enum triage_status
put_name(struct registry *r, const struct regf_key *cell, size_t *ret_name, struct triage_error *err)
{
	*ret_name = 0;
	if (r->path.size + 3 * cell->name.size + 1 > REGISTRY_PATH_MAX)
		return TRIAGE_OK;
	buf_char(&r->path, '\\');
	*ret_name = r->path.size;
	regf_name_text(&r->path, cell->name);
	if (!regf_pay(&r->hive, r->path.size))
		*ret_name = 0;
	return buf_check(&r->path, err);
}

/* A list of values that became shorter still names those that are gone: kept, so that these have a key. */
static enum triage_status
keep_slack(struct registry *r, const struct regf_key *k, struct triage_error *err)
{
	struct view list;
	struct regf_value v;
	if (!regf_cell(&r->hive, k->values, &list))
		return TRIAGE_OK;
	for (size_t i = k->value_count; i < list.size / 4 && r->slack_count < SLACK_MAX && regf_pay(&r->hive, 16); i++) {
		uint32_t at = load_le32(list.data + 4 * i);
		if (at % 8 != 0 || !regf_cell_is_free(&r->hive, at) || !regf_value_at(&r->hive, at, &v))
			continue;
		if (r->slack_count == r->slack_room) {
			size_t room = r->slack_room == 0 ? 64 : 2 * r->slack_room;
			struct registry_slack *more = fault_hit() ? NULL : realloc(r->slack, room * sizeof(*more));
			if (more == NULL) {
				triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the values of a hive");
				return TRIAGE_E_MEMORY;
			}
			r->slack = more;
			r->slack_room = room;
		}
		r->slack[r->slack_count++] = (struct registry_slack){ at, k->at };
	}
	return TRIAGE_OK;
}

static enum triage_status
check_values(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	if (k->cell.value_count == 0)
		return TRIAGE_OK;
	regf_values(&r->hive, &k->cell, &list);
	while (regf_next_value(&r->hive, &list, &v))
		;
	enum triage_status st = keep_slack(r, &k->cell, err);
	return st != TRIAGE_OK || list.bad == 0 ? st : artefact_remark(r->a, TRIAGE_LOW, "value-damaged", regf_offset(list.first_bad), 0, err,
	    "%u of %u values of %s cannot be read", list.bad, k->cell.value_count, k->path);
}

static enum triage_status
one_key(struct walk *w, const struct registry_key *k, const struct frame *parent, struct triage_error *err)
{
	struct registry *r = w->r;
	r->told = false;
	enum triage_status st = check_values(r, k, err);
	if (st == TRIAGE_OK)
		st = parent == NULL ? begin_patterns(w, k, err) : step_patterns(w, parent, k, err);
	return st == TRIAGE_OK && !r->told ? registry_key_event(r, k, err) : st;
}

/* A key in r->path. Goes one deeper. */
static enum triage_status
enter(struct walk *w, const struct regf_key *cell, size_t name_at, struct triage_error *err)
{
	struct registry *r = w->r;
	size_t prefix = strlen(r->prefix), below = r->path.size > prefix ? prefix + 1 : prefix, alive = w->alive_count;
	struct frame parent = w->depth > 0 ? w->frames[w->depth - 1] : (struct frame){ 0 };
	const char *path = buf_cstr(&r->path);
	struct registry_key k = { .cell = *cell, .path = path, .below = path + below, .name = path + name_at, .time = registry_filetime(cell->written) };
	if (k.time != TRIAGE_TIME_NONE && (r->newest == TRIAGE_TIME_NONE || k.time > r->newest))
		r->newest = k.time;
	enum triage_status st = one_key(w, &k, w->depth > 0 ? &parent : NULL, err);
	if (st != TRIAGE_OK)
		return st;
	struct frame *f = &w->frames[w->depth++];
	*f = (struct frame){ .at = cell->at, .expected = cell->subkey_count, .path_size = r->path.size, .alive = alive, .alive_end = w->alive_count };
	regf_subkeys(&r->hive, cell, &f->list);
	return TRIAGE_OK;
}

static enum triage_status
leave(struct walk *w, struct triage_error *err)
{
	struct registry *r = w->r;
	struct frame *f = &w->frames[--w->depth];
	enum triage_status st = TRIAGE_OK;
	r->path.size = f->path_size;
	r->path.data[r->path.size] = '\0';
	if (r->hive.work > 0 && (f->list.bad > 0 || f->met < f->expected))
		st = artefact_remark(r->a, TRIAGE_LOW, "subkey-damaged", regf_offset(f->list.bad > 0 ? f->list.first_bad : f->at), 0, err,
		    "%u of %u subkeys of %s cannot be reached", f->expected > f->met ? f->expected - f->met : f->list.bad, f->expected, buf_cstr(&r->path));
	w->alive_count = f->alive;
	return st;
}

static enum triage_status
next_key(struct walk *w, struct triage_error *err)
{
	struct registry *r = w->r;
	struct frame *f = &w->frames[w->depth - 1];
	struct regf_key cell;
	size_t name_at = 0;
	r->path.size = f->path_size;
	if (!regf_next(&r->hive, &f->list, &cell))
		return leave(w, err);
	w->alive_count = f->alive_end;
	/* the key of another, so that lists cannot lead in rings: it is met where it belongs, or found as one that no list leads to */
	if (!regf_is_child(&r->hive, &cell, f->at)) {
		if (f->list.bad++ == 0)
			f->list.first_bad = cell.at;
		return TRIAGE_OK;
	}
	f->met++;
	if (!see(r, cell.at))
		return artefact_remark(r->a, TRIAGE_LOW, "key-met-twice", regf_offset(cell.at), 0, err, "a key that is listed a second time below %.*s",
		    (int)(f->path_size < 200 ? f->path_size : 200), buf_cstr(&r->path));
	enum triage_status st = w->depth < REGF_DEPTH_MAX ? put_name(r, &cell, &name_at, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	/* not walked: the pass over all cells may find it */
	if (name_at == 0)
		r->seen[cell.at / 64] &= (uint8_t)~(1u << cell.at / 8 % 8);
	if (name_at == 0)
		return r->hive.work == 0 ? TRIAGE_OK : artefact_remark(r->a, TRIAGE_MEDIUM, "key-too-deep", regf_offset(cell.at), 0, err,
		    "a key %zu levels deep was not walked", w->depth);
	return enter(w, &cell, name_at, err);
}

static enum triage_status
walk_all(struct walk *w, struct triage_error *err)
{
	struct registry *r = w->r;
	struct regf_key root;
	if (!regf_key_at(&r->hive, r->hive.root, &root))
		return artefact_remark(r->a, TRIAGE_MEDIUM, "root-damaged", regf_offset(r->hive.root), 0, err, "the root key of the hive cannot be read");
	see(r, root.at);
	buf_clear(&r->path);
	buf_text(&r->path, r->root);
	enum triage_status st = buf_check(&r->path, err);
	if (st == TRIAGE_OK)
		st = enter(w, &root, 0, err);
	while (st == TRIAGE_OK && w->depth > 0)
		st = next_key(w, err);
	return st;
}

enum triage_status
registry_walk(struct registry *r, struct triage_error *err)
{
	struct walk w = { .r = r };
	SCOPED_FREE struct frame *frames = fault_hit() ? NULL : calloc(REGF_DEPTH_MAX + 1, sizeof(*frames));
	if (frames == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the walk through a hive");
		return TRIAGE_E_MEMORY;
	}
	w.frames = frames;
	enum triage_status st = walk_all(&w, err);
	free(w.alive);
	return st;
}
