/* test_artefact_esxi_vib.c - packages of VMware ESXi. */
#include "tests/artefact_harness.h"

static void
a_package_tells_who_checked_it(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/esxi_vib/lua--2.xml"));
	assert_string_equal(p.kind->name, "esxi_vib");
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 0);
	const struct parsed_event *e = parsed_event_of(&p, NULL, "package installed", NULL);
	assert_string_equal(e->message, "Package of ESXi: lua 5.4.1 of Unknown <x>, acceptance level community");
	assert_number_equal(e->time, parsed_time("2023-02-03T04:05:06Z"));
	assert_non_null(strstr(e->data, "\"file_time\":false,\"name\":\"lua\",\"version\":\"5.4.1\",\"vendor\":\"Unknown <x>\",\"acceptance\":\"community\""));
	parsed_free(&p);
}

static void
without_a_day_of_installation_the_file_says_when(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/esxi_vib/esx-base--1.xml"));
	const struct parsed_event *e = parsed_event_of(&p, NULL, "package installed", NULL);
	assert_non_null(strstr(e->data, "\"file_time\":true"));
	assert_non_null(strstr(e->data, "\"acceptance\":\"certified\""));
	parsed_free(&p);
}

static void
a_damaged_one_is_said_to_be_cut(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/esxi_vib/damaged.xml"));
	assert_string_equal(p.kind->name, "esxi_vib");
	assert_number_equal(p.count, 1);
	assert_number_equal(p.remark_count, 1);
	parsed_free(&p);
}

/* A summary that is longer than is kept; no day and no file with one. */
static void
what_is_left_out_is_said(void **state)
{
	struct parsed p = { 0 };
	SCOPED_BUF b;
	(void)state;
	buf_init(&b, 1 << 16);
	buf_format(&b, "<vib version=\"5.0\"><name>n</name><vendor>v</vendor><summary>%04000d</summary></vib>", 0);
	parsed_bytes(&p, "/n.xml", buf_cstr(&b), b.size);
	assert_number_equal(p.count + p.remark_count, 1);
	if (p.count == 1)
		assert_non_null(strstr(p.events[0].data, "\"cut\":true"));
	else
		assert_true(parsed_has_remark(&p, "time-missing"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_package_tells_who_checked_it), cmocka_unit_test(without_a_day_of_installation_the_file_says_when),
		cmocka_unit_test(a_damaged_one_is_said_to_be_cut), cmocka_unit_test(what_is_left_out_is_said) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
