/* test_vss.c - volume shadow copies: which there are, and where each block of a copy comes from. */
#include "tests/vss_make.h"

#include "triage/evidence/vss.h"

static uint8_t seen_bytes[VOLUME];

static void
copies_are_told_oldest_first_with_names_and_times(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.problems, "");
	assert_string_equal(seen.copies[0].kind, "vss");
	assert_string_equal(seen.copies[0].label, "shadow copy of 2022-06-18T04:27:50Z");
	assert_string_equal(seen.copies[0].uuid, "46464646-4646-4646-4646-464646464646");
	assert_string_equal(seen.copies[1].uuid, "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
	assert_number_equal(seen.copies[1].created - seen.copies[0].created, 20000000000);
	assert_number_equal(seen.copies[0].length, VOLUME);
	assert_non_null(strstr(seen.copies[1].note, "store 5b5b5b5b-5b5b-5b5b-5b5b-5b5b5b5b5b5b, set eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee, "
	    "made on TOWN by TOWN, attributes 0x00420009, 1 blocks of 16 KiB kept"));
	close_volume(r);
}

static void
a_block_comes_from_its_own_store_then_newer_ones_then_the_volume(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	keep(OLD, 4, OLD + KEPT + 1);
	keep(NEW, 4, NEW + KEPT);
	keep(NEW, 5, NEW + KEPT + 1);
	struct reader *r = open_volume(VOLUME);
	assert_block(0, 3, OLD + KEPT);
	assert_block(0, 4, OLD + KEPT + 1);
	assert_block(0, 5, NEW + KEPT + 1);
	assert_block(0, 6, 6);
	assert_block(1, 3, 3);
	assert_block(1, 4, NEW + KEPT);
	assert_block(1, 5, NEW + KEPT + 1);
	/* across all of them in one read */
	assert_int_equal(reader_read_all(seen.copies[0].reader, 2 * BLOCK + 100, seen_bytes, 5 * BLOCK, NULL), TRIAGE_OK);
	static const uint8_t want[] = { 2, OLD + KEPT, OLD + KEPT + 1, NEW + KEPT + 1, 6, 7 };
	for (size_t i = 0; i < 5 * BLOCK; i++)
		assert_number_equal(seen_bytes[i], want[(i + 100) / BLOCK]);
	close_volume(r);
}

static void
the_last_of_several_descriptors_of_a_block_holds_and_unused_ones_are_passed_over(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	keep(NEW, 3, NEW + KEPT + 1);
	put_descriptor(NEW, 3, 0, (NEW + KEPT + 2) * BLOCK, 4, 0);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 3, NEW + KEPT + 1);
	close_volume(r);
}

static void
an_overlay_is_seen_by_its_own_copy_alone_and_by_sectors(void **state)
{
	(void)state;
	keep(OLD, 7, OLD + KEPT);
	put_descriptor(OLD, 7, KEPT * BLOCK, (OLD + KEPT + 1) * BLOCK, 2, 0x80000002);
	put_descriptor(OLD, 7, 1, (OLD + KEPT + 1) * BLOCK, 2, 0x4);
	put_descriptor(NEW, 7, KEPT * BLOCK, (NEW + KEPT) * BLOCK, 2, 0xffffffff);
	put_descriptor(NEW, 8, KEPT * BLOCK, (NEW + KEPT) * BLOCK, 2, 0x1);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(byte_at(0, 7 * BLOCK + 511), OLD + KEPT);
	assert_number_equal(byte_at(0, 7 * BLOCK + 512), OLD + KEPT + 1);
	assert_number_equal(byte_at(0, 7 * BLOCK + 3 * 512 - 1), OLD + KEPT + 1);
	assert_number_equal(byte_at(0, 7 * BLOCK + 3 * 512), OLD + KEPT);
	assert_number_equal(byte_at(0, 8 * BLOCK - 1), OLD + KEPT + 1);
	assert_number_equal(byte_at(0, 8 * BLOCK), 8);
	assert_block(1, 7, NEW + KEPT);
	assert_number_equal(byte_at(1, 8 * BLOCK), NEW + KEPT);
	assert_number_equal(byte_at(1, 8 * BLOCK + 512), 8);
	close_volume(r);
}

static void
a_forwarded_block_is_looked_for_in_the_next_newer_state(void **state)
{
	(void)state;
	forward(OLD, 10, 20);
	forward(OLD, 11, 21);
	keep(NEW, 20, NEW + KEPT);
	forward(NEW, 21, 22);
	struct reader *r = open_volume(VOLUME);
	assert_block(0, 10, NEW + KEPT);
	assert_block(0, 11, 22);
	assert_block(0, 20, NEW + KEPT);
	assert_block(1, 10, 10);
	assert_block(1, 21, 22);
	close_volume(r);
}

