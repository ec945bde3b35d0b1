/* signature_apple.c - HFS, HFS+, APFS, FileVault 2 (CoreStorage), and the UFS family of the BSDs. All but UFS big endian or Apple's. */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <inttypes.h>
#include <string.h>

enum { HEADER = 1024, HEADER_SIZE = 512 };

/* Where the HFS+ volume lies: in an HFS wrapper, or at the start. UINT64_MAX when there is none. */
static uint64_t
hfsplus_start(const uint8_t *header)
{
	if (header[0] == 'H' && (header[1] == '+' || header[1] == 'X'))
		return 0;
	if (memcmp(header, "BD", 2) != 0 || memcmp(header + 0x7c, "H+", 2) != 0)
		return UINT64_MAX;
	return (uint64_t)load_be16(header + 0x1c) * 512 + (uint64_t)load_be16(header + 0x7e) * load_be32(header + 0x14);
}

/* The first record of the catalog's first leaf is the root folder: its name is the label. */
static void
hfsplus_label(struct signature_scan *scan, uint64_t start, const uint8_t *header, struct signature_hit *hit)
{
	enum { CATALOG_EXTENTS = 272 + 16, FIRST_LEAF = 14 + 10, NODE_SIZE = 14 + 18, RECORD = 14 };
	enum { ROOT_PARENT = 1, NODE_LEAF = 0xff, NAME_MAX_UNITS = 255 };
	uint64_t block = load_be32(header + 40), catalog = start + load_be32(header + CATALOG_EXTENTS) * block;
	uint64_t catalog_size = load_be32(header + CATALOG_EXTENTS + 4) * block;
	const uint8_t *node = scan_at(scan, catalog, 64);
	if (node == NULL)
		return;
	uint64_t node_size = load_be16(node + NODE_SIZE), leaf = load_be32(node + FIRST_LEAF) * node_size;
	if (node_size < 512 || leaf >= catalog_size)
		return;
	node = scan_at(scan, catalog + leaf, 512);
	if (node == NULL || node[8] != NODE_LEAF || load_be32(node + RECORD + 2) != ROOT_PARENT)
		return;
	size_t units = load_be16(node + RECORD + 6);
	if (units <= NAME_MAX_UNITS && RECORD + 8 + units * 2 <= 512)
		hit_label_utf16(hit, node + RECORD + 8, units, true);
}

static bool
hfsplus_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	uint8_t header[HEADER_SIZE];
	const uint8_t *raw = scan_at(scan, magic, HEADER_SIZE);
	uint64_t start = raw != NULL ? hfsplus_start(raw) : UINT64_MAX;
	raw = start != UINT64_MAX ? scan_at(scan, start + HEADER, HEADER_SIZE) : NULL;
	if (raw == NULL || hfsplus_start(raw) != 0)
		return false;
	memcpy(header, raw, HEADER_SIZE);
	uint32_t block = load_be32(header + 40);
	if (block < 512 || (block & (block - 1)) != 0)
		return false;
	hit->block_size = block;
	hit->length = start + (uint64_t)load_be32(header + 44) * block;
	hfsplus_label(scan, start, header, hit);
	return true;
}

const struct signature hfsplus_signature = {
	.name = "hfsplus", .type = "hfs+", .state = TRIAGE_VOLUME_EXAMINED,
	.magics = { { HEADER, 2, "H+" }, { HEADER, 2, "HX" }, { HEADER, 2, "BD" } }, .check = hfsplus_check,
};

static bool
hfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	const uint8_t *header = scan_at(scan, magic, HEADER_SIZE);
	if (header == NULL || load_be32(header + 0x14) == 0 || load_be32(header + 0x14) % 512 != 0 || header[0x24] > 27)
		return false;
	hit_label(hit, header + 0x25, header[0x24]);
	return true;
}

const struct signature hfs_signature = {
	.name = "hfs", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = "mount it read-only (mount -t hfs -o ro IMAGE FOLDER) and give the folder",
	.magics = { { HEADER, 2, "BD" } }, .check = hfs_check,
};

static bool
apfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { TYPE = 24, SUBTYPE = 28, BLOCK_SIZE = 36, BLOCKS = 40, UUID = 72, TYPE_SUPERBLOCK = 1 };
	const uint8_t *super = scan_at(scan, magic - 32, 128);
	if (super == NULL || load_le16(super + TYPE) != TYPE_SUPERBLOCK || load_le32(super + SUBTYPE) != 0)
		return false;
	uint32_t block = load_le32(super + BLOCK_SIZE);
	if (block < 4096 || block > 65536 || (block & (block - 1)) != 0)
		return false;
	hit->block_size = block;
	hit->length = load_le64(super + BLOCKS) > INT64_MAX / block ? 0 : load_le64(super + BLOCKS) * block;
	hit_uuid(hit, super + UUID);
	return true;
}

const struct signature apfs_signature = {
	.name = "apfs", .state = TRIAGE_VOLUME_EXAMINED,
	.magics = { { 32, 4, "NXSB" } }, .check = apfs_check,
};

static bool
fvault2_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { VERSION = 8, CHECKSUM = 4, UUID = 304, KEY_SIZE = 168, ENCRYPTION = 172, AES_XTS = 2 };
	const uint8_t *header = scan_at(scan, 0, 512);
	if (header == NULL || magic != 88 || load_le16(header + VERSION) != 1 || load_le32(header + CHECKSUM) != UINT32_MAX)
		return false;
	if (load_le32(header + KEY_SIZE) != 16 || load_le32(header + ENCRYPTION) != AES_XTS)
		return false;
	hit_uuid(hit, header + UUID);
	return true;
}

const struct signature fvault2_signature = {
	.name = "cs_fvault2", .state = TRIAGE_VOLUME_LOCKED,
	.advice = "unlock it read-only (cryptsetup fvault2Open --readonly) and examine the result",
	.magics = { { 88, 2, "CS" } }, .check = fvault2_check,
};

static bool
ufs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { MAGIC = 1372, FS_ID = 144, BLOCK_SIZE = 48, FRAGMENT_SIZE = 52, LABEL = 680, VERSION_1 = 0x00011954, VERSION_2 = 0x19540119 };
	static const uint32_t places[] = { 65536, 8192, 0, 262144 };
	(void)magic;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const uint8_t *super = scan_at(scan, places[i], MAGIC + 4);
		if (super == NULL)
			continue;
		bool little = load_le32(super + MAGIC) == VERSION_1 || load_le32(super + MAGIC) == VERSION_2;
		if (!little && load_be32(super + MAGIC) != VERSION_1 && load_be32(super + MAGIC) != VERSION_2)
			continue;
		uint32_t (*load)(const uint8_t *) = little ? load_le32 : load_be32;
		uint32_t fragment = load(super + FRAGMENT_SIZE);
		if (fragment < 512 || fragment > 65536 || (fragment & (fragment - 1)) != 0)
			continue;
		hit->block_size = fragment;
		hit_uuid_text(hit, "%08" PRIx32 "%08" PRIx32, load(super + FS_ID), load(super + FS_ID + 4));
		if (places[i] != 8192)
			hit_label(hit, super + LABEL, 32);
		return true;
	}
	return false;
}

/* Versions 1 and 2; libtsk tells them apart. */
const struct signature ufs_signature = { .name = "ufs", .type = "ufs", .state = TRIAGE_VOLUME_EXAMINED, .check = ufs_check };
