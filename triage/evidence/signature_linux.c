/*
 * signature_linux.c - filesystems of Linux and other servers that libtsk does not read. Most are data alone: a magic, and
 * where UUID and label lie.
 */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOUNT_READ_ONLY "mount it read-only (mount -o ro IMAGE FOLDER) and give the folder"
#define KIB 1024

static bool
xfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic, 128);
	if (super == NULL)
		return false;
	uint32_t block = load_be32(super + 4);
	uint64_t blocks = load_be64(super + 8);
	if (block < 512 || block > 65536 || (block & (block - 1)) != 0 || load_be32(super + 88) == 0)
		return false;
	hit->block_size = block;
	hit->length = blocks > INT64_MAX / block ? 0 : blocks * block;
	return true;
}

const struct signature xfs_signature = {
	.name = "xfs", .type = "xfs",
	.uuid_at = 32, .label_at = 108, .label_size = 12, .magics = { { 0, 4, "XFSB" } }, .check = xfs_check,
};

/* An external log: a log record within the first 256 sectors. */
static bool
xfs_log_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { SECTORS = 256, SECTOR = 512, VERSION = 8, LENGTH = 12, FORMAT = 300, UUID = 304 };
	(void)magic;
	for (unsigned i = 0; i < SECTORS; i++) {
		const uint8_t *record = scan_at(scan, (uint64_t)i * SECTOR, SECTOR);
		if (record == NULL)
			return false;
		if (load_be32(record) != UINT32_C(0xfeedbabe) || (load_be32(record + VERSION) & ~UINT32_C(3)) != 0 ||
		    load_be32(record + LENGTH) > INT32_MAX || load_be32(record + FORMAT) - 1 > 2)
			continue;
		hit_uuid(hit, record + UUID);
		return true;
	}
	return false;
}

const struct signature xfs_log_signature = {
	.name = "xfs_external_log", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.no_files = true, .advice = "it is the log of another volume", .check = xfs_log_check,
};

static bool
btrfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic - 64, 1024);
	if (super == NULL)
		return false;
	uint64_t devices = load_le64(super + 136);
	hit->block_size = load_le32(super + 144);
	if (devices > 1)
		snprintf(hit->note, sizeof(hit->note), "one of %" PRIu64 " devices of this filesystem: all of them are needed", devices);
	return true;
}

const struct signature btrfs_signature = {
	.name = "btrfs", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "mount it read-only without log replay (mount -o ro,rescue=nologreplay IMAGE FOLDER) and give the folder",
	.uuid_at = 64 * KIB + 32, .label_at = 64 * KIB + 299, .label_size = 256,
	.magics = { { 64 * KIB + 64, 8, "_BHRfS_M" } }, .check = btrfs_check,
};

static bool
f2fs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic, 1148);
	if (super == NULL || load_le32(super + 16) > 16)
		return false;
	hit->block_size = UINT32_C(1) << load_le32(super + 16);
	hit_label_utf16(hit, super + 124, 128, false);
	return true;
}

const struct signature f2fs_signature = {
	.name = "f2fs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.uuid_at = 1024 + 108, .magics = { { 1024, 4, "\x10\x20\xf5\xf2" } }, .check = f2fs_check,
};

static bool
reiserfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic - 52, 204);
	if (super == NULL || load_le16(super + 44) < 512)
		return false;
	hit->block_size = load_le16(super + 44);
	if (super[52 + 6] != 'F') {	/* the first version has neither */
		hit_uuid(hit, super + 84);
		hit_label(hit, super + 100, 16);
	}
	return true;
}

const struct signature reiserfs_signature = {
	.name = "reiserfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.magics = { { 64 * KIB + 52, 9, "ReIsEr2Fs" }, { 64 * KIB + 52, 9, "ReIsEr3Fs" }, { 64 * KIB + 52, 8, "ReIsErFs" },
		{ 8 * KIB + 52, 8, "ReIsErFs" } }, .check = reiserfs_check,
};

static bool
nilfs2_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic - 6, 248);
	if (super == NULL || load_le16(super + 8) > 1024 || load_le16(super + 8) < 200 || load_le32(super + 20) > 6)
		return false;
	hit->block_size = UINT32_C(1024) << load_le32(super + 20);
	hit->length = load_le64(super + 32);
	return true;
}

const struct signature nilfs2_signature = {
	.name = "nilfs2", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.uuid_at = 1024 + 152, .label_at = 1024 + 168, .label_size = 80, .magics = { { 1030, 2, "\x34\x34" } }, .check = nilfs2_check,
};

/* The superblock is the third block, whatever a block's size is. */
static bool
ocfs2_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *block = scan_at(scan, magic, 352);
	if (block == NULL)
		return false;
	hit->block_size = (uint32_t)(magic / 2);
	hit_label(hit, block + 272, 64);
	hit_uuid(hit, block + 336);
	return true;
}

const struct signature ocfs2_signature = {
	.name = "ocfs2", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.magics = { { 1 * KIB, 6, "OCFSV2" }, { 2 * KIB, 6, "OCFSV2" }, { 4 * KIB, 6, "OCFSV2" }, { 8 * KIB, 6, "OCFSV2" } },
	.check = ocfs2_check,
};

static bool
gfs_format(struct signature_scan *scan, uint64_t magic, uint32_t lowest, uint32_t highest)
{
	const uint8_t *super = scan_at(scan, magic, 40);
	return super != NULL && load_be32(super + 24) >= lowest && load_be32(super + 24) <= highest;
}

static bool
gfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	return gfs_format(scan, magic, 1309, 1309);
}

static bool
gfs2_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	return gfs_format(scan, magic, 1801, 1899);
}

const struct signature gfs_signature = {
	.name = "gfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.label_at = 64 * KIB + 160, .label_size = 64, .magics = { { 64 * KIB, 4, "\x01\x16\x19\x70" } }, .check = gfs_check,
};
const struct signature gfs2_signature = {
	.name = "gfs2", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.uuid_at = 64 * KIB + 256, .label_at = 64 * KIB + 160, .label_size = 64,
	.magics = { { 64 * KIB, 4, "\x01\x16\x19\x70" } }, .check = gfs2_check,
};

const struct signature jfs_signature = {
	.name = "jfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.uuid_at = 32 * KIB + 136, .label_at = 32 * KIB + 152, .label_size = 16, .magics = { { 32 * KIB, 4, "JFS1" } },
};
const struct signature reiser4_signature = {
	.name = "reiser4", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.uuid_at = 64 * KIB + 20, .label_at = 64 * KIB + 36, .label_size = 16, .magics = { { 64 * KIB, 7, "ReIsEr4" } },
};
const struct signature erofs_signature = {
	.name = "erofs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.uuid_at = 1024 + 48, .label_at = 1024 + 64, .label_size = 16, .magics = { { 1024, 4, "\xe2\xe1\xf5\xe0" } },
};
