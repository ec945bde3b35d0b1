#include "ext_volume.h"

static struct seen s;

static void
names_are_raw_bytes_whatever_they_hold(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	size_t at = ev_name(v, EV_DATA, 24, 16, 12, 1, "..\0", 3);
	at = ev_name(v, EV_DATA, at, 16, 13, 1, "a/b\n", 4);
	ev_name(v, EV_DATA, at, EV_BLOCK - at, 14, 1, "\xff\x1b[m", 4);
	for (unsigned i = 12; i <= 14; i++)
		ev_make(v, i, EV_FILE, 10, 40);
	ev_list(v, &s);
	assert_number_equal(s.count, 4);
	assert_number_equal(s.entries[1].e.name_size, 3);
	assert_memory_equal(s.entries[1].name, "..\0", 3);
	assert_string_equal(s.entries[2].name, "a/b\n");
	assert_string_equal(s.entries[3].name, "\xff\x1b[m");
	free(v);
}

static void
times_carry_epoch_bits_nanoseconds_and_sign(void **state)
{
	struct ev *v = ev_new();
	uint8_t *i = ev_make(v, 12, EV_FILE, 10, 40);
	(void)state;
	ev_root_name(v, 12, 1, "file");
	ev_put(i + 16, 0xffffffff, 4);			/* mtime: one second before 1970 */
	ev_put(i + 8, 0x80000000, 4);			/* atime: with epoch 1, 2038-01-19 */
	ev_put(i + 140, 123456789u << 2 | 1, 4);
	ev_put(i + 144, 1600000000, 4);
	ev_put(i + 148, 5 << 2, 4);
	ev_list(v, &s);
	const struct triage_entry *e = &seen_need(&s, "file")->e;
	assert_number_equal(e->times[TRIAGE_MTIME], INT64_C(-1000000000));
	assert_number_equal(e->times[TRIAGE_ATIME], INT64_C(2147483648123456789));
	assert_number_equal(e->times[TRIAGE_BTIME], INT64_C(1600000000000000005));
	free(v);
}

static void
high_halves_of_owner_and_size_are_read(void **state)
{
	struct ev *v = ev_new();
	uint8_t *i = ev_make(v, 12, EV_FILE, UINT64_C(0x100000005), 40);
	(void)state;
	ev_root_name(v, 12, 1, "file");
	ev_put(i + 2, 1, 2);
	ev_put(i + 120, 2, 2);
	ev_put(i + 24, 3, 2);
	ev_put(i + 122, 4, 2);
	ev_list(v, &s);
	const struct triage_entry *e = &seen_need(&s, "file")->e;
	assert_number_equal(e->uid, 0x20001);
	assert_number_equal(e->gid, 0x40003);
	assert_number_equal(e->size, INT64_C(0x100000005));
	assert_number_equal(e->place, 40 * EV_BLOCK);
	free(v);
}

static void
a_file_without_a_name_is_listed_by_number(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_make(v, 20, EV_FILE, 10, 40);
	ev_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "inode-20");
	assert_int_equal(e->e.state, TRIAGE_STATE_NAMELESS);
	assert_string_equal(seen_parent(&s, e), "$Nameless");
	free(v);
}

static void
a_deleted_inode_is_an_orphan_and_an_unused_one_nothing(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_put(ev_make(v, 20, EV_FILE, 0, 0) + 20, 1600000100, 4);
	ev_block(v, EV_INODE_BITMAP)[19 / 8] = 0;
	ev_list(v, &s);
	assert_int_equal(seen_need(&s, "inode-20")->e.state, TRIAGE_STATE_ORPHAN);
	assert_number_equal(s.count, 3);
	free(v);
}

static void
a_zeroed_directory_block_is_told_and_its_files_are_nameless(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_root_name(v, 12, 2, "folder");
	ev_make(v, 12, EV_DIRECTORY, EV_BLOCK, 40);
	ev_make(v, 13, EV_FILE, 10, 41);
	ev_list(v, &s);
	assert_number_equal(seen_problems(&s, "directory-cut"), 1);
	assert_number_equal(s.problem_edges[0], seen_need(&s, "folder")->e.edge);
	assert_int_equal(seen_need(&s, "inode-13")->e.state, TRIAGE_STATE_NAMELESS);
	free(v);
}

