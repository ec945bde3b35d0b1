/* LVM2: volumes that are put together through a table on the disk: snapshots and thin volumes. */
#include "tests/lvm_disks.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_snapshot_is_its_origin_with_what_its_store_kept_laid_over_it),
		TEST(thin_volumes_are_read_through_the_map_of_their_pool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
