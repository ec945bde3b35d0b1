/* signature_small.c - small, old and special filesystems: mostly rows of data. */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOUNT_READ_ONLY "mount it read-only (mount -o ro IMAGE FOLDER) and give the folder"
#define KIB 1024

static bool
squashfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *super = scan_at(scan, magic, 32);
	return super != NULL && load_le16(super + 28) >= 4;
}

static bool
squashfs3_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *super = scan_at(scan, magic, 32);
	return super != NULL && (super[0] == 's' ? load_be16(super + 28) : load_le16(super + 28)) < 4;
}

const struct signature squashfs_signature = {
	.name = "squashfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "unpack it with unsquashfs and give the folder",
	.magics = { { 0, 4, "hsqs" } }, .check = squashfs_check,
};
const struct signature squashfs3_signature = {
	.name = "squashfs3", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "unpack it with unsquashfs and give the folder",
	.magics = { { 0, 4, "sqsh" }, { 0, 4, "hsqs" } }, .check = squashfs3_check,
};
const struct signature cramfs_signature = {
	.name = "cramfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY, .label_at = 48, .label_size = 16,
	.magics = { { 0, 4, "\x45\x3d\xcd\x28" }, { 0, 4, "\x28\xcd\x3d\x45" } },
};
const struct signature romfs_signature = {
	.name = "romfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY, .label_at = 16, .label_size = 16,
	.magics = { { 0, 8, "-rom1fs-" } },
};
const struct signature zonefs_signature = {
	.name = "zonefs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY, .uuid_at = 72, .label_at = 8, .label_size = 64,
	.magics = { { 0, 4, "SFOZ" } },
};
/* Both devices of a scoutfs have the same magic; a flag says which one this is. */
static bool
scoutfs_meta_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *flags = scan_at(scan, magic + 44, 1);
	return flags != NULL && (flags[0] & 1) != 0;
}

const struct signature scoutfs_meta_signature = {
	.name = "scoutfs_meta", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY, .uuid_at = 64 * KIB + 56,
	.magics = { { 64 * KIB + 4, 4, "\x8b\x42\x3c\x10" } }, .check = scoutfs_meta_check,
};
const struct signature scoutfs_data_signature = {
	.name = "scoutfs_data", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY, .uuid_at = 64 * KIB + 56,
	.magics = { { 64 * KIB + 4, 4, "\x8b\x42\x3c\x10" } },
};

/* Numbers of a BeFS volume, in the order of its bytes. */
struct befs_order {
	uint16_t (*load16)(const uint8_t *);
	uint32_t (*load32)(const uint8_t *);
	uint64_t (*load64)(const uint8_t *);
};

/*
 * The volume's number: the attribute be:volume_id of the root folder, which stands in what is left of its inode: type,
 * sizes of name and value, name, three zeros, value, one zero, and the next.
 */
static void
befs_number(struct signature_scan *scan, uint64_t inode, const struct befs_order *order, struct signature_hit *hit)
{
	enum { MAGIC = 0x3bbe0ad9, SIZE = 64, ATTRIBUTES = 232, HEADER = 8, VALUE = 8, INODE_MAX = 4096 };
	static const char name[] = "be:volume_id";
	const uint8_t *bytes = scan_at(scan, inode, ATTRIBUTES);
	if (bytes == NULL || order->load32(bytes) != MAGIC)
		return;
	uint32_t size = order->load32(bytes + SIZE);
	bytes = size <= INODE_MAX ? scan_at(scan, inode, size) : NULL;
	for (size_t at = ATTRIBUTES; bytes != NULL && at + HEADER <= size;) {
		size_t name_size = order->load16(bytes + at + 4), value_size = order->load16(bytes + at + 6);
		size_t value = at + HEADER + name_size + 3;
		if (name_size == 0 || value + value_size > size)
			return;
		if (name_size == sizeof(name) - 1 && value_size == VALUE && memcmp(bytes + at + HEADER, name, name_size) == 0) {
			hit_uuid_text(hit, "%016" PRIx64, order->load64(bytes + value));
			return;
		}
		at = value + value_size + 1;
	}
}

static bool
befs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { MAGIC = 32, BLOCK_SIZE = 40, BLOCK_SHIFT = 44, GROUP_SHIFT = 80, ROOT_GROUP = 116, ROOT_START = 120, SHIFT_MAX = 16 };
	static const struct befs_order little = { load_le16, load_le32, load_le64 }, big = { load_be16, load_be32, load_be64 };
	const uint8_t *super = scan_at(scan, magic - MAGIC, 128);
	if (super == NULL)
		return false;
	hit_label(hit, super, 32);
	const struct befs_order *order = super[MAGIC] == '1' ? &little : &big;
	hit->block_size = order->load32(super + BLOCK_SIZE);
	uint32_t block_shift = order->load32(super + BLOCK_SHIFT), group_shift = order->load32(super + GROUP_SHIFT);
	uint64_t block = ((uint64_t)order->load32(super + ROOT_GROUP) << (group_shift & 31)) + order->load16(super + ROOT_START);
	if (block_shift <= SHIFT_MAX && group_shift < 32 && block < UINT64_C(1) << 47)
		befs_number(scan, block << block_shift, order, hit);
	return true;
}

