#include "triage/evidence/vss_found.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum { RANGES_MAX = 1 << 16 };
enum { RANGE_AT = 0, RANGE_RELATIVE = 8, RANGE_SIZE = 16 };

/* Where a store's file lies, in blocks. What comes before the first range lies behind the start in one piece. */
struct layout {
	uint32_t base;			/* the block of the store's header */
	struct layout_range {
		uint32_t relative, at, count;
	} *ranges;			/* sorted by relative */
	size_t count, room;
};

/* Where block number relative of the file lies; 0 when that is not known. */
static uint32_t
layout_place(const struct layout *l, uint32_t relative)
{
	size_t low = 0, high = l->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->ranges[mid].relative <= relative)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return l->base + relative;
	const struct layout_range *r = &l->ranges[low - 1];
	return relative - r->relative < r->count ? r->at + (relative - r->relative) : 0;
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct layout_range *x = a, *y = b;
	return x->relative == y->relative ? 0 : x->relative < y->relative ? -1 : 1;
}

static enum triage_status
ranges_read(struct reader *volume, const struct vss_chain *chain, struct layout *l, struct triage_error *err)
{
	uint8_t block[VSS_BLOCK];
	struct vss_head head;
	for (size_t i = 0; i < chain->count; i++) {
		if (!vss_block_read(volume, chain->at[i], VSS_RANGES, block, &head))
			continue;
		for (size_t at = VSS_HEAD; at + VSS_RANGE <= VSS_BLOCK && l->count < RANGES_MAX; at += VSS_RANGE) {
			uint64_t start = load_le64(block + at + RANGE_AT), relative = load_le64(block + at + RANGE_RELATIVE),
			    size = load_le64(block + at + RANGE_SIZE);
			if (size < VSS_BLOCK || start >= volume->size || size > volume->size - start || start % VSS_BLOCK != 0 ||
			    relative % VSS_BLOCK != 0 || relative >= VSS_VOLUME_MAX)
				continue;
			if (l->count == l->room) {
				size_t room = l->room == 0 ? 64 : 2 * l->room;
				struct layout_range *grown = fault_hit() ? NULL : realloc(l->ranges, room * sizeof(*grown));
				if (grown == NULL) {
					triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
					return TRIAGE_E_MEMORY;
				}
				l->ranges = grown;
				l->room = room;
			}
			l->ranges[l->count++] = (struct layout_range){
				(uint32_t)(relative / VSS_BLOCK), (uint32_t)(start / VSS_BLOCK), (uint32_t)(size / VSS_BLOCK),
			};
		}
	}
	if (l->count > 1)
		qsort(l->ranges, l->count, sizeof(*l->ranges), compare_ranges);
	return TRIAGE_OK;
}

/* The block that follows in the chain, when it was found, is of that kind and free. */
static struct vss_found_block *
follow(const struct vss_found *f, const struct vss_found_block *b)
{
	struct vss_found_block *next = b->next != 0 ? vss_found_at(f, b->next) : NULL;
	return next != NULL && next->type == b->type && !next->claimed ? next : NULL;
}

/* Claim a block and what its chain leads to. */
static enum triage_status
claim(const struct vss_found *f, struct vss_found_block *b, struct vss_chain *chain, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK) {
		struct vss_found_block *next;
		b->claimed = true;
		st = vss_chain_add(chain, (uint64_t)b->block * VSS_BLOCK, err);
		next = follow(f, b);
		chain->broken = chain->broken || b->cut || (b->next != 0 && next == NULL);
		if (next == NULL)
			break;
		b = next;
	}
	return st;
}

/* A free block of that kind that begins a chain, at the place where the store's file has it. */
static bool
is_head(const struct vss_found_block *b, const struct layout *l, enum vss_record type)
{
	return b->type == (uint8_t)type && !b->claimed && !b->followed && layout_place(l, b->relative) == b->block;
}

/* Claim the first chain of a kind in the store's file. */
static enum triage_status
claim_first(const struct vss_found *f, const struct layout *l, enum vss_record type, struct vss_chain *chain, struct triage_error *err)
{
	struct vss_found_block *head = NULL;
	for (size_t i = 0; i < f->count; i++)
		if ((head == NULL || f->blocks[i].relative < head->relative) && is_head(&f->blocks[i], l, type))
			head = &f->blocks[i];
	return head != NULL ? claim(f, head, chain, err) : TRIAGE_OK;
}

static int
compare_relative(const void *a, const void *b)
{
	const struct vss_found_block *const *x = a, *const *y = b;
	return (*x)->relative == (*y)->relative ? 0 : (*x)->relative < (*y)->relative ? -1 : 1;
}

