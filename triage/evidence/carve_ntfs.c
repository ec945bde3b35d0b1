/*
 * carve_ntfs.c - what NTFS leaves behind: records of an earlier $MFT, and records of the change journal ($UsnJrnl:$J).
 *
 * Sources: the NTFS documentation of the linux-ntfs project; Microsoft's USN_RECORD_V2 and USN_RECORD_V3. Little endian.
 */
#include "triage/evidence/carve.h"
#include "triage/evidence/ntfs_record.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <string.h>

enum {
	MFT_SIZE = 28, MFT_SMALL = 1024, MFT_LARGE = 4096, MFT_NUMBER = 44, STANDARD_TIME = 8,
	USN_LENGTH = 0, USN_PAGE = 4096, USN_RECORDS_MAX = 4096, USN_NAME_MAX = 255 * 2,
};
/* FILETIMEs of 1990-01-01 and 2100-01-01: records of the change journal outside are none. */
#define USN_EARLIEST UINT64_C(0x01b41e2a18d64000)
#define USN_LATEST UINT64_C(0x022f716377640000)

/* The file's first name that is no 8.3 alias, and its time of change. */
static bool
take_attributes(struct view record, const struct ntfs_head *head, struct carve_hit *hit)
{
	struct ntfs_attr a;
	struct ntfs_name name, best = { .space = NTFS_NAME_DOS };
	size_t at = head->first;
	bool any = false;
	while (ntfs_attr_next(record, head, &at, &a) == TRIAGE_OK) {
		any = true;
		if (a.type == NTFS_STANDARD_INFORMATION && !a.nonresident && a.value.size >= STANDARD_TIME + 8)
			hit->time = when_from_filetime(load_le64(a.value.data + STANDARD_TIME));
		if (a.type == NTFS_FILE_NAME && !a.nonresident && ntfs_name_parse(a.value, &name) && name.text.size > 0 &&
		    (best.text.size == 0 || best.space == NTFS_NAME_DOS))
			best = name;
	}
	if (best.text.size > 0)
		text_from_utf16le(hit->facts, best.text.data, best.text.size / 2);
	return any;
}

static uint64_t
mft_record_check(struct view bytes, struct carve_hit *hit)
{
	uint8_t record[MFT_LARGE];
	struct ntfs_head head;
	uint32_t size = load_le32(bytes.data + MFT_SIZE);
	if ((size != MFT_SMALL && size != MFT_LARGE) || size > bytes.size)
		return 0;
	memcpy(record, bytes.data, size);
	if (ntfs_record_fix(record, size, &head) != NTFS_RECORD_WHOLE || !take_attributes((struct view){ record, size }, &head, hit))
		return 0;
	if ((head.flags & NTFS_RECORD_IN_USE) == 0)
		buf_text(hit->facts, " (deleted)");
	return size;
}

/* Where the fields of a version lie. */
struct usn_layout {
	uint16_t version;
	uint16_t time, reason, name_size, name_at, name;
};

static const struct usn_layout usn_layouts[] = {
	{ .version = 2, .time = 32, .reason = 40, .name_size = 56, .name_at = 58, .name = 60 },
	{ .version = 3, .time = 48, .reason = 56, .name_size = 72, .name_at = 74, .name = 76 },
};

static bool
name_is_one(const uint8_t *name, size_t size)
{
	for (size_t i = 0; i < size; i += 2) {
		uint16_t unit = load_le16(name + i);
		if (unit < 0x20 || unit == '/' || unit == '\\')
			return false;
	}
	return true;
}

/* Length of the record at the start of bytes, 0 when it is none of this layout. */
static size_t
usn_record(struct view bytes, const struct usn_layout *l)
{
	if (bytes.size < l->name)
		return 0;
	const uint8_t *p = bytes.data;
	size_t length = load_le32(p + USN_LENGTH), size = load_le16(p + l->name_size);
	uint64_t time = load_le64(p + l->time);
	if (load_le32(p + 4) != l->version || length % 8 != 0 || length > bytes.size || load_le16(p + l->name_at) != l->name ||
	    size == 0 || size % 2 != 0 || size > USN_NAME_MAX || length != (l->name + size + 7) / 8 * 8)
		return 0;
	if (time < USN_EARLIEST || time > USN_LATEST || load_le32(p + l->reason) == 0)
		return 0;
	return name_is_one(p + l->name, size) ? length : 0;
}

/* The first record names the hit; records that follow it, also behind the zeros that end a page, belong to it. */
static uint64_t
usn_check(struct view bytes, const struct usn_layout *l, struct carve_hit *hit)
{
	size_t length = usn_record(bytes, l), end = length;
	if (length == 0)
		return 0;
	text_from_utf16le(hit->facts, bytes.data + l->name, load_le16(bytes.data + l->name_size) / 2u);
	hit->time = when_from_filetime(load_le64(bytes.data + l->time));
	while (hit->count < USN_RECORDS_MAX) {
		size_t next = end;
		length = usn_record((struct view){ bytes.data + next, bytes.size - next }, l);
		if (length == 0) {
			next = (size_t)((hit->offset + end + USN_PAGE - 1) / USN_PAGE * USN_PAGE - hit->offset);
			length = next > end && next < bytes.size ? usn_record((struct view){ bytes.data + next, bytes.size - next }, l) : 0;
		}
		if (length == 0)
			break;
		end = next + length;
		hit->count++;
	}
	if (hit->count > 1)
		buf_format(hit->facts, " and %u more", hit->count - 1);
	return end;
}

static uint64_t
usn_2_check(struct view bytes, struct carve_hit *hit)
{
	return usn_check(bytes, &usn_layouts[0], hit);
}

static uint64_t
usn_3_check(struct view bytes, struct carve_hit *hit)
{
	return usn_check(bytes, &usn_layouts[1], hit);
}

const struct carver mft_record_carver = {
	.name = "mft-record", .align = 512, .magic = "FILE", .magic_size = 4, .need = MFT_SMALL, .check = mft_record_check,
};
const struct carver usn_2_carver = {
	.name = "usn-records", .align = 8, .magic_at = 4, .magic = "\2\0\0\0", .magic_size = 4, .need = 64, .check = usn_2_check,
};
const struct carver usn_3_carver = {
	.name = "usn3-records", .align = 8, .magic_at = 4, .magic = "\3\0\0\0", .magic_size = 4, .need = 80, .check = usn_3_check,
};
