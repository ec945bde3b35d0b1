/*
 * lvm_segment.c - the segments of a logical volume: areas on disks or on other volumes, laid out in one of LVM's ways.
 * Source: lvmraid(7), lvmcache(7), lvmthin(7), and metadata written by LVM 2.03.
 */
#include "triage/evidence/lvm.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/layer_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

enum list_shape { AREAS, IMAGES, META_AND_IMAGES };

struct segment_type {
	const char *name;
	const char *list;		/* where its areas are named */
	enum list_shape shape;
	enum array_layout layout;
	uint32_t checks, rotation;
};

static const struct segment_type segment_types[] = {
	{ "striped", "stripes", AREAS, ARRAY_STRIPE, 0, 0 },
	{ "linear", "stripes", AREAS, ARRAY_STRIPE, 0, 0 },
	{ "mirror", "mirrors", AREAS, ARRAY_MIRROR, 0, 0 },
	{ "raid1", "raids", META_AND_IMAGES, ARRAY_MIRROR, 0, 0 },
	{ "raid0", "raid0_lvs", IMAGES, ARRAY_STRIPE, 0, 0 },
	{ "raid0_meta", "raids", META_AND_IMAGES, ARRAY_STRIPE, 0, 0 },
	{ "raid10", "raids", META_AND_IMAGES, ARRAY_COPIES, 0, 0 },
	{ "raid10_near", "raids", META_AND_IMAGES, ARRAY_COPIES, 0, 0 },
	{ "raid4", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_PARITY_FIRST },
	{ "raid5", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_LEFT_SYMMETRIC },
	{ "raid5_n", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_PARITY_LAST },
	{ "raid5_la", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_LEFT_ASYMMETRIC },
	{ "raid5_ra", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_RIGHT_ASYMMETRIC },
	{ "raid5_ls", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_LEFT_SYMMETRIC },
	{ "raid5_rs", "raids", META_AND_IMAGES, ARRAY_PARITY, 1, ARRAY_RIGHT_SYMMETRIC },
	{ "raid6", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_ZERO_RESTART },
	{ "raid6_zr", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_ZERO_RESTART },
	{ "raid6_nr", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_N_RESTART },
	{ "raid6_nc", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_N_CONTINUE },
	{ "raid6_n_6", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_PARITY_LAST },
	{ "raid6_la_6", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_SIX_FROM_FIVE + ARRAY_LEFT_ASYMMETRIC },
	{ "raid6_ra_6", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_SIX_FROM_FIVE + ARRAY_RIGHT_ASYMMETRIC },
	{ "raid6_ls_6", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_SIX_FROM_FIVE + ARRAY_LEFT_SYMMETRIC },
	{ "raid6_rs_6", "raids", META_AND_IMAGES, ARRAY_PARITY, 2, ARRAY_SIX_FROM_FIVE + ARRAY_RIGHT_SYMMETRIC },
};

static enum triage_status
refuse(struct triage_error *err, enum triage_status status, const char *why)
{
	triage_error_set(err, status, TRIAGE_NO_OFFSET, "%s", why);
	return status;
}

static void
miss_disk(struct lvm_volume *v, uint32_t disk)
{
	for (size_t i = 0; i < v->missing_count; i++)
		if (v->missing[i] == disk)
			return;
	if (v->missing_count < LVM_LOST_NAMED)
		v->missing[v->missing_count++] = disk;
}

/* A part on another volume: what is missing of that is missing here. */
static enum triage_status
volume_part(struct lvm_work *work, struct lvm_volume *below, uint64_t start, uint64_t length, struct array_part *ret_part, struct triage_error *err)
{
	struct reader *handle;
	if (!below->done) {
		work->waits = true;
		return TRIAGE_OK;
	}
	if (below->nested >= LVM_NESTED_MAX)
		return refuse(err, TRIAGE_E_FORMAT, "its metadata nests it too deeply");
	work->cost += below->cost;
	if (work->volume->nested <= below->nested)
		work->volume->nested = below->nested + 1;
	for (size_t i = 0; i < below->missing_count; i++)
		miss_disk(work->volume, below->missing[i]);
	work->volume->member = below->member < work->volume->member ? below->member : work->volume->member;
	if (below->shared == NULL || below->lost >= below->size)
		return TRIAGE_OK;
	enum triage_status st = shared_handle(below->shared, &handle, err);
	if (st == TRIAGE_OK)
		st = array_own(work->array, handle, err);
	if (st == TRIAGE_OK)
		*ret_part = (struct array_part){ .reader = handle, .start = start, .length = length };
	return st;
}

