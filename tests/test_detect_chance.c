/* test_detect_chance.c - random bytes that libmagic takes for something by two of them are encrypted files like their neighbours. */
#include "tests/detect_harness.h"

static void
two_bytes_make_no_message(void **state)
{
	(void)state;
	struct judged t;
	struct triage_content chance = random_content(60000);
	char path[100];
	chance.mime = "text/PGP";
	chance.magic = "GPG encrypted data";
	open_judge(&t);
	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/srv/letter-%d.docx.akira", i);
		show(&t, path, i == 20 ? chance : random_content(60000));
	}
	finish(&t, 40);
	assert_non_null(finding_of(&t, "detect:encrypted-files"));
	assert_number_equal(finding_of(&t, "detect:encrypted-files")->count, 40);
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(two_bytes_make_no_message) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
