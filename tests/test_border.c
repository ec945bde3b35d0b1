/* test_border.c - which frame a worker may send when, and how many: what is out of turn, too large or too much is refused. */
#include "tests/harness.h"

#include "triage/run/border.h"

static struct crew_worker w;

static const char *
refused(enum wire_type type, uint64_t job, size_t size)
{
	static uint8_t bytes[WIRE_PAYLOAD_MAX];
	size_t index = SIZE_MAX;
	const struct wire_frame frame = { .type = type, .job = job, .payload = { bytes, size } };
	return border_refuses(&w, &frame, &index);
}

static void
begin(enum crew_job_kind kind)
{
	memset(&w, 0, sizeof(w));
	w.ready = true;
	w.jobs = w.queue;
	w.jobs[0] = (struct crew_job){ .id = 7, .kind = kind, .unit.size = 1 << 20, .length = 1 << 20 };
	w.jobs[1] = (struct crew_job){ .id = 8, .kind = kind };
	w.job_count = 2;
}

static void
before_it_is_ready_a_worker_tells_problems_and_that_it_is_ready(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	assert_null(refused(WIRE_PROBLEM, 1, 100));
	assert_null(refused(WIRE_READY, 0, 8));
	assert_string_equal(refused(WIRE_READY, 0, 8), BORDER_NOT_ALLOWED);	/* once */
	assert_string_equal(refused(WIRE_CONTENT, 7, 8), BORDER_NOT_ALLOWED);
	for (int i = 1; i < 10000; i++)
		assert_null(refused(WIRE_PROBLEM, 1, 100));
	assert_string_equal(refused(WIRE_PROBLEM, 1, 100), BORDER_NOT_ALLOWED);
}

static void
each_kind_of_job_has_its_frames_and_no_others(void **state)
{
	(void)state;
	static const struct {
		enum crew_job_kind kind;
		enum wire_type good, bad;
	} rows[] = {
		{ CREW_PROBE, WIRE_VOLUME, WIRE_ENTRY }, { CREW_LIST, WIRE_ENTRY, WIRE_CONTENT }, { CREW_CONTENT, WIRE_CONTENT, WIRE_DIGESTS },
		{ CREW_IMAGE, WIRE_DIGESTS, WIRE_BYTES }, { CREW_EXTRACT, WIRE_BYTES, WIRE_EVENT }, { CREW_PLACES, WIRE_PLACED, WIRE_PLACES },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(rows[i].kind);
		assert_null(refused(rows[i].good, 7, 16));
		assert_string_equal(refused(rows[i].bad, 7, 16), BORDER_NOT_ALLOWED);
		assert_string_equal(refused(rows[i].good, 8, 16), BORDER_NOT_ALLOWED);	/* its turn has not come */
		assert_string_equal(refused(WIRE_READY, 0, 8), BORDER_NOT_ALLOWED);
		w.job_count = 0;
		assert_string_equal(refused(rows[i].good, 7, 16), BORDER_NOT_ALLOWED);
	}
}

static void
a_frame_that_is_too_large_and_more_than_an_object_may_have_are_refused(void **state)
{
	(void)state;
	begin(CREW_CONTENT);
	assert_string_equal(refused(WIRE_EXTENT, 7, 65), BORDER_NOT_ALLOWED);
	for (int i = 0; i < 4200; i++)
		assert_null(refused(WIRE_EXTENT, 7, 24));
	assert_string_equal(refused(WIRE_EXTENT, 7, 24), BORDER_TOO_MUCH);
	/* bytes: what follows from the size of the object, and no more */
	begin(CREW_CONTENT);
	w.jobs[0].unit.size = UINT64_MAX;	/* a size without bounds is no reason for fewer */
	w.jobs[0].frame_bytes = UINT64_MAX / 4;
	assert_null(refused(WIRE_EVENT, 7, 100));
	w.jobs[0].unit.size = 1000;
	assert_string_equal(refused(WIRE_EVENT, 7, 100), BORDER_TOO_MUCH);
	begin(CREW_LIST);
	w.jobs[0].length = 0;			/* a mounted volume: 1 TiB */
	w.jobs[0].frame_bytes = UINT64_C(1) << 39;
	assert_null(refused(WIRE_ENTRY, 7, 100));
	w.jobs[0].length = 1 << 20;
	assert_string_equal(refused(WIRE_ENTRY, 7, 100), BORDER_TOO_MUCH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_it_is_ready_a_worker_tells_problems_and_that_it_is_ready),
		cmocka_unit_test(each_kind_of_job_has_its_frames_and_no_others),
		cmocka_unit_test(a_frame_that_is_too_large_and_more_than_an_object_may_have_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
