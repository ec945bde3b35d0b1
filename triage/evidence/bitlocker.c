#include "triage/evidence/bitlocker.h"

#include "triage/base/fault.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/signature.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOT = 512, BOOT_SECTOR_SIZE = 11, BOOT_CLUSTER = 13, BOOT_GUID = 160, BOOT_GUID_TO_GO = 424, VISTA_AT = 56, SEVEN_AT = 176, TO_GO_AT = 440,
	JUMP_VISTA = 0x52 };
enum { BLOCK = 64, BLOCK_SIZE = 8, BLOCK_UNIT = 16, BLOCK_VERSION = 10, BLOCK_ENCRYPTED = 16, BLOCK_HEADER_SECTORS = 28, BLOCK_COPIES = 32,
	BLOCK_HEADER_AT = 56, SUM_AT = 4, SUM = 8 };
enum { META = 48, META_HEADER = 8, META_GUID = 16, META_METHOD = 36, META_MAX = 64 << 10, ENTRY_HEAD = 8, VMK_TYPE = 26, VMK_ENTRIES = 28 };
enum { COPY_VISTA = 16 << 10, COPY_SEVEN = 64 << 10 };

static const uint8_t guid_to_go[] = { 0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01 };
static const uint8_t guid_on_write[] = { 0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28, 0x4e, 0xae, 0xd8 };

bool
bitlocker_entry_next(struct view *rest, struct bitlocker_entry *ret_entry)
{
	if (rest->size < ENTRY_HEAD)
		return false;
	uint16_t size = load_le16(rest->data);
	if (size < ENTRY_HEAD || size > rest->size)
		return false;
	*ret_entry = (struct bitlocker_entry){ .type = load_le16(rest->data + 2), .value = load_le16(rest->data + 4),
		.data = { rest->data + ENTRY_HEAD, size - (size_t)ENTRY_HEAD } };
	*rest = (struct view){ rest->data + size, rest->size - size };
	return true;
}

/* What kind the boot sector is and where it says that the copies lie. */
static bool
read_boot(const uint8_t *boot, struct bitlocker *b)
{
	uint32_t sector = load_le16(boot + BOOT_SECTOR_SIZE);
	b->sector_size = sector == 1024 || sector == 2048 || sector == 4096 ? sector : 512;
	uint8_t per = boot[BOOT_CLUSTER];
	b->cluster_size = b->sector_size * (per == 0 || (per & (per - 1)) != 0 ? 1 : per);
	size_t at = SEVEN_AT;
	if (memcmp(boot + BOOT_GUID_TO_GO, guid_to_go, sizeof(guid_to_go)) == 0 && memcmp(boot + 3, "MSWIN4.1", 8) == 0) {
		b->flavour = BITLOCKER_TO_GO;
		at = TO_GO_AT;
	} else if (memcmp(boot + 3, "-FVE-FS-", 8) != 0) {
		return false;
	} else if (memcmp(boot + BOOT_GUID, guid_on_write, sizeof(guid_on_write)) == 0) {
		b->flavour = BITLOCKER_ON_WRITE;
	} else if (boot[1] != JUMP_VISTA || memcmp(boot + BOOT_GUID, guid_to_go, sizeof(guid_to_go)) == 0) {
		b->flavour = BITLOCKER_SEVEN;
	} else {
		b->flavour = BITLOCKER_VISTA;
		if (__builtin_mul_overflow(load_le64(boot + VISTA_AT), b->cluster_size, &b->copies[0]))
			b->copies[0] = UINT64_MAX;
	}
	for (size_t i = 0; i < BITLOCKER_COPIES && b->flavour != BITLOCKER_VISTA; i++)
		b->copies[i] = load_le64(boot + at + i * 8);
	uint64_t size = b->flavour == BITLOCKER_VISTA ? COPY_VISTA : COPY_SEVEN;
	b->copy_size = (size + b->cluster_size - 1) / b->cluster_size * b->cluster_size;
	return true;
}

/* Behind the metadata stands its CRC-32. bytes: `have` of them from the start of the copy. */
static bool
checksum_fits(const uint8_t *bytes, size_t have)
{
	size_t size = (size_t)load_le16(bytes + BLOCK_SIZE) * BLOCK_UNIT;
	return size >= BLOCK + META && have >= SUM && size <= have - SUM &&
	    load_le32(bytes + size + SUM_AT) == crc32_end(crc32_more(CRC32_START, bytes, size));
}

/* Is there metadata that can be walked? */
static bool
copy_stands(const uint8_t *bytes, size_t have)
{
	if (have < BLOCK + META || memcmp(bytes, "-FVE-FS-", 8) != 0)
		return false;
	uint16_t version = load_le16(bytes + BLOCK_VERSION);
	uint32_t size = load_le32(bytes + BLOCK), header = load_le32(bytes + BLOCK + META_HEADER);
	return (version == 1 || version == 2) && header >= META && header <= size && size <= have - BLOCK;
}

static void
take_protector(struct view data, struct bitlocker *b)
{
	if (data.size < VMK_ENTRIES || b->protector_count == BITLOCKER_PROTECTORS)
		return;
	struct bitlocker_protector *p = &b->protectors[b->protector_count++];
	p->type = load_le16(data.data + VMK_TYPE);
	memcpy(p->guid, data.data, BITLOCKER_GUID);
	p->entries = (struct view){ data.data + VMK_ENTRIES, data.size - VMK_ENTRIES };
}

