/* LVM2: labels, rings of metadata with damage and wrap, segments, missing disks, and what is named without being read. */
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

static const char plain[] =
	LV("root", SEEN, SEGMENT(1, 0, 2, ON("pv0", 3)) SEGMENT(2, 2, 1, ON("pv1", 0)))
	LV("fast", SEEN, SEGMENT(1, 0, 4, "type = \"striped\"\nstripe_count = 2\nstripe_size = 8\nstripes = [\"pv0\", 10, \"pv2\", 20]\n"));

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

static void
assert_plain(void)
{
	assert_told(&told, "volume lvm town/root examined uuid=abcdef-abcd-abcd-abcd-abcd-abcd-abcdef length=12288 member=0 note=");
	assert_told(&told, "volume lvm town/fast examined uuid=abcdef-abcd-abcd-abcd-abcd-abcd-abcdef length=16384 member=0 note=");
	assert_extent(0, 0, extent_byte(0, 3));
	assert_extent(0, 2, extent_byte(1, 0));
	assert_extent(1, 0, extent_byte(0, 10));
	assert_extent(1, 1, extent_byte(2, 20));
	assert_extent(1, 2, extent_byte(0, 11));
	assert_extent(1, 3, extent_byte(2, 21));
}

static void
volumes_are_named_and_read_across_disks(void **state)
{
	(void)state;
	struct reader *below;
	uint64_t run;
	put_all(5, plain);
	open_disks(7);
	assert_plain();
	assert_number_equal(told.problems, 0);
	/* the handle first, then the array, then the disk */
	struct reader *r = told.readers[0];
	assert_number_equal(r->ops->place(r, 2 * EXTENT + 7, &below, &run), 2 * EXTENT + 7);
	assert_number_equal(below->ops->place(below, 2 * EXTENT + 7, &below, &run), FIRST + 7);
	assert_ptr_equal(below, members[1].reader);
	assert_number_equal(run, EXTENT - 7);
}

static void
a_text_that_wraps_round_the_ring_is_read(void **state)
{
	(void)state;
	const char *text = group_text(5, plain);
	for (unsigned d = 0; d < DISKS; d++)
		put_text(d, AREA - 512, text);
	open_disks(7);
	assert_plain();
	assert_number_equal(told.problems, 0);
}

static void
the_newest_good_text_wins_over_all_disks(void **state)
{
	(void)state;
	put_all(5, LV("stale", SEEN, SEGMENT(1, 0, 1, ON("pv0", 0))));
	put_text(1, 8192, group_text(6, plain));
	put_text(2, 8192, group_text(7, LV("newest", SEEN, SEGMENT(1, 0, 1, ON("pv0", 0)))));
	disks[2][AREA_AT + 8192 + 100] ^= 1;
	open_disks(7);
	assert_plain();
	assert_told(&told, "problem 2 medium lvm-metadata-damaged");
	assert_number_equal(told.volumes, 2);
}

static void
an_older_text_of_the_ring_is_followed_when_none_is_good_and_it_is_said(void **state)
{
	(void)state;
	put_all(3, LV("oldest", SEEN, SEGMENT(1, 0, 1, ON("pv0", 0))));
	for (unsigned d = 0; d < DISKS; d++) {
		put_text(d, 4096, group_text(4, plain));
		put_text(d, 8192, group_text(5, LV("newest", SEEN, SEGMENT(1, 0, 1, ON("pv0", 0)))));
		memset(disks[d] + AREA_AT + 8192, '{', 512);
	}
	open_disks(7);
	assert_plain();
	assert_told(&told, "lvm-metadata-old");
	assert_told(&told, "the older one with number 4 is followed");
	for (unsigned d = 0; d < DISKS; d++)
		memset(disks[d] + AREA_AT, 0, 512);	/* the header itself */
	open_disks(7);
	assert_plain();
	for (unsigned d = 0; d < DISKS; d++)
		memset(disks[d] + AREA_AT, 0, AREA);
	open_disks(7);
	assert_number_equal(told.volumes, 0);
	assert_number_equal(told.problems, 3);
	assert_told(&told, "problem 0 high lvm-metadata-damaged");
}

