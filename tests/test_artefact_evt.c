/* test_artefact_evt.c - event logs of Windows before Vista, of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

static size_t
live(const struct parsed *p)
{
	return parsed_with(p, "\"recovered\":false");
}

static void
a_ring_is_read_around_its_end(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evt/SecEvent.Evt"));
	assert_number_equal(p.count, 8);
	assert_number_equal(live(&p), 6);
	assert_number_equal(p.remark_count, 0);
	/* record 73 begins at the end of the file and ends behind the header */
	const struct parsed_event *e = &p.events[7];
	assert_non_null(strstr(e->data, "\"event_id\":517,\"record_id\":73,\"channel\":\"Security\",\"provider\":\"Security\",\"computer\":\"SRV2003\",\"recovered\":false"));
	assert_string_equal(e->message, "The Security log was cleared by STAD\\beheer");
	assert_string_equal(e->technique, "T1070.001");
	assert_string_equal(e->user, "beheer");
	assert_number_equal(e->offset, 1260);
	assert_string_equal(e->source, "evt");
	assert_number_equal(e->time, parsed_time("2009-03-01T08:03:00Z"));
	parsed_free(&p);
}

static void
what_the_ring_has_not_written_over_is_recovered(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evt/SecEvent.Evt"));
	assert_non_null(strstr(p.events[2].data, "\"record_id\":60"));
	assert_non_null(strstr(p.events[2].data, "\"recovered\":true"));
	assert_string_equal(p.events[2].message, "Service Server: running");
	/* a start and a stop, and where it was */
	assert_string_equal(parsed_fact(&p, "", "hostname"), "SRV2003");
	assert_non_null(parsed_fact(&p, "", "last_boot"));
	assert_non_null(parsed_fact(&p, "", "last_shutdown"));
	parsed_free(&p);
}

static void
fields_of_a_record(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evt/SecEvent.Evt"));
	assert_non_null(strstr(p.events[0].data, "\"qualifiers\":16384"));
	assert_non_null(strstr(p.events[0].data, "\"written\":\"2009-03-01T08:04:05"));
	assert_non_null(strstr(p.events[0].data, "\"data\":[\"een\\u000d\\u000atwee\",\"-\",\"drie\"]"));
	assert_string_equal(p.events[0].message, "Town, event 7037: een  twee, drie");
	assert_non_null(strstr(p.events[4].data, "\"binary\":\"01020304\""));
	assert_non_null(strstr(p.events[5].data, "\"user_id\":\"S-1-5-18\""));
	assert_non_null(strstr(p.events[5].data, "\"type\":\"audit success\""));
	parsed_free(&p);
}

static void
the_end_is_believed_before_the_header(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	/* the header knows of one record; the second of six has lost its size */
	parsed_file(&p, fixture("artefact/evt/damaged.evt"));
	assert_number_equal(p.count, 6);
	assert_number_equal(live(&p), 5);
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "records-missing");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "evtx/plaso/SysEvent.Evt"))
		return;
	/* what evtexport says: 6063 items; of its 438 recovered ones the last is written over in part */
	assert_number_equal(live(&p), 6063);
	assert_number_equal(p.count, 6500);
	assert_number_equal(p.remark_count, 0);
	size_t i = 0;
	while (i < p.count && strstr(p.events[i].data, "\"record_id\":1392,\"channel\":\"System\",\"provider\":\"LSASRV\",\"computer\":\"WKS-WINXP32BIT\",\"recovered\":false") == NULL)
		i++;
	assert_true(i < p.count);
	assert_number_equal(p.events[i].time, parsed_time("2011-07-27T06:41:47Z"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_is_read_around_its_end),
		cmocka_unit_test(what_the_ring_has_not_written_over_is_recovered),
		cmocka_unit_test(fields_of_a_record),
		cmocka_unit_test(the_end_is_believed_before_the_header),
		cmocka_unit_test(the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
