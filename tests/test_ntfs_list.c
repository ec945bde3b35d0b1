#include "ntfs_volume.h"

#include "triage/base/when.h"

#define ROOT nv_ref(5, 5)

static struct seen s;

static void
a_file_with_two_names_and_two_streams_is_four_entries(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_folder(v, 30, 1, ROOT, "folder");
	nv_begin(v, 31, 3, NTFS_RECORD_IN_USE, 0);
	nv_information(v, nv_time);
	nv_name(v, 1, ROOT, "first", NTFS_NAME_WIN32);
	nv_name(v, 2, nv_ref(30, 1), "second", NTFS_NAME_WIN32);
	nv_resident(v, NTFS_DATA, 3, "", "main", 4);
	nv_resident(v, NTFS_DATA, 4, "hidden", "alternate", 9);
	nv_end(v);
	nv_list(v, &s);
	assert_non_null(seen_find(&s, "first", "", 0));
	assert_non_null(seen_find(&s, "first", "hidden", 0));
	assert_non_null(seen_find(&s, "second", "", 0));
	const struct seen_entry *e = seen_find(&s, "second", "hidden", 0);
	assert_non_null(e);
	assert_string_equal(seen_parent(&s, e), "folder");
	assert_number_equal(e->e.size, 9);
	assert_number_equal(e->e.sequence, 3);
	assert_true((e->e.flags & TRIAGE_ENTRY_HAS_CONTENT) != 0);
	assert_number_equal(s.problem_count, 0);
	free(v);
}

static void
a_dos_name_beside_a_long_one_is_not_a_second_entry(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_begin(v, 31, 1, NTFS_RECORD_IN_USE, 0);
	nv_name(v, 1, ROOT, "LONGNA~1.TXT", NTFS_NAME_DOS);
	nv_name(v, 2, ROOT, "long name.txt", NTFS_NAME_WIN32);
	nv_resident(v, NTFS_DATA, 3, "", "x", 1);
	nv_end(v);
	nv_begin(v, 32, 1, NTFS_RECORD_IN_USE, 0);
	nv_name(v, 1, ROOT, "ONLYDOS.TXT", NTFS_NAME_DOS);
	nv_resident(v, NTFS_DATA, 3, "", "x", 1);
	nv_end(v);
	nv_list(v, &s);
	seen_need(&s, "long name.txt");
	seen_need(&s, "ONLYDOS.TXT");
	assert_null(seen_find(&s, "LONGNA~1.TXT", "", 0));
	free(v);
}

static void
times_of_the_file_and_of_its_name_are_exact(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "file", "x");
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "file");
	assert_number_equal(e->e.times[TRIAGE_BTIME], when_from_filetime(nv_time));
	assert_number_equal(e->e.times[TRIAGE_MTIME], when_from_filetime(nv_time + 1));
	assert_number_equal(e->e.times[TRIAGE_CTIME], when_from_filetime(nv_time + 2));
	assert_number_equal(e->e.times[TRIAGE_ATIME], when_from_filetime(nv_time + 3));
	assert_number_equal(e->e.times[TRIAGE_FN_BTIME], when_from_filetime(nv_time + 1000));
	assert_number_equal(e->e.times[TRIAGE_FN_ATIME], when_from_filetime(nv_time + 1003));
	free(v);
}

static void
a_time_outside_the_range_is_absent_and_told_with_its_entry(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_begin(v, 31, 1, NTFS_RECORD_IN_USE, 0);
	nv_information(v, UINT64_C(0x7000000000000000));
	nv_name(v, 1, ROOT, "late", NTFS_NAME_WIN32);
	nv_end(v);
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "late");
	assert_true(e->e.times[TRIAGE_MTIME] == TRIAGE_TIME_NONE);
	assert_number_equal(seen_problems(&s, "time-out-of-range"), 1);
	assert_number_equal(s.problem_edges[0], e->e.edge);
	free(v);
}

static void
a_deleted_file_stands_in_its_folder_as_long_as_the_folder_is_the_same(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_folder(v, 30, 7, ROOT, "folder");
	nv_file(v, 31, 2, 0, nv_ref(30, 7), "deleted", "x");
	nv_file(v, 32, 2, 0, nv_ref(30, 6), "orphan", "x");
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "deleted");
	assert_int_equal(e->e.state, TRIAGE_STATE_DELETED);
	assert_string_equal(seen_parent(&s, e), "folder");
	e = seen_need(&s, "orphan");
	assert_int_equal(e->e.state, TRIAGE_STATE_ORPHAN);
	assert_string_equal(seen_parent(&s, e), "$OrphanFiles");
	free(v);
}

