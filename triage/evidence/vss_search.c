#include "triage/evidence/vss_search.h"

#include "triage/base/fault.h"
#include "triage/evidence/vss_found.h"
#include "triage/evidence/vss_usage.h"

#include <stdlib.h>
#include <string.h>

/*
 * A volume without the header at 0x1e00 never had shadow copies. With it, but without a whole catalogue that names at least one:
 * deletion is likely, and everything is searched. With a catalogue: only on the sign that copies are missing from it, since every
 * server drops its oldest copies by and by; then the $MFT has to do on a large volume.
 */
enum vss_search
vss_search_policy(const struct vss_set *set, const struct vss_catalogue *c)
{
	if (!c->enabled)
		return VSS_SEARCH_NONE;
	if (c->damaged || set->count == 0)
		return VSS_SEARCH_ALL;
	bool missing = c->freed > 0;
	const struct vss_store *oldest = &set->stores[0];
	for (size_t i = 0; i < set->count; i++) {
		const struct vss_store *store = &set->stores[i];
		if (store->created < oldest->created)
			oldest = store;
		/* an entry without its other half; a list that leads where none is */
		missing = missing || (!store->placed && memcmp(c->volume.volume, c->volume.storage, VSS_GUID) == 0) ||
		    store->list.broken || store->created == 0;
	}
	/* what was in use in the copy before matters only where there was one */
	missing = missing || oldest->previous_at != 0;
	if (!missing)
		return VSS_SEARCH_NONE;
	return set->volume->size <= VSS_SEARCH_SMALL ? VSS_SEARCH_ALL : VSS_SEARCH_FILES;
}

void
vss_found_release(struct vss_found *f)
{
	free(f->blocks);
	*f = (struct vss_found){ 0 };
}

static enum triage_status
found_add(struct vss_found *f, const struct vss_found_block *block, struct triage_error *err)
{
	if (f->count >= VSS_FOUND_MAX) {
		f->full = true;
		return TRIAGE_OK;
	}
	if (f->count == f->room) {
		size_t room = f->room == 0 ? 256 : 2 * f->room;
		struct vss_found_block *grown = fault_hit() ? NULL : realloc(f->blocks, room * sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
		f->blocks = grown;
		f->room = room;
	}
	f->blocks[f->count++] = *block;
	return TRIAGE_OK;
}

/*
 * Look for structures in a part of the volume: only those that lie where they say that they lie. used: to pass over blocks that are
 * in use, NULL to look at all.
 */
static enum triage_status
scan(struct vss_found *f, struct reader *volume, uint64_t start, uint64_t end, struct vss_usage *used, struct triage_error *err)
{
	uint8_t bytes[VSS_HEAD];
	struct vss_head head;
	enum triage_status st = TRIAGE_OK;
	if (end > volume->size)
		end = volume->size;
	for (uint64_t at = (start + VSS_BLOCK - 1) / VSS_BLOCK * VSS_BLOCK; st == TRIAGE_OK && at < end && end - at >= VSS_BLOCK; at += VSS_BLOCK) {
		if (used != NULL && vss_usage_taken(used, at, 1))
			continue;
		if (f->looks++ >= VSS_LOOKS_MAX) {
			f->looks = VSS_LOOKS_MAX;
			f->unsearched += end - at;
			break;
		}
		if (reader_read_all(volume, at, bytes, sizeof(bytes), NULL) != TRIAGE_OK || !vss_head_parse(bytes, &head) ||
		    head.current != at || head.type == VSS_VOLUME || head.relative % VSS_BLOCK != 0 || head.relative >= VSS_VOLUME_MAX)
			continue;
		bool next = head.next != 0 && head.next % VSS_BLOCK == 0 && head.next < volume->size;
		st = found_add(f, &(struct vss_found_block){
			.block = (uint32_t)(at / VSS_BLOCK), .next = next ? (uint32_t)(head.next / VSS_BLOCK) : 0,
			.relative = (uint32_t)(head.relative / VSS_BLOCK), .type = (uint8_t)head.type, .cut = head.next != 0 && !next,
		}, err);
	}
	return st;
}

static int
compare_blocks(const void *a, const void *b)
{
	const struct vss_found_block *x = a, *y = b;
	return x->block == y->block ? 0 : x->block < y->block ? -1 : 1;
}

struct vss_found_block *
vss_found_at(const struct vss_found *f, uint32_t block)
{
	return f->count == 0 ? NULL : bsearch(&(struct vss_found_block){ .block = block }, f->blocks, f->count, sizeof(*f->blocks), compare_blocks);
}

static void
sort_found(struct vss_found *f)
{
	size_t kept = 0;
	if (f->count == 0)
		return;
	qsort(f->blocks, f->count, sizeof(*f->blocks), compare_blocks);
	for (size_t i = 1; i < f->count; i++)	/* files may overlap by their records: each block once */
		if (f->blocks[i].block != f->blocks[kept].block)
			f->blocks[++kept] = f->blocks[i];
	f->count = kept + 1;
}

struct by_files {
	struct vss_set *set;
	struct vss_found *found;
	struct triage_error *err;
	enum triage_status st;
};

/* Scan what a store's file took up, unless the catalogue knows it. */
static bool
scan_file(void *ctx, const struct vss_file *file)
{
	struct by_files *by = ctx;
	for (size_t i = 0; i < by->set->count; i++)
		if (by->set->stores[i].header_at == file->map->runs[0].place)
			return true;
	for (size_t i = 0; i < file->map->count && by->st == TRIAGE_OK; i++) {
		const struct run *run = &file->map->runs[i];
		if (run->place < RUN_FILLER)
			by->st = scan(by->found, by->set->volume, run->place, run->place + run->length, NULL, by->err);
	}
	return by->st == TRIAGE_OK && !by->found->full;
}

/* What a file's name says of a store that was found: its identifier and age. */
static bool
name_store(void *ctx, const struct vss_file *file)
{
	struct vss_set *set = ctx;
	for (size_t i = 0; i < set->count; i++) {
		struct vss_store *store = &set->stores[i];
		if (!store->found || store->header_at != file->map->runs[0].place)
			continue;
		store->deleted = store->deleted && !file->in_use;
		if (store->created != 0 && store->has_id)
			continue;
		memcpy(store->id, file->id, VSS_GUID);
		store->has_id = true;
		store->created = file->created;
		store->guessed = store->created == 0;
		store->named = !store->guessed;
	}
	return true;
}

/* Entries of catalogue blocks that are no longer in the chain: they name the stores' headers. */
static void
name_by_catalogue(struct vss_set *set, struct vss_set *old)
{
	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < old->count && set->stores[i].found; k++) {
			const struct vss_store *entry = &old->stores[k];
			struct vss_store *store = &set->stores[i];
			if (!entry->placed || entry->header_at != store->header_at || entry->created == 0)
				continue;
			memcpy(store->id, entry->id, VSS_GUID);
			store->has_id = true;
			store->size = entry->size;
			store->created = entry->created;
			store->sequence = entry->sequence;
			store->guessed = false;
		}
}

