/* test_wire.c - frames and records: what is written is read back, and what is not a frame is refused. */
#include "tests/harness.h"

#include "triage/run/wire.h"

#include <sys/socket.h>
#include <unistd.h>

static int pair[2];
static struct wire_stream a, b;

static int
open_pair(void **state)
{
	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return -1;
	wire_stream_init(&a, pair[0]);
	wire_stream_init(&b, pair[1]);
	return 0;
}

static int
close_pair(void **state)
{
	(void)state;
	wire_stream_release(&a);
	wire_stream_release(&b);
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static struct wire_frame
pass(void)
{
	struct triage_error err;
	struct wire_frame frame;
	assert_int_equal(wire_flush(&a, true, &err), TRIAGE_OK);
	assert_int_equal(wire_fill(&b, true, &err), TRIAGE_OK);
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_OK);
	return frame;
}

static void
entries_come_back_as_they_were(void **state)
{
	(void)state;
	struct triage_entry e = { .edge = 7, .parent = 2, .inode = 48213, .sequence = 3, .attr_type = 128, .attr_id = 4, .kind = TRIAGE_FILE_REGULAR,
	    .state = TRIAGE_STATE_DELETED, .flags = TRIAGE_ENTRY_HAS_CONTENT | TRIAGE_ENTRY_SPARSE, .name = (const uint8_t *)"a\0\n\xff", .name_size = 4,
	    .stream = (const uint8_t *)"Zone.Identifier", .stream_size = 15, .size = UINT64_C(1) << 40, .mode = 0100644, .uid = 0, .gid = TRIAGE_NO_ID,
	    .owner = "S-1-5-18", .times = { 1, -2, INT64_MAX, TRIAGE_TIME_NONE, 5, 6, 7, 8 }, .link = (const uint8_t *)"", .place = 512 };
	wire_put_entry(&a, 99, &e);
	struct wire_frame frame = pass();
	struct wire_store store;
	struct triage_entry got;
	assert_int_equal(frame.type, WIRE_ENTRY);
	assert_number_equal(frame.job, 99);
	assert_true(wire_get_entry(frame.payload, &store, &got));
	assert_number_equal(got.name_size, 4);
	assert_memory_equal(got.name, "a\0\n\xff", 4);
	assert_memory_equal(got.times, e.times, sizeof(e.times));
	assert_number_equal(got.size, e.size);
	assert_number_equal(got.flags, e.flags);
	assert_string_equal(got.owner, "S-1-5-18");
}

static void
every_shortened_record_is_refused(void **state)
{
	(void)state;
	struct triage_content c = { .state = TRIAGE_CONTENT_COMPLETE, .hashed = true, .mime = "text/plain", .magic = "ASCII text" };
	wire_put_content(&a, WIRE_CONTENT, 1, &c);
	struct wire_frame frame = pass();
	struct wire_store store;
	struct triage_content got;
	assert_true(wire_get_content(frame.payload, &store, &got));
	for (size_t n = 0; n < frame.payload.size; n++)
		assert_false(wire_get_content((struct view){ frame.payload.data, n }, &store, &got));
	uint8_t longer[4096];
	memcpy(longer, frame.payload.data, frame.payload.size);
	longer[frame.payload.size] = 0;
	assert_false(wire_get_content((struct view){ longer, frame.payload.size + 1 }, &store, &got));
}

static void
a_huge_length_is_no_frame(void **state)
{
	(void)state;
	struct triage_error err;
	struct wire_frame frame;
	uint32_t header[4] = { 0x7fffffff, WIRE_ENTRY, 0, 0 };
	assert_true(write(pair[0], header, sizeof(header)) == sizeof(header));
	assert_int_equal(wire_fill(&b, true, &err), TRIAGE_OK);
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_E_FORMAT);
}

