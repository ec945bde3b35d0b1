#include "xfs_volume.h"

static struct seen s;
static const bool versions[] = { false, true };

static void
an_empty_volume_is_its_root_and_no_problem(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct xv *v = xv_new(versions[k]);
		xv_list(v, &s);
		assert_number_equal(s.count, 1);
		assert_number_equal(s.entries[0].e.inode, XV_ROOT);
		assert_number_equal(s.entries[0].e.kind, TRIAGE_FILE_DIRECTORY);
		if (s.problem_count > 0)
			fail_msg("problem: %s", s.problems[0]);
		free(v);
	}
}

static void
names_in_the_inode_and_in_blocks_are_raw_bytes(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct xv *v = xv_new(versions[k]);
		xv_short_name(v, XV_ROOT, 65, 2, "folder");
		xv_short_name(v, XV_ROOT, 66, 1, "a\x1b\xff");
		xv_make(v, 66, XV_FILE, XV_EXTENTS, 0);
		xv_make(v, 65, XV_DIRECTORY, XV_EXTENTS, XV_BLOCK);
		xv_extent(v, 65, 0, XV_DATA, 1, false);
		size_t at = xv_directory(v, XV_DATA, 65, XV_ROOT);
		at = xv_entry(v, XV_DATA, at, 67, 1, "inside");
		xv_directory_end(v, XV_DATA, at);
		xv_make(v, 67, XV_FILE, XV_EXTENTS, 0);
		xv_list(v, &s);
		assert_number_equal(s.count, 4);
		assert_number_equal(s.problem_count, 0);
		assert_string_equal(seen_parent(&s, seen_need(&s, "inside")), "folder");
		assert_number_equal(seen_need(&s, "a\x1b\xff")->e.inode, 66);
		assert_number_equal(seen_need(&s, "inside")->e.state, TRIAGE_STATE_ALLOCATED);
		free(v);
	}
}

static void
times_are_of_32_or_64_bits(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	uint8_t *i = xv_make(v, 65, XV_FILE, XV_EXTENTS, 0);
	xv_put(i + 40, 0xffffffff, 4);		/* one second before 1970 */
	xv_put(i + 44, 7, 4);
	xv_seal_inode(v, 65);
	i = xv_make(v, 66, XV_FILE, XV_EXTENTS, 0);
	i[127] = 8;				/* nanoseconds since 1901-12-13 */
	xv_put(i + 40, (UINT64_C(2147483648) + UINT64_C(5000000000)) * 1000000000 + 3, 8);
	xv_put(i + 32, UINT64_MAX, 8);		/* 2486 */
	xv_put(i + 48, 1, 8);
	xv_seal_inode(v, 66);
	xv_short_name(v, XV_ROOT, 65, 1, "old");
	xv_short_name(v, XV_ROOT, 66, 1, "new");
	xv_list(v, &s);
	assert_number_equal(seen_need(&s, "old")->e.times[TRIAGE_MTIME], -INT64_C(1000000000) + 7);
	assert_number_equal(seen_need(&s, "old")->e.times[TRIAGE_BTIME], INT64_C(1500000000000000000));
	assert_number_equal(seen_need(&s, "new")->e.times[TRIAGE_MTIME], INT64_C(5000000000000000003));
	assert_number_equal(seen_need(&s, "new")->e.times[TRIAGE_CTIME], -INT64_C(2147483647999999999));
	assert_number_equal(seen_need(&s, "new")->e.times[TRIAGE_ATIME], TRIAGE_TIME_NONE);
	assert_number_equal(seen_problems(&s, "time-out-of-range"), 1);
	free(v);
}

static void
owner_and_mode_are_those_of_the_inode(void **state)
{
	(void)state;
	struct xv *v = xv_new(false);
	uint8_t *i = xv_make(v, 65, 0104711, XV_EXTENTS, 0);
	xv_put(i + 8, 0xfffffffe, 4);
	xv_put(i + 12, 70000, 4);
	xv_short_name(v, XV_ROOT, 65, 1, "f");
	xv_list(v, &s);
	assert_number_equal(seen_need(&s, "f")->e.uid, 0xfffffffe);
	assert_number_equal(seen_need(&s, "f")->e.gid, 70000);
	assert_number_equal(seen_need(&s, "f")->e.mode, 0104711);
	free(v);
}

