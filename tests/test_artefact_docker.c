/* test_artefact_docker.c - containers: what they are and what they printed. */
#include "tests/artefact_harness.h"

static void
output_and_settings(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/docker/4c1-json.log"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123456789Z"));
	assert_non_null(strstr(p.events[1].data, "\"stream\":\"stderr\",\"message\":\"error: \\\"x\\\" \xc3\xa9\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/docker/config.v2.json"));
	/* created and started; it has not finished */
	assert_number_equal(p.count, 2);
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:20.5Z"));
	assert_string_equal(p.events[0].message, "Container quiet_hopper of image alpine:3: /bin/sh -c xmrig -o 203.0.113.9");
	assert_non_null(strstr(p.events[0].data, "\"mounts\":\"/\",\"container_host\":\"4c1\",\"privileged\":true"));
	assert_non_null(strstr(p.events[0].data, "POOL=203.0.113.9"));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/docker/damaged-json.log"), 2, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(output_and_settings), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
