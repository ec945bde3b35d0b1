/*
 * signature_layer.c - layers below a filesystem: LUKS, LVM, caches, replication, virtual machine stores, ZFS members, swap.
 */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KIB 1024

static bool
luks_fields(const uint8_t *header, struct signature_hit *hit)
{
	enum { VERSION = 6, LABEL = 24, UUID = 168, UUID_SIZE = 40 };
	uint16_t version = load_be16(header + VERSION);
	char uuid[UUID_SIZE + 1] = { 0 };
	if (version != 1 && version != 2)
		return false;
	memcpy(uuid, header + UUID, UUID_SIZE);
	size_t digits = strspn(uuid, "0123456789abcdefABCDEF-");
	hit_uuid_text(hit, "%.*s", (int)digits, uuid);
	if (version == 2)
		hit_label(hit, header + LABEL, 48);
	snprintf(hit->note, sizeof(hit->note), "LUKS version %u, UUID %s", version, hit->uuid);
	return true;
}

static bool
luks_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *header = scan_at(scan, magic, 512);
	return header != NULL && luks_fields(header, hit);
}

const struct signature luks_signature = {
	.name = "crypto_LUKS", .kind = "luks", .state = TRIAGE_VOLUME_LOCKED,
	.magics = { { 0, 6, "LUKS\xba\xbe" } }, .check = luks_check,
};

/* LUKS 2 keeps a second header; it holds the place it belongs to. Believed only when nothing else is there. */
static bool
luks_second_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *header = scan_at(scan, magic, 512);
	if (header == NULL || load_be64(header + 256) != magic || !luks_fields(header, hit))
		return false;
	size_t used = strlen(hit->note);
	snprintf(hit->note + used, sizeof(hit->note) - used, "; its first header is gone, the second is whole: cryptsetup repair works on a copy");
	return true;
}

const struct signature luks_second_signature = {
	.name = "crypto_LUKS", .kind = "luks", .state = TRIAGE_VOLUME_LOCKED,
	.magics = { { 0x4000, 6, "SKUL\xba\xbe" }, { 0x8000, 6, "SKUL\xba\xbe" }, { 0x10000, 6, "SKUL\xba\xbe" }, { 0x20000, 6, "SKUL\xba\xbe" },
		{ 0x40000, 6, "SKUL\xba\xbe" }, { 0x80000, 6, "SKUL\xba\xbe" }, { 0x100000, 6, "SKUL\xba\xbe" }, { 0x200000, 6, "SKUL\xba\xbe" },
		{ 0x400000, 6, "SKUL\xba\xbe" } }, .check = luks_second_check,
};

static bool
lvm2_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *label = scan_at(scan, magic, 512);
	if (label == NULL || memcmp(label + 24, "LVM2 001", 8) != 0 || load_le64(label + 8) != magic / 512)
		return false;
	uint32_t header = load_le32(label + 20);
	if (header < 32 || header > 512 - 40)
		return false;
	char id[33];
	memcpy(id, label + header, 32);
	id[32] = '\0';
	if (strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#") != 32)
		return false;
	hit_uuid_text(hit, "%.6s-%.4s-%.4s-%.4s-%.4s-%.4s-%.6s", id, id + 6, id + 10, id + 14, id + 18, id + 22, id + 26);
	return true;
}

const struct signature lvm2_signature = {
	.name = "LVM2_member", .kind = "lvm", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.magics = { { 512, 8, "LABELONE" }, { 0, 8, "LABELONE" }, { 1024, 8, "LABELONE" }, { 1536, 8, "LABELONE" } }, .check = lvm2_check,
};

/* bcache and the first bcachefs share a magic; bcache says at 8 that its superblock is sector 8. */
static bool
bcache_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic - 24, 256);
	if (super == NULL || load_le64(super + 8) != 8)
		return false;
	hit_uuid(hit, super + 40);
	hit_label(hit, super + 72, 32);
	return true;
}

static bool
bcachefs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *super = scan_at(scan, magic - 24, 256);
	if (super == NULL || load_le64(super + 104) != 8)
		return false;
	hit_uuid(hit, super + 56);
	hit_label(hit, super + 72, 32);
	return true;
}

#define BCACHE_MAGIC "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"
#define BCACHEFS_MAGIC "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef"
const struct signature bcache_signature = {
	.name = "bcache", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "put cache and backing device together read-only and examine the result",
	.magics = { { 4 * KIB + 24, 16, BCACHE_MAGIC } }, .check = bcache_check,
};
const struct signature bcachefs_signature = {
	.name = "bcachefs", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "mount it read-only (mount -o ro,nochanges IMAGE FOLDER) and give the folder",
	.magics = { { 4 * KIB + 24, 16, BCACHE_MAGIC }, { 4 * KIB + 24, 16, BCACHEFS_MAGIC } }, .check = bcachefs_check,
};
const struct signature ceph_bluestore_signature = {
	.name = "ceph_bluestore", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "export the objects or block devices of the cluster that it belongs to",
	.magics = { { 0, 22, "bluestore block device" } },
};