static void
an_unknown_type_is_no_frame(void **state)
{
	(void)state;
	struct triage_error err;
	struct wire_frame frame;
	uint32_t header[4] = { 0, WIRE_TYPE_COUNT, 0, 0 };
	assert_true(write(pair[0], header, sizeof(header)) == sizeof(header));
	assert_int_equal(wire_fill(&b, true, &err), TRIAGE_OK);
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_E_FORMAT);
}

static void
half_a_frame_waits_for_the_rest(void **state)
{
	(void)state;
	struct triage_error err;
	struct wire_frame frame;
	wire_put_extent(&a, 5, &(struct triage_extent){ 1, 2, 3 });
	assert_true(write(pair[0], a.out.data, 20) == 20);
	assert_int_equal(wire_fill(&b, true, &err), TRIAGE_OK);
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_END);
	assert_true(write(pair[0], a.out.data + 20, a.out.size - 20) == (ssize_t)a.out.size - 20);
	assert_int_equal(wire_fill(&b, true, &err), TRIAGE_OK);
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_OK);
	struct triage_extent x;
	assert_true(wire_get_extent(frame.payload, &x));
	assert_number_equal(x.length, 3);
}

static void
text_must_be_utf8_without_nul(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t size;
		bool good;
	} cases[] = {
		{ "caf\xc3\xa9", 5, true }, { "a\0b", 3, false }, { "\xff", 1, false }, { "\xed\xa0\x80", 3, false }, { "\xc0\xaf", 2, false },
		{ "\xf4\x90\x80\x80", 4, false }, { "", 0, true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t mark;
		char store[100];
		wire_begin(&a, WIRE_DONE, 1, &mark);
		wire_put_bytes(&a, cases[i].bytes, cases[i].size);
		wire_end(&a, mark);
		struct wire_frame frame = pass();
		struct wire_cursor c = { frame.payload, false };
		wire_get_text(&c, store, 99);
		assert_int_equal(wire_all_read(&c), cases[i].good);
	}
}

static void
numbers_that_are_none_are_refused(void **state)
{
	(void)state;
	size_t mark;
	wire_begin(&a, WIRE_DONE, 1, &mark);
	wire_put_real(&a, 0.0 / 0.0);
	wire_end(&a, mark);
	struct wire_frame frame = pass();
	struct wire_cursor c = { frame.payload, false };
	wire_get_real(&c);
	assert_true(c.failed);
}

static const struct triage_event an_event = { .time = -5, .local = true, .precision = "us", .meaning = "logon", .source = "utmp", .parser = "utmp.x",
	.host = "srv1", .user = "ann\u00e9", .message = "one line", .technique = "T1078", .data = "{\"a\":[1,{\"b\":null}]}", .offset = 384 };

static void
events_come_back_as_they_were(void **state)
{
	(void)state;
	static struct wire_event_store store;
	struct triage_event got;
	wire_put_event(&a, 7, &an_event);
	struct wire_frame frame = pass();
	assert_int_equal(frame.type, WIRE_EVENT);
	assert_number_equal(frame.job, 7);
	assert_true(wire_get_event(frame.payload, &store, &got));
	assert_true(got.time == -5 && got.local && got.offset == 384);
	const char *const want[] = { an_event.precision, an_event.meaning, an_event.source, an_event.parser, an_event.host, an_event.user, an_event.message,
		an_event.technique, an_event.data };
	const char *const have[] = { got.precision, got.meaning, got.source, got.parser, got.host, got.user, got.message, got.technique, got.data };
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_string_equal(have[i], want[i]);
	for (size_t n = 0; n < frame.payload.size; n++)
		assert_false(wire_get_event((struct view){ frame.payload.data, n }, &store, &got));
}