static void
what_becomes_of_where_a_forwarder_points_is_told_of_its_block(void **state)
{
	(void)state;
	forward(NEW, 10, 20);
	keep(NEW, 20, NEW + KEPT);	/* overwritten: kept for 10 */
	forward(NEW, 11, 21);
	forward(NEW, 21, 22);		/* moved on */
	forward(NEW, 12, 23);
	forward(NEW, 23, 12);		/* came home */
	forward(NEW, 13, 13);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 10, NEW + KEPT);
	assert_block(1, 20, 20);
	assert_block(1, 11, 22);
	assert_block(1, 12, 12);
	assert_block(1, 13, 13);
	assert_block(1, 23, 23);
	assert_true(vss_same_as_live(seen.copies[1].reader, 12 * BLOCK, 2 * BLOCK));
	close_volume(r);
}

static void
what_was_not_in_use_is_zeros_in_the_newest_copy(void **state)
{
	(void)state;
	put_head(NEW + PREVIOUS, 6, PREVIOUS, 0);
	put_entry(0, NEW, true);
	for (size_t i = 30; i < 34; i++)
		put_bit(NEW + BITMAP, i);
	put_bit(NEW + PREVIOUS, 30);
	put_bit(NEW + PREVIOUS, 31);
	put_bit(NEW + PREVIOUS, 32);
	put_bit(OLD + BITMAP, 35);
	forward(NEW, 10, 31);		/* this one holds what block 10 was */
	keep(NEW, 32, NEW + KEPT);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 29, 29);
	assert_block(1, 30, 0);
	assert_block(1, 31, 31);
	assert_block(1, 32, NEW + KEPT);
	assert_block(1, 33, 33);	/* in use in the copy before */
	assert_block(0, 30, 30);	/* not the newest: what lies there now */
	assert_block(0, 35, 35);
	assert_number_equal(seen.copies[1].reader->bad_bytes, 0);
	close_volume(r);
}

/* A stream of two runs in r: a block at `block` and a piece of block 20; its digest, or false. */
static bool
places_of(struct reader *r, size_t block, uint64_t size, uint8_t out[32])
{
	struct triage_error e;
	struct evidence_fs fs = { .reader = r };
	struct evidence_content c = { .fs = &fs, .size = size, .initialised = size, .resident_place = RUN_FILLER };
	assert_int_equal(run_list_add(&c.map, block * BLOCK, BLOCK, &e), TRIAGE_OK);
	assert_int_equal(run_list_add(&c.map, 20 * BLOCK + 4096, 8192, &e), TRIAGE_OK);
	bool told = vss_stream_places(&c, out);
	run_list_release(&c.map);
	return told;
}

static void
a_stream_is_known_by_where_its_bytes_come_from(void **state)
{
	(void)state;
	const uint64_t size = BLOCK + 8192;
	uint8_t live[32], copy[32], other[32];
	keep(OLD, 3, OLD + KEPT);
	keep(OLD, 4, OLD + KEPT + 1);
	keep(NEW, 3, NEW + KEPT);
	memset(volume + (OLD + KEPT + 1) * BLOCK, 4, BLOCK);	/* kept, but as it is now */
	put_descriptor(OLD, 12, KEPT * BLOCK, (OLD + KEPT) * BLOCK, 2, 0x2);
	struct reader *r = open_volume(VOLUME), *old = seen.copies[0].reader, *new = seen.copies[1].reader;
	/* served from the volume, wholly or because what was kept is the same */
	for (size_t block = 4; block < 7; block++) {
		assert_true(places_of(r, block, size, live));
		assert_true(places_of(old, block, size, copy));
		assert_memory_equal(copy, live, 32);
		assert_true(places_of(new, block, size, copy));
		assert_memory_equal(copy, live, 32);
	}
	/* another place, another size, other bytes */
	assert_true(places_of(r, 7, size, other));
	assert_memory_not_equal(other, live, 32);
	assert_true(places_of(r, 6, size - 1, other));
	assert_memory_not_equal(other, live, 32);
	assert_true(places_of(r, 3, size, live));
	assert_true(places_of(old, 3, size, copy));
	assert_true(places_of(new, 3, size, other));
	assert_memory_not_equal(copy, live, 32);
	assert_memory_not_equal(copy, other, 32);
	/* one sector differs */
	assert_true(places_of(r, 12, size, live));
	assert_true(places_of(old, 12, size, copy));
	assert_memory_not_equal(copy, live, 32);
	/* not all of it is mapped */
	assert_false(places_of(r, 6, size + 1, other));
	close_volume(r);
}

