#include "triage/evidence/fat_folder.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_LOOKED_AT = 2 };

enum triage_status
fat_seen_init(struct fat_seen *s, const struct fat *x, struct triage_error *err)
{
	*s = (struct fat_seen){ .bits = calloc((size_t)x->clusters / 8 + 1, 1), .clusters = x->clusters };
	if (s->bits == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %u clusters", x->clusters);
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

void
fat_seen_release(struct fat_seen *s)
{
	free(s->bits);
	s->bits = NULL;
}

bool
fat_seen_has(const struct fat_seen *s, uint64_t cluster)
{
	return cluster >= 2 && cluster - 2 < s->clusters && (s->bits[(cluster - 2) / 8] >> (cluster - 2) % 8 & 1) != 0;
}

bool
fat_seen_add(struct fat_seen *s, uint64_t cluster)
{
	if (cluster < 2 || cluster - 2 >= s->clusters || fat_seen_has(s, cluster))
		return false;
	s->bits[(cluster - 2) / 8] |= (uint8_t)(1 << (cluster - 2) % 8);
	return true;
}

void
fat_bytes_release(struct fat_bytes *b)
{
	free(b->data);
	run_list_release(&b->map);
	*b = (struct fat_bytes){ 0 };
}

uint64_t
fat_slot_place(const struct fat_bytes *b, size_t slot)
{
	uint64_t offset = (uint64_t)slot * FAT_SLOT;
	size_t at = run_list_find(&b->map, offset, 0);
	return at == SIZE_MAX ? 0 : b->map.runs[at].place + (offset - b->map.runs[at].offset);
}

/* Does a free cluster begin like the middle of a directory? */
static bool
looks_like_names(struct fat *x, uint32_t cluster)
{
	uint8_t slots[SLOTS_LOOKED_AT * FAT_SLOT];
	struct triage_error ignored;
	bool bad;
	if (cache_read(x->cache, fat_cluster_place(x, cluster), slots, sizeof(slots), &bad, &ignored) != TRIAGE_OK ||
	    slots[0] == '.')
		return false;
	for (size_t i = 0; i < SLOTS_LOOKED_AT; i++) {
		const uint8_t *slot = slots + i * FAT_SLOT;
		if (slot[11] != FAT_LONG_NAME && !fat_slot_plausible(x, slot, slot[0] == 0xe5))
			return i > 0 && slot[0] == 0;
	}
	return true;
}

static enum triage_status
map_deleted(struct fat *x, const struct fat_folder *f, struct fat_seen *seen, struct fat_bytes *b, struct triage_error *err)
{
	uint64_t count = x->kind == FAT_EX ? (f->chain.size + x->cluster - 1) / x->cluster : FAT_DIRECTORY_MAX / x->cluster;
	enum triage_status st = TRIAGE_OK;
	for (uint64_t i = 0; (i < count || i == 0) && st == TRIAGE_OK && run_list_end(&b->map) < FAT_DIRECTORY_MAX; i++) {
		uint64_t cluster = f->chain.first + i;
		if (!fat_is_cluster(x, cluster) || fat_allocated(x, (uint32_t)cluster))
			break;
		if (i > 0 && ((x->kind != FAT_EX && !looks_like_names(x, (uint32_t)cluster)) || !fat_seen_add(seen, cluster)))
			break;
		st = run_list_add(&b->map, fat_cluster_place(x, cluster), x->cluster, err);
	}
	return st;
}

static enum triage_status
map_live(struct fat *x, const struct fat_folder *f, struct fat_seen *seen, struct fat_bytes *b, struct triage_error *err)
{
	uint64_t left = f->chain.contiguous ? (f->chain.size + x->cluster - 1) / x->cluster : UINT64_MAX;
	uint32_t cluster = f->chain.first;
	enum triage_status st = TRIAGE_OK;
	for (bool first = true; st == TRIAGE_OK && left > 0 && cluster != FAT_END; first = false, left--) {
		if (!fat_is_cluster(x, cluster) || (!first && !fat_seen_add(seen, cluster)) ||
		    run_list_end(&b->map) >= FAT_DIRECTORY_MAX) {
			b->cut = true;
			break;
		}
		st = run_list_add(&b->map, fat_cluster_place(x, cluster), x->cluster, err);
		cluster = f->chain.contiguous ? cluster + 1 : fat_next(x, cluster);
	}
	return st;
}

enum triage_status
fat_folder_load(struct fat *x, const struct fat_folder *f, struct fat_seen *seen, struct fat_bytes *ret_bytes,
    struct triage_error *err)
{
	struct fat_bytes b = { 0 };
	enum triage_status st;
	if (f->chain.first == 0)
		st = run_list_add(&b.map, x->base, x->root_size, err);
	else
		st = f->deleted ? map_deleted(x, f, seen, &b, err) : map_live(x, f, seen, &b, err);
	b.size = (size_t)run_list_end(&b.map);
	b.data = st == TRIAGE_OK ? calloc(1, b.size + 1) : NULL;
	if (st == TRIAGE_OK && b.data == NULL) {
		st = TRIAGE_E_MEMORY;
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "out of memory for a directory of %zu bytes", b.size);
	}
	for (size_t i = 0; i < b.map.count && st == TRIAGE_OK; i++) {
		const struct run *r = &b.map.runs[i];
		struct triage_error why;
		bool bad = false;
		if (cache_read(x->cache, r->place, b.data + r->offset, (size_t)r->length, &bad, &why) != TRIAGE_OK || bad)
			b.unreadable = true;
	}
	if (st != TRIAGE_OK) {
		fat_bytes_release(&b);
		return st;
	}
	*ret_bytes = b;
	return TRIAGE_OK;
}
