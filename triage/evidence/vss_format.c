#include "triage/evidence/vss_format.h"

#include "triage/base/view.h"

#include <string.h>

enum { VERSION = 16, TYPE = 20, RELATIVE = 24, CURRENT = 32, NEXT = 40, INFO = 48 };
enum { CATALOGUE = 48, MAXIMUM = 56, VOLUME_ID = 64, STORAGE_ID = 80 };
enum { ORIGINAL = 0, STORE_RELATIVE = 8, STORED = 16, FLAGS = 24, SECTORS = 28 };
enum { VERSION_MAX = 2 };	/* 1: Vista to 7, 2: written by Windows 8 and later */

static const uint8_t identifier[VSS_GUID] = {
	0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52,
};

bool
vss_head_parse(const uint8_t *b, struct vss_head *ret_head)
{
	uint32_t version = load_le32(b + VERSION), type = load_le32(b + TYPE);
	if (memcmp(b, identifier, VSS_GUID) != 0 || version == 0 || version > VERSION_MAX || type < VSS_VOLUME || type > VSS_BITMAP)
		return false;
	*ret_head = (struct vss_head){
		.type = type, .relative = load_le64(b + RELATIVE), .current = load_le64(b + CURRENT), .next = load_le64(b + NEXT),
		.info = load_le64(b + INFO),
	};
	return true;
}

bool
vss_volume_parse(const uint8_t *b, struct vss_volume *ret_volume)
{
	/* its header differs from that of the blocks: the own place stands first */
	if (memcmp(b, identifier, VSS_GUID) != 0 || load_le32(b + TYPE) != VSS_VOLUME)
		return false;
	ret_volume->catalogue = load_le64(b + CATALOGUE);
	ret_volume->maximum = load_le64(b + MAXIMUM);
	memcpy(ret_volume->volume, b + VOLUME_ID, VSS_GUID);
	memcpy(ret_volume->storage, b + STORAGE_ID, VSS_GUID);
	return true;
}

bool
vss_descriptor_parse(const uint8_t *b, struct vss_descriptor *ret_descriptor)
{
	static const uint8_t empty[VSS_DESCRIPTOR];
	if (memcmp(b, empty, sizeof(empty)) == 0)
		return false;
	*ret_descriptor = (struct vss_descriptor){
		.original = load_le64(b + ORIGINAL), .relative = load_le64(b + STORE_RELATIVE), .stored = load_le64(b + STORED),
		.flags = load_le32(b + FLAGS), .sectors = load_le32(b + SECTORS),
	};
	return true;
}

bool
vss_block_read(struct reader *volume, uint64_t at, enum vss_record type, uint8_t *block, struct vss_head *ret_head)
{
	if (at == 0 || at % VSS_SECTOR != 0 || reader_read_all(volume, at, block, VSS_BLOCK, NULL) != TRIAGE_OK)
		return false;
	return vss_head_parse(block, ret_head) && ret_head->type == (uint32_t)type && ret_head->current == at;
}
