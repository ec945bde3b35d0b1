/* md_build.c - the segments of an md array; see md.h. Source: md(4). */
#include "triage/evidence/md.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <stdlib.h>

enum { ZONES_FIRST_KERNELS = 1, FAR_OFFSET = 1 << 16, FAR_SETS_SHIFT = 17 };

static uint64_t
whole_chunks(uint64_t size, uint64_t chunk)
{
	return chunk == 0 ? size : size - size % chunk;
}

/* Bytes of data that the member of a role has, 0 when it is missing. */
static uint64_t
role_size(const struct md_set *set, uint32_t role)
{
	const struct md_member *m = set->roles[role];
	return m == NULL ? 0 : whole_chunks(m->super.data_size, set->fresh->chunk);
}

/* The part that a role gives, `done` bytes into its data. */
static struct array_part
role_part(const struct md_set *set, uint32_t role, uint64_t done)
{
	const struct md_member *m = set->roles[role];
	if (m == NULL)
		return (struct array_part){ 0 };
	uint64_t length = m->super.data_size < m->super.valid ? m->super.data_size : m->super.valid;
	if (done >= length || m->super.data_at > UINT64_MAX - done)
		return (struct array_part){ 0 };
	return (struct array_part){ .reader = m->reader, .start = m->super.data_at + done, .length = length - done };
}

static uint32_t
sector_size_of(const struct md_set *set)
{
	return set->members[0]->reader->sector_size;
}

static enum triage_status
refuse(struct triage_error *err, enum triage_status status, const char *why)
{
	triage_error_set(err, status, TRIAGE_NO_OFFSET, "%s", why);
	return status;
}

/* Members one behind the other. Behind one that is missing nothing can be placed. */
static enum triage_status
build_linear(const struct md_set *set, struct array **ret_array, struct triage_error *err)
{
	uint64_t total = 0;
	uint32_t known = 0;
	for (; known < set->fresh->disks && role_size(set, known) > 0; known++)
		if (__builtin_add_overflow(total, role_size(set, known), &total))
			return refuse(err, TRIAGE_E_FORMAT, "its members claim impossible sizes");
	if (known == 0)
		return refuse(err, TRIAGE_E_UNSUPPORTED, "its first member is missing, so that nobody can tell where the others begin");
	enum triage_status st = array_new(total, sector_size_of(set), ret_array, err);
	total = 0;
	for (uint32_t role = 0; st == TRIAGE_OK && role < known; role++) {
		struct array_part part = role_part(set, role, 0);
		st = array_add(*ret_array, &(struct array_segment){
			.start = total, .length = role_size(set, role), .layout = ARRAY_MIRROR, .parts = 1,
		}, &part, err);
		total += role_size(set, role);
	}
	return st;
}

/* Sizes for level 0. A missing member is taken to be as large as the others when those are all alike. */
static enum triage_status
zone_sizes(const struct md_set *set, uint64_t *sizes, uint64_t *ret_total, struct triage_error *err)
{
	uint64_t low = UINT64_MAX, high = 0;
	*ret_total = 0;
	for (uint32_t role = 0; role < set->fresh->disks; role++) {
		sizes[role] = role_size(set, role);
		if (set->roles[role] == NULL)
			continue;
		low = sizes[role] < low ? sizes[role] : low;
		high = sizes[role] > high ? sizes[role] : high;
	}
	for (uint32_t role = 0; role < set->fresh->disks; role++) {
		if (set->roles[role] == NULL && low != high)
			return refuse(err, TRIAGE_E_UNSUPPORTED, "a member is missing and the others differ in size, so that nobody can tell where stripes lie");
		sizes[role] = set->roles[role] == NULL ? high : sizes[role];
		if (__builtin_add_overflow(*ret_total, sizes[role], ret_total))
			return refuse(err, TRIAGE_E_FORMAT, "its members claim impossible sizes");
	}
	return *ret_total > 0 ? TRIAGE_OK : refuse(err, TRIAGE_E_FORMAT, "its members claim to hold nothing");
}

/* One zone: the members that reach beyond `done` bytes, up to the end of the smallest of them. */
static enum triage_status
add_zone(const struct md_set *set, const uint64_t *sizes, struct array *a, uint64_t start, uint64_t *done, uint64_t *ret_length,
    struct array_part *parts, struct triage_error *err)
{
	uint64_t next = UINT64_MAX;
	uint32_t count = 0;
	for (uint32_t role = 0; role < set->fresh->disks; role++) {
		if (sizes[role] <= *done)
			continue;
		next = sizes[role] < next ? sizes[role] : next;
		parts[count++] = role_part(set, role, *done);
	}
	*ret_length = (next - *done) * count;
	*done = next;
	bool first_kernels = set->fresh->layout_said && set->fresh->layout == ZONES_FIRST_KERNELS;
	return array_add(a, &(struct array_segment){
		.start = start, .length = *ret_length, .layout = ARRAY_STRIPE, .chunk = set->fresh->chunk, .parts = count,
		.skew = first_kernels ? start / set->fresh->chunk : 0,
	}, parts, err);
}

