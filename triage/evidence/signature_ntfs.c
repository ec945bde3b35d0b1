/* signature_ntfs.c - NTFS, ReFS, HPFS. Boot sector at 0, $MFT record 3 ($Volume) carries the label. */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <inttypes.h>
#include <string.h>

enum { SECTOR_SIZE = 11, SECTORS_PER_CLUSTER = 13, TOTAL_SECTORS = 40, MFT_CLUSTER = 48, RECORD_CLUSTERS = 64, SERIAL = 72, BOOT = 512 };
enum { RECORD_USA = 4, RECORD_ATTRIBUTES = 20, ATTRIBUTE_VOLUME_NAME = 0x60, ATTRIBUTE_MIN = 24, VOLUME_RECORD = 3 };

static bool
power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* Undo the update sequence of a record of the $MFT in place; false when it does not hold. */
static bool
undo_fixups(uint8_t *record, size_t size)
{
	size_t usa = load_le16(record + RECORD_USA), count = load_le16(record + RECORD_USA + 2);
	if (count < 2 || (count - 1) * 512 > size || usa + 2 * count > size)
		return false;
	for (size_t i = 1; i < count; i++) {
		uint8_t *tail = record + i * 512 - 2;
		if (memcmp(tail, record + usa, 2) != 0)
			return false;
		memcpy(tail, record + usa + 2 * i, 2);
	}
	return true;
}

static void
ntfs_label(struct signature_scan *scan, uint64_t at, size_t size, struct signature_hit *hit)
{
	uint8_t record[SCAN_PIECE];
	const uint8_t *raw = size <= SCAN_PIECE && size >= BOOT ? scan_at(scan, at, size) : NULL;
	if (raw == NULL || memcmp(raw, "FILE", 4) != 0)
		return;
	memcpy(record, raw, size);
	if (!undo_fixups(record, size))
		return;
	for (size_t attr = load_le16(record + RECORD_ATTRIBUTES); attr + ATTRIBUTE_MIN <= size;) {
		uint32_t type = load_le32(record + attr), length = load_le32(record + attr + 4);
		if (type == UINT32_MAX || length < ATTRIBUTE_MIN || length > size - attr)
			return;
		size_t value = load_le16(record + attr + 20), bytes = load_le32(record + attr + 16);
		if (type == ATTRIBUTE_VOLUME_NAME && record[attr + 8] == 0 && value <= length && bytes <= length - value) {
			hit_label_utf16(hit, record + attr + value, bytes / 2, false);
			return;
		}
		attr += length;
	}
}

static bool
ntfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	const uint8_t *boot = scan_at(scan, 0, BOOT);
	if (boot == NULL)
		return false;
	uint32_t sector = load_le16(boot + SECTOR_SIZE), per_cluster = boot[SECTORS_PER_CLUSTER];
	if (per_cluster > 240)
		per_cluster = UINT32_C(1) << (256 - per_cluster);
	if (!power_of_two(sector) || sector < 256 || sector > 4096 || !power_of_two(per_cluster) || per_cluster > 1 << 16)
		return false;
	/* reserved sectors, FATs and root entries are zero on NTFS */
	static const uint8_t none[7];
	if (memcmp(boot + 14, none, sizeof(none)) != 0)
		return false;
	uint64_t cluster = (uint64_t)sector * per_cluster, sectors = load_le64(boot + TOTAL_SECTORS), mft = load_le64(boot + MFT_CLUSTER);
	if (sectors == 0 || sectors > (uint64_t)INT64_MAX / sector - 1 || mft > sectors / per_cluster || cluster > UINT32_C(1) << 30)
		return false;
	int8_t record_clusters = (int8_t)boot[RECORD_CLUSTERS];
	uint64_t record = 0;
	if (record_clusters > 0)
		record = cluster * (uint64_t)record_clusters;
	else if (record_clusters > -32)
		record = UINT64_C(1) << -record_clusters;
	hit->block_size = (uint32_t)cluster;
	hit->length = sectors * sector;	/* behind it lies one more, the copy of the boot sector */
	hit_uuid_text(hit, "%016" PRIX64, load_le64(boot + SERIAL));
	if (record <= SCAN_PIECE)
		ntfs_label(scan, mft * cluster + VOLUME_RECORD * record, (size_t)record, hit);
	return true;
}

const struct signature ntfs_signature = {
	.name = "ntfs", .type = "ntfs", .state = TRIAGE_VOLUME_EXAMINED,
	.magics = { { 3, 8, "NTFS    " } }, .check = ntfs_check,
};

static bool
refs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	const uint8_t *boot = scan_at(scan, 0, BOOT);
	if (boot == NULL)
		return false;
	if (load_le64(boot + 56) != 0)
		hit_uuid_text(hit, "%016" PRIX64, load_le64(boot + 56));
	return true;
}

const struct signature refs_signature = {
	.name = "ReFS", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "mount it read-only on Windows Server and give the mounted folder",
	.magics = { { 0, 8, "\0\0\0ReFS\0" } }, .check = refs_check,
};

static bool
hpfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	const uint8_t *boot = scan_at(scan, 0, BOOT), *spare = scan_at(scan, 17 * 512, 4);
	if (boot == NULL || spare == NULL || load_le32(spare) != 0xf9911849)
		return false;
	if (boot[38] == 0x28 || boot[38] == 0x29) {
		if (memcmp(boot + 0x2b, "NO NAME", 7) != 0)
			hit_label(hit, boot + 0x2b, 11);
		hit_uuid_text(hit, "%02X%02X-%02X%02X", boot[0x2a], boot[0x29], boot[0x28], boot[0x27]);
	}
	return true;
}

const struct signature hpfs_signature = {
	.name = "hpfs", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "mount it read-only with the kernel's hpfs driver and give the mounted folder",
	.magics = { { 0x2000, 4, "\x49\xe8\x95\xf9" } }, .check = hpfs_check,
};
