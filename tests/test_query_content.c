/* test_query_content.c - content in the sealed database: judged once however many files have it, and said to be unread or unjudged where it is. */
#include "tests/case_make.h"

static void
equal_content_takes_type_and_matches_from_the_stream_that_was_judged(void **state)
{
	(void)state;
	struct made m;
	made_two(&m, "a", "b");
	put_simple(&m, 3, 3, "c");
	/* the one that was judged comes after one that rests on it */
	put_same(&m, 1, "note");
	put_hit(&m, 2, 0, 17, false);
	put_result(&m, 2, "note");
	put_result(&m, 3, "other");
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_MIME), "text/plain");
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_ENTROPY), "4.5");
	assert_number_equal(rows_of(r, CASE_MATCHES), 2);
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_PATH), "/a");
	assert_string_equal(text_at(r, CASE_MATCHES, 1, CASE_MATCHES_PATH), "/b");
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_RULE), "note");
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_NAMESPACE), "ransom");
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_OFFSET), "17");
	assert_number_equal(rows_of(r, CASE_PROBLEMS), 0);
	made_end(&m);
}

static void
a_match_by_name_holds_for_its_stream_alone(void **state)
{
	(void)state;
	struct made m;
	made_two(&m, "a", "b");
	put_hit(&m, 1, 1, 0, true);
	put_hit(&m, 1, 0, 17, false);
	put_result(&m, 1, "equal");
	put_same(&m, 2, "equal");
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_number_equal(rows_of(r, CASE_MATCHES), 3);
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_RULE), "note");
	assert_string_equal(text_at(r, CASE_MATCHES, 1, CASE_MATCHES_RULE), "odd_name");
	assert_string_equal(text_at(r, CASE_MATCHES, 1, CASE_MATCHES_PATH), "/a");
	assert_string_equal(text_at(r, CASE_MATCHES, 2, CASE_MATCHES_RULE), "note");
	assert_string_equal(text_at(r, CASE_MATCHES, 2, CASE_MATCHES_PATH), "/b");
	made_end(&m);
}

static void
content_that_nobody_judged_is_a_problem_and_not_silence(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	put_simple(&m, 1, 1, "a");
	put_same(&m, 1, "never judged");
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_number_equal(rows_of(r, CASE_PROBLEMS), 1);
	assert_string_equal(text_at(r, CASE_PROBLEMS, 0, 6), "judgement-missing");
	assert_string_equal(text_at(r, CASE_PROBLEMS, 0, 4), "/a");
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_MIME), "(null)");
	made_end(&m);
}

static void
digests_are_shown_of_whole_content_only(void **state)
{
	(void)state;
	struct made m;
	made_two(&m, "a whole", "b part");
	put_simple(&m, 3, 3, "c crashed");
	put_simple(&m, 4, 4, "d not reached");
	struct triage_entry folder = entry_of(5, 5, "e folder");
	folder.flags = 0;
	folder.kind = TRIAGE_FILE_DIRECTORY;
	put_named(&m, &folder, 90);
	put_result(&m, 1, "a");
	struct triage_content part = content_of("b");
	part.state = TRIAGE_CONTENT_PARTIAL;
	part.bytes = 10;
	assert_ok(case_put_content(m.store, 2, &part, &err));
	const struct triage_content crashed = { .state = TRIAGE_CONTENT_CRASHED, .mime = "", .magic = "", .randomness.entropy = -1 };
	assert_ok(case_put_content(m.store, 3, &crashed, &err));
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	static const char *const want[] = { "complete", "partial", "crashed", "skipped", "none" };
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(text_at(r, CASE_FILES, i, CASE_FILES_CONTENT), want[i]);
		assert_int_equal(strlen(text_at(r, CASE_FILES, i, CASE_FILES_SHA256)), i == 0 ? 64 : strlen("(null)"));
		assert_int_equal(strlen(text_at(r, CASE_FILES, i, CASE_FILES_MD5)), i == 0 ? 32 : strlen("(null)"));
	}
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_SHA256), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_MIME), "text/plain");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_BYTES_READ), "10");
	assert_string_equal(text_at(r, CASE_FILES, 2, CASE_FILES_ENTROPY), "(null)");
	made_end(&m);
}

