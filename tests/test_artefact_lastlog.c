/* test_artefact_lastlog.c - last logons by uid. */
#include "tests/artefact_harness.h"

static void
last_logons_by_uid(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lastlog/lastlog"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].message, "Last logon of uid 0 on pts/0 from 203.0.113.9");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:14:20Z"));
	assert_non_null(strstr(p.events[1].data, "\"uid\":21"));
	assert_number_equal(p.events[1].offset, 21 * 292);
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/lastlog/lastlog.damaged"));
	assert_number_equal(p.count, 3);
	assert_number_equal(p.remark_count, 2);
	assert_string_equal(p.remarks[0].code, "record-damaged");
	assert_string_equal(p.remarks[1].code, "record-cut");
	parsed_free(&p);
}

/* A text of one line, as style sheets and mails have them: bytes without a NUL are no fields. */
static void
long_lines_are_no_records(void **state)
{
	uint8_t text[20 * 292];
	struct artefact_subject part = { .path = "/mail.eml!/part-2.html", .name = "part-2.html", .owner = "" };
	struct artefact_subject whole = { .path = "/xl/styles.xml", .name = "styles.xml", .owner = "", .size = sizeof(text) };
	(void)state;
	memset(text, 'x', sizeof(text));
	assert_null(artefact_claim(&part, (struct view){ text, sizeof(text) }));
	assert_null(artefact_claim(&whole, (struct view){ text, sizeof(text) }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(last_logons_by_uid), cmocka_unit_test(damage_is_told), cmocka_unit_test(long_lines_are_no_records) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