static bool
drbd_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	/* version 9 has its identifier one word later */
	const uint8_t *version = scan_at(scan, magic + 3, 1);
	const uint8_t *id = scan_at(scan, magic - (version != NULL && version[0] == 0x6d ? 12 : 20), 8);
	if (id == NULL)
		return false;
	hit_uuid_text(hit, "%016" PRIx64, load_be64(id));
	return true;
}

const struct signature drbd_signature = {
	.name = "drbd", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "cut off the metadata at its end (the filesystem lies before it) and examine the rest",
	.magics = { { -4096 + 60, 4, "\x83\x74\x02\x6b" }, { -4096 + 60, 4, "\x83\x74\x02\x6c" }, { -4096 + 60, 4, "\x83\x74\x02\x6d" } },
	.check = drbd_check,
};

static bool
drbdmanage_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	char id[33] = { 0 };
	const uint8_t *head = scan_at(scan, 0, 64);
	if (head == NULL)
		return false;
	memcpy(id, head + 11, 32);
	if (head[10] != '+' || strspn(id, "0123456789abcdef") != 32)
		return false;
	hit_uuid_text(hit, "%s", id);
	return true;
}

const struct signature drbdmanage_signature = {
	.name = "drbdmanage_control_volume", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "it holds settings of DRBD", .no_files = true,
	.magics = { { 0, 10, "$DRBDmgr=q" } }, .check = drbdmanage_check,
};

static bool
vmfs_volume_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	char id[36] = { 0 };
	const uint8_t *text = scan_at(scan, magic + 512 + 20, 35);
	if (text == NULL)
		return false;
	memcpy(id, text, 35);
	if (strspn(id, "0123456789abcdef-") == 35)
		hit_uuid_text(hit, "%s", id);
	return true;
}

static bool
vmfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *b = scan_at(scan, magic + 9, 16);
	if (b == NULL)
		return false;
	hit_uuid_text(hit, "%08x-%08x-%04x-%02x%02x%02x%02x%02x%02x", load_le32(b), load_le32(b + 4), load_le16(b + 8),
	    b[10], b[11], b[12], b[13], b[14], b[15]);
	return true;
}

const struct signature vmfs_volume_signature = {
	.name = "VMFS_volume_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "read it with vmfs-fuse or vmfs6-fuse and give the folder",
	.magics = { { 1024 * KIB, 4, "\x0d\xd0\x01\xc0" } }, .check = vmfs_volume_check,
};
const struct signature vmfs_signature = {
	.name = "VMFS", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "read it with vmfs-fuse or vmfs6-fuse and give the folder",
	.label_at = 2048 * KIB + 29, .label_size = 128, .magics = { { 2048 * KIB, 4, "\x5e\xf1\xab\x2f" } }, .check = vmfs_check,
};
const struct signature vdo_signature = {
	.name = "vdo", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "activate it read-only (vdo or lvm) and examine the result",
	.uuid_at = 40, .magics = { { 0, 8, "dmvdo001" } },
};
const struct signature mpool_signature = {
	.name = "mpool", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "activate the media pool read-only and examine the result",
	.uuid_at = 40, .label_at = 8, .label_size = 32, .magics = { { 0, 8, "mpoolDev" } },
};

static bool
swap_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *old = scan_at(scan, magic, 10);
	if (old == NULL)
		return false;
	hit->block_size = (uint32_t)(magic + 10);
	if (memcmp(old, "SWAP-SPACE", 10) == 0)
		return true;
	const uint8_t *info = scan_at(scan, 1024, 64);
	if (info == NULL || (load_le32(info) != 1 && load_be32(info) != 1))
		return false;
	hit_uuid(hit, info + 12);
	hit_label(hit, info + 28, 16);
	return true;
}

static bool
swsuspend_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	const uint8_t *info = scan_at(scan, 1024, 64);
	if (info != NULL && load_le32(info) == 1) {
		hit_uuid(hit, info + 12);
		hit_label(hit, info + 28, 16);
	}
	return true;
}

#define SWAP_ADVICE "search it for text with strings or a carver"
#define AT_PAGES(size, magic) { 4096 - 10, size, magic }, { 8192 - 10, size, magic }, { 16384 - 10, size, magic }, \
	{ 32768 - 10, size, magic }, { 65536 - 10, size, magic }
const struct signature swap_signature = {
	.name = "swap", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = SWAP_ADVICE, .no_files = true,
	.magics = { AT_PAGES(10, "SWAPSPACE2"), AT_PAGES(10, "SWAP-SPACE") }, .check = swap_check,
};
const struct signature swsuspend_signature = {
	.name = "swsuspend", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "it holds the memory of a machine at rest; look into it with a memory analyser",
	.magics = { { 4096 - 10, 9, "S1SUSPEND" }, { 4096 - 10, 9, "S2SUSPEND" }, { 4096 - 10, 9, "ULSUSPEND" }, { 4096 - 10, 9, "LINHIB000" },
		{ 0, 8, "\xed\xc3\x02\xe9\x98\x56\xe5\x0c" } }, .check = swsuspend_check,
};
