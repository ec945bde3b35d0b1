/* volume_other.c - partition tables of Apple (before Intel), Sun and the BSDs. All are one or few sectors of fixed fields. */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"
#include "triage/evidence/volume.h"

#include <stdio.h>
#include <string.h>

enum { SECTOR = 512 };

static void
set_label(struct partition *p, const uint8_t *bytes, size_t size)
{
	size_t used = strnlen((const char *)bytes, size);
	bool plain = true;
	for (size_t i = 0; i < used; i++)
		plain = plain && bytes[i] >= ' ' && bytes[i] < 0x7f;
	if (plain)
		snprintf(p->label, sizeof(p->label), "%.*s", (int)used, (const char *)bytes);
}

/* Slices of one table: those that begin beyond the medium are told too, when it has others that do not. */
struct slices {
	struct layout *layout;
	const char *kind;
	int parent;
	uint64_t medium;
	size_t before, inside;
};

static void
slice_add(struct slices *s, uint64_t start, uint64_t length)
{
	s->inside += start < s->medium;
	layout_add(s->layout, s->kind, start, length, s->parent);
}

static bool
slices_hold(struct slices *s)
{
	if (s->inside == 0)
		s->layout->count = s->before;
	return s->inside > 0;
}

/* Apple: block 1 and on, one entry a block, each telling how many there are. */
static bool
apm_read(struct reader *r, struct layout *layout)
{
	enum { COUNT = 4, START = 8, LENGTH = 12, NAME = 16, TYPE = 48, TEXT = 32 };
	uint8_t entry[SECTOR], first[SECTOR];
	uint32_t block = layout->sector_size, count = 0;
	if (reader_read_all(r, 0, first, SECTOR, NULL) != TRIAGE_OK)
		return false;
	if (memcmp(first, "ER", 2) == 0 && (load_be16(first + 2) == 512 || load_be16(first + 2) == 2048))
		block = load_be16(first + 2);
	for (uint32_t i = 0; i == 0 || i < count; i++) {
		if (reader_read_all(r, (uint64_t)(i + 1) * block, entry, SECTOR, NULL) != TRIAGE_OK || memcmp(entry, "PM", 2) != 0)
			return i > 0;
		count = load_be32(entry + COUNT) < PARTITIONS_MAX ? load_be32(entry + COUNT) : PARTITIONS_MAX;
		if (memcmp(entry + TYPE, "Apple_partition_map", 19) == 0 || memcmp(entry + TYPE, "Apple_Free", 10) == 0 ||
		    memcmp(entry + TYPE, "Apple_Driver", 12) == 0)
			continue;
		uint64_t start = (uint64_t)load_be32(entry + START) * block, length = (uint64_t)load_be32(entry + LENGTH) * block;
		struct partition *p = layout_add(layout, "apm", start, length, NO_PARENT);
		if (p != NULL)
			set_label(p, entry + NAME, TEXT);
	}
	return layout->count > 0;
}

const struct table_kind apm_table = { .name = "apm", .read = apm_read };

/* Sun: eight slices counted in cylinders; the words of the sector add up to zero by exclusive or. */
static bool
sun_read(struct reader *r, struct layout *layout)
{
	enum { MARK = 508, HEADS = 436, SECTORS = 438, SLICES = 444, SLICE = 8, COUNT = 8, WHOLE = 2 };
	uint8_t label[SECTOR];
	if (reader_read_all(r, 0, label, SECTOR, NULL) != TRIAGE_OK || load_be16(label + MARK) != 0xdabe)
		return false;
	uint16_t sum = 0;
	for (size_t i = 0; i < SECTOR; i += 2)
		sum = (uint16_t)(sum ^ load_be16(label + i));
	uint64_t cylinder = (uint64_t)load_be16(label + HEADS) * load_be16(label + SECTORS) * SECTOR;
	if (sum != 0 || cylinder == 0)
		return false;
	struct slices slices = { .layout = layout, .kind = "sun", .parent = NO_PARENT, .medium = r->size, .before = layout->count };
	for (size_t i = 0; i < COUNT; i++) {
		uint64_t start = load_be32(label + SLICES + i * SLICE) * cylinder, length = (uint64_t)load_be32(label + SLICES + i * SLICE + 4) * SECTOR;
		if (length != 0 && i != WHOLE)
			slice_add(&slices, start, length);
	}
	return slices_hold(&slices);
}

const struct table_kind sun_table = { .name = "sun", .read = sun_read };

/* SGI: sixteen partitions; two of them describe the header and the whole. */
static bool
sgi_read(struct reader *r, struct layout *layout)
{
	enum { SLICES = 312, SLICE = 12, COUNT = 16, TYPE_HEADER = 0, TYPE_WHOLE = 6 };
	uint8_t header[SECTOR];
	if (reader_read_all(r, 0, header, SECTOR, NULL) != TRIAGE_OK || load_be32(header) != 0x0be5a941)
		return false;
	struct slices slices = { .layout = layout, .kind = "sgi", .parent = NO_PARENT, .medium = r->size, .before = layout->count };
	for (size_t i = 0; i < COUNT; i++) {
		const uint8_t *slice = header + SLICES + i * SLICE;
		uint64_t length = (uint64_t)load_be32(slice) * SECTOR, start = (uint64_t)load_be32(slice + 4) * SECTOR;
		uint32_t type = load_be32(slice + 8);
		if (length != 0 && type != TYPE_HEADER && type != TYPE_WHOLE)
			slice_add(&slices, start, length);
	}
	return slices_hold(&slices);
}

const struct table_kind sgi_table = { .name = "sgi", .read = sgi_read };

/* BSD: the label lies in the first or second sector and is little endian; slice c is the whole. */
bool
bsd_label_read(struct reader *r, uint64_t base, int parent, struct layout *layout)
{
	enum { MARK1 = 0, MARK2 = 132, SECTOR_SIZE = 40, COUNT = 138, SLICES = 148, SLICE = 16, SLICES_MAX = 16, WHOLE = 2 };
	static const uint32_t places[] = { 512, 64, 0, 128 };
	uint8_t label[SLICES + SLICES_MAX * SLICE];
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (reader_read_all(r, base + places[i], label, sizeof(label), NULL) != TRIAGE_OK)
			continue;
		uint32_t sector = load_le32(label + SECTOR_SIZE);
		if (load_le32(label + MARK1) != 0x82564557 || load_le32(label + MARK2) != 0x82564557 || (sector != 512 && sector != 4096))
			continue;
		struct slices slices = { .layout = layout, .kind = "bsd", .parent = parent, .medium = r->size, .before = layout->count };
		/* offsets count from the disk's start, in some systems from the slice's own */
		uint64_t whole = (uint64_t)load_le32(label + SLICES + WHOLE * SLICE + 4) * sector;
		uint64_t from = base != 0 && whole < base ? base : 0;
		for (size_t s = 0; s < SLICES_MAX && s < load_le16(label + COUNT); s++) {
			uint64_t length = (uint64_t)load_le32(label + SLICES + s * SLICE) * sector;
			uint64_t start = from + (uint64_t)load_le32(label + SLICES + s * SLICE + 4) * sector;
			if (length != 0 && s != WHOLE)
				slice_add(&slices, start, length);
		}
		return slices_hold(&slices);
	}
	return false;
}

static bool
bsd_read(struct reader *r, struct layout *layout)
{
	return bsd_label_read(r, 0, NO_PARENT, layout);
}

const struct table_kind bsd_table = { .name = "bsd", .probed = true, .read = bsd_read };
