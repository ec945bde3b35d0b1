#include "triage/case/key_set.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096 };

/* What stands in a slot that is free. A digest that begins so is taken for one that was not there; no one can make one. */
static const uint8_t no_key[KEY_SET_KEY];

/* Open addressing; a key is part of a digest, so any of its bytes spread well. */
static uint8_t *
slot_of(uint8_t *keys, size_t room, const uint8_t *key)
{
	uint64_t hash;
	memcpy(&hash, key, sizeof(hash));
	size_t i = (size_t)hash & (room - 1);
	while (memcmp(keys + i * KEY_SET_KEY, no_key, KEY_SET_KEY) != 0 && memcmp(keys + i * KEY_SET_KEY, key, KEY_SET_KEY) != 0)
		i = (i + 1) & (room - 1);
	return keys + i * KEY_SET_KEY;
}

static enum triage_status
grow(struct key_set *set, struct triage_error *err)
{
	size_t room = set->room == 0 ? FIRST_ROOM : set->room * 2;
	uint8_t *keys = fault_hit() ? NULL : calloc(room, KEY_SET_KEY);
	if (keys == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for what has been seen");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < set->room; i++) {
		const uint8_t *key = set->keys + i * KEY_SET_KEY;
		if (memcmp(key, no_key, KEY_SET_KEY) != 0)
			memcpy(slot_of(keys, room, key), key, KEY_SET_KEY);
	}
	free(set->keys);
	set->keys = keys;
	set->room = room;
	return TRIAGE_OK;
}

enum triage_status
key_set_add(struct key_set *set, const uint8_t *key, bool *ret_there, struct triage_error *err)
{
	enum triage_status st = set->count * 2 >= set->room ? grow(set, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	uint8_t *slot = slot_of(set->keys, set->room, key);
	*ret_there = memcmp(slot, key, KEY_SET_KEY) == 0;
	if (*ret_there)
		return TRIAGE_OK;
	memcpy(slot, key, KEY_SET_KEY);
	set->count++;
	return TRIAGE_OK;
}

void
key_set_release(struct key_set *set)
{
	free(set->keys);
	*set = (struct key_set){ 0 };
}
