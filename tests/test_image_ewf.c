/*
 * test_image_ewf.c - E01 images made here, byte by byte: whole, cut, and damaged in one place.
 */
#include "tests/ewf_make.h"

enum { CHUNK = 32768, CHUNKS = 4, MEDIUM = CHUNK * CHUNKS };

/* Two segments of two chunks each. */
static void
make_image(struct made made[2], uint8_t *medium)
{
	made_medium(medium, MEDIUM);
	made_image(made, 2, 2, &(struct made){ .chunk = CHUNK }, medium);
}

static void
open_image(struct opened *o, const struct made *made, size_t count)
{
	made_open(o, made, count);
	if (o->status == TRIAGE_OK)
		assert_number_equal(evidence_reader(o->source)->size, MEDIUM);
}

static void
close_image(struct opened *o, struct made *made)
{
	made_close(o, made, 2);
}

static struct opened opened;
static uint8_t medium[MEDIUM], zeros[MEDIUM];

static void
a_whole_image_gives_its_bytes_and_its_stored_hash(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_memory_equal(opened.got, medium, MEDIUM);
	assert_string_equal(opened.source->stored_md5, "000102030405060708090a0b0c0d0e0f");
	assert_string_equal(opened.source->stored_sha1, "");
	assert_number_equal(opened.seen.problems, 0);
	assert_number_equal(evidence_reader(opened.source)->bad_bytes, 0);
	close_image(&opened, made);
}

static void
a_damaged_chunk_is_a_bad_range_each_time_it_is_read(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	made[0].bytes[made[0].data_at + CHUNK + 4 + 100] ^= 1;	/* second chunk */
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_OK);
	struct reader *r = evidence_reader(opened.source);
	assert_memory_equal(opened.got, medium, CHUNK);
	assert_memory_equal(opened.got + CHUNK, zeros, CHUNK);
	assert_memory_equal(opened.got + 2 * CHUNK, medium + 2 * CHUNK, 2 * CHUNK);
	assert_number_equal(r->bad_bytes, CHUNK);
	assert_number_equal(source_bad_within(r, 0, MEDIUM), CHUNK);
	assert_int_equal(reader_read_all(r, CHUNK + 10, opened.got, 20, &opened.err), TRIAGE_OK);
	assert_number_equal(r->bad_bytes, CHUNK + 20);
	close_image(&opened, made);
}

static void
a_missing_last_segment_is_named_and_its_bytes_are_bad(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	open_image(&opened, made, 1);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_seen(&opened.seen, "problem open segment-missing");
	assert_seen(&opened.seen, "problem open chunks-missing at=65536 bytes=65536");
	assert_memory_equal(opened.got, medium, 2 * CHUNK);
	assert_memory_equal(opened.got + 2 * CHUNK, zeros, 2 * CHUNK);
	assert_number_equal(evidence_reader(opened.source)->bad_bytes, 2 * CHUNK);
	assert_string_equal(opened.source->stored_md5, "");
	close_image(&opened, made);
}

static void
a_segment_cut_in_copying_is_named_and_its_bytes_are_bad(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	made[1].size = made[1].data_at + CHUNK;
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_seen(&opened.seen, "problem open segment-damaged");
	assert_seen(&opened.seen, "bytes=65536");
	assert_memory_equal(opened.got, medium, 2 * CHUNK);
	assert_number_equal(evidence_reader(opened.source)->bad_bytes, 2 * CHUNK);
	close_image(&opened, made);
}

static void
a_damaged_section_header_costs_nothing_that_a_copy_holds(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 6; which++) {
		struct made made[2];
		make_image(made, medium);
		struct made *m = &made[which % 2];
		size_t at = which < 2 ? m->table_at : which < 4 ? m->table2_at : m->sectors_at;
		m->bytes[at + 73] ^= 4;
		open_image(&opened, made, 2);
		assert_int_equal(opened.status, TRIAGE_OK);
		assert_seen(&opened.seen, "problem open segment-damaged");
		assert_memory_equal(opened.got, medium, MEDIUM);
		assert_number_equal(evidence_reader(opened.source)->bad_bytes, 0);
		close_image(&opened, made);
	}
}