static void
a_deleted_folder_keeps_its_deleted_files(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_folder(v, 30, 8, ROOT, "gone");
	nv_put(nv_place(v, 30) + 22, NTFS_RECORD_DIRECTORY, 2);
	nv_file(v, 31, 2, 0, nv_ref(30, 7), "inside", "x");	/* deleting counted the folder's sequence up */
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "inside");
	assert_int_equal(e->e.state, TRIAGE_STATE_DELETED);
	assert_string_equal(seen_parent(&s, e), "gone");
	assert_int_equal(seen_need(&s, "gone")->e.state, TRIAGE_STATE_DELETED);
	free(v);
}

static void
folders_in_a_ring_are_listed_once_each(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_folder(v, 30, 1, nv_ref(31, 1), "ring a");
	nv_folder(v, 31, 1, nv_ref(30, 1), "ring b");
	nv_file(v, 32, 1, NTFS_RECORD_IN_USE, nv_ref(31, 1), "inside", "x");
	nv_list(v, &s);
	assert_string_equal(seen_parent(&s, seen_need(&s, "inside")), "ring b");
	assert_string_equal(seen_parent(&s, seen_find(&s, "ring a", "", 0)), "$Nameless");
	const struct seen_entry *again = seen_find(&s, "ring a", "", 1);
	assert_non_null(again);
	assert_true((again->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	assert_null(seen_find(&s, "ring b", "", 1));
	free(v);
}

static void
a_folder_with_two_names_is_entered_once(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_begin(v, 30, 1, NTFS_RECORD_IN_USE | NTFS_RECORD_DIRECTORY, 0);
	nv_name(v, 1, ROOT, "one", NTFS_NAME_WIN32);
	nv_name(v, 2, ROOT, "two", NTFS_NAME_WIN32);
	nv_end(v);
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, nv_ref(30, 1), "inside", "x");
	nv_list(v, &s);
	assert_true((seen_need(&s, "one")->e.flags & TRIAGE_ENTRY_CYCLE) == 0);
	assert_true((seen_need(&s, "two")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	assert_string_equal(seen_parent(&s, seen_need(&s, "inside")), "one");
	assert_null(seen_find(&s, "inside", "", 1));
	free(v);
}

static void
a_nameless_file_in_use_is_listed_by_number(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_begin(v, 40, 1, NTFS_RECORD_IN_USE, 0);
	nv_resident(v, NTFS_DATA, 1, "", "data", 4);
	nv_end(v);
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "inode-40");
	assert_int_equal(e->e.state, TRIAGE_STATE_NAMELESS);
	assert_string_equal(seen_parent(&s, e), "$Nameless");
	free(v);
}

static void
metafiles_are_internal_and_the_root_is_entry_0(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_list(v, &s);
	assert_number_equal(s.entries[0].e.inode, 5);
	assert_true(s.entries[0].e.parent == TRIAGE_NO_ID);
	assert_string_equal(s.entries[0].name, "");
	assert_true((seen_need(&s, "$MFT")->e.flags & TRIAGE_ENTRY_INTERNAL) != 0);
	assert_true((s.entries[0].e.flags & TRIAGE_ENTRY_INTERNAL) == 0);
	free(v);
}

static void
a_torn_record_is_listed_and_told(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "torn", "x");
	nv_put(nv_place(v, 31) + 1022, 99, 2);
	nv_list(v, &s);
	assert_number_equal(seen_problems(&s, "record-damaged"), 1);
	assert_number_equal(s.problem_edges[0], seen_need(&s, "torn")->e.edge);
	free(v);
}

static void
a_record_that_is_noise_is_told(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	memset(nv_place(v, 33), 0x5a, NV_CLUSTER);
	nv_list(v, &s);
	assert_number_equal(seen_problems(&s, "record-damaged"), 1);
	free(v);
}

static void
records_of_noise_that_follow_one_another_are_one_row(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_file(v, 36, 1, NTFS_RECORD_IN_USE, ROOT, "between", "x");
	for (unsigned i = 33; i < 40; i++)
		if (i != 36)
			memset(nv_place(v, i), 0x5a, NV_CLUSTER);
	nv_list(v, &s);
	assert_number_equal(seen_problems(&s, "record-damaged"), 2);
	seen_need(&s, "between");
	free(v);
}

static void
a_lost_root_does_not_lose_its_files(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "file", "x");
	memset(nv_place(v, 5), 0, NV_CLUSTER);
	nv_list(v, &s);
	assert_number_equal(s.entries[0].e.inode, 5);
	assert_string_equal(seen_parent(&s, seen_need(&s, "file")), "");
	assert_number_equal(seen_problems(&s, "directory-unreadable"), 1);
	free(v);
}

static void
the_mirror_stands_in_for_a_lost_first_record(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "file", "x");
	memset(nv_place(v, 0), 0, NV_CLUSTER);
	nv_list(v, &s);
	seen_need(&s, "file");
	assert_number_equal(seen_problems(&s, "mft-damaged"), 1);
	free(v);
}

