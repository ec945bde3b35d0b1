#include "tests/detect_harness.h"

static const char *const types[] = { "docx", "xlsx", "pdf", "jpg", "txt", "pptx" };

static const struct detect_rule play_note = MADE_RULE("note_play", "ransom-note", "Play", TRIAGE_HIGH, 85);
static const struct detect_rule play_mark = MADE_RULE("mark_play", "encrypted", "Play", TRIAGE_HIGH, 95);

/* A document of a town as it should be. */
static void
show_whole(struct judged *t, const char *folder, unsigned i)
{
	static const char *const mimes[] = { "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf", "image/jpeg", "text/plain",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation" };
	char path[200];
	unsigned k = i % 6;
	snprintf(path, sizeof(path), "%s/file%u.%s", folder, i, types[k]);
	show(t, path, k == 4 ? text_content(9000) : packed_content(40000 + i, mimes[k]));
}

static void
show_struck(struct judged *t, const char *folder, unsigned i, const char *suffix, struct triage_content content)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/file%u.%s%s", folder, i, types[i % 6], suffix);
	show(t, path, content);
}

static const char *const folders[] = { "/Shares/Burgerzaken", "/Shares/Financien", "/Shares/Personeel", "/Shares/Techniek" };

static void
a_town_share_hit_by_play_is_one_critical_finding(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned f = 0; f < 4; f++) {
		for (unsigned i = 0; i < 30; i++)
			show_struck(&t, folders[f], i, ".play", random_content(30000 + i));
		for (unsigned i = 30; i < 50; i++)
			show_whole(&t, folders[f], i);
		char path[200];
		snprintf(path, sizeof(path), "%s/ReadMe.txt", folders[f]);
		show_match(&t, path, text_content(500), &play_note);
	}
	finish(&t, 1.0);
	const struct detect_finding *e = need_finding(&t, "detect:encrypted-files"), *n = need_finding(&t, "detect:ransom-note");
	assert_int_equal(e->severity, TRIAGE_CRITICAL);
	assert_number_equal(e->count, 120);
	assert_number_equal(e->first_time, NIGHT + INT64_C(1000000000));
	assert_string_equal(e->kind, "encrypted");
	assert_string_equal(e->title, "Encrypted files: Play (.play)");
	assert_has(e->detail, "\"family\":\"Play\"");
	assert_has(e->detail, "They stand in 4 folders: 120 of the 204 files there (58 %)");
	assert_int_equal(n->severity, TRIAGE_CRITICAL);
	assert_number_equal(n->count, 4);
	assert_string_equal(n->title, "Ransom note: Play");
	const struct detect_verdict *v = detect_verdict(t.judge);
	assert_string_equal(v->word, "compromised");
	assert_string_equal(v->family, "Play");
	assert_number_equal(v->encrypted_files, 120);
	assert_number_equal(v->notes, 4);
	assert_number_equal(v->first_encrypted, e->first_time);
	assert_number_equal(v->last_encrypted, e->last_time);
	assert_number_equal(detect_finding_count(t.judge), 2);
	close_judge(&t);
}

static void
a_clean_tree_gives_nothing_above_low(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 500; i++)
		show_whole(&t, folders[i / 125], i);
	for (unsigned f = 0; f < 4; f++) {
		char path[200];
		snprintf(path, sizeof(path), "%s/readme.txt", folders[f]);
		show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED, .sha256 = "aa" }, path, &(struct triage_content){
			.state = TRIAGE_CONTENT_COMPLETE, .bytes = 300, .text = TRIAGE_ASCII, .mime = "text/plain", .magic = "",
			.randomness = { .entropy = 4, .chi_square = 9000, .blocks = 1 } }, NULL, 0);
	}
	finish(&t, 1.0);
	for (size_t i = 0; i < detect_finding_count(t.judge); i++)
		assert_true(detect_finding(t.judge, i)->severity <= TRIAGE_LOW);
	assert_string_equal(detect_verdict(t.judge)->word, "nothing-found");
	assert_string_equal(detect_verdict(t.judge)->family, "");
	close_judge(&t);
}

static void
a_new_extension_on_many_random_files_is_found_without_a_list(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 40; i++)
		show_struck(&t, folders[i % 4], i, ".q7zk3wpmd", random_content(20000));
	finish(&t, 1.0);
	const struct detect_finding *e = need_finding(&t, "detect:encrypted-files");
	assert_int_equal(e->severity, TRIAGE_HIGH);
	assert_number_equal(e->count, 40);
	assert_has(e->title, "unknown family (.q7zk3wpmd)");
	close_judge(&t);
}