/* The part that a name stands for, `extents` into it. What is not there is a part without a reader. */
static enum triage_status
named_part(struct lvm_work *work, const struct lvm_node *name, uint64_t extents, uint64_t length, struct array_part *ret_part,
    struct triage_error *err)
{
	struct lvm_group *g = work->group;
	uint64_t start;
	*ret_part = (struct array_part){ 0 };
	if (name->kind != LVM_STRING || __builtin_mul_overflow(extents, g->extent, &start))
		return refuse(err, TRIAGE_E_FORMAT, "its metadata places an area where none can be");
	int64_t disk = lvm_lookup(&g->disk_names, name->text, name->text_size);
	if (disk != LVM_NONE) {
		const struct lvm_disk *d = &g->disks[disk];
		work->cost++;
		if (d->reader == NULL)
			miss_disk(work->volume, (uint32_t)disk);
		else if (d->member < work->volume->member)
			work->volume->member = d->member;
		if (!__builtin_add_overflow(start, d->first, &start))
			*ret_part = (struct array_part){ .reader = d->reader, .start = start, .length = length };
		return TRIAGE_OK;
	}
	int64_t volume = lvm_lookup(&g->volume_names, name->text, name->text_size);
	return volume == LVM_NONE ? TRIAGE_OK : volume_part(work, &g->volumes[volume], start, length, ret_part, err);
}

/*
 * What the metadata image of a RAID leg says: a leg that failed is not believed, one that is being rebuilt up to where that got.
 * Fields of the superblock of the kernel's dm-raid target.
 */
enum { RAID_SUPER = 48, RAID_PLACE = 12, RAID_EVENTS = 16, RAID_FAILED = 24, RAID_RECOVERED = 32 };
#define RAID_MAGIC UINT32_C(0x64526d44)

static void
distrust_legs(struct array_part *legs, const struct array_part *metas, uint32_t count)
{
	uint64_t events = 0, failed = 0;
	uint8_t super[RAID_SUPER];
	for (unsigned pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < count; i++) {
			struct reader *r = metas[i].reader;
			bool there = r != NULL && reader_read_all(r, 0, super, sizeof(super), NULL) == TRIAGE_OK && load_le32(super) == RAID_MAGIC;
			if (pass == 0 && there && load_le64(super + RAID_EVENTS) >= events) {
				events = load_le64(super + RAID_EVENTS);
				failed = load_le64(super + RAID_FAILED);
			}
			if (pass == 0)
				continue;
			uint64_t recovered = there ? load_le64(super + RAID_RECOVERED) : UINT64_MAX;
			if (i < 64 && (failed >> i & 1) != 0)
				legs[i] = (struct array_part){ 0 };
			else if (recovered < UINT64_MAX / SECTOR && recovered * SECTOR < legs[i].length)
				legs[i].length = recovered * SECTOR;
		}
}

/* Collect the areas of a list. ret_count: how many. */
static enum triage_status
collect(struct lvm_work *work, const struct segment_type *type, const struct lvm_node *list, uint64_t offset, uint64_t length,
    struct array_part *parts, struct array_part *metas, uint32_t *ret_count, struct triage_error *err)
{
	const struct lvm_node *nodes = work->group->text->nodes;
	uint32_t count = 0;
	for (uint32_t i = list->child; i != 0; i = nodes[i].next) {
		const struct lvm_node *first = &nodes[i], *second = type->shape != IMAGES && first->next != 0 ? &nodes[first->next] : NULL;
		enum triage_status st;
		if (type->shape != IMAGES && second == NULL)
			return refuse(err, TRIAGE_E_FORMAT, "its metadata names half an area");
		if (type->shape == AREAS) {
			if (second->kind != LVM_NUMBER || second->number < 0)
				return refuse(err, TRIAGE_E_FORMAT, "its metadata names an area without a place");
			st = named_part(work, first, (uint64_t)second->number, length, &parts[count], err);
		} else {
			st = named_part(work, second != NULL ? second : first, 0, UINT64_MAX, &parts[count], err);
			parts[count].start += offset;
			if (st == TRIAGE_OK && second != NULL)
				st = named_part(work, first, 0, UINT64_MAX, &metas[count], err);
		}
		if (st != TRIAGE_OK || work->waits)
			return st;
		count++;
		i = second != NULL ? first->next : i;
	}
	*ret_count = count;
	return TRIAGE_OK;
}

