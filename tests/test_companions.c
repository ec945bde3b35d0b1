/* test_companions.c - files beside others: found by name in the same folder. */
#include "tests/events_make.h"

static bool
is_ending(const char *ending)
{
	return strcasecmp(ending, ".LOG1") == 0 || strcasecmp(ending, "-wal") == 0;
}

static size_t
beside(struct made *m, struct case_companions *all, const char *path, struct case_companion out[4])
{
	(void)m;
	const struct case_unit u = { .filesystem_id = 1, .path = (char *)(uintptr_t)path };
	return case_companions_of(all, &u, out, 4);
}

static void
companions_are_found_by_name_in_the_same_folder(void **state)
{
	(void)state;
	struct made m;
	struct case_companions *all = NULL;
	struct case_companion out[4];
	static const char *const paths[] = { "/c/SYSTEM", "/c/system.log1", "/c/SYSTEM.LOG2", "/d/SYSTEM.LOG1", "/h/History", "/h/History-wal", "/h/.LOG1" };
	made_begin(&m, "ntfs");
	for (uint64_t i = 0; i < 7; i++)
		put_file(&m, 1, i + 1, paths[i]);
	struct triage_entry gone = entry_of(20, 20, "History-wal");
	gone.state = TRIAGE_STATE_DELETED;
	assert_ok(case_put_entry(m.store, 1, &gone, "/h/History-wal", 50, &err));
	struct triage_entry folder = entry_of(21, 21, "x-wal");
	folder.flags = 0;
	assert_ok(case_put_entry(m.store, 1, &folder, "/h/x-wal", 90, &err));
	assert_ok(case_find_companions(m.store, is_ending, &all, &err));
	assert_number_equal(beside(&m, all, "/c/SYSTEM", out), 1);
	assert_string_equal(out[0].ending, ".log1");
	assert_number_equal(out[0].inode, 2);
	assert_number_equal(beside(&m, all, "/D/system", out), 1);
	assert_number_equal(out[0].inode, 4);
	assert_number_equal(beside(&m, all, "/h/History", out), 1);
	assert_number_equal(out[0].inode, 6);
	assert_null(out[0].raw_path);
	assert_number_equal(beside(&m, all, "/h/x", out), 0);
	assert_number_equal(beside(&m, all, "/h/", out), 0);
	assert_number_equal(beside(&m, all, "/c/SYSTEM.LOG1", out), 0);
	case_companions_free(all);
	case_companions_free(NULL);
	made_end(&m);
}

static void
companions_on_a_mounted_volume_have_their_raw_path(void **state)
{
	(void)state;
	struct made m;
	struct case_companions *all = NULL;
	struct case_companion out[4];
	made_begin(&m, "directory");
	struct triage_entry root = entry_of(0, 1, ""), folder = entry_of(1, 2, "d\xff"), hive = entry_of(2, 3, "S"), log = entry_of(3, 4, "S.LOG1");
	root.flags = folder.flags = 0;
	root.kind = folder.kind = TRIAGE_FILE_DIRECTORY;
	hive.parent = log.parent = 1;
	assert_ok(case_put_entry(m.store, 1, &root, "/", 90, &err));
	assert_ok(case_put_entry(m.store, 1, &folder, "/d\\xff", 90, &err));
	assert_ok(case_put_entry(m.store, 1, &hive, "/d\\xff/S", 10, &err));
	assert_ok(case_put_entry(m.store, 1, &log, "/d\\xff/S.LOG1", 10, &err));
	assert_ok(case_find_companions(m.store, is_ending, &all, &err));
	assert_number_equal(beside(&m, all, "/d\\xff/S", out), 1);
	assert_number_equal(out[0].raw_path_size, 9);
	assert_memory_equal(out[0].raw_path, "d\xff/S.LOG1", 9);
	case_companions_free(all);
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(companions_are_found_by_name_in_the_same_folder),
		cmocka_unit_test(companions_on_a_mounted_volume_have_their_raw_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
