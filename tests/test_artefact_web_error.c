/* test_artefact_web_error.c - error logs of web servers. */
#include "tests/artefact_harness.h"

static void
apache(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/web_error/apache.log"));
	assert_number_equal(p.count, 3);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456Z"));
	assert_true(p.events[0].local);
	assert_string_equal(p.events[0].precision, "us");
	assert_non_null(strstr(p.events[1].data, "\"severity\":\"php:error\",\"pid\":\"8\",\"port\":\"50122\",\"client\":\"203.0.113.9\""));
	assert_non_null(strstr(p.events[1].data, "x.php:3\\u000aStack trace:\\u000a#0 {main}"));
	assert_non_null(strstr(p.events[2].data, "\"client\":\"2001:db8::9\""));
	parsed_free(&p);
}

static void
nginx_and_php(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/web_error/nginx.log"));
	assert_number_equal(p.count, 2);
	assert_non_null(strstr(p.events[0].data, "\"client\":\"203.0.113.9\""));
	assert_non_null(strstr(p.events[0].data, "\"url\":\"/.env\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/web_error/php.log"));
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_false(p.events[0].local);
	assert_non_null(strstr(p.events[0].data, "\"severity\":\"PHP Warning\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/web_error/lighttpd.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:21Z"));
	assert_true(p.events[1].local);
	assert_non_null(strstr(p.events[1].data, "\"source_line\":\"mod_fastcgi.c.421\""));
	assert_non_null(strstr(p.events[1].message, "Cannot execute a blank command in /var/www/x.php"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/web_error/damaged.log"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.remarks[0].code, "line-without-time");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(apache), cmocka_unit_test(nginx_and_php), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
