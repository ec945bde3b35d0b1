#include "triage/evidence/vss_index.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 512 };

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the block list of a shadow copy");
	return TRIAGE_E_MEMORY;
}

void
vss_build_release(struct vss_build *b)
{
	free(b->raw);
	vss_map_release(&b->forwarders);
	*b = (struct vss_build){ 0 };
}

void
vss_index_release(struct vss_index *x)
{
	free(x->runs);
	free(x->overlays);
	vss_map_release(&x->forwarded);
	*x = (struct vss_index){ 0 };
}

static enum triage_status
raw_add(struct vss_build *b, struct vss_raw raw, struct triage_error *err)
{
	if (b->count >= VSS_DESCRIPTORS_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "more than %d changed blocks in one shadow copy", VSS_DESCRIPTORS_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (b->count == b->room) {
		size_t room = b->room == 0 ? FIRST_ROOM : 2 * b->room;
		struct vss_raw *grown = fault_hit() ? NULL : realloc(b->raw, room * sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		b->raw = grown;
		b->room = room;
	}
	b->raw[b->count++] = raw;
	return TRIAGE_OK;
}

/*
 * A block that moved inside the volume is kept as a forwarder. When later the block that it points to is overwritten, or moves on,
 * the list says so under that block's number: what is kept then belongs to the forwarder's block. When it moves back to where it came
 * from, nothing is kept of it any more; libvshadow goes on to read where it was before, which nobody protects from then on.
 */
enum triage_status
vss_build_add(struct vss_build *b, const struct vss_descriptor *d, bool gone, struct triage_error *err)
{
	uint32_t block = (uint32_t)(d->original / VSS_BLOCK), to = (uint32_t)(d->relative / VSS_BLOCK);
	if ((d->flags & VSS_UNUSED) != 0)
		return TRIAGE_OK;
	struct vss_raw raw = { .target = d->stored & ~(uint64_t)(VSS_SECTOR - 1), .sectors = d->sectors };
	if (gone)
		raw.target |= VSS_TARGET_GONE;
	if ((d->flags & VSS_OVERLAY) != 0) {
		raw.target |= VSS_TARGET_OVERLAY;
		raw.block = block;
		return raw_add(b, raw, err);
	}
	bool moved = vss_map_take(&b->forwarders, block, &block);
	raw.block = block;
	if ((d->flags & VSS_FORWARD) != 0 && block == to) {
		raw.target = VSS_TARGET_HOME;
		return moved ? raw_add(b, raw, err) : TRIAGE_OK;
	}
	if ((d->flags & VSS_FORWARD) != 0) {
		raw.target = (uint64_t)to * VSS_BLOCK | VSS_TARGET_FORWARD | (raw.target & VSS_TARGET_GONE);
		if (!vss_map_put(&b->forwarders, to, block))
			return no_memory(err);
	}
	return raw_add(b, raw, err);
}

/* By block; those of one block stay in the order of the list. work: as large as raw. */
static void
sort_raw(struct vss_raw *raw, size_t count, struct vss_raw *work)
{
	struct vss_raw *from = raw, *to = work;
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t start = 0; start < count; start += 2 * width) {
			size_t mid = count - start < width ? count : start + width;
			size_t end = count - start < 2 * width ? count : start + 2 * width;
			size_t a = start, b = mid;
			for (size_t i = start; i < end; i++)
				to[i] = b >= end || (a < mid && from[a].block <= from[b].block) ? from[a++] : from[b++];
		}
		struct vss_raw *swap = from;
		from = to;
		to = swap;
	}
	if (from != raw)
		memcpy(raw, from, count * sizeof(*raw));
}

static void
run_add(struct vss_index *x, uint32_t block, uint64_t target)
{
	struct vss_run *last = x->run_count > 0 ? &x->runs[x->run_count - 1] : NULL;
	if (last != NULL && last->block + last->count == block && last->target + (uint64_t)last->count * VSS_BLOCK == target)
		last->count++;
	else
		x->runs[x->run_count++] = (struct vss_run){ .target = target, .block = block, .count = 1 };
}

/* Of each block the last descriptor holds; its overlays are one, at the place of the first. */
static void
fold(const struct vss_raw *raw, size_t count, struct vss_index *x)
{
	for (size_t i = 0, end; i < count; i = end) {
		const struct vss_raw *plain = NULL;
		struct vss_overlay *overlay = NULL;
		for (end = i; end < count && raw[end].block == raw[i].block; end++) {
			if ((raw[end].target & VSS_TARGET_OVERLAY) == 0) {
				plain = (raw[end].target & VSS_TARGET_HOME) == 0 ? &raw[end] : NULL;
			} else if (overlay == NULL) {
				overlay = &x->overlays[x->overlay_count++];
				*overlay = (struct vss_overlay){ .target = raw[end].target, .block = raw[end].block, .sectors = raw[end].sectors };
			} else {
				overlay->sectors |= raw[end].sectors;
			}
		}
		if (plain != NULL)
			run_add(x, plain->block, plain->target);
	}
}

