#include "triage/evidence/vss_catalogue.h"

#include "triage/base/view.h"

#include <string.h>

enum { ENTRY_FREED = 1, ENTRY_COPY = 2, ENTRY_STORE = 3 };
enum { ID = 16 };
enum { SIZE = 8, SEQUENCE = 32, CREATED = 48 };					/* of a copy's entry */
enum { LIST_AT = 8, HEADER_AT = 32, RANGES_AT = 40, BITMAP_AT = 48, PREVIOUS_AT = 72 };	/* of a store's */

static struct vss_store *
store_of(struct vss_set *set, const uint8_t *id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->stores[i].has_id && memcmp(set->stores[i].id, id, VSS_GUID) == 0)
			return &set->stores[i];
	struct vss_store *store = vss_set_add(set);
	if (store != NULL) {
		memcpy(store->id, id, VSS_GUID);
		store->has_id = true;
	}
	return store;
}

void
vss_catalogue_entry(struct vss_set *set, const uint8_t *entry, struct vss_catalogue *c)
{
	uint64_t type = load_le64(entry);
	c->freed += type == ENTRY_FREED;
	if (type != ENTRY_COPY && type != ENTRY_STORE)
		return;
	struct vss_store *store = store_of(set, entry + ID);
	if (store == NULL) {
		c->full = true;
		return;
	}
	if (type == ENTRY_COPY) {
		store->size = load_le64(entry + SIZE);
		store->sequence = load_le64(entry + SEQUENCE);
		store->created = load_le64(entry + CREATED);
		return;
	}
	store->placed = true;
	store->list_at = load_le64(entry + LIST_AT);
	store->header_at = load_le64(entry + HEADER_AT);
	store->ranges_at = load_le64(entry + RANGES_AT);
	store->bitmap_at = load_le64(entry + BITMAP_AT);
	store->previous_at = load_le64(entry + PREVIOUS_AT);
}

enum triage_status
vss_catalogue_read(struct vss_set *set, struct vss_catalogue *c, struct triage_error *err)
{
	uint8_t block[VSS_BLOCK];
	struct vss_head head;
	*c = (struct vss_catalogue){ 0 };
	if (set->volume->size < VSS_VOLUME_AT + VSS_SECTOR || reader_read_all(set->volume, VSS_VOLUME_AT, block, VSS_SECTOR, NULL) != TRIAGE_OK)
		return TRIAGE_OK;
	c->enabled = vss_volume_parse(block, &c->volume);
	if (!c->enabled)
		return TRIAGE_OK;
	struct vss_chain chain = { 0 };
	enum triage_status st = vss_chain_follow(set->volume, c->volume.catalogue, VSS_CATALOGUE, &chain, err);
	c->damaged = chain.broken;
	for (size_t i = 0; i < chain.count && st == TRIAGE_OK && !c->full; i++) {
		if (!vss_block_read(set->volume, chain.at[i], VSS_CATALOGUE, block, &head)) {
			c->damaged = true;
			continue;
		}
		for (size_t at = VSS_HEAD; at + VSS_ENTRY <= VSS_BLOCK; at += VSS_ENTRY)
			vss_catalogue_entry(set, block + at, c);
	}
	vss_chain_release(&chain);
	return st;
}