static void
a_lost_folder_keeps_its_tree(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	/* 13 lies in 20, and no name leads to 20 */
	ev_make(v, 20, EV_DIRECTORY, EV_BLOCK, 40);
	ev_name(v, 40, ev_dots(v, 40, 20, 2), EV_BLOCK - 24, 13, 2, "child", 5);
	ev_make(v, 13, EV_DIRECTORY, EV_BLOCK, 41);
	ev_name(v, 41, ev_dots(v, 41, 13, 20), EV_BLOCK - 24, 0, 0, "", 0);
	ev_list(v, &s);
	assert_string_equal(seen_parent(&s, seen_need(&s, "inode-20")), "$Nameless");
	assert_string_equal(seen_parent(&s, seen_need(&s, "child")), "inode-20");
	assert_null(seen_find(&s, "inode-13", "", 0));
	free(v);
}

static void
a_folder_met_again_is_marked_and_not_entered(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	size_t at = ev_name(v, EV_DATA, 24, 16, 12, 2, "one", 3);
	ev_name(v, EV_DATA, at, EV_BLOCK - at, 12, 2, "two", 3);
	ev_make(v, 12, EV_DIRECTORY, EV_BLOCK, 40);
	at = ev_dots(v, 40, 12, 2);
	at = ev_name(v, 40, at, 16, 2, 2, "root", 4);
	ev_name(v, 40, at, EV_BLOCK - at, 13, 1, "file", 4);
	ev_make(v, 13, EV_FILE, 10, 41);
	ev_list(v, &s);
	assert_true((seen_need(&s, "one")->e.flags & TRIAGE_ENTRY_CYCLE) == 0);
	assert_true((seen_need(&s, "two")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	assert_true((seen_need(&s, "root")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	assert_null(seen_find(&s, "file", "", 1));
	free(v);
}

static void
a_deleted_name_of_a_free_inode_keeps_its_metadata(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, 12, 1, "live", 4);
	ev_name(v, EV_DATA, 36, 500, 13, 1, "deleted", 7);
	ev_make(v, 12, EV_FILE, 10, 40);
	ev_make(v, 13, EV_FILE, 77, 41);
	ev_block(v, EV_INODE_BITMAP)[1] &= (uint8_t)~(1 << 4);
	ev_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "deleted");
	assert_int_equal(e->e.state, TRIAGE_STATE_DELETED);
	assert_number_equal(e->e.size, 77);
	assert_true((e->e.flags & TRIAGE_ENTRY_HAS_CONTENT) != 0);
	assert_null(seen_find(&s, "inode-13", "", 0));
	free(v);
}

static void
a_deleted_name_of_an_inode_that_lives_under_another_is_reused(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, 12, 1, "live", 4);
	ev_name(v, EV_DATA, 36, 500, 12, 1, "before", 6);
	ev_make(v, 12, EV_FILE, 10, 40);
	ev_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "before");
	assert_int_equal(e->e.flags, TRIAGE_ENTRY_REUSED);
	assert_true(e->e.times[TRIAGE_MTIME] == TRIAGE_TIME_NONE);
	free(v);
}

static void
a_deleted_name_is_the_name_of_an_inode_in_use_that_has_no_other(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, 12, 1, "live", 4);
	ev_name(v, EV_DATA, 36, 500, 13, 1, "unlinked", 8);
	ev_make(v, 12, EV_FILE, 10, 40);
	ev_make(v, 13, EV_FILE, 77, 41);
	ev_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "unlinked");
	assert_int_equal(e->e.state, TRIAGE_STATE_NAMELESS);
	assert_number_equal(e->e.size, 77);
	assert_null(seen_find(&s, "inode-13", "", 0));
	free(v);
}

static void
a_copy_of_a_live_name_in_the_slack_is_not_a_deleted_name(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, 12, 1, "live", 4);
	ev_name(v, EV_DATA, 36, 500, 12, 1, "live", 4);
	ev_make(v, 12, EV_FILE, 10, 40);
	ev_list(v, &s);
	assert_number_equal(s.count, 2);
	free(v);
}

static void
a_name_that_leads_nowhere_is_listed_and_told(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_root_name(v, 60000, 1, "nowhere");
	ev_list(v, &s);
	assert_int_equal(seen_need(&s, "nowhere")->e.kind, TRIAGE_FILE_REGULAR);
	assert_number_equal(seen_problems(&s, "inode-unreadable"), 1);
	free(v);
}

