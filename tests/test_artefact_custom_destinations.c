/* test_artefact_custom_destinations.c - custom jump lists of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

static void
categories_and_links_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/custom_destinations/590aee7bdd69b59b.customDestinations-ms"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 9);
	assert_string_equal(p.events[0].source, "jumplist");
	assert_string_equal(p.events[0].message,
	    "Link (Sessions) in the jump list of Windows PowerShell to C:\\Tools\\shell.exe, with arguments --admin, on machine ws-anna");
	assert_number_equal(parsed_with(&p, "\"category\":\"Sessions\""), 6);
	assert_number_equal(parsed_with(&p, "\"category\":\"Tasks\""), 3);
	assert_number_equal(parsed_with(&p, "\"app_id\":\"590aee7bdd69b59b\""), 9);
	parsed_free(&p);
}

static void
links_behind_damage_are_found(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/custom_destinations/count.customDestinations-ms"));
	assert_number_equal(p.count, 9);
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "category-damaged");
	assert_number_equal(parsed_with(&p, "sync.exe"), 3);
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/custom_destinations/cut.customDestinations-ms"));
	assert_number_equal(parsed_with(&p, "sync.exe"), 2);
	assert_string_equal(p.remarks[0].code, "link-damaged");
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	const struct artefact_subject who = { .path = "/x", .name = "x", .owner = "", .size = 40, .mtime = 0, .btime = 0 };
	const uint8_t other[40] = { 2, 0, 0, 0, 3 };
	(void)state;
	parsed_once(&p, &who, (struct view){ other, sizeof(other) }, 0);
	assert_null(p.kind);
}

/* A thousand heads of links, each of which claims all that follows: each byte is looked at for one of them only. */
static void
many_false_links_take_little_time(void **state)
{
	enum { LINKS = 20000, EACH = 80 };
	static const uint8_t head[20] = { 0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
	size_t size = 20 + LINKS * EACH;
	uint8_t *data = calloc(1, size);
	struct parsed p = { 0 };
	(void)state;
	data[0] = 2, data[4] = 1;
	for (size_t i = 0; i < LINKS; i++) {
		uint8_t *l = data + 20 + i * EACH;
		memcpy(l, head, sizeof(head));
		l[20] = 2;			/* link information */
		memset(l + 76, 0xff, 3);	/* of 16 MB */
	}
	const struct artefact_subject who = { .path = "/x.customDestinations-ms", .name = "x.customDestinations-ms", .owner = "", .size = size, .mtime = 1,
		.btime = 0 };
	parsed_once(&p, &who, (struct view){ data, size }, 0);
	assert_number_equal(p.count, LINKS);
	parsed_free(&p);
	free(data);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "jumplist/plaso/368d807282ccde9d.customDestinations-ms"))
		return;
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 21);
	assert_non_null(strstr(p.events[0].data, "\"target\":\"C:\\\\test\""));
	assert_non_null(strstr(p.events[0].data, "\"arguments\":\"My Arguments\""));
	assert_true(parsed_with(&p, "\"mac_address\":\"52:54:00:ee:b6:05\"") > 0);
	parsed_free(&p);
	parsed_file(&p, corpus_path("jumplist/plaso/5afe4de1b92fc382.customDestinations-ms"));
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.count, 81);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(categories_and_links_are_told),
		cmocka_unit_test(links_behind_damage_are_found),
		cmocka_unit_test(other_files_are_not_claimed),
		cmocka_unit_test(many_false_links_take_little_time),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
