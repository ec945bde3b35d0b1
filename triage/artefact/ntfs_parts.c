/* ntfs_parts.c - names, references, attribute flags and fixups of NTFS's own files. Source: ntfs.h of linux-ntfs; [MS-FSCC]. Little endian. */
#include "triage/artefact/ntfs_parts.h"

#include "triage/base/text.h"

#include <string.h>

enum {
	PARENT = 0, CREATED = 8, MODIFIED = 16, CHANGED = 24, ACCESSED = 32, ALLOCATED = 40, SIZE = 48, ATTRIBUTES = 56, NAME_UNITS = 64, SPACE = 65,
	SECTOR = 512, FIXUP_OFFSET = 4, FIXUP_COUNT = 6,
};

/* FILETIME of 1980-01-01 and 2100-01-01 */
static const uint64_t filetime_1980 = UINT64_C(119600064000000000), filetime_2100 = UINT64_C(157469184000000000);

static const struct {
	uint32_t flag;
	const char *word;
} attribute_words[] = {
	{ 0x1, "readonly" }, { 0x2, "hidden" }, { 0x4, "system" }, { 0x10, "directory" }, { 0x20, "archive" }, { 0x40, "device" }, { 0x80, "normal" },
	{ 0x100, "temporary" }, { 0x200, "sparse" }, { 0x400, "reparse-point" }, { 0x800, "compressed" }, { 0x1000, "offline" },
	{ 0x2000, "not-indexed" }, { 0x4000, "encrypted" }, { 0x8000, "integrity-stream" }, { 0x20000, "no-scrub" }, { 0x80000, "pinned" },
	{ 0x100000, "unpinned" }, { 0x400000, "recall-on-data-access" }, { 0x10000000, "directory-index" }, { 0x20000000, "view-index" },
};

bool
ntfs_time_is_likely(uint64_t filetime)
{
	return filetime >= filetime_1980 && filetime < filetime_2100;
}

bool
ntfs_units_are_name(const uint8_t *units, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t c = load_le16(units + 2 * i);
		if (c < 0x20 || c == '/' || c == '\\' || (c >= 0x7f && c < 0xa0) || c == 0xffff || c == 0xfffe)
			return false;
	}
	return count > 0;
}

bool
ntfs_name_read(struct view content, struct ntfs_name *ret_name)
{
	const uint8_t *p = content.data;
	if (content.size < NTFS_NAME_FIXED || p[NAME_UNITS] == 0 || p[SPACE] > 3 || !view_has(content, NTFS_NAME_FIXED, 2u * p[NAME_UNITS]))
		return false;
	*ret_name = (struct ntfs_name){ .parent = ntfs_entry(load_le64(p + PARENT)), .parent_sequence = ntfs_sequence(load_le64(p + PARENT)),
		.created = load_le64(p + CREATED), .modified = load_le64(p + MODIFIED), .changed = load_le64(p + CHANGED),
		.accessed = load_le64(p + ACCESSED), .allocated = load_le64(p + ALLOCATED), .size = load_le64(p + SIZE),
		.attributes = load_le32(p + ATTRIBUTES), .space = p[SPACE], .name = p + NTFS_NAME_FIXED, .units = p[NAME_UNITS] };
	return true;
}

bool
ntfs_name_is_likely(struct view content, struct ntfs_name *ret_name)
{
	struct ntfs_name n;
	if (!ntfs_name_read(content, &n) || !ntfs_units_are_name(n.name, n.units) || !ntfs_time_is_likely(n.created) || !ntfs_time_is_likely(n.modified) ||
	    !ntfs_time_is_likely(n.changed) || !ntfs_time_is_likely(n.accessed) || n.parent_sequence == 0 || n.parent >= UINT64_C(1) << 40 ||
	    n.size >= UINT64_C(1) << 48 || n.allocated >= UINT64_C(1) << 48)
		return false;
	*ret_name = n;
	return true;
}

bool
ntfs_fixup(uint8_t *record, size_t size, unsigned *ret_torn)
{
	size_t at = load_le16(record + FIXUP_OFFSET), count = load_le16(record + FIXUP_COUNT);
	*ret_torn = 0;
	if (size % SECTOR != 0 || count != size / SECTOR + 1 || at < 8 || at % 2 != 0 || at + 2 * count > SECTOR - 2)
		return false;
	for (size_t i = 1; i < count; i++) {
		uint8_t *tail = record + i * SECTOR - 2;
		if (memcmp(tail, record + at, 2) == 0)
			memcpy(tail, record + at + 2 * i, 2);
		else
			++*ret_torn;
	}
	return true;
}

const char *
ntfs_text(struct buf *b, const uint8_t *units, size_t count)
{
	buf_clear(b);
	text_from_utf16le(b, units, count);
	return buf_cstr(b);
}

void
ntfs_put_attributes(struct artefact *a, uint32_t attributes)
{
	if (attributes == 0)
		return;
	artefact_list(a, "attributes");
	for (size_t i = 0; i < sizeof(attribute_words) / sizeof(attribute_words[0]); i++)
		if (attributes & attribute_words[i].flag)
			artefact_item(a, attribute_words[i].word);
	artefact_list_end(a);
}

void
ntfs_put_reference(struct artefact *a, const char *entry_key, const char *sequence_key, uint64_t reference)
{
	artefact_unsigned(a, entry_key, ntfs_entry(reference));
	artefact_unsigned(a, sequence_key, ntfs_sequence(reference));
}

void
ntfs_put_space(struct artefact *a, uint8_t space)
{
	static const char *const words[] = { "POSIX", "Win32", "DOS", "Win32 and DOS" };
	if (space < 4)
		artefact_text(a, "name_space", words[space]);
}

bool
ntfs_was_sent(uint64_t *seen, size_t count, uint64_t salt, const uint8_t *content, size_t size)
{
	enum { TRIES = 32 };
	uint64_t h = UINT64_C(14695981039346656037) ^ salt;
	for (size_t i = 0; i < size; i++)
		h = (h ^ content[i]) * UINT64_C(1099511628211);
	h |= 1;
	for (size_t i = 0; i < TRIES; i++) {
		uint64_t *slot = &seen[((h >> 20) + i) % count];
		if (*slot == h)
			return true;
		if (*slot == 0) {
			*slot = h;
			return false;
		}
	}
	return false;
}
