/* test_artefact_zone_identifier.c - the mark of the web. */
#include "tests/artefact_harness.h"

static void
address_and_page_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/zone_identifier/rclone.zip_Zone.Identifier"));
	assert_string_equal(p.kind->name, "zone_identifier");
	assert_number_equal(p.count, 1);
	/* the time is that of the file */
	assert_number_equal(p.events[0].time, parsed_time("2020-01-01T00:00:00Z"));
	assert_string_equal(p.events[0].message, "rclone.zip_Zone.Identifier came from https://files.example/rclone.zip, by way of https://forum.example/thread?id=7"
	    " (time: last change of the file)");
	assert_non_null(strstr(p.events[0].data, "\"zone_id\":\"3\",\"zone\":\"internet\",\"host_url\":\"https://files.example/rclone.zip\""));
	assert_non_null(strstr(p.events[0].data, "\"host_address\":\"203.0.113.7\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/zone_identifier/short.exe_Zone.Identifier"));
	assert_number_equal(parsed_with(&p, "\"zone\":\"restricted sites\""), 1);
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

static void
whose_download_it_is(void **state)
{
	static const char text[] = "[ZoneTransfer]\nZoneId=3\nHostUrl=about:internet\n";
	struct parsed p = { 0 };
	(void)state;
	parsed_bytes(&p, "/Users/anna/Downloads/a.exe", text, sizeof(text) - 1);
	assert_string_equal(p.events[0].user, "anna");
	parsed_free(&p);
}

static void
what_is_damaged_is_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/zone_identifier/damaged"));
	assert_number_equal(p.count, 1);
	assert_true(parsed_has_remark(&p, "zone-unknown"));
	assert_true(strstr(p.events[0].data, "referrer") == NULL);
	parsed_free(&p);
}

static void
what_does_not_fit_is_said(void **state)
{
	char text[9000];
	struct parsed p = { 0 };
	int front = snprintf(text, sizeof(text), "[ZoneTransfer]\nZoneId=3\nHostUrl=data:");
	(void)state;
	memset(text + front, 'a', sizeof(text) - (size_t)front);
	parsed_bytes(&p, "/x", text, sizeof(text));
	assert_number_equal(p.count, 1);
	assert_non_null(strstr(p.events[0].data, "\"cut\":true"));
	parsed_free(&p);
}

/* Marks, compiled pages and settings stand where their file does: without its times what they tell is a remark. */
static void
without_a_time_of_the_file_it_is_said(void **state)
{
	static const char *const texts[] = { "[ZoneTransfer]\nZoneId=3\nHostUrl=https://files.example/a.zip\n", "<preserve resultType=\"3\" virtualPath=\"/a.aspx\"></preserve>",
		"<configuration><system.web><httpModules><add name=\"m\" type=\"T\" /></httpModules></system.web></configuration>" };
	static const char *const words[] = { "https://files.example/a.zip", "/a.aspx", "its 1 settings" };
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct artefact_subject who = { .path = "/x", .name = "x", .owner = "", .size = strlen(texts[i]), .mtime = TRIAGE_TIME_NONE, .btime = TRIAGE_TIME_NONE };
		struct parsed p = { 0 };
		parsed_once(&p, &who, (struct view){ (const uint8_t *)texts[i], strlen(texts[i]) }, 0);
		assert_non_null(p.kind);
		assert_number_equal(p.count, 0);
		assert_number_equal(p.remark_count, 1);
		assert_string_equal(p.remarks[0].code, "no-time");
		assert_non_null(strstr(p.remarks[0].message, words[i]));
		parsed_free(&p);
	}
}

static void
other_text_is_not_claimed(void **state)
{
	static const char text[] = "[ZoneTransfe\nZoneId=3\n";
	const struct artefact_subject who = { .path = "/x", .name = "x", .owner = "", .size = sizeof(text) - 1, .mtime = 0, .btime = 0 };
	const struct artefact_kind *kind = artefact_claim(&who, (struct view){ (const uint8_t *)text, sizeof(text) - 1 });
	(void)state;
	assert_true(kind == NULL || strcmp(kind->name, "zone_identifier") != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_and_page_are_told),
		cmocka_unit_test(whose_download_it_is),
		cmocka_unit_test(what_is_damaged_is_said),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(without_a_time_of_the_file_it_is_said),
		cmocka_unit_test(other_text_is_not_claimed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