static void
a_missing_disk_is_named_and_what_lay_on_it_reads_as_zeros_and_bad(void **state)
{
	(void)state;
	put_all(5, plain);
	open_disks(5);
	assert_told(&told, "problem 0 high lvm-pv-missing at=-1 bytes=0: volume group town: the physical volume BBBBBB-BBBB-BBBB-BBBB-BBBB-BBBB-BBBBBB (was /dev/sd\"b)");
	assert_told(&told, "lvm-volume-incomplete");
	assert_extent(0, 1, extent_byte(0, 4));
	assert_number_equal(told.readers[0]->bad_bytes, 0);
	assert_extent(0, 2, 0);
	assert_number_equal(told.readers[0]->bad_bytes, EXTENT);
	assert_extent(1, 1, extent_byte(2, 20));
	open_disks(2);
	assert_told(&told, "volume lvm town/fast damaged");
	assert_extent(0, 2, extent_byte(1, 0));
}

#define IMAGE(n, disk, extent) LV("r_rimage_" n, HIDDEN, SEGMENT(1, 0, 2, ON(disk, extent))) LV("r_rmeta_" n, HIDDEN, SEGMENT(1, 0, 1, ON(disk, 30)))
#define RAIDS "\"r_rmeta_0\", \"r_rimage_0\", \"r_rmeta_1\", \"r_rimage_1\""

static void
mirrors_are_read_from_a_leg_that_is_there_and_did_not_fail(void **state)
{
	(void)state;
	put_all(5, LV("r", SEEN, SEGMENT(1, 0, 2, "type = \"raid1\"\ndevice_count = 2\nraids = [" RAIDS "]\n")) IMAGE("0", "pv0", 4) IMAGE("1", "pv1", 8));
	open_disks(7);
	assert_number_equal(told.volumes, 1);
	assert_extent(0, 1, extent_byte(0, 5));
	open_disks(6);
	assert_told(&told, "volume lvm town/r examined");
	assert_extent(0, 1, extent_byte(1, 9));
	assert_number_equal(told.readers[0]->bad_bytes, 0);
	uint8_t *meta = disks[1] + FIRST + 30 * EXTENT;
	memset(meta, 0, 512);
	memcpy(meta, "DmRd", 4);
	store(meta + 16, 9, 8);
	store(meta + 24, 1, 8);		/* the first leg failed */
	store(meta + 32, UINT64_MAX, 8);
	open_disks(7);
	assert_extent(0, 1, extent_byte(1, 9));
}

static void
parity_and_stripes_of_hidden_volumes_are_put_together(void **state)
{
	(void)state;
	put_all(5, LV("five", SEEN, SEGMENT(1, 0, 4, "type = \"raid5_n\"\nstripe_size = 8\nraids = [" RAIDS ", \"r_rmeta_2\", \"r_rimage_2\"]\n"))
		LV("zero", SEEN, SEGMENT(1, 0, 4, "type = \"raid0\"\nstripe_size = 8\nraid0_lvs = [\"r_rimage_0\", \"r_rimage_1\"]\n"))
		IMAGE("0", "pv0", 4) IMAGE("1", "pv1", 8) IMAGE("2", "pv2", 12));
	open_disks(7);
	for (unsigned v = 0; v < 2; v++) {
		assert_extent(v, 0, extent_byte(0, 4));
		assert_extent(v, 1, extent_byte(1, 8));
		assert_extent(v, 2, extent_byte(0, 5));
		assert_extent(v, 3, extent_byte(1, 9));
	}
	open_disks(6);
	assert_extent(0, 0, extent_byte(1, 8) ^ extent_byte(2, 12));
}

