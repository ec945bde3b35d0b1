/* test_artefact_mail.c - headers of messages: sent, received, by whom. */
#include "tests/artefact_harness.h"

static void
a_header_tells_its_way(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mail/way.eml"));
	assert_string_equal(p.kind->name, "mail");
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].meaning, "sent");
	assert_number_equal(p.events[0].time, parsed_time("2024-03-05T09:11:01Z"));
	assert_non_null(strstr(p.events[0].data, "\"to\":\"anna@example.org, bob@example.org\""));
	assert_null(strstr(p.events[0].message, "body"));
	assert_number_equal(p.events[1].time, parsed_time("2024-03-05T09:12:00Z"));
	assert_non_null(strstr(p.events[1].data, "\"address\":\"192.0.2.7\""));
	assert_non_null(strstr(p.events[1].data, "\"hop\":2"));
	assert_number_equal(p.events[2].time, parsed_time("2024-03-05T09:11:30Z"));
	parsed_free(&p);
}

static void
words_are_decoded_and_damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/mail/words.eml"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[0].data, "\"subject\":\"Factuur \xc3\xa9 no. 1\""));
	assert_non_null(strstr(p.events[0].data, "Andr\xc3\xa9"));
	assert_non_null(strstr(p.events[0].data, "\"zone_missing\":true"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/mail/damaged.eml"));
	assert_number_equal(p.count, 0);
	assert_number_equal(p.remark_count, 2);
	parsed_free(&p);
}

static void
a_header_without_end_is_told(void **state)
{
	struct parsed p = { 0 };
	struct buf header;
	(void)state;
	buf_init(&header, 1 << 20);
	buf_text(&header, "From: a@b\nTo: c@d\nDate: Tue, 5 Mar 2024 10:11:12 +0000\nSubject: ");
	for (unsigned i = 0; i < 5000; i++)
		buf_char(&header, 'x');
	for (unsigned i = 0; header.size < 300 << 10; i++)
		buf_format(&header, "\nX-Filler-%u: y", i);
	parsed_bytes(&p, "/x.eml", buf_cstr(&header), header.size);
	assert_number_equal(p.count, 1);
	assert_number_equal(parsed_with(&p, "\"cut\":true"), 1);
	assert_true(parsed_has_remark(&p, "header-cut"));
	parsed_free(&p);
	buf_release(&header);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_tells_its_way),
		cmocka_unit_test(words_are_decoded_and_damage_is_told),
		cmocka_unit_test(a_header_without_end_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