static uint32_t
list_size(const struct lvm_text *t, const struct lvm_node *list)
{
	uint32_t count = 0;
	for (uint32_t i = list->child; i != 0; i = t->nodes[i].next)
		count++;
	return count;
}

static enum triage_status
add_areas(struct lvm_work *work, const struct segment_type *type, uint32_t node, struct array_segment *s, struct triage_error *err)
{
	const struct lvm_text *t = work->group->text;
	const struct lvm_node *list = lvm_get(t, node, type->list, LVM_LIST);
	if (list == NULL && type->layout == ARRAY_STRIPE)
		list = lvm_get(t, node, "raid0_lvs", LVM_LIST);
	uint32_t room = list != NULL ? list_size(t, list) : 0;
	uint64_t offset = lvm_number(t, node, "data_offset", 0);
	if (room == 0 || offset > UINT32_MAX)
		return refuse(err, TRIAGE_E_FORMAT, "its metadata names no areas");
	SCOPED_FREE struct array_part *parts = fault_hit() ? NULL : calloc(room, sizeof(*parts));
	SCOPED_FREE struct array_part *metas = calloc(room, sizeof(*metas));
	if (parts == NULL || metas == NULL)
		return refuse(err, TRIAGE_E_MEMORY, "out of memory");
	uint64_t per_area = type->shape == AREAS && type->layout == ARRAY_STRIPE ? s->length / (room / 2 > 0 ? room / 2 : 1) : s->length;
	enum triage_status st = collect(work, type, list, offset * SECTOR, per_area, parts, metas, &s->parts, err);
	if (st != TRIAGE_OK || work->waits)
		return st;
	if (type->shape == META_AND_IMAGES)
		distrust_legs(parts, metas, s->parts);
	s->layout = type->layout == ARRAY_STRIPE && s->parts == 1 ? ARRAY_MIRROR : type->layout;
	s->checks = type->checks;
	s->rotation = type->rotation;
	s->chunk = lvm_number(t, node, "stripe_size", 0);
	s->chunk = s->chunk > UINT32_MAX ? 0 : s->chunk * SECTOR;
	s->near = (uint32_t)(lvm_number(t, node, "data_copies", 2) & UINT32_MAX);
	s->far = 1;
	s->far_set = s->parts;
	return array_add(work->array, s, parts, err);
}

/* A cached volume, or one with checksums: the slow device behind it is read. */
static enum triage_status
add_origin(struct lvm_work *work, uint32_t node, const struct lvm_node *type, struct array_segment *s, struct triage_error *err)
{
	const struct lvm_text *t = work->group->text;
	const struct lvm_node *origin = lvm_get(t, node, "origin", LVM_STRING), *mode = lvm_get(t, node, "cache_mode", LVM_STRING);
	const struct lvm_node *pool = lvm_get(t, node, "cache_pool", LVM_STRING);
	int64_t cache = pool != NULL ? lvm_lookup(&work->group->volume_names, pool->text, pool->text_size) : LVM_NONE;
	struct array_part part;
	if (origin == NULL)
		return refuse(err, TRIAGE_E_FORMAT, "its metadata names no origin");
	enum triage_status st = named_part(work, origin, 0, UINT64_MAX, &part, err);
	if (st != TRIAGE_OK || work->waits)
		return st;
	if (mode == NULL && cache != LVM_NONE) {
		uint32_t first = lvm_find(t, work->group->volumes[cache].node, "segment1");
		mode = first != 0 ? lvm_get(t, first, "cache_mode", LVM_STRING) : NULL;
	}
	if (!lvm_is(type, "integrity") && !lvm_is(mode, "writethrough") && !lvm_is(mode, "passthrough"))
		layer_copy("it is cached and the cache is not read: what was written last may be missing or old", work->volume->why, LVM_WHY);
	s->layout = ARRAY_MIRROR;
	s->parts = 1;
	return array_add(work->array, s, &part, err);
}