static void
a_note_that_bears_the_new_extension_makes_it_critical(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 40; i++)
		show_struck(&t, folders[i % 4], i, ".q7zk3wpmd", random_content(20000));
	for (unsigned f = 0; f < 4; f++) {
		char path[200];
		snprintf(path, sizeof(path), "%s/q7zk3wpmd.README.txt", folders[f]);
		show_as(&t, (struct detect_file){ .sha256 = "bb" }, path, &(struct triage_content){ .state = TRIAGE_CONTENT_COMPLETE, .bytes = 900,
			.text = TRIAGE_ASCII, .mime = "text/plain", .magic = "", .randomness = { .entropy = 4.5, .chi_square = 9000, .blocks = 1 } }, NULL, 0);
	}
	finish(&t, 1.0);
	assert_int_equal(need_finding(&t, "detect:encrypted-files")->severity, TRIAGE_CRITICAL);
	const struct detect_finding *n = need_finding(&t, "detect:ransom-note-beside");
	assert_int_equal(n->severity, TRIAGE_HIGH);
	assert_number_equal(n->count, 4);
	assert_string_equal(detect_verdict(t.judge)->word, "compromised");
	close_judge(&t);
}

static void
few_random_files_of_an_unknown_extension_are_no_finding(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 8; i++)
		show_struck(&t, folders[i % 4], i, ".q7zk3wpmd", random_content(20000));
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 0);
	assert_number_equal(detect_verdict(t.judge)->encrypted_files, 0);
	close_judge(&t);
}

static void
every_second_block_encrypted_counts_too(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 40; i++)
		show_struck(&t, folders[i % 4], i, ".play", striped_content(3 << 20));
	finish(&t, 1.0);
	const struct detect_finding *e = need_finding(&t, "detect:encrypted-files");
	assert_number_equal(e->count, 40);
	assert_int_equal(e->severity, TRIAGE_CRITICAL);
	assert_has(e->detail, "0 files are random throughout and 40 in parts");
	close_judge(&t);
}

static void
files_that_kept_their_names_are_found_by_agreement(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned f = 0; f < 2; f++) {
		for (unsigned i = 0; i < 25; i++)
			show_struck(&t, folders[f], i, "", random_content(30000));
		for (unsigned i = 25; i < 35; i++)
			show_whole(&t, folders[f], i);
	}
	for (unsigned i = 0; i < 50; i++)
		show_whole(&t, folders[2], i);
	finish(&t, 1.0);
	const struct detect_finding *e = need_finding(&t, "detect:encrypted-kept-names");
	assert_int_equal(e->severity, TRIAGE_HIGH);
	assert_number_equal(e->count, 50);
	assert_number_equal(detect_verdict(t.judge)->encrypted_files, 50);
	close_judge(&t);
}

static void
a_few_broken_files_among_many_whole_ones_are_not_encryption(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned f = 0; f < 4; f++) {
		for (unsigned i = 0; i < 10; i++)
			show_struck(&t, folders[f], i, "", random_content(30000));
		for (unsigned i = 10; i < 60; i++)
			show_whole(&t, folders[f], i);
	}
	finish(&t, 1.0);
	assert_null(finding_of(&t, "detect:encrypted-kept-names"));
	assert_int_equal(need_finding(&t, "detect:type-mismatch")->severity, TRIAGE_LOW);
	close_judge(&t);
}

static void
packed_formats_are_never_called_encrypted(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	static const char *const names[][2] = { { "zip", "application/zip" }, { "jpg", "image/jpeg" }, { "mp4", "video/mp4" }, { "gz", "application/gzip" },
		{ "docx", "application/zip" }, { "7z", "application/x-7z-compressed" }, { "xyzzy", "application/zip" }, { "play", "video/mp4" } };
	for (unsigned i = 0; i < 400; i++) {
		char path[100];
		struct triage_content c = random_content(50000);
		c.mime = names[i % 8][1];
		snprintf(path, sizeof(path), "/media/d%u/x%u.doc.%s", i % 5, i, names[i % 8][0]);
		show(&t, path, c);
	}
	finish(&t, 1.0);
	assert_null(finding_of(&t, "detect:encrypted-files"));
	assert_null(finding_of(&t, "detect:encrypted-kept-names"));
	assert_number_equal(detect_verdict(t.judge)->encrypted_files, 0);
	close_judge(&t);
}

static void
text_under_the_extension_of_a_family_is_not_counted(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 50; i++)
		show_struck(&t, folders[i % 4], i, ".cuba", text_content(5000));
	finish(&t, 1.0);
	assert_number_equal(detect_finding_count(t.judge), 0);
	close_judge(&t);
}

