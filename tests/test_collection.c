/* test_collection.c - collections are known by their folders, and their paths become those of the machine. */
#include "tests/harness.h"

#include "triage/run/collection.h"

/* What path becomes, "" when it stays. paths: all that are looked at before, NULL at the end. */
static void
expect(const char *const *paths, const char *path, const char *want)
{
	struct collection c = { 0 };
	struct buf out;
	buf_init(&out, 1 << 20);
	for (; *paths != NULL; paths++)
		collection_look(&c, *paths);
	collection_settle(&c);
	assert_int_equal(collection_map(&c, path, &out), want[0] != '\0');
	assert_string_equal(buf_cstr(&out), want);
	buf_release(&out);
	collection_release(&c);
}

static void
folders_of_one_letter(void **state)
{
	(void)state;
	static const char *const kape[] = { "/", "/C", "/D", "/2024_CopyLog.csv", "/C/Windows", "/C/Users", "/C/Windows/System32", "/D/Data", NULL };
	expect(kape, "/C", "/");
	expect(kape, "/C/Windows/System32/config/SAM", "/Windows/System32/config/SAM");
	expect(kape, "/C/odd%20name", "/odd%20name");
	expect(kape, "/D/Data/x", "/D:/Data/x");
	expect(kape, "/2024_CopyLog.csv", "");
	static const char *const deep[] = { "/case/out/c/$MFT", NULL };
	expect(deep, "/case/out/c/$MFT", "/$MFT");
	expect(deep, "/case/notes.txt", "");
	static const char *const two[] = { "/pc1/C/Windows", "/pc2/C/Windows", NULL };
	expect(two, "/pc1/C/Windows/x", "/pc1/Windows/x");
	expect(two, "/pc2/C", "/pc2");
}

static void
other_folders_are_left_alone(void **state)
{
	(void)state;
	static const char *const letters[] = { "/a/b", "/b/readme.txt", "/c/src", NULL };
	expect(letters, "/c/src/main.c", "");
	static const char *const volume[] = { "/Windows", "/Windows/System32", "/C/Windows", NULL };
	expect(volume, "/C/Windows/x", "");
	static const char *const far[] = { "/1/2/3/4/C/Windows", NULL };
	expect(far, "/1/2/3/4/C/Windows", "");
}

static void
uploads_with_escapes(void **state)
{
	(void)state;
	static const char *const velo[] = { "/uploads/auto/C%3A/Windows/x", "/uploads/ntfs/%5C%5C.%5CC%3A/$MFT",
	    "/uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy12/Users/y", "/uploads/auto/D%3A/z", NULL };
	expect(velo, "/uploads/auto/C%3A/Windows/System32/winevt/Logs/A%254B.evtx", "/Windows/System32/winevt/Logs/A%4B.evtx");
	expect(velo, "/uploads/ntfs/%5C%5C.%5CC%3A/$Extend/$UsnJrnl%3A$J", "/$Extend/$UsnJrnl:$J");
	expect(velo, "/uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy12/Users/y", "/HarddiskVolumeShadowCopy12:/Users/y");
	expect(velo, "/uploads/auto/D%3A/z", "/D:/z");
	expect(velo, "/uploads/auto/C%3A/a%2Fb%00%zz%5C", "/a%2Fb%00%zz%5C");
	expect(velo, "/results/x.json", "");
	static const char *const unix_paths[] = { "/uploads/auto/etc/passwd", NULL };
	expect(unix_paths, "/uploads/auto/etc/passwd", "/etc/passwd");
}

static void
a_root_in_brackets(void **state)
{
	(void)state;
	static const char *const uac[] = { "/uac-x/[root]/etc/passwd", "/uac-x/uac.log", NULL };
	expect(uac, "/uac-x/[root]/etc/passwd", "/etc/passwd");
	expect(uac, "/uac-x/[root]", "/");
	expect(uac, "/uac-x/live_response/ps.txt", "");
}

static void
members_of_an_archive_need_no_look_before(void **state)
{
	(void)state;
	struct collection c = { .archive = true };
	struct buf out;
	buf_init(&out, 1 << 20);
	assert_true(collection_map(&c, "/C/$MFT", &out));
	assert_string_equal(buf_cstr(&out), "/$MFT");
	buf_clear(&out);
	assert_true(collection_map(&c, "/E/x", &out));
	assert_string_equal(buf_cstr(&out), "/E:/x");
	buf_clear(&out);
	assert_false(collection_map(&c, "/C", &out));
	assert_false(collection_map(&c, "/readme.txt", &out));
	buf_release(&out);
	collection_release(&c);
}

static void
the_name_tells_the_host(void **state)
{
	(void)state;
	static const struct {
		const char *name, *host;
	} names[] = {
		{ "Collection-DC-01.town.local-2024-01-31T10_00_00Z.zip", "DC-01.town.local" }, { "uac-srv-web1-linux-20240131100000.tar.gz", "srv-web1" },
		{ "uac-.tar", "" }, { "Collection-.zip", "" }, { "Collection--2024-01.zip", "" }, { "case.zip", "" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct collection c = { 0 };
		collection_named(&c, names[i].name);
		assert_string_equal(c.host, names[i].host);
	}
}

static void
more_roots_than_are_kept_do_no_harm(void **state)
{
	(void)state;
	struct collection c = { 0 };
	struct buf out;
	char path[64];
	buf_init(&out, 1 << 20);
	for (unsigned i = 0; i < 3 * COLLECTION_ROOTS_MAX; i++) {
		snprintf(path, sizeof(path), "/pc%u/C/Windows", i);
		collection_look(&c, path);
	}
	assert_true(collection_settle(&c));
	assert_number_equal(c.count, COLLECTION_ROOTS_MAX);
	collection_describe(&c, &out);
	assert_false(out.failed);
	buf_release(&out);
	collection_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_of_one_letter),
		cmocka_unit_test(other_folders_are_left_alone),
		cmocka_unit_test(uploads_with_escapes),
		cmocka_unit_test(a_root_in_brackets),
		cmocka_unit_test(members_of_an_archive_need_no_look_before),
		cmocka_unit_test(the_name_tells_the_host),
		cmocka_unit_test(more_roots_than_are_kept_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
