#include "triage/evidence/ntfs_record.h"

#include <string.h>

enum {
	FIXUP_STRIDE = 512, MIN_USA = 40,
	HEAD_USA_OFFSET = 4, HEAD_USA_COUNT = 6, HEAD_SEQUENCE = 16, HEAD_LINKS = 18, HEAD_FIRST = 20, HEAD_FLAGS = 22,
	    HEAD_USED = 24,
	HEAD_BASE = 32, HEAD_SIZE = 42,
	ATTR_LENGTH = 4, ATTR_NONRESIDENT = 8, ATTR_NAME_LENGTH = 9, ATTR_NAME_OFFSET = 10, ATTR_FLAGS = 12, ATTR_ID = 14,
	ATTR_VALUE_LENGTH = 16, ATTR_VALUE_OFFSET = 20, ATTR_RESIDENT_SIZE = 24,
	ATTR_FIRST_VCN = 16, ATTR_LAST_VCN = 24, ATTR_RUNS_OFFSET = 32, ATTR_UNIT = 34, ATTR_ALLOCATED = 40, ATTR_SIZE = 48,
	ATTR_INITIALISED = 56, ATTR_NONRESIDENT_SIZE = 64,
	ATTR_END = -1,
	NAME_PARENT = 0, NAME_CREATED = 8, NAME_MODIFIED = 16, NAME_CHANGED = 24, NAME_ACCESSED = 32, NAME_SIZE = 48,
	    NAME_FLAGS = 56, NAME_LENGTH = 64, NAME_SPACE = 65,
	NAME_TEXT = 66,
	NAME_IS_FOLDER = 0x10000000,
};

bool
ntfs_fixups_undo(uint8_t *data, size_t size)
{
	size_t at = load_le16(data + HEAD_USA_OFFSET), count = load_le16(data + HEAD_USA_COUNT);
	if (count < 1 || at < MIN_USA || at + count * 2 > size || count - 1 > size / FIXUP_STRIDE)
		return false;
	bool whole = count - 1 == size / FIXUP_STRIDE;
	for (size_t i = 1; i < count; i++) {
		uint8_t *end = data + i * FIXUP_STRIDE - 2;
		if (memcmp(end, data + at, 2) != 0)
			whole = false;
		else
			memcpy(end, data + at + i * 2, 2);
	}
	return whole;
}

static bool
all_zero(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != 0)
			return false;
	return true;
}

enum ntfs_record_state
ntfs_record_fix(uint8_t *data, size_t size, struct ntfs_head *ret_head)
{
	bool torn = memcmp(data, "BAAD", 4) == 0;
	if (size < 64 || (!torn && memcmp(data, "FILE", 4) != 0))
		return all_zero(data, size) ? NTFS_RECORD_EMPTY : NTFS_RECORD_GARBAGE;
	torn |= !ntfs_fixups_undo(data, size);
	struct ntfs_head head = {
		.sequence = load_le16(data + HEAD_SEQUENCE), .links = load_le16(data + HEAD_LINKS),
		    .flags = load_le16(data + HEAD_FLAGS),
		.base = load_le64(data + HEAD_BASE), .first = load_le16(data + HEAD_FIRST), .used = load_le32(data + HEAD_USED),
	};
	if (head.used > size || head.used < head.first) {
		head.used = size;
		torn = true;
	}
	if (head.first < HEAD_SIZE || head.first > size)
		return NTFS_RECORD_GARBAGE;
	*ret_head = head;
	return torn ? NTFS_RECORD_TORN : NTFS_RECORD_WHOLE;
}

static bool
take_resident(struct view a, struct ntfs_attr *out)
{
	if (a.size < ATTR_RESIDENT_SIZE)
		return false;
	uint32_t length = load_le32(a.data + ATTR_VALUE_LENGTH), at = load_le16(a.data + ATTR_VALUE_OFFSET);
	if (!view_has(a, at, length))
		return false;
	out->value = (struct view){ a.data + at, length };
	out->size = out->initialised = length;
	if (out->type == NTFS_FILE_NAME && length >= 8)
		out->first_vcn = load_le64(out->value.data);
	return true;
}

static bool
take_nonresident(struct view a, struct ntfs_attr *out)
{
	if (a.size < ATTR_NONRESIDENT_SIZE)
		return false;
	size_t at = load_le16(a.data + ATTR_RUNS_OFFSET);
	out->nonresident = true;
	out->first_vcn = load_le64(a.data + ATTR_FIRST_VCN);
	out->last_vcn = load_le64(a.data + ATTR_LAST_VCN);
	out->unit_shift = (uint8_t)(load_le16(a.data + ATTR_UNIT) & 0xff);
	out->allocated = load_le64(a.data + ATTR_ALLOCATED);
	out->size = load_le64(a.data + ATTR_SIZE);
	out->initialised = load_le64(a.data + ATTR_INITIALISED);
	if (at < ATTR_NONRESIDENT_SIZE || at > a.size || out->size > INT64_MAX || out->allocated > INT64_MAX)
		return false;
	if (out->initialised > out->size)
		out->initialised = out->size;
	out->runs = (struct view){ a.data + at, a.size - at };
	return true;
}

