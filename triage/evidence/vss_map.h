/*
 * vss_map.h - block numbers to block numbers, by hash: forwarders by where they point while a list is read, and places that a
 * chain has been at. Release leaves it empty and reusable.
 */
#ifndef TRIAGE_EVIDENCE_VSS_MAP_H
#define TRIAGE_EVIDENCE_VSS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vss_map {
	struct vss_slot {
		uint32_t key, value;
		uint8_t state;
	} *slots;
	size_t room, used;		/* room is a power of two; used counts keys that were taken out again too */
};

void vss_map_release(struct vss_map *m);
bool vss_map_has(const struct vss_map *m, uint32_t key);
/* Take key out. False when it is not there. */
bool vss_map_take(struct vss_map *m, uint32_t key, uint32_t *ret_value);
/* Put or replace. False when memory is short. */
bool vss_map_put(struct vss_map *m, uint32_t key, uint32_t value);

#endif
