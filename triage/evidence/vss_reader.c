/* vss_reader.c - the volume as a shadow copy shows it, put together from its own store, those of newer copies, and the volume. */
#include "triage/base/fault.h"
#include "triage/base/view.h"
#include "triage/evidence/vss.h"
#include "triage/evidence/vss_store.h"

#include <stdlib.h>
#include <string.h>

enum { UNKEPT_MAX = 64 << 20 };		/* bytes whose bits are compared in one step */

struct bits {
	const struct vss_chain *chain;
	size_t held;			/* which block of the chain is in block, SIZE_MAX: none */
	uint8_t block[VSS_BLOCK];
};

struct snapshot {
	struct reader base;
	struct vss_set *set;
	size_t own;			/* which store */
	bool loaded;			/* the index of each store of its chain is there */
	struct bits *unused, *unused_before;	/* of the newest: bitmaps; NULL for none */
};

enum piece_kind { PIECE_LIVE, PIECE_KEPT, PIECE_ZEROS, PIECE_GONE };

struct piece {
	enum piece_kind kind;
	uint64_t at, run;		/* bytes into the volume; bytes that are alike */
};

/*
 * Stores that stand between a copy and the present. Deleting a copy takes its store out of the chain of those that stay; to the
 * copies that were deleted themselves it still counts.
 */
static bool
in_chain(const struct snapshot *s, size_t i)
{
	return i == s->own || !s->set->stores[i].deleted || s->set->stores[s->own].deleted;
}

static enum triage_status
load(struct snapshot *s, struct triage_error *err)
{
	for (size_t i = s->own; i < s->set->count && !s->loaded; i++) {
		enum triage_status st = in_chain(s, i) ? vss_store_load(s->set, &s->set->stores[i], err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			return st;
	}
	s->loaded = true;
	return TRIAGE_OK;
}

/* A bit of a bitmap; those behind its end and in blocks that are lost are not set. */
static bool
bit_at(struct reader *volume, struct bits *bits, uint64_t block)
{
	size_t which = (size_t)(block / VSS_BITS), bit = (size_t)(block % VSS_BITS);
	if (which >= bits->chain->count)
		return false;
	if (bits->held != which) {
		struct vss_head head;
		if (!vss_block_read(volume, bits->chain->at[which], VSS_BITMAP, bits->block, &head))
			memset(bits->block, 0, VSS_BLOCK);
		bits->held = which;
	}
	return (bits->block[VSS_HEAD + bit / 8] >> bit % 8 & 1) != 0;
}

/* True when the newest copy does not keep the block: it was not in use. */
static bool
is_unused(struct snapshot *s, uint64_t block)
{
	const struct vss_store *store = &s->set->stores[s->own];
	return bit_at(s->set->volume, s->unused, block) &&
	    (s->unused_before == NULL || bit_at(s->set->volume, s->unused_before, block)) &&
	    !vss_map_has(&store->index.forwarded, (uint32_t)block);
}

/* What nothing was kept of: the volume as it is; but of the newest copy, blocks that were not in use are zeros. */
static void
resolve_unkept(struct snapshot *s, uint64_t offset, struct piece *p)
{
	if (s->unused == NULL)
		return;
	if (p->run > UNKEPT_MAX)
		p->run = UNKEPT_MAX;
	uint64_t block = offset / VSS_BLOCK, end = offset + p->run;
	bool unused = is_unused(s, block);
	p->kind = unused ? PIECE_ZEROS : PIECE_LIVE;
	for (block++; block * VSS_BLOCK < end; block++)
		if (is_unused(s, block) != unused) {
			p->run = block * VSS_BLOCK - offset;
			return;
		}
}

/* Where the bytes from offset on come from. size: at least 1, inside the snapshot. The indexes are loaded. */
static struct piece
resolve(struct snapshot *s, uint64_t offset, uint64_t size)
{
	struct piece p = { .kind = PIECE_LIVE, .at = offset, .run = size };
	bool kept = false;
	for (size_t i = s->own; i < s->set->count; i++) {
		if (!in_chain(s, i))
			continue;
		uint64_t at = 0, run;
		enum vss_answer answer = vss_index_find(&s->set->stores[i].index, p.at, i == s->own, &at, &run);
		if (run < p.run)
			p.run = run;
		if (answer == VSS_NOTHING)
			continue;
		kept = true;
		p.at = at;
		if (answer == VSS_FORWARDED)
			continue;
		p.kind = answer == VSS_GONE ? PIECE_GONE : PIECE_KEPT;
		return p;
	}
	if (!kept)
		resolve_unkept(s, offset, &p);
	return p;
}

/* Read from the volume; what lies behind its end is bad. */
static enum triage_status
volume_read(struct snapshot *s, uint64_t at, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct reader *volume = s->set->volume;
	size_t there = at >= volume->size ? 0 : volume->size - at < size ? (size_t)(volume->size - at) : size;
	uint64_t bad = volume->bad_bytes;
	enum triage_status st = there == 0 ? TRIAGE_OK : reader_read_all(volume, at, buf, there, err);
	memset(buf + there, 0, size - there);
	s->base.bad_bytes += volume->bad_bytes - bad + (size - there);
	return st;
}

static enum triage_status
snapshot_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct snapshot *s = (struct snapshot *)r;
	enum triage_status st = load(s, err);
	while (size > 0 && st == TRIAGE_OK) {
		struct piece p = resolve(s, offset, size);
		size_t some = (size_t)p.run;
		switch (p.kind) {
		case PIECE_LIVE:
		case PIECE_KEPT:
			st = volume_read(s, p.at, buf, some, err);
			break;
		case PIECE_GONE:
			r->bad_bytes += some;
			memset(buf, 0, some);
			break;
		case PIECE_ZEROS:
			memset(buf, 0, some);
			break;
		}
		offset += some;
		buf += some;
		size -= some;
	}
	return st;
}