static void
links_are_read_from_the_inode_and_from_blocks_with_heads(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	xv_short_name(v, XV_ROOT, 65, 7, "short");
	xv_short_name(v, XV_ROOT, 66, 7, "long");
	xv_make(v, 65, XV_LINK, XV_LOCAL, 3);
	memcpy(xv_fork(v, 65), "a/bXX", 5);
	xv_seal_inode(v, 65);
	xv_make(v, 66, XV_LINK, XV_EXTENTS, 200);
	xv_extent(v, 66, 0, XV_DATA, 1, false);
	uint8_t *p = xv_block(v, XV_DATA);
	memcpy(p, "XSLM", 4);
	xv_put(p + 8, 200, 4);
	memset(p + 56, 'z', 300);
	xv_list(v, &s);
	assert_string_equal(seen_need(&s, "short")->link, "a/b");
	assert_number_equal(seen_need(&s, "long")->e.link_size, 200);
	assert_memory_equal(seen_need(&s, "long")->link, "zzzz", 4);
	free(v);
}

static void
a_folder_met_again_is_not_entered_again(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	xv_short_name(v, XV_ROOT, 65, 2, "down");
	xv_folder(v, 65, XV_ROOT);
	xv_short_name(v, 65, XV_ROOT, 2, "up");
	xv_short_name(v, 65, 65, 2, "self");
	xv_list(v, &s);
	assert_number_equal(s.count, 4);
	assert_true((seen_need(&s, "up")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	assert_true((seen_need(&s, "self")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	free(v);
}

static void
inodes_without_a_name_are_listed_with_their_trees(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	xv_folder(v, 66, 65);
	xv_short_name(v, 66, 67, 1, "lost-file");
	xv_folder(v, 65, 65);
	xv_short_name(v, 65, 66, 2, "lost-folder");
	xv_make(v, 67, XV_FILE, XV_EXTENTS, 0);
	xv_list(v, &s);
	assert_number_equal(seen_need(&s, "inode-65")->e.state, TRIAGE_STATE_NAMELESS);
	assert_string_equal(seen_parent(&s, seen_need(&s, "inode-65")), "$Nameless");
	assert_string_equal(seen_parent(&s, seen_need(&s, "lost-folder")), "inode-65");
	assert_string_equal(seen_parent(&s, seen_need(&s, "lost-file")), "lost-folder");
	assert_number_equal(s.count, 5);
	free(v);
}

/* A directory block whose names `gone-1` and `gone-2` were removed. */
static void
make_removed(struct xv *v)
{
	xv_short_name(v, XV_ROOT, 65, 2, "folder");
	xv_make(v, 65, XV_DIRECTORY, XV_EXTENTS, XV_BLOCK);
	xv_extent(v, 65, 0, XV_DATA, 1, false);
	size_t first = xv_directory(v, XV_DATA, 65, XV_ROOT);
	size_t second = xv_entry(v, XV_DATA, first, 66, 1, "gone-1");
	size_t third = xv_entry(v, XV_DATA, second, 67, 1, "gone-2");
	size_t end = xv_entry(v, XV_DATA, third, 68, 1, "stays");
	xv_space(v, XV_DATA, first, third);
	xv_directory_end(v, XV_DATA, end);
	xv_make(v, 68, XV_FILE, XV_EXTENTS, 0);
	for (unsigned i = 66; i <= 67; i++) {
		xv_make(v, i, XV_FILE, XV_EXTENTS, 1500);
		xv_extent(v, i, 0, i == 66 ? XV_FREE : XV_DATA, 2, false);
		xv_free(v, i);
	}
}

static void
removed_names_lead_to_freed_inodes_and_what_they_held(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct xv *v = xv_new(versions[k]);
		struct volume open;
		struct triage_error err = { .text = "" };
		static uint8_t bytes[4 * XV_BLOCK];
		uint32_t flags;
		make_removed(v);
		memset(xv_block(v, XV_FREE), 'd', 2 * XV_BLOCK);
		xv_list(v, &s);
		assert_number_equal(s.problem_count, 0);
		const struct triage_entry *one = &seen_need(&s, "gone-1")->e, *two = &seen_need(&s, "gone-2")->e;
		assert_number_equal(one->state, TRIAGE_STATE_DELETED);
		assert_number_equal(one->kind, TRIAGE_FILE_REGULAR);
		assert_number_equal(one->inode, 66);
		assert_number_equal(two->inode, 67);
		assert_number_equal(one->size, 2 * XV_BLOCK);
		assert_true((one->flags & TRIAGE_ENTRY_HAS_CONTENT) != 0);
		assert_int_equal(volume_open(&open, v->bytes, sizeof(v->bytes), "xfs", &err), TRIAGE_OK);
		assert_number_equal(read_stream(&open, one, bytes, sizeof(bytes), &flags), 2 * XV_BLOCK);
		assert_number_equal(flags, EVIDENCE_CONTENT_GUESSED);
		assert_true(bytes[0] == 'd' && bytes[2 * XV_BLOCK - 1] == 'd');
		read_stream(&open, two, bytes, sizeof(bytes), &flags);
		assert_number_equal(flags, EVIDENCE_CONTENT_GUESSED | EVIDENCE_CONTENT_REUSED);
		volume_close(&open);
		free(v);
	}
}

static void
a_removed_name_does_not_take_the_inode_of_another_file(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	make_removed(v);
	xv_make(v, 66, XV_FILE, XV_EXTENTS, 77);
	xv_short_name(v, XV_ROOT, 66, 1, "owner");
	xv_list(v, &s);
	assert_true((seen_need(&s, "gone-1")->e.flags & TRIAGE_ENTRY_REUSED) != 0);
	assert_number_equal(seen_need(&s, "gone-1")->e.size, TRIAGE_NO_ID);
	assert_number_equal(seen_need(&s, "owner")->e.size, 77);
	free(v);
}

static void
a_removed_folder_inside_its_inode_still_names_its_files(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	make_removed(v);
	xv_entry(v, XV_DATA, 64 + 2 * xv_entry_size(2), 66, 2, "gone-1");
	xv_space(v, XV_DATA, 64 + 2 * xv_entry_size(2), 64 + 2 * xv_entry_size(2) + 2 * xv_entry_size(6));
	xv_seal(v, xv_block(v, XV_DATA), XV_BLOCK, 4);
	xv_folder(v, 66, 65);
	xv_short_name(v, 66, 67, 1, "below");
	xv_fork(v, 66)[0] = 0;
	xv_free(v, 66);
	xv_list(v, &s);
	assert_number_equal(seen_need(&s, "gone-1")->e.kind, TRIAGE_FILE_DIRECTORY);
	assert_string_equal(seen_parent(&s, seen_need(&s, "below")), "gone-1");
	assert_number_equal(seen_need(&s, "below")->e.state, TRIAGE_STATE_DELETED);
	free(v);
}

static void
freed_inodes_without_a_name_are_orphans_unused_ones_are_nothing(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	xv_make(v, 70, XV_FILE, XV_EXTENTS, 10);
	xv_free(v, 70);
	xv_list(v, &s);
	assert_number_equal(s.count, 3);
	assert_number_equal(seen_need(&s, "inode-70")->e.state, TRIAGE_STATE_ORPHAN);
	assert_string_equal(seen_parent(&s, seen_need(&s, "inode-70")), "$OrphanFiles");
	assert_number_equal(seen_need(&s, "inode-70")->e.times[TRIAGE_CTIME], INT64_C(1600000048000000000));
	free(v);
}

static void
an_inode_of_a_chunk_given_back_counts_while_its_block_is_free(void **state)
{
	(void)state;
	for (unsigned in_use = 0; in_use < 2; in_use++) {
		struct xv *v = xv_new(true);
		unsigned left = (in_use ? XV_DATA + 40 : XV_FREE + 8) * 2;
		make_removed(v);
		size_t first = 64 + 2 * xv_entry_size(2);
		xv_entry(v, XV_DATA, first, left, 1, "gone-1");
		xv_put(xv_block(v, XV_DATA) + first, 0xffff, 2);
		xv_put(xv_block(v, XV_DATA) + first + 2, 2 * xv_entry_size(6), 2);
		xv_seal(v, xv_block(v, XV_DATA), XV_BLOCK, 4);
		memcpy(xv_inode(v, left), xv_make(v, 80, XV_FILE, XV_EXTENTS, 1234), XV_INODE);
		xv_put(xv_inode(v, left) + 152, left, 8);
		xv_seal_inode(v, left);
		xv_list(v, &s);
		assert_number_equal(seen_need(&s, "gone-1")->e.size, in_use ? TRIAGE_NO_ID : 1234);
		free(v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_volume_is_its_root_and_no_problem),
		cmocka_unit_test(names_in_the_inode_and_in_blocks_are_raw_bytes),
		cmocka_unit_test(times_are_of_32_or_64_bits),
		cmocka_unit_test(owner_and_mode_are_those_of_the_inode),
		cmocka_unit_test(links_are_read_from_the_inode_and_from_blocks_with_heads),
		cmocka_unit_test(a_folder_met_again_is_not_entered_again),
		cmocka_unit_test(inodes_without_a_name_are_listed_with_their_trees),
		cmocka_unit_test(removed_names_lead_to_freed_inodes_and_what_they_held),
		cmocka_unit_test(a_removed_name_does_not_take_the_inode_of_another_file),
		cmocka_unit_test(a_removed_folder_inside_its_inode_still_names_its_files),
		cmocka_unit_test(freed_inodes_without_a_name_are_orphans_unused_ones_are_nothing),
		cmocka_unit_test(an_inode_of_a_chunk_given_back_counts_while_its_block_is_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
