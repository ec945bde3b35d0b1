/*
 * volume_gpt.c - GPT partition tables: the table at the start, and its copy at the end when that one is damaged. Both are
 * believed by their checksums.
 */
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/signature.h"
#include "triage/evidence/volume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 92, HEADER_SIZE = 12, HEADER_SUM = 16, MY_LBA = 24, OTHER_LBA = 32, ENTRIES_LBA = 72, ENTRY_COUNT = 80, ENTRY_SIZE = 84,
	ENTRIES_SUM = 88, SECTOR_MAX = 4096, ENTRIES_MAX = 4 << 20 };
enum { TYPE = 0, UNIQUE = 16, FIRST = 32, LAST = 40, NAME = 56, NAME_UNITS = 36, ENTRY_MIN = 128 };

struct gpt {
	uint64_t at, other, entries_at;	/* bytes */
	uint32_t count, entry_size, entries_sum;
};

/* What is wrong with the header at a place, NULL for nothing. */
static const char *
header_read(struct reader *r, uint64_t at, uint32_t sector, struct gpt *ret_gpt)
{
	uint8_t raw[SECTOR_MAX];
	if (reader_read_all(r, at, raw, sector, NULL) != TRIAGE_OK || memcmp(raw, "EFI PART", 8) != 0)
		return "is not there";
	uint32_t size = load_le32(raw + HEADER_SIZE), sum = load_le32(raw + HEADER_SUM);
	if (size < HEADER || size > sector)
		return "has an impossible size";
	memset(raw + HEADER_SUM, 0, 4);
	if (crc32_end(crc32_more(CRC32_START, raw, size)) != sum)
		return "does not match its checksum";
	uint64_t limit = (uint64_t)INT64_MAX / sector;
	if (load_le64(raw + MY_LBA) != at / sector || load_le64(raw + ENTRIES_LBA) > limit || load_le64(raw + OTHER_LBA) > limit)
		return "belongs to another place";
	*ret_gpt = (struct gpt){
		.at = at, .other = load_le64(raw + OTHER_LBA) * sector, .entries_at = load_le64(raw + ENTRIES_LBA) * sector,
		.count = load_le32(raw + ENTRY_COUNT), .entry_size = load_le32(raw + ENTRY_SIZE), .entries_sum = load_le32(raw + ENTRIES_SUM),
	};
	if (ret_gpt->entry_size < ENTRY_MIN || ret_gpt->entry_size % 8 != 0 || ret_gpt->count > ENTRIES_MAX / ret_gpt->entry_size)
		return "tells of an impossible number of entries";
	return NULL;
}

/* Read the entries and compare their checksum. ret_entries: to be freed by the caller, NULL when they are not whole. */
static uint8_t *
entries_read(struct reader *r, const struct gpt *gpt)
{
	size_t size = (size_t)gpt->count * gpt->entry_size;
	SCOPED_FREE uint8_t *entries = malloc(size + 1);
	if (entries == NULL || reader_read_all(r, gpt->entries_at, entries, size, NULL) != TRIAGE_OK)
		return NULL;
	return crc32_end(crc32_more(CRC32_START, entries, size)) == gpt->entries_sum ? TAKE(entries) : NULL;
}

/* Types that hold boot code or are reserved. */
static bool
is_without_files(const uint8_t *type)
{
	static const char types[][37] = {
		"21686148-6449-6e6f-744e-656564454649",	/* BIOS boot */
		"e3c9e316-0b5c-4db8-817d-f92df00215ae",	/* Microsoft reserved */
		"9e1a2d38-c612-4316-aa26-8b49521e5a8b",	/* PReP boot */
		"83bd6b9d-7f41-11dc-be0b-001560b84f0f",	/* FreeBSD boot */
	};
	char text[37];
	signature_guid(type, text);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(text, types[i]) == 0)
			return true;
	return false;
}

/* The data of a Windows dynamic disk. */
static bool
is_dynamic(const uint8_t *type)
{
	char text[37];
	signature_guid(type, text);
	return strcmp(text, "af9b60a0-1431-4f62-bc68-3311714a69ad") == 0;
}

static void
entries_add(const struct gpt *gpt, const uint8_t *entries, struct layout *layout)
{
	static const uint8_t unused[16];
	uint64_t limit = (uint64_t)INT64_MAX / layout->sector_size;
	for (uint32_t i = 0; i < gpt->count; i++) {
		const uint8_t *e = entries + (size_t)i * gpt->entry_size;
		if (memcmp(e + TYPE, unused, sizeof(unused)) == 0)
			continue;
		uint64_t first = load_le64(e + FIRST), last = load_le64(e + LAST);
		if (first > last || last >= limit) {
			layout_note(layout, TRIAGE_MEDIUM, "partition-nonsense", TRIAGE_NO_ID,
			    "GPT entry %" PRIu32 " ends before it begins: it is left out", i + 1);
			continue;
		}
		struct partition *p = layout_add(layout, "gpt", first * layout->sector_size, (last - first + 1) * layout->sector_size, NO_PARENT);
		if (p == NULL)
			continue;
		p->no_files = is_without_files(e + TYPE);
		p->dynamic = is_dynamic(e + TYPE);
		signature_utf16(e + NAME, NAME_UNITS, false, p->label, sizeof(p->label));
		signature_guid(e + UNIQUE, p->uuid);
	}
}

/* True when an MBR says that the medium belongs to a GPT. */
static bool
protective_mbr(struct reader *r)
{
	uint8_t sector[512];
	if (reader_read_all(r, 0, sector, sizeof(sector), NULL) != TRIAGE_OK || sector[510] != 0x55 || sector[511] != 0xaa)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (sector[446 + i * 16 + 4] == 0xee)
			return true;
	return false;
}

static bool
gpt_read(struct reader *r, struct layout *layout)
{
	struct gpt primary = { 0 }, backup;
	uint32_t sector = layout->sector_size;
	const char *wrong = header_read(r, sector, sector, &primary);
	SCOPED_FREE uint8_t *entries = wrong == NULL ? entries_read(r, &primary) : NULL;
	if (entries != NULL) {
		entries_add(&primary, entries, layout);
		return true;
	}
	uint8_t name[8];
	bool trace = reader_read_all(r, sector, name, sizeof(name), NULL) == TRIAGE_OK && memcmp(name, "EFI PART", 8) == 0;
	uint64_t end = r->size / sector * sector;
	bool found = end > sector && header_read(r, end - sector, sector, &backup) == NULL;
	if (!found && wrong == NULL)
		found = primary.other > sector && header_read(r, primary.other, sector, &backup) == NULL;
	if (found && (trace || protective_mbr(r)))
		entries = entries_read(r, &backup);
	if (entries != NULL) {
		layout_note(layout, TRIAGE_HIGH, "gpt-primary-damaged", sector, "the partition table at the start %s: its copy at the end is used",
		    wrong != NULL ? wrong : "has damaged entries");
		entries_add(&backup, entries, layout);
		return true;
	}
	if (trace)
		layout_note(layout, TRIAGE_HIGH, "gpt-damaged", sector, "there is a GPT, but it and its copy at the end are damaged");
	return false;
}

const struct table_kind gpt_table = { .name = "gpt", .read = gpt_read };