static void
what_equals_the_live_volume_is_known_without_reading(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	keep(NEW, 5, NEW + KEPT);
	forward(NEW, 8, 9);
	put_descriptor(OLD, 12, KEPT * BLOCK, (OLD + KEPT) * BLOCK, 2, 0x2);
	put_bit(NEW + BITMAP, 14);
	struct reader *r = open_volume(VOLUME), *old = seen.copies[0].reader, *new = seen.copies[1].reader;
	assert_true(vss_same_as_live(old, 4 * BLOCK, BLOCK));
	assert_false(vss_same_as_live(old, 3 * BLOCK, 2 * BLOCK));
	assert_false(vss_same_as_live(old, 4 * BLOCK, BLOCK + 1));
	assert_true(vss_same_as_live(new, 0, 5 * BLOCK));
	assert_false(vss_same_as_live(new, 8 * BLOCK + 100, 1));
	assert_true(vss_same_as_live(old, 12 * BLOCK, 512));
	assert_false(vss_same_as_live(old, 12 * BLOCK, 513));
	assert_true(vss_same_as_live(new, 12 * BLOCK, BLOCK));
	assert_false(vss_same_as_live(new, 14 * BLOCK, 1));
	assert_true(vss_same_as_live(old, 14 * BLOCK, 1));
	assert_true(vss_same_as_live(old, VOLUME, 0));
	assert_false(vss_same_as_live(old, VOLUME, 1));
	assert_false(vss_same_as_live(r, 0, 1));
	close_volume(r);
}

static void
a_copy_says_where_its_bytes_lie(void **state)
{
	(void)state;
	keep(NEW, 5, NEW + KEPT);
	put_bit(NEW + BITMAP, 7);
	struct reader *r = open_volume(VOLUME), *new = seen.copies[1].reader, *below = NULL;
	uint64_t run = 0;
	assert_number_equal(new->ops->place(new, 100, &below, &run), 100);
	assert_number_equal(run, 5 * BLOCK - 100);
	assert_ptr_equal(below, r);
	assert_number_equal(new->ops->place(new, 5 * BLOCK + 10, &below, &run), (NEW + KEPT) * BLOCK + 10);
	assert_number_equal(run, BLOCK - 10);
	assert_true(new->ops->place(new, 7 * BLOCK, &below, &run) == TRIAGE_NO_OFFSET);
	assert_number_equal(run, BLOCK);
	close_volume(r);
}

static void
a_copy_on_another_volume_is_named(void **state)
{
	(void)state;
	memset(volume + 0x1e00 + 80, 0x77, 16);
	memset(volume + CATALOGUE * BLOCK + 128 + 128, 0, 128);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_int_equal(seen.copies[1].state, TRIAGE_VOLUME_UNSUPPORTED);
	assert_non_null(strstr(seen.copies[1].note, "another volume"));
	close_volume(r);
}

static void
a_volume_without_shadow_copies_has_none(void **state)
{
	(void)state;
	memset(volume + 0x1e00, 0, 512);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 0);
	assert_string_equal(seen.problems, "");
	close_volume(r);
}

static void
a_shadow_copy_has_no_shadow_copies(void **state)
{
	(void)state;
	struct triage_error err = { .text = "" };
	struct seen inner = { .count = 0 };
	struct layer_sink sink = { .ctx = &inner, .volume = take_copy, .problem = take_problem };
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_true(vss_is_snapshot(seen.copies[0].reader));
	assert_false(vss_is_snapshot(r));
	struct layer_member member = { .reader = seen.copies[0].reader, .signature = "ntfs" };
	assert_int_equal(vss_layer.open(&member, 1, NULL, &sink, &err), TRIAGE_OK);
	assert_number_equal(inner.count, 0);
	close_volume(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(copies_are_told_oldest_first_with_names_and_times, setup),
		cmocka_unit_test_setup(a_block_comes_from_its_own_store_then_newer_ones_then_the_volume, setup),
		cmocka_unit_test_setup(the_last_of_several_descriptors_of_a_block_holds_and_unused_ones_are_passed_over, setup),
		cmocka_unit_test_setup(an_overlay_is_seen_by_its_own_copy_alone_and_by_sectors, setup),
		cmocka_unit_test_setup(a_forwarded_block_is_looked_for_in_the_next_newer_state, setup),
		cmocka_unit_test_setup(what_becomes_of_where_a_forwarder_points_is_told_of_its_block, setup),
		cmocka_unit_test_setup(what_was_not_in_use_is_zeros_in_the_newest_copy, setup),
		cmocka_unit_test_setup(what_equals_the_live_volume_is_known_without_reading, setup),
		cmocka_unit_test_setup(a_stream_is_known_by_where_its_bytes_come_from, setup),
		cmocka_unit_test_setup(a_copy_says_where_its_bytes_lie, setup),
		cmocka_unit_test_setup(a_copy_on_another_volume_is_named, setup),
		cmocka_unit_test_setup(a_volume_without_shadow_copies_has_none, setup),
		cmocka_unit_test_setup(a_shadow_copy_has_no_shadow_copies, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