static void
an_inode_in_use_that_is_all_zeros_is_told(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_allocate(v, 30);
	ev_list(v, &s);
	assert_number_equal(seen_problems(&s, "inode-unreadable"), 1);
	free(v);
}

static void
a_copy_of_the_super_block_stands_in_for_a_lost_one(void **state)
{
	enum { SIZE = 8300 * EV_BLOCK };
	struct ev *v = ev_new();
	uint8_t *large = calloc(1, SIZE);
	(void)state;
	ev_root_name(v, 12, 1, "file");
	ev_make(v, 12, EV_FILE, 10, 40);
	ev_put(v->bytes + 1024 + 4, 8300, 4);
	memcpy(large, v->bytes, sizeof(v->bytes));
	memcpy(large + 8193 * EV_BLOCK, v->bytes + 1024, 1024);
	memcpy(large + 8194 * EV_BLOCK, v->bytes + 2048, 1024);
	memset(large + 1024, 0, 1024);
	list_bytes(large, SIZE, "ext4", &s);
	seen_need(&s, "file");
	assert_number_equal(seen_problems(&s, "super-block-damaged"), 1);
	free(large);
	free(v);
}

static void
short_and_long_links_tell_their_targets(void **state)
{
	struct ev *v = ev_new();
	uint8_t *i;
	char target[101];
	(void)state;
	memset(target, 't', 100);
	target[100] = '\0';
	size_t at = ev_name(v, EV_DATA, 24, 16, 12, 7, "short", 5);
	ev_name(v, EV_DATA, at, EV_BLOCK - at, 13, 7, "long", 4);
	i = ev_make(v, 12, EV_LINK, 6, 0);
	memcpy(i + 40, "target", 6);
	ev_make(v, 13, EV_LINK, 100, 40);
	memcpy(ev_block(v, 40), target, 100);
	ev_list(v, &s);
	assert_string_equal(seen_need(&s, "short")->link, "target");
	assert_string_equal(seen_need(&s, "long")->link, target);
	assert_true((seen_need(&s, "long")->e.flags & TRIAGE_ENTRY_HAS_CONTENT) == 0);
	assert_number_equal(seen_problems(&s, "link-unreadable"), 0);
	free(v);
}

static void
a_link_longer_than_any_target_is_told(void **state)
{
	struct ev *v = ev_new();
	(void)state;
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, 13, 7, "endless", 7);
	ev_make(v, 13, EV_LINK, 5000, 40);
	memset(ev_block(v, 40), 't', EV_BLOCK);
	ev_list(v, &s);
	assert_true(seen_need(&s, "endless")->e.size == 5000);
	assert_number_equal(seen_problems(&s, "link-unreadable"), 1);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_raw_bytes_whatever_they_hold),
		cmocka_unit_test(times_carry_epoch_bits_nanoseconds_and_sign),
		cmocka_unit_test(high_halves_of_owner_and_size_are_read),
		cmocka_unit_test(a_file_without_a_name_is_listed_by_number),
		cmocka_unit_test(a_deleted_inode_is_an_orphan_and_an_unused_one_nothing),
		cmocka_unit_test(a_zeroed_directory_block_is_told_and_its_files_are_nameless),
		cmocka_unit_test(a_lost_folder_keeps_its_tree),
		cmocka_unit_test(a_folder_met_again_is_marked_and_not_entered),
		cmocka_unit_test(a_deleted_name_of_a_free_inode_keeps_its_metadata),
		cmocka_unit_test(a_deleted_name_of_an_inode_that_lives_under_another_is_reused),
		cmocka_unit_test(a_deleted_name_is_the_name_of_an_inode_in_use_that_has_no_other),
		cmocka_unit_test(a_copy_of_a_live_name_in_the_slack_is_not_a_deleted_name),
		cmocka_unit_test(a_name_that_leads_nowhere_is_listed_and_told),
		cmocka_unit_test(an_inode_in_use_that_is_all_zeros_is_told),
		cmocka_unit_test(a_copy_of_the_super_block_stands_in_for_a_lost_one),
		cmocka_unit_test(short_and_long_links_tell_their_targets),
		cmocka_unit_test(a_link_longer_than_any_target_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
