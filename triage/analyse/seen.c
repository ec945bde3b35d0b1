#include "triage/analyse/seen.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1 << 12, USED = 0x80 };

void
seen_release(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){ 0 };
}

/* The slot that holds the key, or the free one where it belongs. */
static struct seen_slot *
slot_of(const struct seen *s, const uint8_t *key)
{
	size_t at = (size_t)load_le64(key) & (s->room - 1);
	while (s->slots[at].marks != 0 && memcmp(s->slots[at].key, key, SEEN_KEY) != 0)
		at = (at + 1) & (s->room - 1);
	return &s->slots[at];
}

bool
seen_find(const struct seen *s, const uint8_t sha256[32], unsigned *ret_marks)
{
	if (s->room == 0)
		return false;
	const struct seen_slot *slot = slot_of(s, sha256);
	if (slot->marks == 0)
		return false;
	*ret_marks = slot->marks & ~(unsigned)USED;
	return true;
}

static bool
seen_grow(struct seen *s)
{
	struct seen bigger = { .room = s->room == 0 ? FIRST_ROOM : s->room * 2, .count = s->count };
	bigger.slots = fault_hit() ? NULL : calloc(bigger.room, sizeof(bigger.slots[0]));
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i].marks != 0)
			*slot_of(&bigger, s->slots[i].key) = s->slots[i];
	free(s->slots);
	*s = bigger;
	return true;
}

void
seen_add(struct seen *s, const uint8_t sha256[32], unsigned marks)
{
	if (s->count >= SEEN_MAX || (s->count >= s->room / 2 && !seen_grow(s)))
		return;
	struct seen_slot *slot = slot_of(s, sha256);
	if (slot->marks != 0)
		return;
	memcpy(slot->key, sha256, SEEN_KEY);
	slot->marks = (uint8_t)(USED | marks);
	s->count++;
}