static void
an_empty_file_is_wholly_known_and_an_undecoded_one_never(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	struct triage_entry empty = entry_of(1, 1, "a empty"), packed = entry_of(2, 2, "b packed"), gone = entry_of(3, 3, "c gone"), folder = entry_of(4, 4, "d folder");
	empty.flags = folder.flags = 0;
	empty.size = gone.size = folder.size = 0;
	packed.flags |= TRIAGE_ENTRY_UNDECODED;
	gone.flags = TRIAGE_ENTRY_REUSED;
	gone.state = TRIAGE_STATE_DELETED;
	folder.kind = TRIAGE_FILE_DIRECTORY;
	put_named(&m, &empty, 10);
	put_named(&m, &packed, 10);
	put_named(&m, &gone, 10);
	put_named(&m, &folder, 10);
	put_result(&m, 1, "packed");
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	static const char *const content[] = { "complete", "partial", "none", "none" };
	static const char *const md5[] = { "d41d8cd98f00b204e9800998ecf8427e", "(null)", "(null)", "(null)" };
	for (unsigned i = 0; i < 4; i++) {
		assert_string_equal(text_at(r, CASE_FILES, i, CASE_FILES_CONTENT), content[i]);
		assert_string_equal(text_at(r, CASE_FILES, i, CASE_FILES_MD5), md5[i]);
	}
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_SHA256), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_MIME), "inode/x-empty");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_MIME), "text/plain");
	made_end(&m);
}

static void
matches_of_a_stream_without_digest_are_kept_for_it(void **state)
{
	(void)state;
	struct made m;
	made_two(&m, "a", "b");
	struct triage_content c = content_of("x");
	c.hashed = false;
	c.state = TRIAGE_CONTENT_UNREADABLE;
	put_hit(&m, 1, 0, 3, false);
	assert_ok(case_put_content(m.store, 1, &c, &err));
	assert_ok(case_put_content(m.store, 2, &c, &err));
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_number_equal(rows_of(r, CASE_MATCHES), 1);
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_PATH), "/a");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_MIME), "text/plain");
	made_end(&m);
}

static void
hard_links_share_their_extents(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	put_simple(&m, 1, 7, "one");
	put_simple(&m, 2, 7, "two");
	put_simple(&m, 3, 8, "three");
	const struct triage_extent x[] = { { 4096, 900000, 512 }, { 0, 500000, 4096 } };
	assert_ok(case_put_extent(m.store, 1, &x[0], &err));
	assert_ok(case_put_extent(m.store, 1, &x[1], &err));
	put_result(&m, 1, "x");
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	struct case_cursor *c;
	assert_number_equal(rows_of(r, CASE_EXTENTS), 4);
	assert_string_equal(text_at(r, CASE_FILES, 2, CASE_FILES_PATH), "/two");
	assert_ok(case_rows_of(r, CASE_EXTENTS, 3, &c, &err));
	assert_ok(case_next(c, &err));
	assert_number_equal(case_int(c, CASE_EXTENTS_FILE_OFFSET), 0);
	assert_number_equal(case_int(c, CASE_EXTENTS_IMAGE_OFFSET), 500000);
	assert_number_equal(case_int(c, CASE_EXTENTS_LENGTH), 4096);
	assert_number_equal(case_int(c, CASE_EXTENTS_EVIDENCE_ID), 1);
	assert_ok(case_next(c, &err));
	assert_number_equal(case_int(c, CASE_EXTENTS_FILE_OFFSET), 4096);
	assert_status(TRIAGE_END, case_next(c, &err));
	case_cursor_close(c);
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_content_takes_type_and_matches_from_the_stream_that_was_judged),
		cmocka_unit_test(a_match_by_name_holds_for_its_stream_alone),
		cmocka_unit_test(content_that_nobody_judged_is_a_problem_and_not_silence),
		cmocka_unit_test(digests_are_shown_of_whole_content_only),
		cmocka_unit_test(an_empty_file_is_wholly_known_and_an_undecoded_one_never),
		cmocka_unit_test(matches_of_a_stream_without_digest_are_kept_for_it),
		cmocka_unit_test(hard_links_share_their_extents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
