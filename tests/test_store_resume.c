/* test_store_resume.c - a journal that is taken up again: what it keeps, what it forgets, and what it says when it cannot go on. */
#include "tests/store_make.h"

#include <fcntl.h>

static void
what_was_committed_survives_and_the_rest_does_not(void **state)
{
	(void)state;
	struct made m;
	struct case_totals t;
	made_two(&m, "kept", "kept too");
	put_result(&m, 1, "one");
	assert_ok(case_set(m.store, "phase", "listed", &err));
	assert_ok(case_commit(m.store, &err));
	put_simple(&m, 3, 3, "lost");
	put_result(&m, 2, "two");
	assert_ok(case_set(m.store, "phase", "lost", &err));
	reopen(&m);
	assert_ok(case_totals(m.store, &t, &err));
	assert_number_equal(t.units, 2);
	assert_number_equal(t.units_done, 1);
	assert_number_equal(t.bytes, 2000);
	assert_number_equal(t.bytes_done, 1000);
	assert_string_equal(case_get(m.store, "phase"), "listed");
	struct case_unit u;
	assert_number_equal(next_units(&m, &u, 1), 1);
	assert_number_equal(u.unit_id, 2);
	case_unit_release(&u);
	made_end(&m);
}

static void
rows_of_a_unit_without_result_are_forgotten_on_resume(void **state)
{
	(void)state;
	struct made m;
	made_two(&m, "done", "interrupted");
	put_hit(&m, 1, 0, 5, false);
	put_result(&m, 1, "one");
	put_hit(&m, 2, 0, 6, false);
	const struct triage_extent x = { 0, 4096, 1000 };
	assert_ok(case_put_extent(m.store, 2, &x, &err));
	assert_ok(case_commit(m.store, &err));
	reopen(&m);
	put_result(&m, 2, "two");
	made_build(&m);
	assert_number_equal(rows_of(case_seal_reader(m.sealer), CASE_MATCHES), 1);
	assert_number_equal(rows_of(case_seal_reader(m.sealer), CASE_EXTENTS), 0);
	made_end(&m);
}

static void
dropping_the_rows_of_a_unit_leaves_those_of_others_and_counts_an_attempt(void **state)
{
	(void)state;
	struct made m;
	struct case_unit units[2];
	made_two(&m, "fragile", "other");
	put_hit(&m, 1, 0, 1, false);
	put_hit(&m, 2, 0, 2, false);
	put_hit(&m, 1, 0, 3, false);
	assert_ok(case_drop_unit_rows(m.store, 1, &err));
	assert_number_equal(next_units(&m, units, 2), 2);
	assert_number_equal(units[0].attempts, 1);
	assert_number_equal(units[1].attempts, 0);
	release_units(units, 2);
	put_hit(&m, 1, 0, 9, false);
	put_result(&m, 1, "one");
	put_result(&m, 2, "two");
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_number_equal(rows_of(r, CASE_MATCHES), 2);
	assert_string_equal(text_at(r, CASE_MATCHES, 0, CASE_MATCHES_OFFSET), "9");
	assert_string_equal(text_at(r, CASE_MATCHES, 1, CASE_MATCHES_OFFSET), "2");
	made_end(&m);
}

static void
a_dropped_listing_can_be_put_again(void **state)
{
	(void)state;
	struct made m;
	struct case_totals t;
	made_two(&m, "a", "b");
	put_hit(&m, 1, 0, 1, false);
	put_result(&m, 1, "one");
	assert_ok(case_drop_listing(m.store, 1, &err));
	assert_ok(case_totals(m.store, &t, &err));
	assert_number_equal(t.units, 0);
	assert_number_equal(t.units_done, 0);
	put_simple(&m, 1, 1, "a");
	put_result(&m, 1, "one");
	made_build(&m);
	assert_number_equal(rows_of(case_seal_reader(m.sealer), CASE_FILES), 1);
	assert_number_equal(rows_of(case_seal_reader(m.sealer), CASE_MATCHES), 0);
	made_end(&m);
}

static void
a_probe_that_is_put_again_keeps_ids_and_image_digests(void **state)
{
	(void)state;
	struct made m;
	uint64_t id = 0;
	made_begin(&m, "ntfs");
	assert_ok(case_put_image_hash(m.store, 1, "aa", "", "bb", "mismatch", 3, &err));
	const struct triage_evidence e = { .kind = TRIAGE_EVIDENCE_EWF, .size = 5, .sector_size = 512, .stored_md5 = "cc", .stored_sha1 = "" };
	assert_ok(case_put_evidence(m.store, 1, "disk.E01", &e, &err));
	const struct triage_filesystem fs = { .type = "ntfs", .label = "new", .uuid = "" };
	assert_ok(case_put_filesystem(m.store, 1, &fs, &id, &err));
	assert_number_equal(id, 1);
	const struct triage_filesystem other = { .index = 1, .type = "fat32", .label = "", .uuid = "" };
	assert_ok(case_put_filesystem(m.store, 1, &other, &id, &err));
	assert_number_equal(id, 2);
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_string_equal(text_at(r, CASE_EVIDENCE, 0, CASE_EVIDENCE_KIND), "ewf");
	assert_string_equal(text_at(r, CASE_EVIDENCE, 0, CASE_EVIDENCE_STORED_MD5), "cc");
	assert_string_equal(text_at(r, CASE_EVIDENCE, 0, CASE_EVIDENCE_SHA256), "bb");
	assert_string_equal(text_at(r, CASE_EVIDENCE, 0, CASE_EVIDENCE_HASH_VERDICT), "mismatch");
	assert_string_equal(text_at(r, CASE_EVIDENCE, 0, CASE_EVIDENCE_BAD_SECTORS), "3");
	assert_number_equal(rows_of(r, CASE_FILESYSTEMS), 2);
	made_end(&m);
}

