/* test_bag.c - the sealed bundle: whole when nobody touched it, and every kind of change is told. */
#include "tests/case_make.h"

#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

#include <errno.h>
#include <sys/stat.h>

struct told {
	char text[8192];
	size_t size;
};

static void
take(void *ctx, const char *line)
{
	struct told *t = ctx;
	if (t->size < sizeof(t->text))
		t->size += (size_t)snprintf(t->text + t->size, sizeof(t->text) - t->size, "%s\n", line);
}

static const struct bag_info info = { .source_organization = "Town of\nExample", .contact_name = "J. Peeters", .external_identifier = "E1",
	.external_description = "", .software_agent = "triage test", .bagging_date = "2026-11-24" };

static char *
path_in(struct made *m, const char *name)
{
	static char path[4][400];
	static unsigned next;
	char *out = path[next++ % 4];
	snprintf(out, sizeof(path[0]), "%s/bundle/%s", m->folder, name);
	return out;
}

/* A sealed bundle with a case database, its custody log and some other files. */
static void
begin_bundle(struct made *m)
{
	static const struct report_options options = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE };
	struct output *out;
	made_begin(m, "ntfs");
	assert_ok(output_folder(path_in(m, ""), &err));
	assert_ok(output_folder(path_in(m, "data"), &err));
	assert_ok(output_folder(path_in(m, "data/extracted"), &err));
	snprintf(m->database, sizeof(m->database), "%s", path_in(m, "data/case.db"));
	put_simple(m, 1, 1, "a");
	assert_ok(case_custody(m->store, "triage", "started", "{\"version\":\"0.1.0\"}", &err));
	assert_ok(case_custody(m->store, "J. \"Jo\" Peeters", "examined", "{\"note\":\"caf\xc3\xa9 \\\\ 100 % \\\"hash\\\":\\\"\"}", &err));
	assert_ok(case_custody(m->store, "triage", "sealed", "{}", &err));
	made_build(m);
	made_seal(m);
	assert_ok(output_create(path_in(m, "data/custody.jsonl"), &out, &err));
	assert_ok(exporter_named("custody.jsonl")->write(m->reader, &options, out, &err));
	assert_ok(output_finish(out, NULL, &err));
	write_whole(path_in(m, "data/timeline.csv"), "a,b\r\n", 5);
	write_whole(path_in(m, "data/extracted/50 %\n.bin"), "", 0);
}

static void
seal(struct made *m)
{
	char seal[65] = "", again[65];
	size_t size;
	assert_ok(bag_seal(path_in(m, ""), &info, seal, &err));
	char *text = read_whole(path_in(m, BAG_TAG_MANIFEST), &size);
	digest_sha256_hex(text, size, again);
	assert_string_equal(seal, again);
	free(text);
}

static enum triage_status
verify(struct made *m, struct told *t)
{
	struct triage_error err = { 0 };
	*t = (struct told){ 0 };
	const struct verify_options options = { .tell = take, .ctx = t };
	return bag_verify(path_in(m, ""), &options, &err);
}

static void
assert_told(struct made *m, const char *what)
{
	struct told t;
	assert_int_equal(verify(m, &t), TRIAGE_E_FORMAT);
	if (strstr(t.text, what) == NULL)
		fail_msg("not told: %s\nbut: %s", what, t.text);
}

