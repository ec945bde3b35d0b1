#include "triage/evidence/vss_store.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/signature.h"
#include "triage/evidence/vss_usage.h"

#include <stdlib.h>
#include <string.h>

enum { CHAIN_ROOM = 16 };
enum { COPY = 16, SET = 32, ATTRIBUTES = 56, MACHINES = 64 };	/* of the store information behind the header */

enum triage_status
vss_set_new(struct reader *volume, struct vss_set **ret_set, struct triage_error *err)
{
	struct vss_set *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	if (s != NULL)
		s->stores = calloc(VSS_STORES_MAX, sizeof(*s->stores));
	if (s == NULL || s->stores == NULL) {
		free(s);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	s->volume = volume;
	s->readers = 1;
	*ret_set = s;
	return TRIAGE_OK;
}

void
vss_set_release(struct vss_set *s)
{
	if (s == NULL || --s->readers > 0)
		return;
	for (size_t i = 0; i < s->count; i++) {
		vss_chain_release(&s->stores[i].list);
		vss_chain_release(&s->stores[i].bitmap);
		vss_chain_release(&s->stores[i].previous);
		vss_index_release(&s->stores[i].index);
	}
	vss_usage_free(s->usage);
	free(s->stores);
	free(s);
}

struct vss_store *
vss_set_add(struct vss_set *s)
{
	return s->count < VSS_STORES_MAX ? &s->stores[s->count++] : NULL;
}

void
vss_chain_release(struct vss_chain *c)
{
	free(c->at);
	*c = (struct vss_chain){ 0 };
}

enum triage_status
vss_chain_add(struct vss_chain *c, uint64_t at, struct triage_error *err)
{
	if (c->count == c->room) {
		size_t room = c->room == 0 ? CHAIN_ROOM : 2 * c->room;
		uint64_t *grown = fault_hit() ? NULL : realloc(c->at, room * sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
		c->at = grown;
		c->room = room;
	}
	c->at[c->count++] = at;
	return TRIAGE_OK;
}

enum triage_status
vss_chain_follow(struct reader *volume, uint64_t first, enum vss_record type, struct vss_chain *c, struct triage_error *err)
{
	struct vss_map seen = { 0 };
	enum triage_status st = TRIAGE_OK;
	uint8_t bytes[VSS_HEAD];
	struct vss_head head = { 0 };
	/* each block of the volume is met at most once, so the loop ends */
	for (uint64_t at = first; at != 0 && st == TRIAGE_OK; at = head.next) {
		uint32_t block = (uint32_t)(at / VSS_BLOCK);
		if (at % VSS_SECTOR != 0 || at > volume->size || volume->size - at < VSS_BLOCK || vss_map_has(&seen, block) ||
		    reader_read_all(volume, at, bytes, sizeof(bytes), NULL) != TRIAGE_OK || !vss_head_parse(bytes, &head) ||
		    head.type != (uint32_t)type || head.current != at) {
			c->broken = true;
			break;
		}
		st = vss_chain_add(c, at, err);
		if (st == TRIAGE_OK && !vss_map_put(&seen, block, 0)) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			st = TRIAGE_E_MEMORY;
		}
	}
	vss_map_release(&seen);
	return st;
}

/* A counted UTF-16 text; *at moves behind it. False when it does not lie in the information. */
static bool
machine_text(const uint8_t *info, size_t size, size_t *at, char *out)
{
	if (size < 2 || *at > size - 2)
		return false;
	size_t bytes = load_le16(info + *at);
	if (bytes > size - *at - 2)
		return false;
	signature_utf16(info + *at + 2, bytes / 2, false, out, VSS_MACHINE);
	*at += 2 + bytes;
	return true;
}

void
vss_store_header(struct reader *volume, struct vss_store *store)
{
	uint8_t block[VSS_BLOCK];
	struct vss_head head;
	if (!vss_block_read(volume, store->header_at, VSS_STORE, block, &head) || head.info < MACHINES)
		return;
	size_t size = head.info < VSS_BLOCK - VSS_HEAD ? (size_t)head.info : VSS_BLOCK - VSS_HEAD, at = MACHINES;
	const uint8_t *info = block + VSS_HEAD;
	memcpy(store->copy, info + COPY, VSS_GUID);
	memcpy(store->set, info + SET, VSS_GUID);
	store->attributes = load_le32(info + ATTRIBUTES);
	store->has_info = true;
	if (machine_text(info, size, &at, store->machine))
		(void)machine_text(info, size, &at, store->service);
}

/* What a descriptor points to lies inside the volume. Where a forwarder points is read from newer states, so it has to as well. */
static bool
target_inside(const struct vss_set *set, const struct vss_descriptor *d)
{
	uint64_t at = (d->flags & VSS_FORWARD) != 0 && (d->flags & VSS_OVERLAY) == 0 ? d->relative : d->stored;
	return at < set->volume->size && set->volume->size - at >= VSS_SECTOR;
}

/* True when what a descriptor kept was overwritten since. */
static bool
target_lost(struct vss_set *set, const struct vss_store *store, const struct vss_descriptor *d)
{
	return store->deleted && (d->flags & (VSS_FORWARD | VSS_UNUSED)) == 0 && set->usage != NULL &&
	    vss_usage_taken(set->usage, d->stored, VSS_BLOCK);
}

/* Go through the block list. build NULL: only count. */
static enum triage_status
list_read(struct vss_set *set, struct vss_store *store, struct vss_build *build, struct triage_error *err)
{
	uint8_t block[VSS_BLOCK];
	struct vss_head head;
	enum triage_status st = TRIAGE_OK;
	struct vss_descriptor last = { 0 };
	store->descriptors = store->nonsense = store->lost = store->pieces = 0;
	for (size_t i = 0; i < store->list.count && st == TRIAGE_OK; i++) {
		if (!vss_block_read(set->volume, store->list.at[i], VSS_LIST, block, &head)) {
			store->list.broken = true;
			continue;
		}
		for (size_t at = VSS_HEAD; at + VSS_DESCRIPTOR <= VSS_BLOCK && st == TRIAGE_OK; at += VSS_DESCRIPTOR) {
			struct vss_descriptor d;
			if (!vss_descriptor_parse(block + at, &d) || (d.flags & VSS_UNUSED) != 0)
				continue;
			if (d.original >= VSS_VOLUME_MAX || d.original % VSS_BLOCK != 0 || d.relative >= VSS_VOLUME_MAX) {
				store->nonsense++;
				continue;
			}
			bool inside = target_inside(set, &d), lost = inside && target_lost(set, store, &d);
			store->descriptors++;
			store->pieces += d.original != last.original + VSS_BLOCK || d.stored != last.stored + VSS_BLOCK || d.flags != last.flags;
			last = d;
			store->nonsense += !inside;
			store->lost += lost;
			if (build != NULL)
				st = vss_build_add(build, &d, !inside || lost, err);
		}
	}
	return st;
}

enum triage_status
vss_store_count(struct vss_set *set, struct vss_store *store, struct triage_error *err)
{
	return list_read(set, store, NULL, err);
}

enum triage_status
vss_store_load(struct vss_set *set, struct vss_store *store, struct triage_error *err)
{
	if (store->loaded)
		return TRIAGE_OK;
	struct vss_build build = { 0 };
	enum triage_status st = list_read(set, store, &build, err);
	if (st == TRIAGE_OK)
		st = vss_build_finish(&build, &store->index, err);
	vss_build_release(&build);
	store->loaded = st == TRIAGE_OK;
	return st;
}