/* Claim the whole list of a store: what is left of it when blocks between are lost, in the order of its file. */
static enum triage_status
claim_list(const struct vss_found *f, const struct layout *l, struct vss_chain *chain, struct triage_error *err)
{
	size_t count = 0, at = 0;
	for (size_t i = 0; i < f->count; i++)
		count += is_head(&f->blocks[i], l, VSS_LIST);
	SCOPED_FREE struct vss_found_block **heads = fault_hit() ? NULL : malloc((count + 1) * sizeof(*heads));
	if (heads == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < f->count; i++)
		if (is_head(&f->blocks[i], l, VSS_LIST))
			heads[at++] = &f->blocks[i];
	qsort(heads, count, sizeof(struct vss_found_block *), compare_relative);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++)
		if (!heads[i]->claimed)
			st = claim(f, heads[i], chain, err);
	return st;
}

static enum triage_status
assemble(struct vss_set *set, struct vss_found *f, uint32_t base, struct vss_store *store, struct triage_error *err)
{
	struct layout l = { .base = base };
	struct vss_chain ranges = { 0 };
	enum triage_status st = claim_first(f, &l, VSS_RANGES, &ranges, err);
	if (st == TRIAGE_OK)
		st = ranges_read(set->volume, &ranges, &l, err);
	if (ranges.count > 0)
		store->ranges_at = ranges.at[0];
	vss_chain_release(&ranges);
	if (st == TRIAGE_OK)
		st = claim_list(f, &l, &store->list, err);
	/* of the two bitmaps the present one comes first in the file */
	if (st == TRIAGE_OK)
		st = claim_first(f, &l, VSS_BITMAP, &store->bitmap, err);
	if (st == TRIAGE_OK)
		st = claim_first(f, &l, VSS_BITMAP, &store->previous, err);
	free(l.ranges);
	if (st == TRIAGE_OK && store->list.count > 0) {
		struct vss_found_block *first = vss_found_at(f, (uint32_t)(store->list.at[0] / VSS_BLOCK));
		store->list_at = store->list.at[0];
		store->list.broken = store->list.broken || first == NULL || first->relative != 1;
	}
	return st;
}

/* Blocks of stores that the catalogue knows are spoken for; and which blocks others lead to. */
static void
mark(const struct vss_set *set, struct vss_found *f)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct vss_store *s = &set->stores[i];
		const struct vss_chain *chains[] = { &s->list, &s->bitmap, &s->previous };
		struct vss_found_block *b;
		for (size_t c = 0; c < sizeof(chains) / sizeof(chains[0]); c++)
			for (size_t k = 0; k < chains[c]->count; k++)
				if ((b = vss_found_at(f, (uint32_t)(chains[c]->at[k] / VSS_BLOCK))) != NULL)
					b->claimed = true;
		if (s->header_at < VSS_VOLUME_MAX && (b = vss_found_at(f, (uint32_t)(s->header_at / VSS_BLOCK))) != NULL)
			b->claimed = true;
		/* the range list is not followed for copies that are there: its first block leads to the rest */
		b = s->ranges_at < VSS_VOLUME_MAX ? vss_found_at(f, (uint32_t)(s->ranges_at / VSS_BLOCK)) : NULL;
		for (; b != NULL && b->type == VSS_RANGES; b = follow(f, b))
			b->claimed = true;
	}
	for (size_t i = 0; i < f->count; i++) {
		struct vss_found_block *next = f->blocks[i].next != 0 ? vss_found_at(f, f->blocks[i].next) : NULL;
		if (next != NULL && next != &f->blocks[i] && next->type == f->blocks[i].type && next->relative > f->blocks[i].relative)
			next->followed = true;
	}
}

static enum triage_status
add_store(struct vss_set *set, struct vss_found *f, uint32_t base, struct vss_search_result *r, struct triage_error *err)
{
	struct vss_store *store = vss_set_add(set);
	if (store == NULL) {
		r->full = true;
		return TRIAGE_OK;
	}
	*store = (struct vss_store){ .placed = true, .found = true, .deleted = true, .guessed = true, .header_at = (uint64_t)base * VSS_BLOCK };
	enum triage_status st = assemble(set, f, base, store, err);
	if (st != TRIAGE_OK || store->list.count > 0)
		return st;
	vss_chain_release(&store->bitmap);
	vss_chain_release(&store->previous);
	set->count--;
	r->headers++;
	return TRIAGE_OK;
}

enum triage_status
vss_found_stores(struct vss_set *set, struct vss_found *f, struct vss_search_result *r, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	mark(set, f);
	for (size_t i = 0; i < f->count && st == TRIAGE_OK && !r->full; i++) {
		struct vss_found_block *b = &f->blocks[i];
		if (b->claimed)
			continue;
		if (b->type == VSS_STORE && b->relative == 0) {
			b->claimed = true;
			st = add_store(set, f, b->block, r, err);
		} else if (b->type == VSS_LIST && b->relative == 1 && b->block > 1) {
			const struct vss_found_block *header = vss_found_at(f, b->block - 1);
			if (header == NULL || header->type != VSS_STORE || header->relative != 0)
				st = add_store(set, f, b->block - 1, r, err);
		}
	}
	return st;
}