static void
other_rules_on_resume_are_refused(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	assert_ok(case_commit(m.store, &err));
	reopen(&m);
	struct case_rule other = made_rules[0];
	assert_ok(case_put_rule(m.store, 0, &made_rules[0], &err));
	other.version = "2";
	assert_status(TRIAGE_E_USAGE, case_put_rule(m.store, 0, &other, &err));
	assert_status(TRIAGE_E_USAGE, case_put_rule(m.store, 2, &made_rules[0], &err));
	made_end(&m);
}

static void
fewer_rules_on_resume_are_refused_when_the_case_is_built(void **state)
{
	(void)state;
	struct made m;
	struct case_sealer *z;
	made_begin(&m, "ntfs");
	assert_ok(case_commit(m.store, &err));
	reopen(&m);
	assert_ok(case_put_rule(m.store, 0, &made_rules[0], &err));
	assert_status(TRIAGE_E_USAGE, case_build(m.store, m.database, &z, &err));
	assert_int_equal(access(m.database, F_OK), -1);
	made_end(&m);
}

static void
the_chain_of_custody_goes_on_after_a_resume(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	assert_ok(case_custody(m.store, "triage", "started", "{}", &err));
	assert_ok(case_commit(m.store, &err));
	assert_ok(case_custody(m.store, "triage", "lost", "{}", &err));
	reopen(&m);
	assert_ok(case_custody(m.store, "triage", "resumed", "{}", &err));
	made_build(&m);
	made_seal(&m);
	assert_number_equal(rows_of(m.reader, CASE_CUSTODY), 2);
	assert_string_equal(text_at(m.reader, CASE_CUSTODY, 1, CASE_CUSTODY_ACTION), "resumed");
	assert_string_equal(text_at(m.reader, CASE_CUSTODY, 1, CASE_CUSTODY_PREVIOUS_HASH),
	    text_at(m.reader, CASE_CUSTODY, 0, CASE_CUSTODY_HASH));
	made_end(&m);
}

/* Overwrite bytes of the journal, which nobody holds open. */
static void
damage(const char *path, long offset, size_t size)
{
	uint8_t noise[4096];
	memset(noise, 0xa5, sizeof(noise));
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, noise, size, offset), size);
	close(fd);
}

static void
a_damaged_journal_is_not_resumed(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	for (uint64_t i = 1; i < 2000; i++)
		put_simple(&m, i, i, "some file with a name");
	assert_ok(case_commit(m.store, &err));
	case_close(m.store);
	m.store = NULL;
	damage(m.journal, 8 * 16384, 4096);
	struct triage_error err = { 0 };
	assert_int_equal(case_resume(m.journal, &m.store, &err), TRIAGE_E_FORMAT);
	assert_non_null(strstr(err.text, "begin a new run"));
	damage(m.journal, 0, 100);
	assert_int_equal(case_resume(m.journal, &m.store, &err), TRIAGE_E_FORMAT);
	made_end(&m);
}

static void
a_file_that_is_no_journal_is_not_resumed(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	struct case_store *other;
	assert_status(TRIAGE_E_FORMAT, case_resume(m.database, &other, &err));
	char missing[300];
	snprintf(missing, sizeof(missing), "%s/missing", m.folder);
	assert_status(TRIAGE_E_IO, case_resume(missing, &other, &err));
	made_end(&m);
}

static void
an_act_changed_in_the_journal_stops_the_resume(void **state)
{
	(void)state;
	struct made m;
	size_t size;
	made_begin(&m, "ntfs");
	assert_ok(case_custody(m.store, "triage", "honest-act", "{}", &err));
	assert_ok(case_commit(m.store, &err));
	case_close(m.store);
	m.store = NULL;
	char *data = read_whole(m.journal, &size);
	char *at = memmem(data, size, "honest-act", 10);
	assert_non_null(at);
	memcpy(at, "forged-act", 10);
	write_whole(m.journal, data, size);
	free(data);
	struct triage_error err = { 0 };
	assert_int_equal(case_resume(m.journal, &m.store, &err), TRIAGE_E_FORMAT);
	assert_non_null(strstr(err.text, "custody"));
	made_end(&m);
}

static void
a_journal_in_use_or_in_the_way_is_refused(void **state)
{
	(void)state;
	struct made m;
	struct case_store *other;
	made_begin(&m, "ntfs");
	assert_status(TRIAGE_E_IO, case_create(m.journal, &other, &err));
	assert_status(TRIAGE_E_IO, case_resume(m.journal, &other, &err));
	put_simple(&m, 1, 1, "a");
	assert_ok(case_commit(m.store, &err));
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_committed_survives_and_the_rest_does_not),
		cmocka_unit_test(rows_of_a_unit_without_result_are_forgotten_on_resume),
		cmocka_unit_test(dropping_the_rows_of_a_unit_leaves_those_of_others_and_counts_an_attempt),
		cmocka_unit_test(a_dropped_listing_can_be_put_again),
		cmocka_unit_test(a_probe_that_is_put_again_keeps_ids_and_image_digests),
		cmocka_unit_test(other_rules_on_resume_are_refused),
		cmocka_unit_test(fewer_rules_on_resume_are_refused_when_the_case_is_built),
		cmocka_unit_test(the_chain_of_custody_goes_on_after_a_resume),
		cmocka_unit_test(a_damaged_journal_is_not_resumed),
		cmocka_unit_test(a_file_that_is_no_journal_is_not_resumed),
		cmocka_unit_test(an_act_changed_in_the_journal_stops_the_resume),
		cmocka_unit_test(a_journal_in_use_or_in_the_way_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
