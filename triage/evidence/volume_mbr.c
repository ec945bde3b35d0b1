/*
 * volume_mbr.c - MBR partition tables with chained extended partitions. Each link of a chain is read once: a chain that comes
 * back is cut there and noted.
 */
#include "triage/base/view.h"
#include "triage/evidence/volume.h"

#include <inttypes.h>
#include <string.h>

enum { SECTOR = 512, CODE = 440, ENTRIES = 446, ENTRY = 16, ENTRY_COUNT = 4, MARK = 510, TYPE = 4, START = 8, COUNT = 12 };
enum { EXTENDED_CHS = 0x05, EXTENDED_LBA = 0x0f, EXTENDED_LINUX = 0x85, PROTECTIVE = 0xee, FREEBSD = 0xa5, OPENBSD = 0xa6, NETBSD = 0xa9, DYNAMIC = 0x42 };

struct entry {
	uint8_t status, type;
	uint64_t start, length;		/* sectors */
};

static struct entry
entry_at(const uint8_t *sector, size_t i)
{
	const uint8_t *e = sector + ENTRIES + i * ENTRY;
	return (struct entry){ .status = e[0], .type = e[TYPE], .start = load_le32(e + START), .length = load_le32(e + COUNT) };
}

static bool
is_extended(uint8_t type)
{
	return type == EXTENDED_CHS || type == EXTENDED_LBA || type == EXTENDED_LINUX;
}

static bool
is_bsd(uint8_t type)
{
	return type == FREEBSD || type == OPENBSD || type == NETBSD;
}

static bool
sector_read(struct reader *r, uint64_t at, uint8_t *sector)
{
	return reader_read_all(r, at, sector, SECTOR, NULL) == TRIAGE_OK && sector[MARK] == 0x55 && sector[MARK + 1] == 0xaa;
}

/*
 * A boot sector of a filesystem ends in the same mark and has code where the entries are: an entry is believed when its
 * status is one of two and it begins inside the medium.
 */
static bool
table_plausible(const struct reader *r, const uint8_t *sector, uint32_t sector_size)
{
	unsigned used = 0;
	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		struct entry e = entry_at(sector, i);
		if (e.status != 0 && e.status != 0x80)
			return false;
		if (e.type == 0 || e.length == 0)
			continue;
		if (e.type == PROTECTIVE || (e.start * sector_size >= r->size && i == 0))
			return false;
		used += e.start * sector_size < r->size;
	}
	return used > 0;
}

/* The logical partitions of one extended partition. */
static void
extended_read(struct reader *r, struct layout *layout, uint64_t first, int parent)
{
	uint64_t seen[PARTITIONS_MAX];
	size_t links = 0;
	uint64_t at = first;
	while (links < PARTITIONS_MAX) {
		uint8_t sector[SECTOR];
		for (size_t i = 0; i < links; i++)
			if (seen[i] == at) {
				layout_note(layout, TRIAGE_MEDIUM, "partition-loop", at * layout->sector_size,
				    "the chain of logical partitions comes back to sector %" PRIu64 ": it is cut there", at);
				return;
			}
		seen[links++] = at;
		if (!sector_read(r, at * layout->sector_size, sector)) {
			layout_note(layout, TRIAGE_MEDIUM, "partition-chain-broken", at * layout->sector_size,
			    "the chain of logical partitions points to sector %" PRIu64 ", where no table is: logical partitions may be missing", at);
			return;
		}
		uint64_t next = 0;
		for (size_t i = 0; i < ENTRY_COUNT; i++) {
			struct entry e = entry_at(sector, i);
			if (e.type == 0 || e.length == 0)
				continue;
			if (!is_extended(e.type))
				layout_add(layout, "mbr", (at + e.start) * layout->sector_size, e.length * layout->sector_size, parent);
			else if (next == 0)
				next = first + e.start;
		}
		if (next == 0)
			return;
		at = next;
	}
	layout_note(layout, TRIAGE_MEDIUM, "too-many-partitions", at * layout->sector_size,
	    "more than %d logical partitions: the rest is left out", PARTITIONS_MAX);
}

/*
 * A table of logical partitions begins where no such table is said to be: no code before the disk's number and the entries, two of these never used, the first a partition
 * that lies within. The boot sector of a filesystem has code there.
 */
static bool
chain_begins(struct reader *r, const struct layout *layout, const struct entry *of)
{
	uint8_t sector[SECTOR];
	if (!sector_read(r, of->start * layout->sector_size, sector))
		return false;
	for (size_t i = 0; i < SECTOR; i++)
		if ((i < CODE || (i >= ENTRIES + 2 * ENTRY && i < MARK)) && sector[i] != 0)
			return false;
	struct entry first = entry_at(sector, 0), next = entry_at(sector, 1);
	return (first.status == 0 || first.status == 0x80) && first.type != 0 && first.start > 0 && first.length > 0 && first.start + first.length <= of->length &&
	    (next.type == 0 || is_extended(next.type));
}

static bool
mbr_read(struct reader *r, struct layout *layout)
{
	uint8_t sector[SECTOR];
	if (!sector_read(r, 0, sector) || !table_plausible(r, sector, layout->sector_size))
		return false;
	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		struct entry e = entry_at(sector, i);
		if (e.type == 0 || e.length == 0)
			continue;
		int index = (int)layout->count;
		struct partition *p = layout_add(layout, "mbr", e.start * layout->sector_size, e.length * layout->sector_size, NO_PARENT);
		if (p != NULL)
			p->dynamic = e.type == DYNAMIC;
		if (p != NULL && is_extended(e.type)) {
			p->container = true;
			extended_read(r, layout, e.start, index);
		} else if (p != NULL && is_bsd(e.type)) {
			p->container = bsd_label_read(r, e.start * layout->sector_size, index, layout);
		} else if (p != NULL && e.type != PROTECTIVE && chain_begins(r, layout, &e)) {
			p->container = true;
			layout_note(layout, TRIAGE_MEDIUM, "partition-type-wrong", e.start * layout->sector_size,
			    "the table says that partition %zu is of type %02x, but it begins with a table of logical partitions: they are examined", i + 1, e.type);
			extended_read(r, layout, e.start, index);
		}
	}
	return layout->count > 0;
}

const struct table_kind mbr_table = { .name = "mbr", .probed = true, .read = mbr_read };