static void
append(const char *path, const char *text)
{
	FILE *f = fopen(path, "abe");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
a_bundle_that_nobody_touched_is_intact(void **state)
{
	(void)state;
	struct made m;
	struct told t;
	begin_bundle(&m);
	seal(&m);
	if (verify(&m, &t) != TRIAGE_OK)
		fail_msg("told: %s", t.text);
	assert_string_equal(t.text, "");
	made_end(&m);
}

static void
the_tag_files_are_those_of_the_standard(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	seal(&m);
	char *text = read_whole(path_in(&m, BAG_DECLARATION), NULL);
	assert_string_equal(text, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
	free(text);
	text = read_whole(path_in(&m, BAG_INFO), NULL);
	struct stat database, custody;
	assert_int_equal(stat(path_in(&m, "data/case.db"), &database), 0);
	assert_int_equal(stat(path_in(&m, "data/custody.jsonl"), &custody), 0);
	char want[600];
	snprintf(want, sizeof(want), "Source-Organization: Town of Example\nContact-Name: J. Peeters\nExternal-Identifier: E1\nBagging-Date: 2026-11-24\n"
	    "Payload-Oxum: %lld.4\nBag-Software-Agent: triage test\n", (long long)database.st_size + custody.st_size + 5);
	assert_string_equal(text, want);
	free(text);
	text = read_whole(path_in(&m, BAG_MANIFEST), NULL);
	assert_non_null(strstr(text, "  data/extracted/50 %25%0A.bin\n"));
	assert_true(strstr(text, "data/case.db") < strstr(text, "data/custody.jsonl"));
	free(text);
	made_end(&m);
}

static void
each_change_of_a_file_is_told(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	seal(&m);
	append(path_in(&m, "data/timeline.csv"), "x");
	assert_told(&m, "changed: data/timeline.csv: its digest is another\n");
	assert_told(&m, "Payload-Oxum");
	write_whole(path_in(&m, "data/timeline.csv"), "a,b\r\n", 5);
	struct told t;
	assert_int_equal(verify(&m, &t), TRIAGE_OK);
	unlink(path_in(&m, "data/timeline.csv"));
	assert_told(&m, "missing: data/timeline.csv\n");
	assert_int_equal(symlink(path_in(&m, "data/case.db"), path_in(&m, "data/timeline.csv")), 0);
	assert_told(&m, "changed: data/timeline.csv: it is no plain file any more\n");
	made_end(&m);
}

static void
an_added_file_is_told_wherever_it_lies(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	seal(&m);
	write_whole(path_in(&m, "data/extracted/planted.txt"), "x", 1);
	assert_told(&m, "added: data/extracted/planted.txt");
	unlink(path_in(&m, "data/extracted/planted.txt"));
	write_whole(path_in(&m, "note\x1b[31m.txt"), "x", 1);
	assert_told(&m, "added: note\\x1b[31m.txt");
	unlink(path_in(&m, "note\x1b[31m.txt"));
	/* a signature made afterwards may be there, but it must be one */
	write_whole(path_in(&m, BAG_SIGNATURE), "x", 1);
	assert_told(&m, "signature: tagmanifest-sha256.txt.p7s: it is no CMS signature");
	unlink(path_in(&m, BAG_SIGNATURE));
	assert_int_equal(mkdir(path_in(&m, "data/empty"), 0700), 0);
	assert_told(&m, "added: data/empty: an empty folder");
	assert_int_equal(rmdir(path_in(&m, "data/empty")), 0);
	struct told t;
	assert_int_equal(verify(&m, &t), TRIAGE_OK);
	made_end(&m);
}

static void
a_changed_tag_file_is_told(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	seal(&m);
	append(path_in(&m, BAG_INFO), "Contact-Name: somebody else\n");
	assert_told(&m, "changed: bag-info.txt");
	made_end(&m);
	begin_bundle(&m);
	seal(&m);
	unlink(path_in(&m, BAG_HOW_TO));
	assert_told(&m, "missing: HOW-TO-VERIFY.txt");
	made_end(&m);
}

static void
a_manifest_that_leaves_out_a_file_or_points_outside_is_told(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	seal(&m);
	append(path_in(&m, BAG_MANIFEST), "0000000000000000000000000000000000000000000000000000000000000000  ../../etc/passwd\n");
	assert_told(&m, "changed: manifest-sha256.txt");
	assert_told(&m, "missing: ../../etc/passwd");
	assert_told(&m, "broken: manifest-sha256.txt: it names a file outside data/");
	append(path_in(&m, BAG_MANIFEST), "nonsense\n");
	assert_told(&m, "broken: manifest-sha256.txt: line 6 is not a digest and a path");
	write_whole(path_in(&m, BAG_TAG_MANIFEST), "", 0);
	assert_told(&m, "broken: tagmanifest-sha256.txt: it does not name every file beside data/");
	made_end(&m);
}

static void
a_bundle_without_manifest_is_not_sealed(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	assert_told(&m, "not sealed: manifest-sha256.txt");
	seal(&m);
	unlink(path_in(&m, BAG_MANIFEST));
	assert_told(&m, "not sealed: manifest-sha256.txt");
	made_end(&m);
}

static void
a_bundle_that_cannot_be_read_is_an_error_of_its_own(void **state)
{
	(void)state;
	struct told t = { 0 };
	assert_status(TRIAGE_E_IO, bag_verify("/nonexistent/bundle", &(const struct verify_options){ .tell = take, .ctx = &t }, &err));
}

static void
a_custody_log_forged_and_sealed_again_is_told(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	char *text = read_whole(path_in(&m, "data/custody.jsonl"), NULL);
	char *version = strstr(text, "0.1.0");
	assert_non_null(version);
	version[4] = '9';
	write_whole(path_in(&m, "data/custody.jsonl"), text, strlen(text));
	free(text);
	seal(&m);
	assert_told(&m, "broken: data/custody.jsonl: custody chain, line 1: was changed");
	made_end(&m);
}

static void
a_custody_log_that_is_shorter_than_the_database_s_is_told(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	char *text = read_whole(path_in(&m, "data/custody.jsonl"), NULL);
	char *last = strstr(text, "{\"action\":\"sealed\"");
	assert_non_null(last);
	write_whole(path_in(&m, "data/custody.jsonl"), text, (size_t)(last - text));
	free(text);
	seal(&m);
	assert_told(&m, "broken: data/custody.jsonl: it is not the chain that data/case.db holds");
	made_end(&m);
}

static void
a_database_that_is_none_is_told(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	write_whole(path_in(&m, "data/case.db"), "SQLite format 3? no", 19);
	seal(&m);
	assert_told(&m, "broken: data/case.db");
	made_end(&m);
	begin_bundle(&m);
	unlink(path_in(&m, "data/case.db"));
	seal(&m);
	assert_told(&m, "missing: data/case.db");
	made_end(&m);
}

static void
sealing_again_replaces_what_a_cut_off_attempt_left(void **state)
{
	(void)state;
	struct made m;
	struct told t;
	begin_bundle(&m);
	seal(&m);
	write_whole(path_in(&m, BAG_MANIFEST ".part"), "half", 4);
	write_whole(path_in(&m, "data/timeline.csv"), "new\r\n", 5);
	seal(&m);
	assert_int_equal(verify(&m, &t), TRIAGE_OK);
	assert_int_equal(access(path_in(&m, BAG_MANIFEST ".part"), F_OK), -1);
	made_end(&m);
}

static void
a_payload_that_is_no_plain_file_cannot_be_sealed(void **state)
{
	(void)state;
	struct made m;
	char seal_text[65];
	begin_bundle(&m);
	assert_int_equal(symlink("/etc/passwd", path_in(&m, "data/link")), 0);
	assert_status(TRIAGE_E_IO, bag_seal(path_in(&m, ""), &info, seal_text, &err));
	assert_int_equal(access(path_in(&m, BAG_MANIFEST), F_OK), -1);
	unlink(path_in(&m, "data/link"));
	assert_int_equal(mkfifo(path_in(&m, "data/pipe"), 0600), 0);
	assert_status(TRIAGE_E_IO, bag_seal(path_in(&m, ""), &info, seal_text, &err));
	made_end(&m);
}

/* --- a signer --- */

static enum triage_status
sign_badly(void *ctx, const void *data, size_t size, uint8_t *out, size_t *ret_size, struct triage_error *error)
{
	(void)data, (void)size, (void)out, (void)ret_size;
	++*(unsigned *)ctx;
	triage_error_set(error, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the card was taken out");
	return TRIAGE_E_USAGE;
}

static void
a_signer_that_fails_leaves_a_sealed_bundle_that_does_not_say_it_is_signed(void **state)
{
	(void)state;
	struct made m;
	struct told t;
	unsigned asked = 0;
	char seal_text[65];
	const struct triage_signer signer = { .ctx = &asked, .who = "CN=Nobody", .fingerprint = "00", .sign = sign_badly };
	struct triage_error why = { 0 };
	struct bag_info with = info;
	begin_bundle(&m);
	with.signer = &signer;
	with.unsigned_why = &why;
	assert_ok(bag_seal(path_in(&m, ""), &with, seal_text, &err));
	assert_number_equal(asked, 1);
	assert_string_equal(why.text, "the card was taken out");
	if (verify(&m, &t) != TRIAGE_OK)
		fail_msg("told: %s", t.text);
	char *text = read_whole(path_in(&m, BAG_INFO), NULL);
	assert_null(strstr(text, "Nobody"));
	free(text);
	made_end(&m);
}

/* --- HOW-TO-VERIFY.txt --- */

/* The commands (indented by four) of the n-th numbered step after a heading, as a shell script in the bundle's folder. */
static char *
run_step(struct made *m, const char *heading, const char *step)
{
	static char out[8192];
	char *text = read_whole(path_in(m, BAG_HOW_TO), NULL), script[400], command[900];
	char *at = strstr(text, heading);
	assert_non_null(at);
	at = strstr(at, step);
	assert_non_null(at);
	at = strstr(at, "\n\n    ");
	assert_non_null(at);
	char *end = strstr(at + 2, "\n\n");
	snprintf(script, sizeof(script), "%s/step.sh", m->folder);
	write_whole(script, at + 2, (size_t)(end - (at + 2)));
	free(text);
	snprintf(command, sizeof(command), "cd '%s' && LC_ALL=C sh '%s' 2>&1", path_in(m, ""), script);
	FILE *f = popen(command, "re");
	assert_non_null(f);
	size_t size = fread(out, 1, sizeof(out) - 1, f);
	out[size] = '\0';
	pclose(f);
	return out;
}

static void
the_commands_for_the_recipient_work_as_they_are_written(void **state)
{
	(void)state;
	static const char *const headings[] = { "NEDERLANDS\n", "FRANÇAIS\n", "DEUTSCH\n", "ENGLISH\n" };
	struct made m;
	begin_bundle(&m);
	unlink(path_in(&m, "data/extracted/50 %\n.bin"));	/* sha256sum does not know the escapes of a manifest; we make no such names */
	char seal_text[65], want[100];
	assert_ok(bag_seal(path_in(&m, ""), &info, seal_text, &err));
	snprintf(want, sizeof(want), "%s  tagmanifest-sha256.txt\n", seal_text);
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		assert_string_equal(run_step(&m, headings[i], "\n1. "), want);
		assert_string_equal(run_step(&m, headings[i], "\n2. "), "HOW-TO-VERIFY.txt: OK\nbag-info.txt: OK\nbagit.txt: OK\nmanifest-sha256.txt: OK\n"
		    "data/case.db: OK\ndata/custody.jsonl: OK\ndata/timeline.csv: OK\n");
		assert_string_equal(run_step(&m, headings[i], "\n3. "), "3\n3\n");
		assert_string_equal(run_step(&m, headings[i], "\n4. "), "1 OK\n2 OK\n3 OK\n");
	}
	made_end(&m);
}

static void
the_recipient_s_commands_see_a_forged_chain(void **state)
{
	(void)state;
	struct made m;
	begin_bundle(&m);
	seal(&m);
	char *text = read_whole(path_in(&m, "data/custody.jsonl"), NULL);
	memcpy(strstr(text, "100 %"), "999 %", 5);
	write_whole(path_in(&m, "data/custody.jsonl"), text, strlen(text));
	assert_string_equal(run_step(&m, "ENGLISH\n", "\n4. "), "1 OK\n2 FAILED\n3 OK\n");
	char *second = strchr(text, '\n') + 1;
	write_whole(path_in(&m, "data/custody.jsonl"), second, strlen(second));
	assert_null(strstr(run_step(&m, "ENGLISH\n", "\n4. "), "OK"));
	free(text);
	made_end(&m);
}

/* --- manifests --- */

static void
manifests_are_read_as_others_write_them(void **state)
{
	(void)state;
	static const char text[] =
	    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 *data/one\r\n"
	    "\n"
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\tdata/t%0Aw%25o%zz";
	struct bag_list list = { 0 };
	assert_ok(bag_manifest_parse(text, sizeof(text) - 1, &list, &err));
	assert_number_equal(list.count, 2);
	assert_string_equal(list.files[0].path, "data/one");
	assert_string_equal(list.files[0].sha256, list.files[1].sha256);
	assert_string_equal(list.files[1].path, "data/t\nw%o%zz");
	bag_list_release(&list);
	static const char *const bad[] = { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "e3b0  data/x", "\xff",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data/x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_status(TRIAGE_E_FORMAT, bag_manifest_parse(bad[i], strlen(bad[i]), &list, &err));
		bag_list_release(&list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_that_nobody_touched_is_intact),
		cmocka_unit_test(the_tag_files_are_those_of_the_standard),
		cmocka_unit_test(each_change_of_a_file_is_told),
		cmocka_unit_test(an_added_file_is_told_wherever_it_lies),
		cmocka_unit_test(a_changed_tag_file_is_told),
		cmocka_unit_test(a_manifest_that_leaves_out_a_file_or_points_outside_is_told),
		cmocka_unit_test(a_bundle_without_manifest_is_not_sealed),
		cmocka_unit_test(a_bundle_that_cannot_be_read_is_an_error_of_its_own),
		cmocka_unit_test(a_custody_log_forged_and_sealed_again_is_told),
		cmocka_unit_test(a_custody_log_that_is_shorter_than_the_database_s_is_told),
		cmocka_unit_test(a_database_that_is_none_is_told),
		cmocka_unit_test(sealing_again_replaces_what_a_cut_off_attempt_left),
		cmocka_unit_test(a_payload_that_is_no_plain_file_cannot_be_sealed),
		cmocka_unit_test(a_signer_that_fails_leaves_a_sealed_bundle_that_does_not_say_it_is_signed),
		cmocka_unit_test(the_commands_for_the_recipient_work_as_they_are_written),
		cmocka_unit_test(the_recipient_s_commands_see_a_forged_chain),
		cmocka_unit_test(manifests_are_read_as_others_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