/* Fields and entries of the copy that is used. */
static void
take_copy(struct bitlocker *b)
{
	const uint8_t *block = b->bytes, *meta = block + BLOCK;
	b->version = load_le16(block + BLOCK_VERSION);
	b->encrypted = UINT64_MAX;
	if (b->version == 1) {
		b->mirror = load_le64(block + BLOCK_HEADER_AT);
	} else {
		b->encrypted = load_le64(block + BLOCK_ENCRYPTED);
		b->header_at = load_le64(block + BLOCK_HEADER_AT);
		b->header_size = (uint64_t)load_le32(block + BLOCK_HEADER_SECTORS) * b->sector_size;
	}
	memcpy(b->guid, meta + META_GUID, BITLOCKER_GUID);
	b->method = load_le16(meta + META_METHOD);
	uint32_t header = load_le32(meta + META_HEADER);
	struct view rest = { meta + header, load_le32(meta) - (size_t)header };
	struct bitlocker_entry e;
	while (bitlocker_entry_next(&rest, &e)) {
		if (e.type == ENTRY_VMK)
			take_protector(e.data, b);
		else if (e.type == ENTRY_DESCRIPTION)
			b->description = e.data;
		else if (e.type == ENTRY_FVEK && e.value == VALUE_SEALED)
			b->sealed_key = e.data;
		else if (e.type == ENTRY_HEADER_PLACE && e.data.size >= 16 && b->version == 2) {
			b->header_at = load_le64(e.data.data);
			b->header_size = load_le64(e.data.data + 8);
		}
	}
}

/* Use the first copy whose checksum fits, else the first that can be walked. */
static enum triage_status
choose_copy(struct reader *volume, struct bitlocker *b, struct triage_error *err)
{
	enum { READ = META_MAX + SUM };
	uint8_t *bytes = fault_hit() ? NULL : malloc(READ);
	b->bytes = malloc(READ);
	if (bytes == NULL || b->bytes == NULL) {
		free(bytes);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the BitLocker metadata");
		return TRIAGE_E_MEMORY;
	}
	for (int i = 0; i < BITLOCKER_COPIES; i++) {
		size_t got = 0;
		uint64_t at = b->copies[i];
		if (at == 0 || reader_read(volume, at, bytes, READ, &got, NULL) != TRIAGE_OK || !copy_stands(bytes, got)) {
			b->damaged |= 1U << i;
			continue;
		}
		bool whole = checksum_fits(bytes, got);
		if (!whole && load_le16(bytes + BLOCK_VERSION) == 2)
			b->damaged |= 1U << i;
		if (b->used >= 0 && (b->whole || !whole))
			continue;
		b->used = i;
		b->whole = whole;
		memcpy(b->bytes, bytes, got);
		if (i == 0)	/* Vista's boot sector knows this one only */
			for (size_t k = 1; k < BITLOCKER_COPIES; k++)
				b->copies[k] = b->copies[k] != 0 ? b->copies[k] : load_le64(bytes + BLOCK_COPIES + k * 8);
	}
	free(bytes);
	if (b->used >= 0)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_FORMAT, 0, "none of the three copies of the BitLocker metadata can be read");
	return TRIAGE_E_FORMAT;
}

enum triage_status
bitlocker_read(struct reader *volume, struct bitlocker *b, struct triage_error *err)
{
	uint8_t boot[BOOT];
	*b = (struct bitlocker){ .used = -1 };
	enum triage_status st = reader_read_all(volume, 0, boot, sizeof(boot), err);
	if (st != TRIAGE_OK)
		return st;
	if (!read_boot(boot, b)) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "no BitLocker boot sector");
		return TRIAGE_E_FORMAT;
	}
	st = choose_copy(volume, b, err);
	if (st == TRIAGE_OK)
		take_copy(b);
	return st;
}

void
bitlocker_release(struct bitlocker *b)
{
	free(b->bytes);
	*b = (struct bitlocker){ .used = -1 };
}

static const struct {
	uint16_t type;
	const char *text;
} protectors[] = {
	{ BITLOCKER_CLEAR, "clear key (protection suspended: it can be read without a key)" },
	{ BITLOCKER_TPM, "TPM" },
	{ BITLOCKER_STARTUP, "startup key" },
	{ 0x0300, "TPM and startup key" },
	{ 0x0500, "TPM and PIN" },
	{ 0x0700, "TPM, PIN and startup key" },
	{ BITLOCKER_RECOVERY, "recovery password" },
	{ 0x1000, "certificate (smart card)" },
	{ BITLOCKER_PASSWORD, "password" },
};

void
bitlocker_list_protectors(const struct bitlocker *b, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < b->protector_count && used < size; i++) {
		const struct bitlocker_protector *p = &b->protectors[i];
		char guid[BITLOCKER_GUID_TEXT];
		const char *name = "other protector";
		for (size_t k = 0; k < sizeof(protectors) / sizeof(protectors[0]); k++)
			if (protectors[k].type == p->type)
				name = protectors[k].text;
		signature_guid(p->guid, guid);
		for (char *c = guid; *c != '\0'; c++)
			*c = (char)toupper(*c);
		int n = snprintf(out + used, size - used, "%s%s %s", i == 0 ? "" : ", ", name, guid);
		used += n > 0 ? (size_t)n : 0;
	}
}
