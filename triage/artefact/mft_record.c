/* mft_record.c - one FILE record of an $MFT taken apart. Source: ntfs.h of linux-ntfs, layout.h of ntfs-3g. Little endian. */
#include "triage/artefact/mft_record.h"

#include <string.h>

enum {
	USA_OFFSET = 4, SEQUENCE = 16, LINKS = 18, FIRST = 20, FLAGS = 22, USED = 24, ALLOCATED = 28, BASE = 32, ENTRY = 44, USA_OF_XP = 48, FIXED = 42,
	FLAG_IN_USE = 1, FLAG_DIRECTORY = 2,
	TYPE = 0, LENGTH = 4, NON_RESIDENT = 8, NAME_UNITS = 9, NAME_OFFSET = 10, CONTENT_SIZE = 16, CONTENT_OFFSET = 20, RESIDENT_FIXED = 24,
	FIRST_VCN = 16, REAL_SIZE = 48, NON_RESIDENT_FIXED = 64,
	STANDARD_FIXED = 36,
	IS_STANDARD = 0x10, IS_NAME = 0x30, IS_DATA = 0x80, IS_REPARSE = 0xc0,
};

enum mft_kind
mft_kind(struct view slot)
{
	if (memcmp(slot.data, "FILE", 4) == 0)
		return MFT_FILE;
	if (memcmp(slot.data, "BAAD", 4) == 0)
		return MFT_BAD;
	for (size_t i = 0; i < slot.size; i++)
		if (slot.data[i] != 0)
			return MFT_OTHER;
	return MFT_EMPTY;
}

size_t
mft_record_size(struct view head)
{
	if (head.size < MFT_RECORD_MIN || (memcmp(head.data, "FILE", 4) != 0 && memcmp(head.data, "BAAD", 4) != 0))
		return 0;
	uint32_t size = load_le32(head.data + ALLOCATED), usa = load_le16(head.data + USA_OFFSET), count = load_le16(head.data + USA_OFFSET + 2);
	bool power = size >= MFT_RECORD_MIN && size <= MFT_RECORD_MAX && (size & (size - 1)) == 0;
	return power && usa >= FIXED && usa < 256 && count == size / 512 + 1 && load_le16(head.data + FIRST) >= usa + 2 * count ? size : 0;
}

static void
take_standard(struct mft_record *r, struct view c)
{
	if (c.size < STANDARD_FIXED || r->has_standard)
		return;
	r->has_standard = true;
	r->created = load_le64(c.data);
	r->modified = load_le64(c.data + 8);
	r->changed = load_le64(c.data + 16);
	r->accessed = load_le64(c.data + 24);
	r->attributes = load_le32(c.data + 32);
	if (c.size >= 72) {
		r->security_id = load_le32(c.data + 52);
		r->usn = load_le64(c.data + 64);
	}
}

static void
take_name(struct mft_record *r, struct view record, struct view content)
{
	struct ntfs_name n;
	if (!ntfs_name_read(content, &n)) {
		r->cut = true;
	} else if (r->name_count == MFT_NAMES) {
		r->left_out++;
	} else {
		r->name_at[r->name_count] = (uint16_t)(n.name - record.data);
		r->names[r->name_count++] = n;
	}
}

static void
take_stream(struct mft_record *r, struct view attribute, struct view content, bool resident)
{
	const uint8_t *p = attribute.data;
	size_t units = p[NAME_UNITS], at = load_le16(p + NAME_OFFSET);
	if (!resident && (attribute.size < NON_RESIDENT_FIXED || load_le64(p + FIRST_VCN) != 0))
		return;		/* a later part of a stream */
	if (!view_has(attribute, at, 2 * units)) {
		r->cut = true;
	} else if (r->stream_count == MFT_STREAMS) {
		r->left_out++;
	} else {
		r->streams[r->stream_count++] = (struct mft_stream){ .name = p + at, .units = units, .resident = resident, .content = content,
			.size = resident ? content.size : load_le64(p + REAL_SIZE) };
	}
}

static void
take_attribute(struct mft_record *r, struct view record, struct view attribute)
{
	const uint8_t *p = attribute.data;
	struct view content = { p, 0 };
	uint32_t type = load_le32(p + TYPE);
	bool resident = p[NON_RESIDENT] == 0;
	if (resident) {
		if (attribute.size < RESIDENT_FIXED || !view_has(attribute, load_le16(p + CONTENT_OFFSET), load_le32(p + CONTENT_SIZE))) {
			r->cut = true;
			return;
		}
		content = (struct view){ p + load_le16(p + CONTENT_OFFSET), load_le32(p + CONTENT_SIZE) };
	}
	if (type == IS_STANDARD && resident)
		take_standard(r, content);
	else if (type == IS_NAME && resident)
		take_name(r, record, content);
	else if (type == IS_DATA)
		take_stream(r, attribute, content, resident);
	else if (type == IS_REPARSE && resident && content.size >= 4)
		r->reparse_tag = load_le32(content.data);
}

void
mft_record_read(struct view record, uint64_t position, struct mft_record *ret)
{
	const uint8_t *p = record.data;
	uint16_t flags = load_le16(p + FLAGS);
	*ret = (struct mft_record){ .entry = load_le16(p + USA_OFFSET) >= USA_OF_XP ? load_le32(p + ENTRY) : position, .base = load_le64(p + BASE),
		.sequence = load_le16(p + SEQUENCE), .links = load_le16(p + LINKS), .in_use = flags & FLAG_IN_USE, .directory = flags & FLAG_DIRECTORY };
	size_t at = load_le16(p + FIRST), used = load_le32(p + USED);
	if (used > record.size || used < FIXED)
		used = record.size;
	while (at % 8 == 0 && at + RESIDENT_FIXED <= used) {
		uint32_t type = load_le32(p + at), length = load_le32(p + at + LENGTH);
		ret->end = at;
		if (type == UINT32_MAX || type == 0)
			return;
		if (length < RESIDENT_FIXED || length > used - at)
			break;
		take_attribute(ret, record, (struct view){ p + at, length });
		at += length;
	}
	ret->end = at;
	if (at + 4 > used || load_le32(p + at) != UINT32_MAX)
		ret->cut = true;
}

int
mft_best_name(const struct mft_record *r)
{
	int best = -1;
	for (size_t i = 0; i < r->name_count; i++)
		if (best < 0 || (r->names[best].space == NTFS_SPACE_DOS && r->names[i].space != NTFS_SPACE_DOS))
			best = (int)i;
	return best;
}
