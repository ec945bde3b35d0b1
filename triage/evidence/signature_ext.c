/* signature_ext.c - ext2, ext3, ext4 and an external journal of theirs. Superblock at 1024; features tell them apart. */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <stdio.h>

enum { SUPER = 1024, SUPER_SIZE = 1024, BLOCKS = 4, BLOCK_SHIFT = 24, COMPAT = 92, INCOMPAT = 96, RO_COMPAT = 100, UUID = 104, LABEL = 120,
	BLOCKS_HIGH = 336 };
enum { COMPAT_JOURNAL = 4, INCOMPAT_RECOVER = 4, INCOMPAT_JOURNAL_DEVICE = 8, INCOMPAT_64BIT = 0x80 };
enum { EXT3_INCOMPAT = 0x2 | 0x4 | 0x10, EXT2_INCOMPAT = 0x2 | 0x10, EXT3_RO_COMPAT = 0x1 | 0x2 | 0x4 };

static bool
ext_check(struct signature_scan *scan, unsigned generation, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, SUPER, SUPER_SIZE);
	if (super == NULL)
		return false;
	uint32_t compat = load_le32(super + COMPAT), incompat = load_le32(super + INCOMPAT), ro = load_le32(super + RO_COMPAT);
	uint32_t shift = load_le32(super + BLOCK_SHIFT);
	if (shift > 6 || (incompat & INCOMPAT_JOURNAL_DEVICE) != 0)
		return false;
	bool journal = (compat & COMPAT_JOURNAL) != 0;
	bool beyond3 = (incompat & ~(uint32_t)(journal ? EXT3_INCOMPAT : EXT2_INCOMPAT)) != 0 || (ro & ~(uint32_t)EXT3_RO_COMPAT) != 0;
	unsigned found = beyond3 ? 4 : journal ? 3 : 2;
	if (found != generation)
		return false;
	hit->block_size = UINT32_C(1024) << shift;
	uint64_t blocks = load_le32(super + BLOCKS);
	if ((incompat & INCOMPAT_64BIT) != 0)
		blocks |= (uint64_t)load_le32(super + BLOCKS_HIGH) << 32;
	hit->length = blocks > INT64_MAX / hit->block_size ? 0 : blocks * hit->block_size;
	hit_uuid(hit, super + UUID);
	hit_label(hit, super + LABEL, 16);
	if ((incompat & INCOMPAT_RECOVER) != 0)
		snprintf(hit->note, sizeof(hit->note),
		    "it was not unmounted: its journal holds changes that are not in place yet and are not replayed here");
	return true;
}

static bool
ext2_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	return ext_check(scan, 2, hit);
}

static bool
ext3_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	return ext_check(scan, 3, hit);
}

static bool
ext4_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	return ext_check(scan, 4, hit);
}

static bool
jbd_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	const uint8_t *super = scan_at(scan, SUPER, SUPER_SIZE);
	if (super == NULL || (load_le32(super + INCOMPAT) & INCOMPAT_JOURNAL_DEVICE) == 0)
		return false;
	hit_uuid(hit, super + UUID);
	hit_label(hit, super + LABEL, 16);
	return true;
}

const struct signature ext2_signature = {
	.name = "ext2", .type = "ext2", .state = TRIAGE_VOLUME_EXAMINED, .magics = { { 1080, 2, "\x53\xef" } }, .check = ext2_check,
};
const struct signature ext3_signature = {
	.name = "ext3", .type = "ext3", .state = TRIAGE_VOLUME_EXAMINED, .magics = { { 1080, 2, "\x53\xef" } }, .check = ext3_check,
};
const struct signature ext4_signature = {
	.name = "ext4", .type = "ext4", .state = TRIAGE_VOLUME_EXAMINED, .magics = { { 1080, 2, "\x53\xef" } }, .check = ext4_check,
};
const struct signature jbd_signature = {
	.name = "jbd", .state = TRIAGE_VOLUME_UNSUPPORTED, .no_files = true, .advice = "it is the journal of another volume",
	.magics = { { 1080, 2, "\x53\xef" } }, .check = jbd_check,
};