static void
a_wrong_number_with_all_chunks_there_is_told_and_read(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	store_le(made[1].bytes + 9, 3, 2);	/* says that it is the third */
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_seen(&opened.seen, "problem open segment-number");
	assert_not_seen(&opened.seen, "segment-missing");
	assert_memory_equal(opened.got, medium, MEDIUM);
	close_image(&opened, made);
}

static void
chunks_that_nobody_can_place_are_refused(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	store_le(made[0].bytes + 9, 2, 2);	/* the second of more, alone */
	open_image(&opened, made, 1);
	assert_int_equal(opened.status, TRIAGE_E_FORMAT);
	assert_seen(&opened.seen, "segment 1 is missing");
	assert_seen(&opened.seen, "problem open chunks-unplaced at=-1 bytes=65536");
	close_image(&opened, made);
}

static void
hostile_section_fields_are_told_and_cost_nothing_else(void **state)
{
	(void)state;
	/* a section that points to itself, one that points far outside, a table of 4 billion entries, a chunk size of zero */
	for (unsigned which = 0; which < 4; which++) {
		struct made made[2];
		make_image(made, medium);
		size_t at = which == 2 ? made[1].table_at : made[1].volume_at;
		uint8_t *header = made[1].bytes + at;
		if (which == 0)
			store_le(header + 16, made[1].volume_at, 8);
		if (which == 1)
			store_le(header + 16, UINT64_C(1) << 62, 8);
		if (which == 2) {
			store_le(header + 76, UINT32_MAX, 4);
			store_le(header + 76 + 20, adler32_of(header + 76, 20), 4);
		}
		if (which == 3) {
			store_le(header + 76 + 8, 0, 4);
			store_le(header + 76 + 1048, adler32_of(header + 76, 1048), 4);
		}
		made_sum(&made[1], at);
		open_image(&opened, made, 2);
		assert_int_equal(opened.status, TRIAGE_OK);
		assert_seen(&opened.seen, "problem open segment-damaged");
		assert_memory_equal(opened.got, medium, MEDIUM);
		assert_number_equal(evidence_reader(opened.source)->bad_bytes, 0);
		close_image(&opened, made);
	}
}

static void
a_file_named_e01_that_is_none_is_read_as_raw_and_told(void **state)
{
	(void)state;
	uint8_t bytes[4096] = { 0 };
	struct files files;
	struct seen seen = { .used = 0 };
	struct evidence_sink sink = seen_sink(&seen);
	struct evidence_source *source;
	struct triage_error err;
	files_begin(&files);
	files_add(&files, "a.E01", bytes, sizeof(bytes));
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_EWF);
	assert_false(evidence_needs_open(&in));
	assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_OK);
	assert_seen(&seen, "problem open not-ewf");
	assert_number_equal(source->kind, TRIAGE_EVIDENCE_RAW);
	evidence_close(source);
	files_end(&files);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_image_gives_its_bytes_and_its_stored_hash),
		cmocka_unit_test(a_damaged_chunk_is_a_bad_range_each_time_it_is_read),
		cmocka_unit_test(a_missing_last_segment_is_named_and_its_bytes_are_bad),
		cmocka_unit_test(a_segment_cut_in_copying_is_named_and_its_bytes_are_bad),
		cmocka_unit_test(a_damaged_section_header_costs_nothing_that_a_copy_holds),
		cmocka_unit_test(a_wrong_number_with_all_chunks_there_is_told_and_read),
		cmocka_unit_test(chunks_that_nobody_can_place_are_refused),
		cmocka_unit_test(hostile_section_fields_are_told_and_cost_nothing_else),
		cmocka_unit_test(a_file_named_e01_that_is_none_is_read_as_raw_and_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
