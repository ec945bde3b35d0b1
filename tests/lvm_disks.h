/* lvm_disks.h - for tests of LVM2: three small disks with labels, metadata and extents that can be told apart. */
#ifndef TRIAGE_TESTS_LVM_DISKS_H
#define TRIAGE_TESTS_LVM_DISKS_H

#include "tests/layer_harness.h"

#include "triage/evidence/checksum.h"
#include "triage/evidence/lvm_text.h"

#include <stdlib.h>

enum { DISKS = 3, SIZE = 512 << 10, EXTENT = 4096, FIRST = 64 << 10, AREA_AT = 4096, AREA = 32 << 10, EXTENTS = 32 };

extern const struct layer_kind lvm2_layer;

static uint8_t disks[DISKS][SIZE];
static struct layer_member members[DISKS];
static struct told told;
static size_t used;

static void
store(uint8_t *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t
sum(const void *data, size_t size)
{
	return crc32_more(0xf597a6cf, data, size);
}

static void
put_label(unsigned d)
{
	uint8_t *label = disks[d] + 512;
	memcpy(label, "LABELONE", 8);
	store(label + 8, 1, 8);
	store(label + 20, 32, 4);
	memcpy(label + 24, "LVM2 001", 8);
	memset(label + 32, 'A' + (int)d, 32);
	store(label + 64, SIZE, 8);
	store(label + 72, FIRST, 8);
	store(label + 104, AREA_AT, 8);
	store(label + 112, AREA, 8);
	store(label + 16, sum(label + 20, 492), 4);
}

/* Put a text into the ring at `offset` of the area and make it the one in force. */
static void
put_text(unsigned d, size_t offset, const char *text)
{
	uint8_t *area = disks[d] + AREA_AT;
	size_t size = strlen(text) + 1;
	for (size_t i = 0; i < size; i++)
		area[offset + i < AREA ? offset + i : offset + i - AREA + 512] = (uint8_t)text[i];
	memset(area, 0, 512);
	memcpy(area + 4, " LVM2 x[5A%r0N*>", 16);
	store(area + 20, 1, 4);
	store(area + 24, AREA_AT, 8);
	store(area + 32, AREA, 8);
	store(area + 40, offset, 8);
	store(area + 48, size, 8);
	store(area + 56, sum(text, size), 4);
	store(area, sum(area + 4, 508), 4);
}

/* A group of three disks with the logical volumes given as text. */
static const char *
group_text(unsigned number, const char *volumes)
{
	static char text[16 << 10];
	size_t size = (size_t)snprintf(text, sizeof(text),
	    "town {\nid = \"GGGGGG-GGGG-GGGG-GGGG-GGGG-GGGG-GGGGGG\"\nseqno = %u\nformat = \"lvm2\" # informational\nstatus = [\"RESIZEABLE\", \"READ\"]\n"
	    "flags = []\nextent_size = %d\nphysical_volumes {\n", number, EXTENT / 512);
	for (int d = 0; d < DISKS; d++) {
		char c = (char)('A' + d);
		size += (size_t)snprintf(text + size, sizeof(text) - size, "pv%d {\nid = \"%c%c%c%c%c%c-%c%c%c%c-%c%c%c%c-%c%c%c%c-%c%c%c%c-%c%c%c%c-%c%c%c%c%c%c\"\n"
		    "device = \"/dev/sd\\\"%c\"\npe_start = %d\npe_count = %d\n}\n", d, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c,
		    c, c, c, c, c, c, c + 32, FIRST / 512, EXTENTS);
	}
	snprintf(text + size, sizeof(text) - size, "}\nlogical_volumes {\n%s}\n}\ncontents = \"Text Format Volume Group\"\nversion = 1\n", volumes);
	return text;
}

#define LV(name, status, segments) name " {\nid = \"abcdef-abcd-abcd-abcd-abcd-abcd-abcdef\"\nstatus = [" status "]\ncreation_time = 1700000000\n" segments "}\n"
#define SEEN "\"READ\", \"VISIBLE\""
#define HIDDEN "\"READ\""
#define SEGMENT(n, start, count, rest) "segment" #n " {\nstart_extent = " #start "\nextent_count = " #count "\n" rest "}\n"
#define ON(disk, extent) "type = \"striped\"\nstripe_count = 1\nstripes = [\n\"" disk "\", " #extent "\n]\n"

/* Each extent is filled with a byte of its own. */
static uint8_t
extent_byte(unsigned d, unsigned extent)
{
	return (uint8_t)(1 + d * 64 + extent);
}

static int
begin(void **state)
{
	(void)state;
	memset(disks, 0, sizeof(disks));
	for (unsigned d = 0; d < DISKS; d++) {
		put_label(d);
		for (unsigned e = 0; e < EXTENTS; e++)
			memset(disks[d] + FIRST + e * EXTENT, extent_byte(d, e), EXTENT);
	}
	return 0;
}

static int
end(void **state)
{
	(void)state;
	told_close(members, used, &told);
	used = 0;
	return 0;
}

static void
put_all(unsigned number, const char *volumes)
{
	const char *text = group_text(number, volumes);
	for (unsigned d = 0; d < DISKS; d++)
		put_text(d, 512, text);
}

static void
open_disks(unsigned which)
{
	struct told_bytes bytes[DISKS];
	told_close(members, used, &told);
	for (unsigned i = 0; i < DISKS; i++)
		bytes[i] = (struct told_bytes){ (which >> i & 1) != 0 ? disks[i] : NULL, SIZE };
	used = told_open(&lvm2_layer, bytes, DISKS, members, &told);
}

static void
assert_extent(unsigned volume, unsigned extent, uint8_t byte)
{
	static uint8_t buf[EXTENT], wanted[EXTENT];
	struct triage_error err;
	assert_non_null(told.readers[volume]);
	memset(wanted, byte, EXTENT);
	assert_int_equal(reader_read_all(told.readers[volume], (uint64_t)extent * EXTENT, buf, EXTENT, &err), TRIAGE_OK);
	assert_memory_equal(buf, wanted, EXTENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