/* Give back what was not needed. */
static void *
shrink(void *p, size_t size)
{
	void *smaller = realloc(p, size != 0 ? size : 1);
	return smaller != NULL ? smaller : p;
}

enum triage_status
vss_build_finish(struct vss_build *b, struct vss_index *ret_index, struct triage_error *err)
{
	struct vss_index x = { 0 };
	size_t overlays = 0, count = b->count;
	for (size_t i = 0; i < count; i++)
		overlays += (b->raw[i].target & VSS_TARGET_OVERLAY) != 0;
	/* a run is no larger than a raw descriptor: sort through the memory that then holds the runs */
	_Static_assert(sizeof(struct vss_run) == sizeof(struct vss_raw), "the runs take the place of the sorting space");
	SCOPED_FREE void *work = fault_hit() ? NULL : malloc(count * sizeof(struct vss_raw) + 1);
	x.overlays = malloc(overlays * sizeof(*x.overlays) + 1);
	if (work == NULL || x.overlays == NULL) {
		free(x.overlays);
		vss_build_release(b);
		return no_memory(err);
	}
	sort_raw(b->raw, count, work);
	x.runs = TAKE(work);
	fold(b->raw, count, &x);
	x.runs = shrink(x.runs, x.run_count * sizeof(*x.runs));
	x.overlays = shrink(x.overlays, x.overlay_count * sizeof(*x.overlays));
	x.forwarded = b->forwarders;
	b->forwarders = (struct vss_map){ 0 };
	vss_build_release(b);
	*ret_index = x;
	return TRIAGE_OK;
}

static enum vss_answer
answer_of(uint64_t target, uint64_t into, uint64_t *ret_at)
{
	*ret_at = (target & ~(uint64_t)VSS_TARGET_BITS) + into;
	if ((target & VSS_TARGET_GONE) != 0)
		return VSS_GONE;
	return (target & VSS_TARGET_FORWARD) != 0 ? VSS_FORWARDED : VSS_STORED;
}

/* True when sectors of an overlay cover offset. *run: cut to where that changes. */
static bool
overlay_find(const struct vss_index *x, uint64_t offset, uint64_t *ret_at, uint64_t *run, enum vss_answer *ret_answer)
{
	uint32_t block = (uint32_t)(offset / VSS_BLOCK);
	uint64_t into = offset % VSS_BLOCK;
	size_t low = 0, high = x->overlay_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (x->overlays[mid].block < block)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == x->overlay_count)
		return false;
	const struct vss_overlay *o = &x->overlays[low];
	uint64_t limit = (uint64_t)o->block * VSS_BLOCK;
	bool covered = false;
	if (o->block == block) {
		uint32_t sector = (uint32_t)(into / VSS_SECTOR), end = sector;
		covered = (o->sectors >> sector & 1) != 0;
		while (end < VSS_BLOCK / VSS_SECTOR && (o->sectors >> end & 1) == covered)
			end++;
		limit += (uint64_t)end * VSS_SECTOR;
	}
	if (limit - offset < *run)
		*run = limit - offset;
	if (covered)
		*ret_answer = answer_of(o->target, into, ret_at);
	return covered;
}

enum vss_answer
vss_index_find(const struct vss_index *x, uint64_t offset, bool own, uint64_t *ret_at, uint64_t *ret_run)
{
	enum vss_answer answer = VSS_NOTHING;
	uint32_t block = (uint32_t)(offset / VSS_BLOCK);
	*ret_run = UINT64_MAX - offset;
	if (own && overlay_find(x, offset, ret_at, ret_run, &answer))
		return answer;
	size_t low = 0, high = x->run_count;	/* the first run that begins behind the block */
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (x->runs[mid].block <= block)
			low = mid + 1;
		else
			high = mid;
	}
	uint64_t limit = low < x->run_count ? (uint64_t)x->runs[low].block * VSS_BLOCK : UINT64_MAX;
	if (low > 0 && block - x->runs[low - 1].block < x->runs[low - 1].count) {
		const struct vss_run *r = &x->runs[low - 1];
		uint64_t start = (uint64_t)r->block * VSS_BLOCK;
		limit = start + (uint64_t)r->count * VSS_BLOCK;
		answer = answer_of(r->target, offset - start, ret_at);
	}
	if (limit - offset < *ret_run)
		*ret_run = limit - offset;
	return answer;
}