static void
what_is_not_read_is_named(void **state)
{
	(void)state;
	put_all(5, LV("org", SEEN, SEGMENT(1, 0, 2, ON("pv0", 3))) LV("before", HIDDEN, SEGMENT(1, 0, 1, ON("pv0", 6)))
		LV("snapshot0", SEEN, SEGMENT(1, 0, 2, "type = \"snapshot\"\nchunk_size = 8\norigin = \"org\"\ncow_store = \"before\"\n"))
		LV("pool", HIDDEN, SEGMENT(1, 0, 1, "type = \"thin-pool\"\nmetadata = \"m\"\npool = \"d\"\n"))
		LV("thin", SEEN, SEGMENT(1, 0, 9, "type = \"thin\"\nthin_pool = \"pool\"\ndevice_id = 4\n"))
		LV("odd", SEEN, SEGMENT(1, 0, 1, "type = \"vdo\"\n"))
		LV("cached", SEEN, SEGMENT(1, 0, 2, "type = \"cache\"\ncache_pool = \"cp\"\norigin = \"slow\"\n"))
		LV("slow", HIDDEN, SEGMENT(1, 0, 2, ON("pv1", 3)))
		LV("cp", HIDDEN, SEGMENT(1, 0, 1, "type = \"cache-pool\"\ncache_mode = \"writeback\"\n")));
	open_disks(7);
	assert_told(&told, "volume lvm town/org examined");
	assert_told(&told, "volume lvm town/before unsupported uuid=abcdef-abcd-abcd-abcd-abcd-abcd-abcdef length=8192 member=0 note=it is a snapshot of town/org; its store is of a kind");
	assert_told(&told, "volume lvm town/thin damaged");
	assert_told(&told, "the map or the blocks of its thin pool are missing");
	assert_told(&told, "volume lvm town/odd unsupported");
	assert_told(&told, "volumes of type vdo are not read");
	assert_told(&told, "volume lvm town/cached examined");
	assert_told(&told, "problem 1 medium lvm-volume-unsure");
	assert_number_equal(told.volumes, 5);
	assert_extent(4, 0, extent_byte(1, 3));
}

static void
a_snapshot_is_its_origin_with_what_its_store_kept_laid_over_it(void **state)
{
	(void)state;
	put_all(5, LV("org", SEEN, SEGMENT(1, 0, 3, ON("pv0", 3))) LV("before", HIDDEN, SEGMENT(1, 0, 4, ON("pv1", 6)))
		LV("snapshot0", SEEN, SEGMENT(1, 0, 3, "type = \"snapshot\"\nchunk_size = 8\norigin = \"org\"\ncow_store = \"before\"\n")));
	uint8_t *store_at = disks[1] + FIRST + 6 * EXTENT;
	memset(store_at, 0, 2 * EXTENT);
	store(store_at, 0x70416e53, 4);
	store(store_at + 4, 1, 4);
	store(store_at + 8, 1, 4);
	store(store_at + 12, 8, 4);
	store(store_at + EXTENT, 1, 8);
	store(store_at + EXTENT + 8, 2, 8);	/* the second chunk of the origin was kept in the third of the store */
	open_disks(7);
	assert_told(&told, "volume lvm town/before examined uuid=abcdef-abcd-abcd-abcd-abcd-abcd-abcdef length=12288 member=1 note=it is a snapshot of town/org\n");
	assert_number_equal(told.problems, 0);
	assert_extent(0, 1, extent_byte(0, 4));
	assert_extent(1, 0, extent_byte(0, 3));
	assert_extent(1, 1, extent_byte(1, 8));
	assert_extent(1, 2, extent_byte(0, 5));
	store(store_at + 4, 0, 4);
	open_disks(7);
	assert_told(&told, "volume lvm town/before damaged");
	assert_told(&told, "given up when its store was full");
	store(store_at + 4, 1, 4);
	store(store_at + EXTENT + 8, 99, 8);
	open_disks(7);
	assert_told(&told, "its table of changes is damaged");
}

static void
put_node(uint8_t *block, uint64_t number, unsigned flags, const uint64_t (*entries)[2], uint32_t count)
{
	memset(block, 0, EXTENT);
	store(block + 4, flags, 4);
	store(block + 8, number, 8);
	store(block + 16, count, 4);
	store(block + 20, 252, 4);
	store(block + 24, 8, 4);
	for (uint32_t i = 0; i < count; i++) {
		store(block + 32 + i * 8, entries[i][0], 8);
		store(block + 32 + (252 + i) * 8, entries[i][1], 8);
	}
}