static void
an_extension_record_that_nobody_names_is_told(void **state)
{
	struct nv *v = nv_new();
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "file", "x");
	nv_begin(v, 32, 1, NTFS_RECORD_IN_USE, nv_ref(31, 1));
	nv_resident(v, NTFS_DATA, 1, "extra", "y", 1);
	nv_end(v);
	nv_list(v, &s);
	assert_number_equal(seen_problems(&s, "record-unclaimed"), 1);
	assert_null(seen_find(&s, "file", "extra", 0));
	free(v);
}

static void
links_tell_their_targets(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t junction[] = { 3, 0, 0, 0xa0, 16, 0, 0, 0, 0, 0, 4, 0, 4, 0, 4, 0, 'C', 0, ':', 0, 'x', 0, 'y', 0 };
	(void)state;
	nv_begin(v, 31, 1, NTFS_RECORD_IN_USE | NTFS_RECORD_DIRECTORY, 0);
	nv_name(v, 1, ROOT, "junction", NTFS_NAME_WIN32);
	nv_resident(v, NTFS_REPARSE, 2, "", junction, sizeof(junction));
	nv_end(v);
	nv_list(v, &s);
	assert_int_equal(seen_need(&s, "junction")->e.kind, TRIAGE_FILE_LINK);
	assert_string_equal(seen_need(&s, "junction")->link, "C:");
	free(v);
}

static void
data_kept_elsewhere_by_windows_is_marked_undecoded(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t wof[] = { 0x17, 0, 0, 0x80, 0, 0, 0, 0 };
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "plain", "x");
	nv_begin(v, 32, 1, NTFS_RECORD_IN_USE, 0);
	nv_name(v, 1, ROOT, "packed", NTFS_NAME_WIN32);
	nv_resident(v, NTFS_DATA, 2, "", "x", 1);
	nv_resident(v, NTFS_REPARSE, 3, "", wof, sizeof(wof));
	nv_end(v);
	nv_list(v, &s);
	assert_true((seen_need(&s, "packed")->e.flags & TRIAGE_ENTRY_UNDECODED) != 0);
	assert_true((seen_need(&s, "plain")->e.flags & TRIAGE_ENTRY_UNDECODED) == 0);
	free(v);
}

/* A folder in record 30 with one index block at NV_DATA that holds a live name and, behind it, an old one. */
static struct nv *
make_index(uint64_t old_reference)
{
	static const uint8_t runs[] = { 0x11, 4, NV_DATA, 0 }, bits[8] = { 1 };
	uint8_t root[32] = { [16] = 16, [20] = 16 };
	struct nv *v = nv_new();
	uint8_t *b = v->bytes + NV_DATA * NV_CLUSTER;
	nv_begin(v, 30, 2, NTFS_RECORD_IN_USE | NTFS_RECORD_DIRECTORY, 0);
	nv_name(v, 1, ROOT, "folder", NTFS_NAME_WIN32);
	nv_resident(v, NTFS_INDEX_ROOT, 2, "$I30", root, sizeof(root));
	nv_nonresident(v, NTFS_INDEX_ALLOCATION, 3, "$I30", (struct nv_runs){
		.bytes = runs, .count = sizeof(runs), .last_vcn = 3, .size = 4096, .initialised = 4096,
	});
	nv_resident(v, NTFS_INDEX_BITMAP, 4, "$I30", bits, sizeof(bits));
	nv_end(v);
	memcpy(b, "INDX", 4);
	nv_put(b + 4, 40, 2);
	nv_put(b + 6, 9, 2);
	nv_put(b + 24, 40, 4);
	nv_put(b + 28, 40 + 88, 4);
	nv_put(b + 32, 4096 - 24, 4);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *entry = b + 64 + i * 88, *key = entry + 16;
		nv_put(entry, i == 0 ? nv_ref(31, 1) : old_reference, 8);
		nv_put(entry + 8, 88, 2);
		nv_put(entry + 10, 66 + 6, 2);
		nv_put(key, nv_ref(30, 2), 8);
		for (unsigned t = 8; t <= 32; t += 8)
			nv_put(key + t, nv_time, 8);
		nv_put(key + 48, 77, 8);
		key[64] = 3;
		key[65] = NTFS_NAME_WIN32;
		for (unsigned k = 0; k < 3; k++)
			key[66 + k * 2] = (uint8_t)(i == 0 ? "new" : "old")[k];
	}
	for (unsigned i = 1; i < 9; i++)
		nv_put(b + i * 512 - 2, 0, 2);
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, nv_ref(30, 2), "new", "x");
	return v;
}

