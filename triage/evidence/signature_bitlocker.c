/*
 * signature_bitlocker.c - BitLocker volumes: who may unlock them. The boot sector points to three copies of the metadata, which
 * name the volume and list its protectors with their identifiers: by those the owner finds the recovery key.
 */
#include "triage/base/view.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/signature.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { BOOT = 512, OFFSETS_FIXED = 176, OFFSETS_TO_GO = 440, GUID_TO_GO = 424, COPIES = 3 };
enum { BLOCK_HEADER = 64, HEADER = 48, VOLUME_ID = 16, METADATA_MAX = 64 << 10, ENTRY_HEADER = 8, PROTECTORS_MAX = 16 };
enum { ENTRY_VMK = 2, ENTRY_DESCRIPTION = 7, VMK_TYPE = 26, GUID_TEXT = 37 };

static const struct {
	uint16_t type;
	const char *text;
} protectors[] = {
	{ 0x0000, "clear key (protection suspended: it can be read without a key)" },
	{ 0x0100, "TPM" },
	{ 0x0200, "startup key" },
	{ 0x0500, "TPM and PIN" },
	{ 0x0800, "recovery password" },
	{ 0x2000, "password" },
};

static void
note_protector(struct signature_hit *hit, const uint8_t *guid, uint16_t type)
{
	char text[GUID_TEXT];
	const char *name = "other protector";
	for (size_t i = 0; i < sizeof(protectors) / sizeof(protectors[0]); i++)
		if (protectors[i].type == type)
			name = protectors[i].text;
	signature_guid(guid, text);
	for (char *c = text; *c != '\0'; c++)	/* as Windows shows it to the owner */
		*c = (char)toupper(*c);
	size_t used = strlen(hit->note);
	snprintf(hit->note + used, sizeof(hit->note) - used, "%s%s %s", used == 0 ? "" : ", ", name, text);
}

/* Behind each copy stands its CRC-32. */
static bool
metadata_whole(struct signature_scan *scan, uint64_t at)
{
	enum { SIZE = 8, UNIT = 16, SUM = 4, STEP = SCAN_PIECE / 2 };
	const uint8_t *block = scan_at(scan, at, BLOCK_HEADER);
	uint32_t size = block != NULL ? load_le16(block + SIZE) * (uint32_t)UNIT : 0, crc = CRC32_START;
	if (size == 0 || size > METADATA_MAX)
		return false;
	for (uint32_t done = 0; done < size; done += STEP) {
		size_t some = size - done < STEP ? size - done : STEP;
		const uint8_t *bytes = scan_at(scan, at + done, some);
		if (bytes == NULL)
			return false;
		crc = crc32_more(crc, bytes, some);
	}
	const uint8_t *sum = scan_at(scan, at + size + SUM, 4);
	return sum != NULL && load_le32(sum) == crc32_end(crc);
}

/* One copy of the metadata. False when it is none, or has to be whole and is not. */
static bool
metadata_look(struct signature_scan *scan, uint64_t at, bool whole, struct signature_hit *hit)
{
	if (at > scan->size || (whole && !metadata_whole(scan, at)))
		return false;
	const uint8_t *block = scan_at(scan, at, BLOCK_HEADER + HEADER);
	if (block == NULL || memcmp(block, "-FVE-FS-", 8) != 0)
		return false;
	uint32_t size = load_le32(block + BLOCK_HEADER), header = load_le32(block + BLOCK_HEADER + 8);
	if (header < HEADER || header > size || size > METADATA_MAX)
		return false;
	char id[GUID_TEXT];
	signature_guid(block + BLOCK_HEADER + VOLUME_ID, id);
	hit_uuid_text(hit, "%s", id);
	unsigned listed = 0;
	for (uint32_t done = header; done + ENTRY_HEADER <= size;) {
		const uint8_t *entry = scan_at(scan, at + BLOCK_HEADER + done, ENTRY_HEADER);
		uint32_t length = entry != NULL ? load_le16(entry) : 0;
		uint16_t type = entry != NULL ? load_le16(entry + 2) : 0;
		if (length < ENTRY_HEADER || length > size - done)
			break;
		const uint8_t *value = length <= SCAN_PIECE ? scan_at(scan, at + BLOCK_HEADER + done, length) : NULL;
		if (type == ENTRY_DESCRIPTION && value != NULL)
			hit_label_utf16(hit, value + ENTRY_HEADER, (length - ENTRY_HEADER) / 2, false);
		if (type == ENTRY_VMK && value != NULL && length >= ENTRY_HEADER + VMK_TYPE + 2 && listed++ < PROTECTORS_MAX)
			note_protector(hit, value + ENTRY_HEADER, load_le16(value + ENTRY_HEADER + VMK_TYPE));
		done += length;
	}
	return true;
}

static bool
bitlocker_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	static const uint8_t to_go[16] = { 0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01 };
	(void)magic;
	uint8_t boot[BOOT];
	const uint8_t *raw = scan_at(scan, 0, BOOT);
	if (raw == NULL)
		return false;
	memcpy(boot, raw, BOOT);
	bool portable = memcmp(boot + GUID_TO_GO, to_go, sizeof(to_go)) == 0;
	if (memcmp(boot + 3, "-FVE-FS-", 8) != 0 && !portable)
		return false;
	for (size_t i = 0; i < 2 * COPIES; i++)	/* first those that are whole */
		if (metadata_look(scan, load_le64(boot + (portable ? OFFSETS_TO_GO : OFFSETS_FIXED) + i % COPIES * 8), i < COPIES, hit))
			break;
	return true;
}

const struct signature bitlocker_signature = {
	.name = "BitLocker", .kind = "bitlocker", .state = TRIAGE_VOLUME_LOCKED,
	.advice = "give the key with --key in a later version; until then unlock it read-only (dislocker -r, or cryptsetup bitlkOpen "
	    "--readonly) and examine the result",
	.magics = { { 3, 8, "-FVE-FS-" }, { 3, 8, "MSWIN4.1" } }, .check = bitlocker_check,
};