static uint64_t
snapshot_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	struct snapshot *s = (struct snapshot *)r;
	*ret_below = s->set->volume;
	*ret_run = offset < r->size ? r->size - offset : 0;
	if (offset >= r->size || load(s, NULL) != TRIAGE_OK)
		return TRIAGE_NO_OFFSET;
	struct piece p = resolve(s, offset, r->size - offset);
	*ret_run = p.run;
	return (p.kind == PIECE_LIVE || p.kind == PIECE_KEPT) && p.at < s->set->volume->size ? p.at : TRIAGE_NO_OFFSET;
}

static void
snapshot_close(struct reader *r)
{
	struct snapshot *s = (struct snapshot *)r;
	vss_set_release(s->set);
	free(s->unused);
	free(s->unused_before);
	free(s);
}

static const struct reader_ops snapshot_ops = {
	.name = "vss", .read = snapshot_read, .place = snapshot_place, .close = snapshot_close,
};

bool
vss_is_snapshot(const struct reader *r)
{
	return r->ops == &snapshot_ops;
}

bool
vss_same_as_live(struct reader *snapshot, uint64_t offset, uint64_t length)
{
	struct snapshot *s = (struct snapshot *)snapshot;
	if (!vss_is_snapshot(snapshot) || offset > snapshot->size || length > snapshot->size - offset || load(s, NULL) != TRIAGE_OK)
		return false;
	while (length > 0) {
		struct piece p = resolve(s, offset, length);
		if (p.kind != PIECE_LIVE || p.at != offset)
			return false;
		offset += p.run;
		length -= p.run;
	}
	return true;
}

/* A bitmap to look into when the chain has any block, or should have. False when memory is short. */
static bool
bits_new(const struct vss_chain *chain, struct bits **ret_bits)
{
	if (chain->count == 0 && !chain->broken)
		return true;
	struct bits *bits = fault_hit() ? NULL : calloc(1, sizeof(*bits));
	if (bits == NULL)
		return false;
	bits->chain = chain;
	bits->held = SIZE_MAX;
	*ret_bits = bits;
	return true;
}

enum triage_status
vss_reader_new(struct vss_set *set, size_t i, uint64_t size, struct reader **ret_reader, struct triage_error *err)
{
	const struct vss_store *store = &set->stores[i];
	struct snapshot *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	if (s == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	s->base = (struct reader){ .ops = &snapshot_ops, .size = size, .sector_size = set->volume->sector_size };
	s->set = set;
	s->own = i;
	set->readers++;
	bool newest = true;
	for (size_t k = i + 1; k < set->count; k++)
		newest = newest && !in_chain(s, k);
	if (newest && (!bits_new(&store->bitmap, &s->unused) || !bits_new(&store->previous, &s->unused_before))) {
		snapshot_close(&s->base);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	*ret_reader = &s->base;
	return TRIAGE_OK;
}
