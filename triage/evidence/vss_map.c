#include "triage/evidence/vss_map.h"

#include "triage/base/fault.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };
enum { SLOT_FREE, SLOT_FULL, SLOT_TAKEN };

void
vss_map_release(struct vss_map *m)
{
	free(m->slots);
	*m = (struct vss_map){ 0 };
}

/* The slot of key, or the free one where it belongs. */
static struct vss_slot *
find(const struct vss_map *m, uint32_t key)
{
	uint32_t hash = key * UINT32_C(2654435761);
	size_t i = (hash ^ hash >> 15) & (m->room - 1);
	while (m->slots[i].state != SLOT_FREE && m->slots[i].key != key)
		i = (i + 1) & (m->room - 1);
	return &m->slots[i];
}

bool
vss_map_has(const struct vss_map *m, uint32_t key)
{
	return m->room != 0 && find(m, key)->state == SLOT_FULL;
}

bool
vss_map_take(struct vss_map *m, uint32_t key, uint32_t *ret_value)
{
	if (!vss_map_has(m, key))
		return false;
	struct vss_slot *slot = find(m, key);
	*ret_value = slot->value;
	slot->state = SLOT_TAKEN;
	return true;
}

static bool
grow(struct vss_map *m)
{
	struct vss_map next = { .room = m->room == 0 ? FIRST_ROOM : 2 * m->room };
	next.slots = fault_hit() ? NULL : calloc(next.room, sizeof(*next.slots));
	if (next.slots == NULL)
		return false;
	for (size_t i = 0; i < m->room; i++)
		if (m->slots[i].state == SLOT_FULL) {
			*find(&next, m->slots[i].key) = m->slots[i];
			next.used++;
		}
	free(m->slots);
	*m = next;
	return true;
}

bool
vss_map_put(struct vss_map *m, uint32_t key, uint32_t value)
{
	if (2 * (m->used + 1) > m->room && !grow(m))
		return false;
	struct vss_slot *slot = find(m, key);
	m->used += slot->state == SLOT_FREE;
	*slot = (struct vss_slot){ .key = key, .value = value, .state = SLOT_FULL };
	return true;
}
