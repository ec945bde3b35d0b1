/* test_members.c - members of archives in the journal and the sealed case: they stand and fall with their archive; and on the wire. */
#include "tests/case_make.h"

#include "triage/run/wire.h"

#include <sys/socket.h>

static struct triage_member
member_of(uint64_t number, const char *name)
{
	return (struct triage_member){ .number = number, .name = (const uint8_t *)name, .name_size = strlen(name), .size = 1000, .mode = 0100600,
		.mtime = 5 * NS, .atime = TRIAGE_TIME_NONE, .ctime = TRIAGE_TIME_NONE, .btime = TRIAGE_TIME_NONE };
}

static uint64_t
put_member(struct made *m, uint64_t unit, uint64_t number, const char *name, const char *path)
{
	uint64_t id = 0;
	const struct triage_member member = member_of(number, name);
	assert_ok(case_put_member(m->store, unit, &member, path, &id, &err));
	assert_true(id != 0);
	return id;
}

/* Two archives, and a file with the bytes of a member. */
static void
begin(struct made *m)
{
	made_begin(m, "ext4");
	put_simple(m, 1, 11, "a.zip");
	put_simple(m, 2, 12, "b.zip");
	put_simple(m, 3, 13, "c.txt");
}

static void
a_member_has_its_own_row_digest_and_hits(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	uint64_t unit = put_member(&m, 1, 1, "dir/x.txt", "/a.zip!/dir/x.txt");
	put_hit(&m, unit, 0, 3, false);
	put_hit(&m, unit, 1, 0, true);
	put_result(&m, unit, "inside");
	put_result(&m, 1, "archive");
	put_result(&m, 3, "other");
	made_build(&m);
	made_seal(&m);
	assert_number_equal(rows_of(m.reader, CASE_FILES), 4);
	assert_number_equal(rows_of(m.reader, CASE_MATCHES), 2);
	assert_string_equal(text_at(m.reader, CASE_FILES, 1, CASE_FILES_PATH), "/a.zip!/dir/x.txt");
	assert_string_equal(text_at(m.reader, CASE_MATCHES, 0, CASE_MATCHES_PATH), "/a.zip!/dir/x.txt");
	assert_string_equal(text_at(m.reader, CASE_MATCHES, 1, CASE_MATCHES_PATH), "/a.zip!/dir/x.txt");
	made_end(&m);
}

static void
a_dropped_archive_takes_its_members_along(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	uint64_t other = put_member(&m, 2, 1, "y", "/b.zip!/y");
	put_result(&m, other, "why");
	uint64_t unit = put_member(&m, 1, 1, "x", "/a.zip!/x");
	put_hit(&m, unit, 0, 3, false);
	put_result(&m, unit, "inside");
	uint64_t second = put_member(&m, 1, 2, "z", "/a.zip!/z");
	put_hit(&m, second, 0, 9, false);	/* it died over this one */
	assert_ok(case_drop_unit_rows(m.store, 1, &err));
	/* done again, the same ids are free */
	unit = put_member(&m, 1, 1, "x", "/a.zip!/x");
	put_result(&m, unit, "inside");
	put_result(&m, 1, "archive");
	put_result(&m, 2, "second archive");
	made_build(&m);
	made_seal(&m);
	assert_number_equal(rows_of(m.reader, CASE_FILES), 5);
	assert_number_equal(rows_of(m.reader, CASE_MATCHES), 0);
	made_end(&m);
}