const struct signature befs_signature = {
	.name = "befs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.magics = { { 512 + 32, 4, "1SFB" }, { 512 + 32, 4, "BFS1" }, { 32, 4, "1SFB" }, { 32, 4, "BFS1" } }, .check = befs_check,
};
const struct signature bfs_signature = {
	.name = "bfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY, .magics = { { 0, 4, "\xce\xfa\xad\x1b" } },
};
const struct signature nss_signature = {
	.name = "nss", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "mount it read-only on an Open Enterprise Server and give the folder",
	.uuid_at = 4 * KIB + 348, .magics = { { 4 * KIB, 4, "SPB5" } },
};
const struct signature vxfs_signature = {
	.name = "vxfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.magics = { { 1024, 4, "\xf5\xfc\x01\xa5" }, { 8192, 4, "\xa5\x01\xfc\xf5" } },
};

static bool
ubi_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *header = scan_at(scan, magic, 64);
	if (header == NULL)
		return false;
	hit_uuid_text(hit, "%u", load_be32(header + 24));
	return true;
}

const struct signature ubi_signature = {
	.name = "ubi", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "unpack it with ubireader and give the folder",
	.magics = { { 0, 4, "UBI#" } }, .check = ubi_check,
};
const struct signature ubifs_signature = {
	.name = "ubifs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "unpack it with ubireader and give the folder", .uuid_at = 108,
	.magics = { { 0, 4, "\x31\x18\x10\x06" } },
};

/* Minix asks for two bytes only: the sizes in its superblock must agree with each other. */
static bool
minix_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, 1024, 64);
	if (super == NULL)
		return false;
	if (magic == 1024 + 24) {	/* version 3 */
		uint32_t inodes = load_le32(super), zones = load_le32(super + 20), block = load_le16(super + 28);
		hit->block_size = block;
		return inodes != 0 && zones != 0 && load_le16(super + 6) != 0 && load_le16(super + 8) != 0 && block >= 1024 && block <= 4096;
	}
	bool big = super[16] < super[17] ? super[16] == 0x13 || super[16] == 0x24 : false;
	uint32_t inodes = big ? load_be16(super) : load_le16(super), zones = big ? load_be16(super + 2) : load_le16(super + 2);
	uint32_t inode_maps = big ? load_be16(super + 4) : load_le16(super + 4), zone_maps = big ? load_be16(super + 6) : load_le16(super + 6);
	uint32_t first = big ? load_be16(super + 8) : load_le16(super + 8), state = big ? load_be16(super + 18) : load_le16(super + 18);
	uint32_t zones2 = big ? load_be32(super + 20) : load_le32(super + 20);
	bool version2 = (big ? super[16] : super[17]) == 0x24;
	zones = version2 ? zones2 : zones;
	hit->block_size = 1024;
	bool maps = inode_maps * 8192 >= inodes + 1 && zone_maps != 0 && first > inode_maps + zone_maps + 1;
	return inodes != 0 && zones != 0 && state <= 3 && maps && first < zones;
}

const struct signature minix_signature = {
	.name = "minix", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = MOUNT_READ_ONLY,
	.magics = { { 1040, 2, "\x7f\x13" }, { 1040, 2, "\x8f\x13" }, { 1040, 2, "\x68\x24" }, { 1040, 2, "\x78\x24" },
		{ 1040, 2, "\x13\x7f" }, { 1040, 2, "\x13\x8f" }, { 1040, 2, "\x24\x68" }, { 1040, 2, "\x24\x78" }, { 1048, 2, "\x5a\x4d" } },
	.check = minix_check,
};

/* Disks of an IBM mainframe: the volume label in EBCDIC at the third block, whose size is one of four; in one layout its key stands before it. */
static bool
dasd_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { SERIAL = 6, DIGITS = 0xf0, A_TO_I = 0xc1, J_TO_R = 0xd1, S_TO_Z = 0xe2 };
	const uint8_t *label = scan_at(scan, magic, 16);
	char serial[SERIAL];
	if (label == NULL)
		return false;
	label += label[0] == 0xe5 && memcmp(label, label + 4, 4) == 0 ? 8 : 4;
	for (size_t i = 0; i < SERIAL; i++) {
		uint8_t c = label[i];
		serial[i] = c >= DIGITS && c < DIGITS + 10 ? (char)('0' + c - DIGITS) : c >= S_TO_Z && c < S_TO_Z + 8 ? (char)('S' + c - S_TO_Z)
		    : c >= J_TO_R && c < J_TO_R + 9 ? (char)('J' + c - J_TO_R) : c >= A_TO_I && c < A_TO_I + 9 ? (char)('A' + c - A_TO_I) : ' ';
	}
	hit_label(hit, (const uint8_t *)serial, SERIAL);
	return true;
}

const struct signature dasd_signature = {
	.name = "dasd", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "attach it to a Linux on the mainframe and image its partitions",
	.magics = { { 1024, 4, "\xe5\xd6\xd3\xf1" }, { 2048, 4, "\xe5\xd6\xd3\xf1" }, { 4096, 4, "\xe5\xd6\xd3\xf1" }, { 8192, 4, "\xe5\xd6\xd3\xf1" },
		{ 1024, 4, "\xd3\xd5\xe7\xf1" }, { 2048, 4, "\xd3\xd5\xe7\xf1" }, { 4096, 4, "\xd3\xd5\xe7\xf1" }, { 8192, 4, "\xd3\xd5\xe7\xf1" } },
	.check = dasd_check,
};
