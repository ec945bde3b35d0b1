/* test_artefact_systemd_unit.c - services and timers. */
#include "tests/artefact_harness.h"

static void
a_service_and_a_timer(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/systemd_unit/x.service"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].technique, "T1543.002");
	assert_non_null(strstr(p.events[0].data, "\"exec_start\":\"/tmp/.x/run --quiet  --port 4444\\u000a/bin/true\",\"user\":\"root\""));
	assert_non_null(strstr(p.events[0].data, "\"wanted_by\":\"multi-user.target\""));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/systemd_unit/x.timer"));
	assert_string_equal(p.events[0].source, "cron");
	assert_string_equal(p.events[0].message, "Timer x.timer, Each hour: hourly, starts x.service");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/systemd_unit/damaged.service"));
	assert_number_equal(p.count, 1);
	parsed_free(&p);
}

/* What is put before it to hide it: comments, and more bytes than a unit has. */
static void
a_unit_behind_comments_is_read(void **state)
{
	struct parsed p = { 0 };
	struct buf unit;
	(void)state;
	buf_init(&unit, 4 << 20);
	for (unsigned i = 0; i < 150; i++)
		buf_text(&unit, "# nothing to see here\n");
	buf_text(&unit, "[Service]\nExecStart=/tmp/.x/run\n");
	while (unit.size < 2 << 20)
		buf_text(&unit, "# nothing to see here either\n");
	parsed_bytes(&p, "/etc/systemd/system/x.service", buf_cstr(&unit), unit.size);
	assert_string_equal(p.kind->name, "systemd_unit");
	assert_number_equal(p.count, 1);
	assert_number_equal(parsed_with(&p, "\"exec_start\":\"/tmp/.x/run\""), 1);
	parsed_free(&p);
	buf_release(&unit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_service_and_a_timer), cmocka_unit_test(a_unit_behind_comments_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