static enum triage_status
build_stripes(const struct md_set *set, struct array **ret_array, struct triage_error *err)
{
	uint32_t disks = set->fresh->disks;
	SCOPED_FREE uint64_t *sizes = fault_hit() ? NULL : calloc(disks, sizeof(*sizes));
	SCOPED_FREE struct array_part *parts = calloc(disks, sizeof(*parts));
	uint64_t total, start = 0, done = 0, length;
	if (sizes == NULL || parts == NULL)
		return refuse(err, TRIAGE_E_MEMORY, "out of memory");
	if (set->fresh->chunk == 0)
		return refuse(err, TRIAGE_E_FORMAT, "its chunk size is zero");
	enum triage_status st = zone_sizes(set, sizes, &total, err);
	if (st == TRIAGE_OK)
		st = array_new(total, sector_size_of(set), ret_array, err);
	/* each zone ends where at least one member does */
	for (uint32_t zone = 0; st == TRIAGE_OK && zone < disks && start < total; zone++) {
		st = add_zone(set, sizes, *ret_array, start, &done, &length, parts, err);
		start += length;
	}
	return st;
}

/* What is used of each member: what the superblock says, or what the smallest has. */
static uint64_t
used_size(const struct md_set *set)
{
	uint64_t size = set->fresh->size;
	for (uint32_t role = 0; set->fresh->size == 0 && role < set->fresh->disks; role++)
		if (set->roles[role] != NULL && (size == 0 || role_size(set, role) < size))
			size = role_size(set, role);
	return size;
}

static enum triage_status
plan_copies(const struct md_super *super, uint64_t used, struct array_segment *s, struct triage_error *err)
{
	s->layout = ARRAY_COPIES;
	s->near = super->layout & 0xff;
	s->far = super->layout >> 8 & 0xff;
	s->far_offset = (super->layout & FAR_OFFSET) != 0;
	uint32_t sets = super->layout >> FAR_SETS_SHIFT;
	s->far_set = sets == 0 ? s->parts : sets == 1 && s->far != 0 ? s->parts / s->far : s->far * s->near;
	if (sets > 2 || s->near == 0 || s->far == 0 || s->near * s->far > s->parts)
		return refuse(err, TRIAGE_E_UNSUPPORTED, "its layout of copies is not known");
	uint64_t chunks = used / s->chunk / s->far * s->parts / s->near;
	uint64_t rows = (chunks * s->near * s->far + s->parts - 1) / s->parts;
	s->stride = s->far_offset ? s->chunk : rows / s->far * s->chunk;
	s->length = chunks * s->chunk;
	return TRIAGE_OK;
}

/* Turn the level into a segment over all members. */
static enum triage_status
plan_redundant(const struct md_super *super, uint64_t used, struct array_segment *s, struct triage_error *err)
{
	*s = (struct array_segment){ .chunk = super->chunk, .parts = super->disks, .length = used };
	if (used > (uint64_t)INT64_MAX / ARRAY_WIDTH_MAX / 4)
		return refuse(err, TRIAGE_E_FORMAT, "it claims an impossible size");
	if (super->level == 1) {
		s->layout = ARRAY_MIRROR;
		return TRIAGE_OK;
	}
	if (s->chunk == 0)
		return refuse(err, TRIAGE_E_FORMAT, "its chunk size is zero");
	if (super->level == 10)
		return plan_copies(super, used, s, err);
	s->layout = ARRAY_PARITY;
	s->checks = super->level == 6 ? 2 : 1;
	s->rotation = super->level == 4 ? ARRAY_PARITY_LAST : super->layout;
	if (s->parts <= s->checks)
		return refuse(err, TRIAGE_E_FORMAT, "it claims fewer members than its level needs");
	s->length = whole_chunks(used, s->chunk) * (s->parts - s->checks);
	return TRIAGE_OK;
}

static enum triage_status
build_redundant(const struct md_set *set, struct array **ret_array, struct triage_error *err)
{
	struct array_segment s;
	SCOPED_FREE struct array_part *parts = fault_hit() ? NULL : calloc(set->fresh->disks, sizeof(*parts));
	if (parts == NULL)
		return refuse(err, TRIAGE_E_MEMORY, "out of memory");
	enum triage_status st = plan_redundant(set->fresh, used_size(set), &s, err);
	for (uint32_t role = 0; role < set->fresh->disks; role++)
		parts[role] = role_part(set, role, 0);
	if (st == TRIAGE_OK)
		st = array_new(s.length, sector_size_of(set), ret_array, err);
	return st == TRIAGE_OK ? array_add(*ret_array, &s, parts, err) : st;
}

enum triage_status
md_build(const struct md_set *set, struct array **ret_array, struct triage_error *err)
{
	struct array *a = NULL;
	enum triage_status st;
	if (set->fresh->reshaping)
		return refuse(err, TRIAGE_E_UNSUPPORTED, "a change of its shape was under way: let mdadm finish it on copies of the images");
	switch (set->fresh->level) {
	case MD_LINEAR:
		st = build_linear(set, &a, err);
		break;
	case 0:
		st = build_stripes(set, &a, err);
		break;
	case 1:
	case 4:
	case 5:
	case 6:
	case 10:
		st = build_redundant(set, &a, err);
		break;
	default:
		return refuse(err, TRIAGE_E_UNSUPPORTED, "arrays of this level are not read");
	}
	if (st != TRIAGE_OK) {
		if (a != NULL)
			reader_close(array_reader(a));
		return st;
	}
	*ret_array = a;
	return TRIAGE_OK;
}
