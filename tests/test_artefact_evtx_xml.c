/* test_artefact_evtx_xml.c - events exported as XML: told as those of a log are, whatever wrote them and in which encoding; what is not sound is said. */
#include "tests/artefact_harness.h"

#include <time.h>

static void
the_three_writers_tell_the_same(void **state)
{
	static const char *const files[] = { "artefact/evtx/wevtutil.xml", "artefact/evtx/viewer.xml", "artefact/evtx/powershell.xml" };
	static const uint64_t offsets[] = { 0, 68, 2 };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct parsed p = { 0 };
		parsed_file(&p, fixture(files[i]));
		assert_string_equal(p.kind->name, "evtx");
		assert_number_equal(p.count, 3);
		assert_number_equal(p.remark_count, 0);
		assert_number_equal(p.events[0].time, parsed_time("2024-03-06T01:00:00.1234567Z"));
		assert_number_equal(p.events[0].offset, offsets[i]);
		assert_string_equal(p.events[0].meaning, "logon");
		assert_string_equal(p.events[0].user, "j&d");
		assert_string_equal(p.events[0].host, "SRV1.example.test");
		assert_string_equal(p.events[0].message, "Logon of EXAMPLE\\j&d, type 3 (network) from 203.0.113.9");
		/* what the log itself has: numbers as numbers, and that others may be left out of an export */
		assert_non_null(strstr(p.events[0].data, "{\"event_id\":4624,\"channel\":\"Security\",\"provider\":\"Microsoft-Windows-Security-Auditing\",\"computer\":\"SRV1.example.test\",\"level\":0,\"task\":12544,"));
		assert_non_null(strstr(p.events[0].data, "\"record_id\":7,\"recovered\":false,\"exported\":true,\"process_id\":600,"));
		assert_non_null(strstr(p.events[0].data, "\"provider_guid\":\"{54849625-5478-4994-A5BA-3E3B0328C30D}\""));
		assert_string_equal(p.events[1].meaning, "log cleared");
		assert_string_equal(p.events[1].technique, "T1070.001");
		assert_non_null(strstr(p.events[2].data, "\"binary\":\"00ff\",\"data\":[\"one\",\"<two>\"]"));
		assert_string_equal(parsed_fact(&p, "", "hostname"), "SRV1");
		parsed_free(&p);
	}
}

static void
damage_costs_one_event_and_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/damaged.xml"));
	/* without a time, without an end; the one behind it is there, and the last is cut */
	assert_number_equal(p.count, 3);
	assert_number_equal(parsed_with(&p, "\"record_id\":11"), 1);
	assert_number_equal(parsed_with(&p, "\"record_id\":12,\"recovered\":false,\"exported\":true,"), 1);
	assert_number_equal(parsed_with(&p, "\"incomplete\":true"), 1);
	assert_true(parsed_has_remark(&p, "time-invalid") && parsed_has_remark(&p, "record-incomplete"));
	/* events of two machines: it is not said whose the file is */
	assert_null(parsed_fact(&p, "", "hostname"));
	parsed_free(&p);
}

static bool
is_taken(const char *text, size_t size)
{
	const struct artefact_kind *k = artefact_claim(&(struct artefact_subject){ .path = "/x.xml", .name = "x.xml", .owner = "" }, (struct view){ (const uint8_t *)text, size });
	return k != NULL && strcmp(k->name, "evtx") == 0;
}

static void
other_documents_are_not_taken(void **state)
{
	(void)state;
#define TAKEN(text) is_taken(text, sizeof(text) - 1)
	assert_true(TAKEN("\n<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System/></Event>"));
	assert_false(TAKEN("<Event name='x'><a>http://schemas.microsoft.com/win/2004/08/events/event</a></Event>"));
	assert_false(TAKEN("<Events><EventData xmlns='http://schemas.microsoft.com/win/2004/08/events/event'/></Events>"));
	assert_false(TAKEN("see <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>"));
	assert_false(TAKEN("<Task xmlns='http://schemas.microsoft.com/windows/2004/02/mit/task'><Triggers><EventTrigger/></Triggers></Task>"));
	assert_false(TAKEN("<"));
	assert_false(TAKEN(""));
#undef TAKEN
}

/* An event without end beyond what is kept, and the next one; a value beyond what is kept. */
static void
what_is_too_long_is_left_out_and_said(void **state)
{
	static const char front[] = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>", system[] = "<System><EventID>7</EventID><TimeCreated SystemTime='2024-03-06T01:00:00Z'/>"
	    "<EventRecordID>99999999999</EventRecordID><Computer>C</Computer></System>";
	struct parsed p = { 0 };
	SCOPED_BUF b;
	(void)state;
	buf_init(&b, 8 << 20);
	buf_format(&b, "%s%s<EventData><Data Name='a'>", front, system);
	for (size_t i = 0; i < 300 << 10; i++)
		buf_char(&b, 'v');
	buf_format(&b, "</Data><Data Name='b'>w</Data></EventData></Event>%s", front);
	for (size_t i = 0; i < 2 << 20; i++)
		buf_char(&b, '<');
	buf_format(&b, "</Event>%s%s</Event>", front, system);
	parsed_bytes(&p, "/x.xml", buf_cstr(&b), b.size);
	assert_number_equal(p.count, 2);
	assert_true(parsed_has_remark(&p, "event-too-long"));
	assert_number_equal(parsed_with(&p, "\"incomplete\":true"), 1);
	assert_number_equal(parsed_with(&p, "\"record_id\":99999999999"), 2);
	parsed_free(&p);
}

/* Starts upon starts before one end cost no more than the bytes do. */
static void
starts_without_an_end(void **state)
{
	static const char start[] = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>";
	static const char *const more[] = { "<Event ", "<Event xmlns=" }, *const codes[] = { "event-too-long", "time-invalid" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct parsed p = { 0 };
		SCOPED_BUF b;
		buf_init(&b, 8 << 20);
		buf_text(&b, start);
		while (b.size < 3 << 20)
			buf_text(&b, more[i]);
		buf_text(&b, i == 0 ? "<" : "</Event>");
		const struct artefact_subject who = { .path = "/x.xml", .name = "x.xml", .owner = "", .size = b.size };
		clock_t begun = clock();
		parsed_once(&p, &who, (struct view){ (const uint8_t *)buf_cstr(&b), b.size }, i == 0 ? b.size - 1 : 0);
		assert_true(parsed_has_remark(&p, codes[i]));
		assert_true(clock() - begun < 20 * CLOCKS_PER_SEC);
		parsed_free(&p);
	}
}

static void
any_bytes_come_to_an_end(void **state)
{
	size_t size;
	(void)state;
	static const char *const files[] = { "artefact/evtx/damaged.xml", "artefact/evtx/powershell.xml" };
	for (size_t i = 0; i < 2; i++) {
		void *data = parsed_read(fixture(files[i]), &size);
		parsed_torture("/x.xml", data, size, 300);
		free(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_writers_tell_the_same),
		cmocka_unit_test(damage_costs_one_event_and_is_told),
		cmocka_unit_test(other_documents_are_not_taken),
		cmocka_unit_test(what_is_too_long_is_left_out_and_said),
		cmocka_unit_test(starts_without_an_end),
		cmocka_unit_test(any_bytes_come_to_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