static void
the_largest_event_passes_and_a_larger_one_does_not(void **state)
{
	(void)state;
	static struct wire_event_store store;
	static char data[WIRE_EVENT_DATA + 2], message[WIRE_EVENT_MESSAGE + 2];
	struct triage_event e = an_event, got;
	memset(data, 'x', WIRE_EVENT_DATA);
	memcpy(data, "{\"a\":\"", 6);
	memcpy(data + WIRE_EVENT_DATA - 2, "\"}", 3);
	memset(message, 'm', WIRE_EVENT_MESSAGE);
	e.data = data;
	e.message = message;
	for (int over = 0; over < 2; over++) {
		size_t mark = a.out.size;
		wire_put_event(&a, 7, &e);
		const struct view payload = { (const uint8_t *)a.out.data + mark + WIRE_HEADER, a.out.size - mark - WIRE_HEADER };
		assert_true(payload.size < WIRE_PAYLOAD_MAX);
		assert_int_equal(wire_get_event(payload, &store, &got), over == 0);
		message[WIRE_EVENT_MESSAGE] = 'm';
	}
}

static void
data_that_is_no_single_object_is_refused(void **state)
{
	(void)state;
	static struct wire_event_store store;
	static const struct {
		const char *data;
		bool good;
	} cases[] = {
		{ "{}", true }, { "{\"a\":1}", true }, { "", false }, { "{", false }, { "}", false }, { "[]", false }, { "null", false }, { "{\"a\":1", false },
		{ "{\"a\"}", false }, { "{\"a\":1,}", false }, { "{} ", false }, { " {}", false }, { "{ }", false }, { "{}{}", false }, { "{\"a\":\"\n\"}", false },
		{ "{\"a\":1}x", false }, { "{,}", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct triage_event e = an_event, got;
		e.data = cases[i].data;
		wire_put_event(&a, 1, &e);
		struct wire_frame frame = pass();
		if (wire_get_event(frame.payload, &store, &got) != cases[i].good)
			fail_msg("%s", cases[i].data);
	}
	struct triage_event e = an_event, got;
	e.time = TRIAGE_TIME_NONE;
	wire_put_event(&a, 1, &e);
	struct wire_frame frame = pass();
	assert_false(wire_get_event(frame.payload, &store, &got));
}

static void
facts_and_parsed_streams_come_back_and_lies_do_not(void **state)
{
	(void)state;
	struct wire_store store;
	const struct triage_fact f = { .kind = "account", .subject = "S-1-5-21-1", .name = "name", .value = "anna", .time = TRIAGE_TIME_NONE, .weight = 100 };
	const struct triage_parsed p = { .parser = "evtx", .bytes = UINT64_C(1) << 40, .events = 12, .whole = true };
	struct triage_fact fact;
	struct triage_parsed parsed;
	wire_put_fact(&a, 1, &f);
	struct wire_frame frame = pass();
	assert_int_equal(frame.type, WIRE_FACT);
	assert_true(wire_get_fact(frame.payload, &store, &fact));
	assert_string_equal(fact.subject, "S-1-5-21-1");
	assert_string_equal(fact.value, "anna");
	assert_true(fact.time == TRIAGE_TIME_NONE && fact.weight == 100);
	for (size_t n = 0; n < frame.payload.size; n++)
		assert_false(wire_get_fact((struct view){ frame.payload.data, n }, &store, &fact));
	struct triage_fact heavy = f;
	heavy.weight = 101;
	wire_put_fact(&a, 1, &heavy);
	frame = pass();
	assert_false(wire_get_fact(frame.payload, &store, &fact));
	wire_put_artefact(&a, 1, &p);
	frame = pass();
	assert_int_equal(frame.type, WIRE_ARTEFACT);
	assert_true(wire_get_artefact(frame.payload, &store, &parsed));
	assert_string_equal(parsed.parser, "evtx");
	assert_true(parsed.bytes == p.bytes && parsed.events == 12 && parsed.whole);
	for (size_t n = 0; n < frame.payload.size; n++)
		assert_false(wire_get_artefact((struct view){ frame.payload.data, n }, &store, &parsed));
}

static void
places_come_back_and_lies_do_not(void **state)
{
	(void)state;
	uint8_t places[3 * 32], got[32];
	struct view list;
	for (size_t i = 0; i < sizeof(places); i++)
		places[i] = (uint8_t)i;
	wire_put_places(&a, 7, places);
	struct wire_frame frame = pass();
	assert_true(frame.type == WIRE_PLACES && wire_get_places(frame.payload, got));
	assert_memory_equal(got, places, 32);
	for (size_t n = 0; n < frame.payload.size; n++)
		assert_false(wire_get_places((struct view){ frame.payload.data, n }, got));
	wire_put_placed(&a, 7, places, 3);
	frame = pass();
	assert_true(frame.type == WIRE_PLACED && wire_get_placed(frame.payload, 3, &list));
	assert_memory_equal(list.data, places, sizeof(places));
	assert_false(wire_get_placed(frame.payload, 2, &list));		/* not as many as were asked for */
	assert_false(wire_get_placed(frame.payload, 4, &list));
}

static void
a_channel_that_is_full_or_gone_is_told(void **state)
{
	(void)state;
	struct triage_error err;
	static uint8_t much[64 << 10];
	size_t mark;
	/* nobody reads: what does not fit waits, without waiting for it */
	for (int i = 0; i < 40; i++) {
		wire_begin(&a, WIRE_BYTES, 1, &mark);
		wire_put_bytes(&a, much, sizeof(much));
		wire_end(&a, mark);
	}
	assert_int_equal(wire_flush(&a, false, &err), TRIAGE_OK);
	assert_true(wire_pending(&a) > 0);
	/* the other side ends: writing is an error, reading comes to an end once all is read */
	close(pair[1]);
	assert_int_equal(wire_flush(&a, true, &err), TRIAGE_E_IO);
	struct wire_stream none;
	wire_stream_init(&none, -1);
	assert_int_equal(wire_fill(&none, false, &err), TRIAGE_E_IO);
	assert_true(none.ended);
	wire_stream_release(&none);
	pair[1] = dup(pair[0]);
}

static void
the_end_of_a_channel_is_no_error(void **state)
{
	(void)state;
	struct triage_error err;
	close(pair[1]);
	assert_int_equal(wire_fill(&a, true, &err), TRIAGE_OK);
	assert_true(a.ended);
	pair[1] = dup(pair[0]);
}

static void
more_than_a_stream_holds_is_no_frame(void **state)
{
	(void)state;
	struct triage_error err;
	size_t mark;
	wire_begin(&a, WIRE_BYTES, 1, &mark);
	a.out.failed = true;			/* as after an allocation that failed, or beyond its maximum */
	wire_end(&a, mark);
	assert_int_equal(wire_flush(&a, true, &err), TRIAGE_E_LIMIT);
	assert_number_equal(wire_pending(&a), WIRE_HEADER);
	/* nor is what has no room left read: the channel says so, or its owner would wait for ever */
	b.in.failed = true;
	assert_int_equal(wire_fill(&b, false, &err), TRIAGE_E_LIMIT);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(entries_come_back_as_they_were), WITH_PAIR(every_shortened_record_is_refused), WITH_PAIR(a_huge_length_is_no_frame),
		WITH_PAIR(an_unknown_type_is_no_frame), WITH_PAIR(half_a_frame_waits_for_the_rest), WITH_PAIR(text_must_be_utf8_without_nul),
		WITH_PAIR(numbers_that_are_none_are_refused), WITH_PAIR(events_come_back_as_they_were),
		WITH_PAIR(the_largest_event_passes_and_a_larger_one_does_not), WITH_PAIR(data_that_is_no_single_object_is_refused),
		WITH_PAIR(facts_and_parsed_streams_come_back_and_lies_do_not), WITH_PAIR(places_come_back_and_lies_do_not),
		WITH_PAIR(a_channel_that_is_full_or_gone_is_told), WITH_PAIR(the_end_of_a_channel_is_no_error), WITH_PAIR(more_than_a_stream_holds_is_no_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