/* A thin volume: its pool names the volumes that hold the map and the blocks. */
static enum triage_status
add_thin(struct lvm_work *work, uint32_t node, const struct array_segment *s, struct triage_error *err)
{
	const struct lvm_text *t = work->group->text;
	const struct lvm_node *pool = lvm_get(t, node, "thin_pool", LVM_STRING);
	int64_t volume = pool != NULL ? lvm_lookup(&work->group->volume_names, pool->text, pool->text_size) : LVM_NONE;
	uint32_t segment = volume != LVM_NONE ? lvm_find(t, work->group->volumes[volume].node, "segment1") : 0;
	const struct lvm_node *map = segment != 0 ? lvm_get(t, segment, "metadata", LVM_STRING) : NULL;
	const struct lvm_node *blocks = segment != 0 ? lvm_get(t, segment, "pool", LVM_STRING) : NULL;
	struct array_part metadata, data;
	bool torn = false;
	if (map == NULL || blocks == NULL || s->start != 0 || s->length != work->volume->size)
		return refuse(err, TRIAGE_E_FORMAT, "its metadata names no thin pool that can be");
	if (lvm_find(t, node, "external_origin") != 0)
		return refuse(err, TRIAGE_E_UNSUPPORTED, "it is a thin volume over an external origin, which is not read");
	enum triage_status st = named_part(work, map, 0, UINT64_MAX, &metadata, err);
	if (st == TRIAGE_OK && !work->waits)
		st = named_part(work, blocks, 0, UINT64_MAX, &data, err);
	if (st != TRIAGE_OK || work->waits)
		return st;
	if (metadata.reader == NULL || data.reader == NULL)
		return refuse(err, TRIAGE_E_FORMAT, "the map or the blocks of its thin pool are missing");
	st = lvm_thin_add(work->array, metadata.reader, data.reader, lvm_number(t, node, "device_id", 0), s->length, &torn, err);
	if (st == TRIAGE_OK && torn)
		layer_copy("part of the map of its thin pool is damaged: what lay there reads as zeros", work->volume->why, LVM_WHY);
	return st;
}

enum triage_status
lvm_segment_add(struct lvm_work *work, uint32_t segment, struct triage_error *err)
{
	const struct lvm_text *t = work->group->text;
	const struct lvm_node *type = lvm_get(t, segment, "type", LVM_STRING);
	struct array_segment s = { 0 };
	char name[64];
	if (__builtin_mul_overflow(lvm_number(t, segment, "start_extent", 0), work->group->extent, &s.start) ||
	    __builtin_mul_overflow(lvm_number(t, segment, "extent_count", 0), work->group->extent, &s.length) || s.length == 0)
		return refuse(err, TRIAGE_E_FORMAT, "its metadata tells of a segment that cannot be");
	for (size_t i = 0; i < sizeof(segment_types) / sizeof(segment_types[0]); i++)
		if (lvm_is(type, segment_types[i].name))
			return add_areas(work, &segment_types[i], segment, &s, err);
	if (lvm_is(type, "cache") || lvm_is(type, "writecache") || lvm_is(type, "integrity"))
		return add_origin(work, segment, type, &s, err);
	if (lvm_is(type, "zero")) {
		s.layout = ARRAY_ZERO;
		return array_add(work->array, &s, NULL, err);
	}
	if (lvm_is(type, "error"))
		return TRIAGE_OK;	/* a hole by design: it reads as missing */
	if (lvm_is(type, "thin"))
		return add_thin(work, segment, &s, err);
	layer_display(type != NULL ? type->text : "", type != NULL ? type->text_size : 0, name, sizeof(name));
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "volumes of type %s are not read", name[0] != '\0' ? name : "(none)");
	return TRIAGE_E_UNSUPPORTED;
}
