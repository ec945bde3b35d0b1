/* test_vss_damage.c - volume shadow copies whose structures are damaged, cut or hostile. */
#include "tests/vss_make.h"

#include "triage/evidence/vss.h"

static uint8_t seen_bytes[VOLUME];

static void
descriptors_that_point_outside_are_bad_bytes_and_said(void **state)
{
	(void)state;
	keep(NEW, 3, BLOCKS + 5);
	put_descriptor(NEW, 4, UINT64_MAX - BLOCK, UINT64_MAX - 511, 1, 0);
	put_descriptor(NEW, SIZE_MAX / BLOCK, 0, BLOCK, 0, 0);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 3, 0);
	assert_number_equal(seen.copies[1].reader->bad_bytes, 2);
	assert_block(1, 4, 4);
	assert_string_equal(seen.problems, "vss-list-nonsense\n");
	close_volume(r);
}

static void
chains_that_lead_in_circles_end_and_are_said(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	store_le(volume + (NEW + LIST) * BLOCK + 40, (NEW + LIST) * BLOCK, 8);
	store_le(volume + CATALOGUE * BLOCK + 40, CATALOGUE * BLOCK, 8);
	store_le(volume + (NEW + BITMAP) * BLOCK + 40, (NEW + BITMAP) * BLOCK, 8);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.problems, "vss-catalogue-damaged\nvss-list-damaged\n");
	assert_non_null(strstr(seen.copies[0].note, "a newer copy is damaged"));
	assert_block(1, 3, NEW + KEPT);
	close_volume(r);
}

static void
a_copy_whose_list_is_lost_is_damaged_and_the_others_are_read(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	volume[(OLD + LIST) * BLOCK] = 0;
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_int_equal(seen.copies[0].state, TRIAGE_VOLUME_DAMAGED);
	assert_non_null(strstr(seen.copies[0].note, "its block list is lost"));
	assert_block(1, 3, NEW + KEPT);
	close_volume(r);
}

/* All that damage is asked: no crash, no endless loop, all bytes given or refused. */
static void
read_everything(size_t size)
{
	struct reader *r = open_volume(size);
	for (size_t i = 0; i < seen.count; i++) {
		struct reader *copy = seen.copies[i].reader, *below;
		uint64_t run;
		if (copy == NULL)
			continue;
		assert_true(copy->size <= size);
		assert_int_equal(reader_read_all(copy, 0, seen_bytes, copy->size, NULL), TRIAGE_OK);
		(void)vss_same_as_live(copy, 0, copy->size);
		for (uint64_t at = 0; at < copy->size; at += run) {
			(void)copy->ops->place(copy, at, &below, &run);
			assert_true(run > 0);
		}
	}
	close_volume(r);
}

static void
fill_all(void)
{
	setup(NULL);
	put_head(NEW + PREVIOUS, 6, PREVIOUS, 0);
	put_entry(0, NEW, true);
	for (size_t i = 1; i < 8; i++) {
		keep(OLD, i, OLD + KEPT + i);
		keep(NEW, i + 4, NEW + KEPT + i);
		forward(OLD, 20 + i, 30 + i);
		forward(NEW, 30 + i, 40 + i);
		put_descriptor(NEW, i, KEPT * BLOCK, (NEW + KEPT) * BLOCK, 2, 0x0f0f0f0f);
		put_bit(NEW + BITMAP, 50 + i);
		put_bit(NEW + PREVIOUS, 50 + i);
	}
}

static void
cut_volumes_are_survived(void **state)
{
	(void)state;
	fill_all();
	for (size_t size = 0; size < VOLUME; size += 7 * 512 + 100)
		read_everything(size);
	put_volume_header(0);
	for (size_t size = 0; size < VOLUME; size += 4 * 7 * 512 + 100)
		read_everything(size);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
random_changes_are_survived(void **state)
{
	(void)state;
	static const size_t structures[] = { CATALOGUE, OLD, OLD + LIST, OLD + BITMAP, OLD + RANGES, NEW, NEW + LIST, NEW + BITMAP, NEW + PREVIOUS };
	static const uint8_t bytes[] = { 0, 1, 2, 3, 4, 5, 6, 0x40, 0x7f, 0x80, 0xff };
	uint32_t seed = 1;
	for (unsigned round = 0; round < 1500; round++) {
		fill_all();
		if (round % 3 == 0)
			put_volume_header(0);
		if (round % 6 == 0)
			memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
		for (unsigned i = 0; i < 1 + round % 5; i++) {
			size_t which = structures[next_random(&seed) % (sizeof(structures) / sizeof(structures[0]))];
			volume[which * BLOCK + next_random(&seed) % 700] = bytes[next_random(&seed) % sizeof(bytes)];
		}
		if (round % 7 == 0)
			volume[0x1e00 + 16 + next_random(&seed) % 80] = (uint8_t)next_random(&seed);
		read_everything(VOLUME);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(descriptors_that_point_outside_are_bad_bytes_and_said, setup),
		cmocka_unit_test_setup(chains_that_lead_in_circles_end_and_are_said, setup),
		cmocka_unit_test_setup(a_copy_whose_list_is_lost_is_damaged_and_the_others_are_read, setup),
		cmocka_unit_test(cut_volumes_are_survived),
		cmocka_unit_test(random_changes_are_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
