/* test_vss_deleted.c - volume shadow copies that were deleted: what comes back, and when a volume is searched for them. */
#include "tests/vss_make.h"

#include "triage/evidence/vss_search.h"

static void
deleted_copies_come_back(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	keep(NEW, 5, NEW + KEPT);
	put_volume_header(0);
	memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.problems, "vss-deleted\n");
	assert_string_equal(seen.copies[0].label, "deleted shadow copy of unknown age");
	assert_true(seen.copies[0].created == TRIAGE_TIME_NONE);
	assert_non_null(strstr(seen.copies[0].note, "100.0 % of them still there (not checked against present use)"));
	assert_non_null(strstr(seen.copies[0].note, "its age is not known"));
	assert_block(0, 3, OLD + KEPT);
	assert_block(0, 5, NEW + KEPT);
	assert_block(1, 3, 3);
	close_volume(r);
}

static void
an_old_catalogue_block_gives_deleted_copies_their_age(void **state)
{
	(void)state;
	put_store(OLD);
	keep(NEW, 5, NEW + KEPT);
	put_volume_header(0);		/* the header forgot the catalogue, its block is there */
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.copies[0].label, "deleted shadow copy of 2022-06-18T04:27:50Z");
	assert_null(strstr(seen.copies[0].note, "its age"));
	assert_block(1, 5, NEW + KEPT);
	close_volume(r);
}

static void
a_deleted_copy_without_its_header_comes_back_and_a_header_alone_is_said(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	memset(volume + OLD * BLOCK, 1, BLOCK);
	memset(volume + (NEW + LIST) * BLOCK, 1, BLOCK);
	put_volume_header(0);
	memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 1);
	assert_string_equal(seen.problems, "vss-deleted-lost\nvss-deleted\n");
	assert_non_null(strstr(seen.copies[0].note, "its header is lost"));
	assert_string_equal(seen.copies[0].uuid, "");
	assert_block(0, 3, OLD + KEPT);
	close_volume(r);
}

static void
a_copy_that_is_there_is_not_read_through_deleted_ones(void **state)
{
	(void)state;
	keep(OLD, 5, OLD + KEPT);
	keep(NEW, 5, NEW + KEPT);
	keep(NEW, 6, NEW + KEPT + 1);
	memset(volume + CATALOGUE * BLOCK + 128, 0, 256);	/* the newer one is gone, the entry freed */
	store_le(volume + CATALOGUE * BLOCK + 128, 1, 8);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	/* of unknown age, so told first */
	assert_string_equal(seen.copies[0].label, "deleted shadow copy of unknown age");
	assert_string_equal(seen.copies[1].label, "shadow copy of 2022-06-18T04:27:50Z");
	assert_block(1, 5, OLD + KEPT);
	assert_block(1, 6, 6);
	assert_block(0, 6, NEW + KEPT + 1);
	close_volume(r);
}

static void
structures_that_were_written_for_another_place_are_no_traces(void **state)
{
	(void)state;
	put_volume_header(0);
	memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
	memmove(volume + (NEW + 10) * BLOCK, volume + NEW * BLOCK, 4 * BLOCK);	/* as inside an image file */
	memset(volume + NEW * BLOCK, 0, 4 * BLOCK);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 1);
	close_volume(r);
}

static void
the_volume_is_searched_only_when_copies_are_missing(void **state)
{
	(void)state;
	struct reader small = { .size = VOLUME }, large = { .size = UINT64_C(1) << 40 };
	struct vss_store stores[2] = { { .placed = true, .created = 5, .has_id = true }, { .placed = true, .created = 6, .previous_at = 1, .has_id = true } };
	struct vss_set set = { .volume = &large, .stores = stores, .count = 2 };
	struct vss_catalogue c = { .enabled = false };
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_NONE);
	c.enabled = true;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_NONE);
	c.damaged = true;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	c.damaged = false;
	c.freed = 1;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_FILES);
	set.volume = &small;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	c.freed = 0;
	stores[0].previous_at = 1;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	stores[0].previous_at = 0;
	stores[1].list.broken = true;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	stores[1].list.broken = false;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_NONE);
	set.count = 0;
	set.volume = &large;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(deleted_copies_come_back, setup),
		cmocka_unit_test_setup(an_old_catalogue_block_gives_deleted_copies_their_age, setup),
		cmocka_unit_test_setup(a_deleted_copy_without_its_header_comes_back_and_a_header_alone_is_said, setup),
		cmocka_unit_test_setup(a_copy_that_is_there_is_not_read_through_deleted_ones, setup),
		cmocka_unit_test_setup(structures_that_were_written_for_another_place_are_no_traces, setup),
		cmocka_unit_test(the_volume_is_searched_only_when_copies_are_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