/* Device 4 has blocks 0 and 1 at 3 and 4 of the pool's data, and block 3 at 0; the tree has two levels. */
static uint8_t *
put_thin(void)
{
	static const uint64_t devices[][2] = { { 1, 7 }, { 4, 2 } }, inner[][2] = { { 0, 3 }, { 3, 4 } };
	static const uint64_t first[][2] = { { 0, UINT64_C(3) << 24 | 5 }, { 1, UINT64_C(4) << 24 } }, second[][2] = { { 3, 0 } };
	put_all(5, LV("pool", HIDDEN, SEGMENT(1, 0, 8, "type = \"thin-pool\"\nmetadata = \"map\"\npool = \"blocks\"\n"))
		LV("thin", SEEN, SEGMENT(1, 0, 5, "type = \"thin\"\nthin_pool = \"pool\"\ndevice_id = 4\n"))
		LV("other", SEEN, SEGMENT(1, 0, 5, "type = \"thin\"\nthin_pool = \"pool\"\ndevice_id = 3\n"))
		LV("map", HIDDEN, SEGMENT(1, 0, 6, ON("pv1", 2))) LV("blocks", HIDDEN, SEGMENT(1, 0, 8, ON("pv2", 10))));
	uint8_t *map = disks[1] + FIRST + 2 * EXTENT;
	memset(map, 0, EXTENT);
	store(map + 32, 27022010, 8);
	store(map + 320, 1, 8);
	store(map + 336, 8, 4);
	put_node(map + EXTENT, 1, 2, devices, 2);
	put_node(map + 2 * EXTENT, 2, 1, inner, 2);
	put_node(map + 3 * EXTENT, 3, 2, first, 2);
	put_node(map + 4 * EXTENT, 4, 2, second, 1);
	return map;
}

static void
thin_volumes_are_read_through_the_map_of_their_pool(void **state)
{
	(void)state;
	uint8_t *map = put_thin();
	open_disks(7);
	assert_told(&told, "volume lvm town/thin examined");
	assert_extent(0, 0, extent_byte(2, 13));
	assert_extent(0, 1, extent_byte(2, 14));
	assert_extent(0, 2, 0);
	assert_extent(0, 3, extent_byte(2, 10));
	assert_extent(0, 4, 0);
	assert_number_equal(told.readers[0]->bad_bytes, 0);
	assert_told(&told, "volume lvm town/other damaged");
	store(map + 2 * EXTENT + 32 + 253 * 8, 2, 8);	/* the second branch leads to the node itself */
	open_disks(7);
	assert_told(&told, "part of the map of its thin pool is damaged");
	assert_extent(0, 1, extent_byte(2, 14));
	uint32_t random = 17;
	for (unsigned round = 0; round < 1000; round++) {
		map = put_thin();
		for (unsigned change = 0; change < 1 + round % 4; change++) {
			random = random * 1103515245 + 12345;
			size_t at = (random >> 8) % 48;
			random = random * 1103515245 + 12345;
			map[(1 + (random >> 28) % 4) * EXTENT + (round % 2 == 0 ? at : 32 + 252 * 8 + at)] = (uint8_t)(random >> 16);
		}
		open_disks(7);
		told_read_all(&told);
	}
	open_disks(3);
	assert_told(&told, "volume lvm town/thin damaged");
}

static void
metadata_that_lies_is_damaged_not_followed(void **state)
{
	(void)state;
	put_all(5, LV("loop", SEEN, SEGMENT(1, 0, 1, ON("pool", 0))) LV("pool", SEEN, SEGMENT(1, 0, 1, ON("loop", 0)))
		LV("far", SEEN, SEGMENT(1, 0, 1, ON("pv0", 9223372036854775807)))
		LV("none", SEEN, "") LV("huge", SEEN, SEGMENT(1, 0, 9223372036854775807, ON("pv0", 0)))
		LV("apart", SEEN, SEGMENT(1, 5, 1, ON("pv0", 0)))
		LV("half", SEEN, SEGMENT(1, 0, 1, "type = \"striped\"\nstripes = [\"pv0\"]\n"))
		LV("beyond", SEEN, SEGMENT(1, 0, 2, ON("pv0", 111))));
	open_disks(7);
	static const char *const names[] = { "loop", "pool", "far", "none", "huge", "apart", "half" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char line[64];
		snprintf(line, sizeof(line), "volume lvm town/%s damaged", names[i]);
		assert_told(&told, line);
	}
	assert_told(&told, "volume lvm town/beyond examined");
	assert_extent(7, 1, 0);
	assert_number_equal(told.readers[7]->bad_bytes, EXTENT);
}

