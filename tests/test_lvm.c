/* LVM2: labels, rings of metadata with damage and wrap, segments, missing disks, and what is named without being read. */
#include "tests/lvm_disks.h"

static const char plain[] =
	LV("root", SEEN, SEGMENT(1, 0, 2, ON("pv0", 3)) SEGMENT(2, 2, 1, ON("pv1", 0)))
	LV("fast", SEEN, SEGMENT(1, 0, 4, "type = \"striped\"\nstripe_count = 2\nstripe_size = 8\nstripes = [\"pv0\", 10, \"pv2\", 20]\n"));

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
		TEST(metadata_that_lies_is_damaged_not_followed),
		TEST(a_disk_that_no_group_names_is_told),
		TEST(texts_that_are_no_metadata_are_refused),
		TEST(damage_neither_crashes_nor_hangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
