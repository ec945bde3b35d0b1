/*
 * signature_fat.c - FAT12, FAT16, FAT32 by their BIOS parameter block, and exFAT. A FAT's type follows from its count of
 * clusters alone. The label is the volume entry of the root directory: the boot sector's copy goes stale.
 */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <string.h>

enum { BOOT = 512, ENTRY = 32, ROOT_CLUSTERS_MAX = 4096, FAT12_BELOW = 4085, FAT16_BELOW = 65525 };
enum { ATTRIBUTE_LONG = 0x0f, ATTRIBUTE_VOLUME = 0x08, ATTRIBUTE_DIRECTORY = 0x10, ENTRY_DELETED = 0xe5, ENTRY_KANJI = 0x05 };

struct fat {
	uint32_t sector, cluster;	/* bytes */
	uint64_t fat_at, root_at, data_at, length;	/* bytes */
	uint32_t root_entries, root_cluster, clusters;
	unsigned bits;			/* 12, 16 or 32 */
	const uint8_t *extended;	/* drive number ... serial, label */
};

static bool
power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* Only a boot sector with a jump, a known name or the boot mark is looked at as FAT. */
static bool
plausible_boot(const uint8_t *boot)
{
	bool jump = (boot[0] == 0xeb && boot[2] == 0x90) || boot[0] == 0xe9 || boot[0] == 0xeb;
	bool named = memcmp(boot + 0x52, "FAT32   ", 8) == 0 || memcmp(boot + 0x36, "FAT", 3) == 0 || memcmp(boot + 0x52, "MSWIN", 5) == 0 ||
	    memcmp(boot + 0x36, "MSDOS", 5) == 0;
	bool marked = boot[510] == 0x55 && boot[511] == 0xaa;
	bool other = memcmp(boot + 3, "NTFS    ", 8) == 0 || memcmp(boot + 3, "EXFAT   ", 8) == 0 || memcmp(boot + 3, "-FVE-FS-", 8) == 0;
	return (jump || named || marked) && !other;
}

static bool
fat_layout(const uint8_t *boot, struct fat *ret_fat)
{
	uint32_t sector = load_le16(boot + 11), per_cluster = boot[13], reserved = load_le16(boot + 14), fats = boot[16];
	uint32_t root_entries = load_le16(boot + 17), sectors = load_le16(boot + 19), fat_size = load_le16(boot + 22);
	uint8_t media = boot[21];
	if (!plausible_boot(boot) || !power_of_two(sector) || sector < 512 || sector > 4096 || !power_of_two(per_cluster) ||
	    reserved == 0 || fats == 0 || (media < 0xf8 && media != 0xf0))
		return false;
	bool fat32 = fat_size == 0;
	sectors = sectors != 0 ? sectors : load_le32(boot + 32);
	fat_size = fat32 ? load_le32(boot + 36) : fat_size;
	uint64_t root_sectors = ((uint64_t)root_entries * ENTRY + sector - 1) / sector;
	uint64_t before = reserved + (uint64_t)fats * fat_size + root_sectors;
	if (fat_size == 0 || sectors == 0 || before > sectors || (!fat32 && root_entries == 0))
		return false;
	uint64_t clusters = (sectors - before) / per_cluster;
	if (clusters > 0x0ffffff5)
		return false;
	*ret_fat = (struct fat){
		.sector = sector, .cluster = sector * per_cluster, .clusters = (uint32_t)clusters, .length = (uint64_t)sectors * sector,
		.fat_at = (uint64_t)reserved * sector, .root_at = (before - root_sectors) * sector, .data_at = before * sector,
		.root_entries = root_entries, .root_cluster = fat32 ? load_le32(boot + 44) : 0,
		.bits = fat32 ? 32 : clusters < FAT12_BELOW ? 12 : clusters < FAT16_BELOW ? 16 : 32,
		.extended = boot + (fat32 ? 64 : 36),
	};
	return fat32 || ret_fat->bits != 32;
}

enum found { GO_ON, NO_LABEL, LABEL };

/* Look for the volume entry in one run of directory bytes. One with clusters of its own, which hide something, counts when there is no other. */
static enum found
label_in(struct signature_scan *scan, uint64_t at, uint64_t bytes, struct signature_hit *hit)
{
	for (uint64_t done = 0; done + ENTRY <= bytes; done += ENTRY) {
		uint8_t name[11];
		const uint8_t *e = scan_at(scan, at + done, ENTRY);
		if (e == NULL || e[0] == 0)
			return NO_LABEL;
		bool volume = (e[11] & (ATTRIBUTE_VOLUME | ATTRIBUTE_DIRECTORY)) == ATTRIBUTE_VOLUME;
		if (e[0] == ENTRY_DELETED || (e[11] & ATTRIBUTE_LONG) == ATTRIBUTE_LONG || !volume)
			continue;
		bool content = load_le16(e + 20) != 0 || load_le16(e + 26) != 0;
		if (content && hit->label[0] != '\0')
			continue;
		memcpy(name, e, sizeof(name));
		if (name[0] == ENTRY_KANJI)
			name[0] = ENTRY_DELETED;
		hit_label(hit, name, sizeof(name));
		if (!content)
			return LABEL;
	}
	return GO_ON;
}