static void
a_disk_that_no_group_names_is_told(void **state)
{
	(void)state;
	put_all(5, plain);
	memset(disks[2] + 512 + 32, 'Z', 32);
	store(disks[2] + 512 + 16, sum(disks[2] + 512 + 20, 492), 4);
	memset(disks[2] + 512 + 104, 0, 16);
	store(disks[2] + 512 + 16, sum(disks[2] + 512 + 20, 492), 4);
	open_disks(4);
	assert_told(&told, "problem 0 low lvm-pv-alone");
	disks[0][512 + 70] ^= 1;	/* the label's checksum */
	open_disks(3);
	assert_told(&told, "its label is damaged; it is followed all the same");
	assert_told(&told, "volume lvm town/root examined");
}

static void
texts_that_are_no_metadata_are_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"}", "a {", "a = ", "a = [1, 2", "a = \"b", "a = \"b\\", "= 3", "a b", "a = 99999999999999999999", "a {a {a {a {a {a {a {a {a {a {a {a {a {a {a {a {a {a {",
		"a = [[[[[[[[[[[[[[[[[[[[[[[[", "a = -",
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct triage_error err;
		struct lvm_text text;
		assert_int_equal(lvm_text_parse(strdup(wrong[i]), strlen(wrong[i]), &text, &err), TRIAGE_E_FORMAT);
	}
}

static void
damage_neither_crashes_nor_hangs(void **state)
{
	(void)state;
	static uint8_t whole[DISKS][SIZE];
	uint32_t random = 11;
	put_all(5, plain);
	memcpy(whole, disks, sizeof(whole));
	for (unsigned round = 0; round < 1500; round++) {
		char *text = strdup(group_text(5, plain));
		assert_non_null(text);
		size_t size = strlen(text);
		for (unsigned change = 0; change < 1 + round % 3; change++) {
			random = random * 1103515245 + 12345;
			static const char bytes[] = "{}[]\"=,#09 \n\\";
			text[(random >> 8) % size] = bytes[(random >> 4) % (sizeof(bytes) - 1)];
		}
		text[round % 5 == 0 ? random % size : size] = '\0';
		put_text(0, 512, text);
		free(text);
		open_disks(1);
		told_read_all(&told);
	}
	for (unsigned round = 0; round < 500; round++) {
		memcpy(disks[0], whole[0], SIZE);
		random = random * 1103515245 + 12345;
		size_t at = round % 2 == 0 ? 512 + (random >> 8) % 128 : AREA_AT + (random >> 8) % 64;
		disks[0][at] = (uint8_t)random;
		store(disks[0] + AREA_AT, sum(disks[0] + AREA_AT + 4, 508), 4);
		open_disks(1);
		told_read_all(&told);
	}
	for (size_t size = 0; size < FIRST; size += 1499) {
		struct told_bytes bytes[1] = { { whole[0], size } };
		told_close(members, used, &told);
		used = told_open(&lvm2_layer, bytes, 1, members, &told);
		told_read_all(&told);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(volumes_are_named_and_read_across_disks),
		TEST(a_text_that_wraps_round_the_ring_is_read),
		TEST(the_newest_good_text_wins_over_all_disks),
		TEST(an_older_text_of_the_ring_is_followed_when_none_is_good_and_it_is_said),
		TEST(a_missing_disk_is_named_and_what_lay_on_it_reads_as_zeros_and_bad),
		TEST(mirrors_are_read_from_a_leg_that_is_there_and_did_not_fail),
		TEST(parity_and_stripes_of_hidden_volumes_are_put_together),
		TEST(what_is_not_read_is_named),
		TEST(a_snapshot_is_its_origin_with_what_its_store_kept_laid_over_it),
		TEST(thin_volumes_are_read_through_the_map_of_their_pool),
		TEST(metadata_that_lies_is_damaged_not_followed),
		TEST(a_disk_that_no_group_names_is_told),
		TEST(texts_that_are_no_metadata_are_refused),
		TEST(damage_neither_crashes_nor_hangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