static void
a_mark_with_the_extension_is_exact_for_a_single_file(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_match(&t, "/Data/begroting.xlsx.play", random_content(30000), &play_mark);
	finish(&t, 1.0);
	const struct detect_finding *e = need_finding(&t, "detect:encrypted-files");
	assert_int_equal(e->severity, TRIAGE_CRITICAL);
	assert_number_equal(e->confidence, 95);
	assert_has(e->detail, "test.mark_play");
	close_judge(&t);
}

static void
many_different_extensions_after_the_own_one_are_found_together(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 60; i++) {
		char suffix[20];
		snprintf(suffix, sizeof(suffix), ".x%cq%cz", 'a' + (char)(i % 26), 'a' + (char)(i / 26));
		show_struck(&t, folders[i % 4], i, suffix, random_content(20000));
	}
	finish(&t, 1.0);
	const struct detect_finding *e = need_finding(&t, "detect:encrypted-files");
	assert_has(e->title, "many different extensions");
	assert_number_equal(e->count, 60);
	close_judge(&t);
}

static void
small_encrypted_files_are_told_from_small_text(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 40; i++) {
		struct triage_content c = random_content(400);
		c.randomness.entropy = 7.45;
		c.randomness.random_blocks = 0;
		show_struck(&t, folders[i % 4], i, ".play", c);
	}
	finish(&t, 1.0);
	assert_number_equal(need_finding(&t, "detect:encrypted-files")->count, 40);
	close_judge(&t);
}

static void
a_head_that_is_gone_counts_under_the_extension_of_a_family(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 40; i++) {
		struct triage_content c = random_content(3 << 20);
		c.randomness.random_blocks = 0;
		c.randomness.entropy = 5.1;
		c.randomness.chi_square = 800000;
		show_struck(&t, folders[i % 4], i, ".lockbit", c);
	}
	finish(&t, 1.0);
	assert_number_equal(need_finding(&t, "detect:encrypted-files")->count, 40);
	assert_has(need_finding(&t, "detect:encrypted-files")->detail, "40 more lack the start");
	close_judge(&t);
}

static void
a_file_that_the_extension_claims_is_not_counted_twice(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	for (unsigned i = 0; i < 60; i++)
		show_struck(&t, folders[i % 4], i, ".key", random_content(20000));
	finish(&t, 1.0);
	assert_number_equal(detect_verdict(t.judge)->encrypted_files, 60);
	assert_null(finding_of(&t, "detect:encrypted-kept-names"));
	close_judge(&t);
}

/* A volume locked by BitLocker is encrypted, and nobody has attacked it. */
static void
a_mark_that_only_informs_is_no_attack(void **state)
{
	static const struct detect_rule fve = MADE_RULE("mark", "encrypted", "BitLocker abuse", TRIAGE_INFO, 90);
	struct judged t;
	(void)state;
	open_judge(&t);
	show_match(&t, "/vm/disk.img", random_content(4000000), &fve);
	finish(&t, 1.0);
	assert_null(finding_of(&t, "detect:encrypted-files"));
	assert_int_equal(need_finding(&t, "yara:test.mark")->severity, TRIAGE_INFO);
	assert_string_equal(detect_verdict(t.judge)->word, "nothing-found");
	assert_string_equal(detect_verdict(t.judge)->family, "");
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_town_share_hit_by_play_is_one_critical_finding),
		cmocka_unit_test(a_clean_tree_gives_nothing_above_low),
		cmocka_unit_test(a_new_extension_on_many_random_files_is_found_without_a_list),
		cmocka_unit_test(a_note_that_bears_the_new_extension_makes_it_critical),
		cmocka_unit_test(few_random_files_of_an_unknown_extension_are_no_finding),
		cmocka_unit_test(every_second_block_encrypted_counts_too),
		cmocka_unit_test(files_that_kept_their_names_are_found_by_agreement),
		cmocka_unit_test(a_few_broken_files_among_many_whole_ones_are_not_encryption),
		cmocka_unit_test(packed_formats_are_never_called_encrypted),
		cmocka_unit_test(text_under_the_extension_of_a_family_is_not_counted),
		cmocka_unit_test(a_mark_with_the_extension_is_exact_for_a_single_file),
		cmocka_unit_test(many_different_extensions_after_the_own_one_are_found_together),
		cmocka_unit_test(a_head_that_is_gone_counts_under_the_extension_of_a_family),
		cmocka_unit_test(a_file_that_the_extension_claims_is_not_counted_twice),
		cmocka_unit_test(a_mark_that_only_informs_is_no_attack),
		cmocka_unit_test(small_encrypted_files_are_told_from_small_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