static void
fat_label(struct signature_scan *scan, const struct fat *fat, struct signature_hit *hit)
{
	if (fat->bits != 32) {
		label_in(scan, fat->root_at, (uint64_t)fat->root_entries * ENTRY, hit);
		return;
	}
	uint32_t cluster = fat->root_cluster;
	for (unsigned i = 0; i < ROOT_CLUSTERS_MAX && cluster >= 2 && cluster - 2 < fat->clusters; i++) {
		if (label_in(scan, fat->data_at + (uint64_t)(cluster - 2) * fat->cluster, fat->cluster, hit) != GO_ON)
			return;
		const uint8_t *next = scan_at(scan, fat->fat_at + (uint64_t)cluster * 4, 4);
		cluster = next != NULL ? load_le32(next) & 0x0fffffff : 0;
	}
}

static bool
fat_check(struct signature_scan *scan, unsigned bits, struct signature_hit *hit)
{
	uint8_t boot[BOOT];
	struct fat fat;
	const uint8_t *raw = scan_at(scan, 0, BOOT);
	if (raw == NULL)
		return false;
	memcpy(boot, raw, BOOT);
	if (!fat_layout(boot, &fat) || fat.bits != bits)
		return false;
	hit->block_size = fat.cluster;
	hit->length = fat.length;
	const uint8_t *x = fat.extended;
	if ((x[2] == 0x29 || x[2] == 0x28) && load_le32(x + 3) != 0)
		hit_uuid_text(hit, "%02X%02X-%02X%02X", x[6], x[5], x[4], x[3]);
	fat_label(scan, &fat, hit);
	return true;
}

static bool
fat12_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	return fat_check(scan, 12, hit);
}

static bool
fat16_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	return fat_check(scan, 16, hit);
}

static bool
fat32_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	return fat_check(scan, 32, hit);
}

static uint32_t
exfat_next(struct signature_scan *scan, uint64_t fat_at, uint32_t cluster)
{
	const uint8_t *next = scan_at(scan, fat_at + (uint64_t)cluster * 4, 4);
	return next != NULL ? load_le32(next) : 0;
}

static bool
exfat_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { LENGTH = 72, FAT_AT = 80, HEAP_AT = 88, CLUSTERS = 92, ROOT = 96, SERIAL = 100, SECTOR_SHIFT = 108, CLUSTER_SHIFT = 109 };
	enum { TYPE_LABEL = 0x83, LABEL_MAX = 11 };
	(void)magic;
	uint8_t boot[BOOT];
	const uint8_t *raw = scan_at(scan, 0, BOOT);
	if (raw == NULL)
		return false;
	memcpy(boot, raw, BOOT);
	unsigned sector_shift = boot[SECTOR_SHIFT], cluster_shift = boot[CLUSTER_SHIFT];
	if (sector_shift < 9 || sector_shift > 12 || cluster_shift > 25 - sector_shift || load_le64(boot + LENGTH) > UINT64_MAX >> 13)
		return false;
	uint64_t fat_at = (uint64_t)load_le32(boot + FAT_AT) << sector_shift, heap = (uint64_t)load_le32(boot + HEAP_AT) << sector_shift;
	uint64_t cluster_size = UINT64_C(1) << (sector_shift + cluster_shift);
	uint32_t cluster = load_le32(boot + ROOT), clusters = load_le32(boot + CLUSTERS);
	hit->block_size = (uint32_t)cluster_size;
	hit->length = load_le64(boot + LENGTH) << sector_shift;
	hit_uuid_text(hit, "%02X%02X-%02X%02X", boot[SERIAL + 3], boot[SERIAL + 2], boot[SERIAL + 1], boot[SERIAL]);
	for (unsigned i = 0; i < ROOT_CLUSTERS_MAX && cluster >= 2 && cluster - 2 < clusters; i++) {
		uint64_t at = heap + (cluster - 2) * cluster_size;
		for (uint64_t done = 0; done < cluster_size; done += ENTRY) {
			const uint8_t *e = scan_at(scan, at + done, ENTRY);
			if (e == NULL || e[0] == 0)
				return true;
			if (e[0] == TYPE_LABEL) {
				hit_label_utf16(hit, e + 2, e[1] < LABEL_MAX ? e[1] : LABEL_MAX, false);
				return true;
			}
		}
		cluster = exfat_next(scan, fat_at, cluster);
	}
	return true;
}

const struct signature fat12_signature = { .name = "vfat", .type = "fat12", .state = TRIAGE_VOLUME_EXAMINED, .check = fat12_check };
const struct signature fat16_signature = { .name = "vfat", .type = "fat16", .state = TRIAGE_VOLUME_EXAMINED, .check = fat16_check };
const struct signature fat32_signature = { .name = "vfat", .type = "fat32", .state = TRIAGE_VOLUME_EXAMINED, .check = fat32_check };
const struct signature exfat_signature = {
	.name = "exfat", .type = "exfat", .state = TRIAGE_VOLUME_EXAMINED,
	.magics = { { 3, 8, "EXFAT   " } }, .check = exfat_check,
};