static void
a_name_behind_the_entries_of_an_index_root_is_listed(void **state)
{
	uint8_t root[16 + 16 + 16 + 88] = { [16] = 16, [20] = 32, [40] = 16, [44] = 2 }, *entry = root + 48;
	struct nv *v = nv_new();
	(void)state;
	nv_put(entry, nv_ref(40, 1), 8);
	nv_put(entry + 8, 88, 2);
	nv_put(entry + 10, 66 + 6, 2);
	nv_put(entry + 16, nv_ref(30, 2), 8);
	for (unsigned t = 8; t <= 32; t += 8)
		nv_put(entry + 16 + t, nv_time, 8);
	entry[16 + 64] = 3;
	entry[16 + 65] = NTFS_NAME_WIN32;
	for (unsigned k = 0; k < 3; k++)
		entry[16 + 66 + k * 2] = (uint8_t)"old"[k];
	nv_begin(v, 30, 2, NTFS_RECORD_IN_USE | NTFS_RECORD_DIRECTORY, 0);
	nv_name(v, 1, ROOT, "folder", NTFS_NAME_WIN32);
	nv_resident(v, NTFS_INDEX_ROOT, 2, "$I30", root, sizeof(root));
	nv_end(v);
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "old");
	assert_string_equal(seen_parent(&s, e), "folder");
	assert_number_equal(e->e.inode, 40);
	assert_number_equal(e->e.times[TRIAGE_FN_MTIME], when_from_filetime(nv_time));
	free(v);
}

static void
a_name_that_only_an_index_remembers_is_listed(void **state)
{
	struct nv *v = make_index(nv_ref(31, 1));
	(void)state;
	nv_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "old");
	assert_int_equal(e->e.state, TRIAGE_STATE_DELETED);
	assert_int_equal(e->e.flags, 0);	/* the file is still there, under its new name */
	assert_number_equal(e->e.inode, 31);
	assert_number_equal(e->e.size, 77);
	assert_number_equal(e->e.times[TRIAGE_FN_MTIME], when_from_filetime(nv_time));
	assert_null(seen_find(&s, "new", "", 1));
	assert_number_equal(seen_problems(&s, "directory-damaged"), 0);
	free(v);
}

static void
an_old_name_whose_record_was_used_again_is_marked_reused(void **state)
{
	struct nv *v = make_index(nv_ref(31, 9));
	(void)state;
	nv_list(v, &s);
	assert_int_equal(seen_need(&s, "old")->e.flags, TRIAGE_ENTRY_REUSED);
	free(v);
}

static void
a_damaged_index_block_is_told_and_loses_no_file(void **state)
{
	struct nv *v = make_index(0);
	(void)state;
	memset(v->bytes + NV_DATA * NV_CLUSTER, 0, 4096);
	nv_list(v, &s);
	seen_need(&s, "new");
	assert_number_equal(seen_problems(&s, "directory-damaged"), 1);
	assert_number_equal(s.problem_edges[0], seen_need(&s, "folder")->e.edge);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_with_two_names_and_two_streams_is_four_entries),
		cmocka_unit_test(a_dos_name_beside_a_long_one_is_not_a_second_entry),
		cmocka_unit_test(times_of_the_file_and_of_its_name_are_exact),
		cmocka_unit_test(a_time_outside_the_range_is_absent_and_told_with_its_entry),
		cmocka_unit_test(a_deleted_file_stands_in_its_folder_as_long_as_the_folder_is_the_same),
		cmocka_unit_test(a_deleted_folder_keeps_its_deleted_files),
		cmocka_unit_test(folders_in_a_ring_are_listed_once_each),
		cmocka_unit_test(a_folder_with_two_names_is_entered_once),
		cmocka_unit_test(a_nameless_file_in_use_is_listed_by_number),
		cmocka_unit_test(metafiles_are_internal_and_the_root_is_entry_0),
		cmocka_unit_test(a_torn_record_is_listed_and_told),
		cmocka_unit_test(a_record_that_is_noise_is_told),
		cmocka_unit_test(records_of_noise_that_follow_one_another_are_one_row),
		cmocka_unit_test(a_lost_root_does_not_lose_its_files),
		cmocka_unit_test(the_mirror_stands_in_for_a_lost_first_record),
		cmocka_unit_test(an_extension_record_that_nobody_names_is_told),
		cmocka_unit_test(links_tell_their_targets),
		cmocka_unit_test(data_kept_elsewhere_by_windows_is_marked_undecoded),
		cmocka_unit_test(a_name_behind_the_entries_of_an_index_root_is_listed),
		cmocka_unit_test(a_name_that_only_an_index_remembers_is_listed),
		cmocka_unit_test(an_old_name_whose_record_was_used_again_is_marked_reused),
		cmocka_unit_test(a_damaged_index_block_is_told_and_loses_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
