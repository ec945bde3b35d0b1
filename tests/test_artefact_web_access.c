/* test_artefact_web_access.c - requests to web servers, and which look like attacks. */
#include "tests/artefact_harness.h"

static void
requests_of_each_form(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/web_access/access.log"));
	assert_number_equal(p.count, 8);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T21:13:20Z"));
	assert_false(p.events[0].local);
	assert_non_null(strstr(p.events[0].data, "\"client\":\"203.0.113.9\",\"method\":\"GET\",\"url\":\"/index.html\",\"protocol\":\"HTTP/1.1\""));
	assert_non_null(strstr(p.events[0].data, "\"status\":200,\"bytes\":\"512\""));
	assert_string_equal(p.events[1].user, "anna smith");
	assert_non_null(strstr(p.events[1].data, "\"agent\":\"Mozilla/5.0 (X11; Linux x86_64)\""));
	assert_non_null(strstr(p.events[2].data, "\"client\":\"2001:db8::9\",\"vhost\":\"shop.example.org:443\""));
	assert_non_null(strstr(p.events[2].data, "\"more\":\"\\\"198.51.100.1\\\"\""));
	assert_non_null(strstr(p.events[4].data, "\"url\":\"\\\\x16\\\\x03"));
	parsed_free(&p);
}

static void
attacks_are_marked(void **state)
{
	static const struct { size_t at; const char *suspicious, *technique; } wanted[] = {
		{ 2, "\"suspicious\":[\"path traversal\"]", "T1190" }, { 3, "\"suspicious\":[\"a shell command\",\"a web shell\"]", "T1505.003" },
		{ 5, "\"suspicious\":[\"SQL injection\",\"a scanner\"]", "T1190" }, { 6, "\"suspicious\":[\"a JNDI lookup\"]", "T1190" },
		{ 7, "\"suspicious\":[\"a script for browsers\"]", "T1190" },
	};
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/web_access/access.log"));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_non_null(strstr(p.events[wanted[i].at].data, wanted[i].suspicious));
		assert_string_equal(p.events[wanted[i].at].technique, wanted[i].technique);
	}
	assert_number_equal(parsed_with(&p, "suspicious"), 5);
	parsed_free(&p);
}

static void
damaged_lines_are_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/web_access/damaged.log"), 9, 6);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/apache_access.log"))
		return;
	assert_number_equal(p.count, 15);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[4].time, parsed_time("2016-01-13T17:31:20Z"));
	parsed_free(&p);
	parsed_file(&p, corpus_path("logs/velociraptor_access.log"));
	assert_number_equal(p.count, 28);
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_of_each_form),
		cmocka_unit_test(attacks_are_marked),
		cmocka_unit_test(damaged_lines_are_told),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
