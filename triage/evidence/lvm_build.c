/* lvm_build.c - logical volumes put together in rounds, what they are made of first; see lvm.h. */
#include "triage/evidence/lvm.h"

#include "triage/evidence/layer_text.h"

#include <string.h>

/* Bytes of a volume: the sum of its segments; 0 when that cannot be. */
static uint64_t
volume_size(const struct lvm_group *g, uint32_t node)
{
	const struct lvm_text *t = g->text;
	uint64_t extents = 0, size;
	for (uint32_t i = t->nodes[node].child; i != 0; i = t->nodes[i].next)
		if (t->nodes[i].kind == LVM_SECTION && __builtin_add_overflow(extents, lvm_number(t, i, "extent_count", 0), &extents))
			return 0;
	return __builtin_mul_overflow(extents, g->extent, &size) || size > INT64_MAX / 4 ? 0 : size;
}

/* Add each segment in turn; they stand in the text in the order in which they lie. */
static enum triage_status
add_segments(struct lvm_work *work, struct triage_error *err)
{
	const struct lvm_text *t = work->group->text;
	struct lvm_volume *v = work->volume;
	for (uint32_t i = t->nodes[v->node].child; i != 0 && !work->waits; i = t->nodes[i].next) {
		if (t->nodes[i].kind != LVM_SECTION || lvm_get(t, i, "extent_count", LVM_NUMBER) == NULL)
			continue;
		work->cost = 0;
		enum triage_status st = lvm_segment_add(work, i, err);
		if (st != TRIAGE_OK)
			return st;
		v->cost = work->cost > v->cost ? work->cost : v->cost;
	}
	if (v->cost <= LVM_COST_MAX)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "its metadata nests copies of copies beyond measure");
	return TRIAGE_E_FORMAT;
}

/* The volume cannot be put together: remember why. */
static enum triage_status
give_up(struct lvm_volume *v, struct array *a, enum triage_status st, const char *why)
{
	if (a != NULL)
		reader_close(array_reader(a));
	v->done = true;
	v->state = st == TRIAGE_E_UNSUPPORTED ? TRIAGE_VOLUME_UNSUPPORTED : TRIAGE_VOLUME_DAMAGED;
	layer_copy(why, v->why, sizeof(v->why));
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

/* Try one volume. It stays as it was when something that it is made of is not built yet. */
static enum triage_status
build_one(struct lvm_group *g, struct lvm_volume *v, struct triage_error *err)
{
	struct triage_error why = { .text = "" };
	struct lvm_work work = { .group = g, .volume = v };
	v->size = volume_size(g, v->node);
	v->nested = 1;
	if (v->size == 0)
		return give_up(v, NULL, TRIAGE_E_FORMAT, "its metadata gives it no size that can be");
	enum triage_status st = array_new(v->size, 512, &work.array, &why);
	if (st == TRIAGE_OK)
		st = add_segments(&work, &why);
	if (st == TRIAGE_E_MEMORY)
		*err = why;
	if (st != TRIAGE_OK)
		return give_up(v, work.array, st, why.text);
	if (work.waits) {
		reader_close(array_reader(work.array));
		return TRIAGE_OK;
	}
	v->done = true;
	v->state = TRIAGE_VOLUME_EXAMINED;
	v->lost = array_missing(work.array);
	return shared_new(array_reader(work.array), &v->shared, err);
}

enum triage_status
lvm_build(struct lvm_group *g, struct triage_error *err)
{
	size_t left = g->volume_count, before = SIZE_MAX;
	for (unsigned round = 0; round < LVM_ROUNDS_MAX && left > 0 && left < before; round++) {
		before = left;
		left = 0;
		for (size_t i = 0; i < g->volume_count; i++) {
			struct lvm_volume *v = &g->volumes[i];
			enum triage_status st = v->done ? TRIAGE_OK : build_one(g, v, err);
			if (st != TRIAGE_OK)
				return st;
			left += !v->done;
		}
	}
	for (size_t i = 0; i < g->volume_count; i++)
		if (!g->volumes[i].done)
			give_up(&g->volumes[i], NULL, TRIAGE_E_FORMAT, "its metadata makes it a part of itself, or nests it too deeply");
	for (size_t i = 0; i < g->volume_count; i++) {
		struct lvm_volume *v = &g->volumes[i];
		enum triage_status st = v->origin != 0 ? lvm_snapshot_add(v, &g->volumes[v->origin - 1], err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}
