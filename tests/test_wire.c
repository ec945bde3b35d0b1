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

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(entries_come_back_as_they_were), WITH_PAIR(every_shortened_record_is_refused), WITH_PAIR(a_huge_length_is_no_frame),
		WITH_PAIR(an_unknown_type_is_no_frame), WITH_PAIR(half_a_frame_waits_for_the_rest), WITH_PAIR(text_must_be_utf8_without_nul),
		WITH_PAIR(numbers_that_are_none_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