static void
resume_keeps_members_of_finished_archives_alone(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	uint64_t kept = put_member(&m, 2, 1, "y", "/b.zip!/y");
	put_hit(&m, kept, 0, 1, false);
	put_result(&m, kept, "why");
	put_result(&m, 2, "second archive");
	uint64_t unit = put_member(&m, 1, 1, "x", "/a.zip!/x");
	put_hit(&m, unit, 0, 3, false);
	put_result(&m, unit, "inside");
	assert_ok(case_commit(m.store, &err));
	case_close(m.store);
	assert_ok(case_resume(m.journal, &m.store, &err));
	struct case_unit units[8], after = { 0 };
	size_t count;
	assert_ok(case_next_units(m.store, &after, 8, units, &count, &err));
	assert_number_equal(count, 2);	/* a.zip and c.txt, and no member */
	assert_number_equal(units[0].unit_id, 1);
	assert_number_equal(units[1].unit_id, 3);
	case_unit_release(&units[0]);
	case_unit_release(&units[1]);
	struct case_totals totals;
	assert_ok(case_totals(m.store, &totals, &err));
	assert_number_equal(totals.units, 4);
	assert_number_equal(totals.units_done, 2);
	put_result(&m, 1, "archive");
	made_build(&m);
	made_seal(&m);
	assert_number_equal(rows_of(m.reader, CASE_FILES), 4);
	assert_number_equal(rows_of(m.reader, CASE_MATCHES), 1);
	made_end(&m);
}

static void
a_member_without_result_is_never_given_out(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	put_member(&m, 1, 1, "x", "/a.zip!/x");
	struct case_unit units[8], after = { 0 };
	size_t count;
	assert_ok(case_next_units(m.store, &after, 8, units, &count, &err));
	assert_number_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		case_unit_release(&units[i]);
	made_end(&m);
}

static void
what_cannot_have_members_is_refused(void **state)
{
	(void)state;
	struct made m;
	uint64_t id;
	begin(&m);
	struct triage_member x = member_of(1, "x");
	uint64_t unit = put_member(&m, 1, 1, "x", "/a.zip!/x");
	assert_status(TRIAGE_E_USAGE, case_put_member(m.store, unit, &x, "/a.zip!/x!/x", &id, &err));
	assert_status(TRIAGE_E_USAGE, case_put_member(m.store, 77, &x, "/?", &id, &err));
	put_result(&m, 2, "done");
	assert_status(TRIAGE_E_USAGE, case_put_member(m.store, 2, &x, "/b.zip!/x", &id, &err));
	x.number = 0;
	assert_status(TRIAGE_E_LIMIT, case_put_member(m.store, 1, &x, "/a.zip!/x", &id, &err));
	x.number = UINT64_C(1) << 40;
	assert_status(TRIAGE_E_LIMIT, case_put_member(m.store, 1, &x, "/a.zip!/x", &id, &err));
	made_end(&m);
}

static void
members_cross_the_wire_as_they_were(void **state)
{
	(void)state;
	int pair[2];
	struct triage_error err;
	struct wire_stream a, b;
	struct wire_frame frame;
	struct triage_member got, m = member_of(9, "dir/\xff\n name");
	m.size = TRIAGE_NO_ID;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	wire_stream_init(&a, pair[0]);
	wire_stream_init(&b, pair[1]);
	wire_put_member(&a, 5, &m);
	m.name_size = 0;
	wire_put_member(&a, 5, &m);
	assert_int_equal(wire_flush(&a, true, &err), TRIAGE_OK);
	assert_int_equal(wire_fill(&b, true, &err), TRIAGE_OK);
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_OK);
	assert_int_equal(frame.type, WIRE_MEMBER);
	assert_true(wire_get_member(frame.payload, &got));
	assert_number_equal(got.number, 9);
	assert_number_equal(got.name_size, 11);
	assert_memory_equal(got.name, "dir/\xff\n name", 11);
	assert_number_equal(got.size, TRIAGE_NO_ID);
	assert_number_equal(got.mtime, 5 * NS);
	for (size_t cut = 0; cut < frame.payload.size; cut++)
		assert_false(wire_get_member((struct view){ frame.payload.data, cut }, &got));
	assert_int_equal(wire_take(&b, &frame, &err), TRIAGE_OK);
	assert_false(wire_get_member(frame.payload, &got));	/* without a name */
	wire_stream_release(&a);
	wire_stream_release(&b);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_has_its_own_row_digest_and_hits),
		cmocka_unit_test(a_dropped_archive_takes_its_members_along),
		cmocka_unit_test(resume_keeps_members_of_finished_archives_alone),
		cmocka_unit_test(a_member_without_result_is_never_given_out),
		cmocka_unit_test(what_cannot_have_members_is_refused),
		cmocka_unit_test(members_cross_the_wire_as_they_were),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