enum triage_status
ntfs_attr_next(struct view record, const struct ntfs_head *head, size_t *at, struct ntfs_attr *ret_attr)
{
	if (*at + 4 > head->used || load_le32(record.data + *at) == (uint32_t)ATTR_END)
		return TRIAGE_END;
	if (*at + ATTR_VALUE_LENGTH > head->used)
		return TRIAGE_E_FORMAT;
	const uint8_t *start = record.data + *at;
	uint32_t length = load_le32(start + ATTR_LENGTH);
	if (length < ATTR_VALUE_LENGTH || length % 8 != 0 || length > head->used - *at)
		return TRIAGE_E_FORMAT;
	struct view a = { start, length };
	struct ntfs_attr attr = { .type = load_le32(start), .flags = load_le16(start + ATTR_FLAGS),
	    .id = load_le16(start + ATTR_ID) };
	size_t name_at = load_le16(start + ATTR_NAME_OFFSET), name_size = (size_t)start[ATTR_NAME_LENGTH] * 2;
	if (attr.type == 0 || (name_size > 0 && !view_has(a, name_at, name_size)))
		return TRIAGE_E_FORMAT;
	attr.name = (struct view){ name_size > 0 ? start + name_at : start, name_size };
	if (start[ATTR_NONRESIDENT] == 0 ? !take_resident(a, &attr) : !take_nonresident(a, &attr))
		return TRIAGE_E_FORMAT;
	attr.value_at = attr.nonresident ? 0 : (uint32_t)(attr.value.data - record.data);
	*at += length;
	*ret_attr = attr;
	return TRIAGE_OK;
}

bool
ntfs_name_parse(struct view value, struct ntfs_name *ret_name)
{
	if (value.size < NAME_TEXT)
		return false;
	const uint8_t *p = value.data;
	size_t size = (size_t)p[NAME_LENGTH] * 2;
	if (!view_has(value, NAME_TEXT, size))
		return false;
	*ret_name = (struct ntfs_name){
		.parent = load_le64(p + NAME_PARENT), .created = load_le64(p + NAME_CREATED),
		    .modified = load_le64(p + NAME_MODIFIED),
		.changed = load_le64(p + NAME_CHANGED), .accessed = load_le64(p + NAME_ACCESSED), .space = p[NAME_SPACE],
		.size = load_le64(p + NAME_SIZE), .folder = (load_le32(p + NAME_FLAGS) & NAME_IS_FOLDER) != 0,
		.text = { p + NAME_TEXT, size },
	};
	return true;
}

/* A little-endian number of 1 to 8 bytes. */
static uint64_t
load_number(const uint8_t *p, unsigned size, bool with_sign)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)p[i] << 8 * i;
	if (with_sign && size < 8 && (p[size - 1] & 0x80) != 0)
		value |= UINT64_MAX << 8 * size;
	return value;
}

/* Where a run lies on the volume; filler when it does not. */
static uint64_t
place_of(const struct ntfs_geometry *g, uint64_t lcn, uint64_t count, uint32_t *flags)
{
	if (lcn < g->clusters && count <= g->clusters - lcn)
		return lcn * g->cluster;
	*flags |= NTFS_RUN_OUTSIDE;
	return RUN_FILLER;
}

enum triage_status
ntfs_runs_decode(struct view runs, const struct ntfs_geometry *g, uint64_t clusters, struct run_list *map, uint32_t *ret_flags,
    struct triage_error *err)
{
	uint64_t lcn = 0, left = clusters;
	size_t at = 0;
	while (left > 0 && at < runs.size && runs.data[at] != 0) {
		unsigned count_size = runs.data[at] & 15, lcn_size = runs.data[at] >> 4;
		if (count_size == 0 || count_size > 8 || lcn_size > 8 || runs.size - at - 1 < count_size + lcn_size) {
			*ret_flags |= NTFS_RUN_DAMAGED;
			return TRIAGE_OK;
		}
		uint64_t count = load_number(runs.data + at + 1, count_size, false);
		if (count == 0 || count > INT64_MAX / g->cluster) {
			*ret_flags |= NTFS_RUN_DAMAGED;
			return TRIAGE_OK;
		}
		if (count > g->clusters)
			*ret_flags |= NTFS_RUN_TOO_LONG;
		uint64_t place = RUN_SPARSE;
		if (lcn_size > 0) {
			lcn += load_number(runs.data + at + 1 + count_size, lcn_size, true);
			place = lcn == UINT64_MAX ? RUN_SPARSE : place_of(g, lcn, count, ret_flags);
		}
		uint64_t taken = count < left ? count : left;
		enum triage_status st = run_list_add(map, place, taken * g->cluster, err);
		if (st != TRIAGE_OK)
			return st;
		left -= taken;
		at += 1 + count_size + lcn_size;
	}
	return TRIAGE_OK;
}
