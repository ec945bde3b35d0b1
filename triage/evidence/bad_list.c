/* bad_list.c - see bad_list.h. */
#include "triage/evidence/bad_list.h"

#include "triage/base/fault.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Index of the first range that ends after offset, count when none does. */
static size_t
first_beyond(const struct bad_list *list, uint64_t offset)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list->ranges[middle].offset + list->ranges[middle].size > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool
make_room(struct bad_list *list)
{
	if (list->ranges == NULL) {
		list->ranges = list->spare;
		list->room = 1;
	}
	if (list->count < list->room)
		return true;
	if (list->count >= BAD_LIST_MAX || fault_hit())
		return false;
	size_t room = list->room * 2 < 64 ? 64 : list->room * 2;
	struct bad_range *old = list->ranges == list->spare ? NULL : list->ranges;
	struct bad_range *grown = realloc(old, room * sizeof(*grown));
	if (grown == NULL)
		return false;
	if (old == NULL)
		memcpy(grown, list->spare, sizeof(list->spare));
	list->ranges = grown;
	list->room = room;
	return true;
}

/* Stretch ranges[at] over [offset, end) and swallow the following ranges that it now touches. */
static void
stretch(struct bad_list *list, size_t at, uint64_t offset, uint64_t end)
{
	struct bad_range *r = &list->ranges[at];
	uint64_t old_end = r->offset + r->size;
	if (offset < r->offset)
		r->offset = offset;
	if (end < old_end)
		end = old_end;
	size_t next = at + 1;
	while (next < list->count && list->ranges[next].offset <= end) {
		uint64_t next_end = list->ranges[next].offset + list->ranges[next].size;
		if (next_end > end)
			end = next_end;
		next++;
	}
	r->size = end - r->offset;
	memmove(&list->ranges[at + 1], &list->ranges[next], (list->count - next) * sizeof(*r));
	list->count -= next - at - 1;
}

void
bad_list_add(struct bad_list *list, uint64_t offset, uint64_t size, const char *why)
{
	if (size == 0)
		return;
	if (size > UINT64_MAX - offset)
		size = UINT64_MAX - offset;
	uint64_t end = offset + size;
	/* a range that ends exactly at offset is joined too, when it has the same cause */
	size_t at = first_beyond(list, offset);
	if (at > 0) {
		const struct bad_range *before = &list->ranges[at - 1];
		if (before->offset + before->size == offset && before->why == why)
			at--;
	}
	if (at < list->count && list->ranges[at].offset <= end &&
	    (list->ranges[at].offset < end || list->ranges[at].why == why)) {
		stretch(list, at, offset, end);
		return;
	}
	if (!make_room(list)) {
		stretch(list, at < list->count ? at : list->count - 1, offset, end);
		return;
	}
	memmove(&list->ranges[at + 1], &list->ranges[at], (list->count - at) * sizeof(*list->ranges));
	list->ranges[at] = (struct bad_range){ .offset = offset, .size = size, .why = why };
	list->count++;
}

const struct bad_range *
bad_list_next(const struct bad_list *list, uint64_t offset)
{
	size_t at = first_beyond(list, offset);
	return at < list->count ? &list->ranges[at] : NULL;
}

uint64_t
bad_list_within(const struct bad_list *list, uint64_t offset, uint64_t size)
{
	uint64_t end = size > UINT64_MAX - offset ? UINT64_MAX : offset + size;
	uint64_t bad = 0;
	for (size_t i = first_beyond(list, offset); i < list->count && list->ranges[i].offset < end; i++) {
		uint64_t from = list->ranges[i].offset > offset ? list->ranges[i].offset : offset;
		uint64_t to = list->ranges[i].offset + list->ranges[i].size;
		bad += (to < end ? to : end) - from;
	}
	return bad;
}

void
bad_list_each(const struct bad_list *list, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	for (size_t i = 0; i < list->count; i++)
		each(ctx, list->ranges[i].offset, list->ranges[i].size, list->ranges[i].why);
}

void
bad_list_release(struct bad_list *list)
{
	if (list->ranges != list->spare)
		free(list->ranges);
	*list = (struct bad_list){ 0 };
}