static enum triage_status
old_catalogues(struct vss_set *set, const struct vss_found *f, struct triage_error *err)
{
	struct vss_catalogue ignored = { 0 };
	struct vss_set *old;
	uint8_t block[VSS_BLOCK];
	struct vss_head head;
	enum triage_status st = vss_set_new(set->volume, &old, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < f->count; i++) {
		if (f->blocks[i].type != VSS_CATALOGUE ||
		    !vss_block_read(set->volume, (uint64_t)f->blocks[i].block * VSS_BLOCK, VSS_CATALOGUE, block, &head))
			continue;
		for (size_t at = VSS_HEAD; at + VSS_ENTRY <= VSS_BLOCK; at += VSS_ENTRY)
			vss_catalogue_entry(old, block + at, &ignored);
	}
	name_by_catalogue(set, old);
	vss_set_release(old);
	return TRIAGE_OK;
}

/* Without a record of its file: a store whose own blocks are intact and all in use was not deleted, only its catalogue was. */
static void
judge_files(struct vss_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct vss_store *store = &set->stores[i];
		size_t taken = 0;
		for (size_t k = 0; store->found && set->usage != NULL && k < store->list.count; k++)
			taken += vss_usage_taken(set->usage, store->list.at[k], VSS_BLOCK);
		if (taken > 0 && taken == store->list.count && vss_usage_taken(set->usage, store->header_at, VSS_BLOCK))
			store->deleted = false;
	}
}

enum triage_status
vss_search_run(struct vss_set *set, enum vss_search how, struct vss_search_result *r, struct triage_error *err)
{
	struct vss_found found = { 0 };
	enum triage_status st = TRIAGE_OK;
	*r = (struct vss_search_result){ .searched = how };
	if (set->usage != NULL) {
		struct by_files by = { set, &found, err, TRIAGE_OK };
		vss_usage_files(set->usage, scan_file, &by);
		st = by.st;
	}
	/* stores whose files are not deleted were met by their records: what is in use besides is of no interest */
	bool skip = set->usage != NULL && vss_usage_whole(set->usage);
	if (st == TRIAGE_OK && how == VSS_SEARCH_ALL)
		st = scan(&found, set->volume, 0, set->volume->size, skip ? set->usage : NULL, err);
	sort_found(&found);
	size_t known = set->count;
	if (st == TRIAGE_OK)
		st = vss_found_stores(set, &found, r, err);
	r->found = set->count - known;
	r->full = r->full || found.full;
	r->unsearched = found.unsearched;
	if (st == TRIAGE_OK && r->found > 0)
		st = old_catalogues(set, &found, err);
	if (st == TRIAGE_OK && r->found > 0 && set->usage != NULL) {
		vss_usage_files(set->usage, name_store, set);
		judge_files(set);
	}
	vss_found_release(&found);
	return st;
}
