/*
 * test_image_ewf_damage.c - E01 images with holes: what is left is read at its place, and every wrong byte is in a bad range.
 */
#include "tests/ewf_four.h"

static uint8_t zeros[MEDIUM];

static void
drop(size_t segment)
{
	free(made[segment].bytes);
	made[segment].bytes = NULL;
}

/* Open, and hold that exactly [from, to) is bad; behind and before it all is read. */
static void
check_hole(size_t from, size_t to)
{
	assert_number_equal(open_checked(), to - from);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_memory_equal(opened.got + from, zeros, to - from);
	for (size_t i = from; i < to; i++)
		assert_true(bad[i]);
}

static void
a_missing_first_middle_or_last_segment_shifts_nothing(void **state)
{
	(void)state;
	for (size_t missing = 0; missing < SEGMENTS; missing++) {
		char line[80];
		make_four(missing % 2 == 0);
		drop(missing);
		check_hole(missing * PART, missing * PART + PART);
		assert_seen(&opened.seen, "problem open segment-missing");
		snprintf(line, sizeof(line), "problem open chunks-missing at=%zu bytes=%d", missing * PART, PART);
		assert_seen(&opened.seen, line);
		assert_string_equal(opened.source->stored_md5, missing == SEGMENTS - 1 ? "" : "000102030405060708090a0b0c0d0e0f");
		close_four();
	}
}

static void
between_two_gaps_nothing_is_guessed(void **state)
{
	(void)state;
	make_four(false);
	drop(0);
	drop(2);	/* the second could begin anywhere; the last one ends the medium */
	check_hole(0, 3 * PART);
	assert_seen(&opened.seen, "problem open chunks-unplaced at=-1 bytes=16384");
	close_four();
}

static void
a_segment_of_another_image_is_noticed(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 2; which++) {
		make_four(false);
		struct made *m = &made[2];
		uint8_t *data = m->bytes + m->volume_at + 76;
		if (which == 0)
			memset(data + 64, 9, 16);
		else
			memset(data + 64, 0, 16), store_le(data + 16, 999, 8);	/* no identifier, another size */
		store_le(data + 1048, adler32_of(data, 1048), 4);
		check_hole(2 * PART, 3 * PART);
		assert_seen(&opened.seen, "problem open segment-foreign");
		assert_seen(&opened.seen, "segment a.E03 belongs to another image");
		close_four();
	}
}

static void
segments_said_twice_or_behind_the_end_are_left_out(void **state)
{
	(void)state;
	make_four(false);
	store_le(made[3].bytes + 9, 2, 2);	/* a number that another has: its place decides */
	assert_number_equal(open_checked(), 0);
	close_four();
	make_four(false);
	struct made *m = &made[2];
	memcpy(m->bytes + m->end_at, "done\0\0\0\0", 8);
	made_sum(m, m->end_at);
	check_hole(3 * PART, MEDIUM);
	assert_seen(&opened.seen, "segment a.E04 lies behind the segment with which the image ends");
	close_four();
}

static void
tables_help_each_other_entry_by_entry(void **state)
{
	(void)state;
	make_four(true);
	made[1].bytes[made[1].table_at + 100] ^= 0x55;
	assert_number_equal(open_checked(), 0);
	assert_seen(&opened.seen, "its copy is used");
	assert_number_equal(opened.seen.loudest, TRIAGE_LOW);
	close_four();
	make_four(true);
	made[1].bytes[made[1].table_at + 100] ^= 0x55;		/* the first entry of one, the last of the other */
	made[1].bytes[made[1].table2_at + 100 + 12] ^= 0x55;
	assert_number_equal(open_checked(), 0);
	assert_seen(&opened.seen, "both copies of a chunk table are damaged");
	close_four();
	make_four(true);
	memset(made[1].bytes + made[1].table_at + 76, 0xff, 40);	/* nothing left but the size of the section */
	memset(made[1].bytes + made[1].table2_at + 76, 0xff, 40);
	check_hole(0, 0);
	assert_seen(&opened.seen, "4 chunks without a table were found by reading one after another");
	close_four();
}

static void
chunks_whose_tables_are_gone_are_found_by_reading(void **state)
{
	(void)state;
	for (unsigned packed = 0; packed < 2; packed++) {
		make_four(packed == 1);
		struct made *m = &made[1];
		memset(m->bytes + m->table_at, 0, m->end_at - m->table_at);
		check_hole(0, 0);
		assert_seen(&opened.seen, "4 chunks without a table were found by reading one after another");
		close_four();
		/* the trail is lost at a damaged chunk: what is behind it in this segment is lost, what is behind this segment is not */
		make_four(packed == 1);
		memset(m->bytes + m->table_at, 0, m->end_at - m->table_at);
		m->bytes[m->table_at - CHUNK - 4 - 100] ^= 1;
		check_hole(PART + 2 * CHUNK, 2 * PART);
		assert_number_equal(opened.seen.loudest, TRIAGE_HIGH);
		close_four();
	}
}

static void
a_segment_without_any_section_left_shifts_nothing(void **state)
{
	(void)state;
	make_four(false);
	memset(made[1].bytes + made[1].volume_at, 0, made[1].end_at - made[1].volume_at);
	check_hole(PART, 2 * PART);
	assert_seen(&opened.seen, "problem open segment-damaged");
	close_four();
}

static void
a_cut_file_is_read_up_to_the_cut(void **state)
{
	(void)state;
	made_medium(medium, MEDIUM);
	made_image(made, 1, CHUNKS, &(struct made){ .chunk = CHUNK, .packed = true }, medium);
	made[0].size = made[0].data_at + (made[0].table_at - made[0].data_at) / 2;
	size_t lost = open_checked();
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_true(lost > 0 && lost <= 9 * CHUNK);
	assert_memory_equal(opened.got, medium, MEDIUM - lost);
	assert_seen(&opened.seen, "problem open segment-damaged");
	close_four();
}

/* One segment, three groups of chunks: from the tables of the first to the end of the second all is gone. */
static void
a_hole_that_may_hide_chunks_is_not_closed(void **state)
{
	(void)state;
	struct made *m = &made[0];
	made_medium(medium, MEDIUM);
	*m = (struct made){ .chunk = CHUNK, .total = 12 };
	made_begin(m, 1);
	made_volume(m, "volume");
	made_chunks(m, medium, 0, 4);
	size_t from = m->table_at;
	made_chunks(m, medium, 4, 4);
	made_chunks(m, medium, 8, 4);
	memset(m->bytes + from, 0, m->sectors_at - from);
	made_done(m);
	made_open(&opened, made, 1);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_memory_equal(opened.got, medium, 4 * CHUNK);
	assert_memory_equal(opened.got + 4 * CHUNK, zeros, 4 * CHUNK);
	assert_memory_equal(opened.got + 8 * CHUNK, medium + 8 * CHUNK, 4 * CHUNK);
	assert_number_equal(evidence_reader(opened.source)->bad_bytes, 4 * CHUNK);
	close_four();
}

static void
a_destroyed_file_header_is_replaced_by_the_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < SEGMENTS; i++) {
		make_four(false);
		memset(made[i].bytes, 0, 13);
		assert_number_equal(open_checked(), 0);
		assert_seen(&opened.seen, "its file header is damaged");
		assert_number_equal(opened.source->kind, TRIAGE_EVIDENCE_EWF);
		close_four();
	}
}

static void
a_damaged_hash_is_not_used_and_costs_nothing(void **state)
{
	(void)state;
	make_four(false);
	made[3].bytes[made[3].hash_at + 76] ^= 1;
	assert_number_equal(open_checked(), 0);
	assert_string_equal(opened.source->stored_md5, "");
	assert_seen(&opened.seen, "the checksum of the stored hash does not hold");
	close_four();
}

static void
a_damaged_volume_section_is_replaced_by_its_copy(void **state)
{
	(void)state;
	make_four(false);
	made[0].bytes[made[0].volume_at + 76 + 8] ^= 1;		/* sectors a chunk */
	assert_number_equal(open_checked(), 0);
	assert_seen(&opened.seen, "the checksum of a volume section does not hold");
	close_four();
}

/* An E01 that lies as a file in the medium, stored plain: its sections have good checksums at wrong places. */
static void
an_image_inside_the_image_is_not_taken_for_a_part_of_it(void **state)
{
	(void)state;
	struct made inner = { .chunk = 512, .total = 2, .packed = true };
	make_four(false);
	for (size_t i = 0; i < SEGMENTS; i++)
		free(made[i].bytes);
	made_begin(&inner, 1);
	made_volume(&inner, "volume");
	made_chunks(&inner, medium, 0, 2);
	made_done(&inner);
	assert_true(inner.size < PART);
	memcpy(medium + PART, inner.bytes, inner.size);
	free(inner.bytes);
	made_image(made, SEGMENTS, EACH, &(struct made){ .chunk = CHUNK }, medium);
	made[1].bytes[made[1].sectors_at + 20] ^= 1;
	assert_number_equal(open_checked(), 0);
	close_four();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_first_middle_or_last_segment_shifts_nothing),
		cmocka_unit_test(between_two_gaps_nothing_is_guessed),
		cmocka_unit_test(a_segment_of_another_image_is_noticed),
		cmocka_unit_test(segments_said_twice_or_behind_the_end_are_left_out),
		cmocka_unit_test(tables_help_each_other_entry_by_entry),
		cmocka_unit_test(chunks_whose_tables_are_gone_are_found_by_reading),
		cmocka_unit_test(a_segment_without_any_section_left_shifts_nothing),
		cmocka_unit_test(a_cut_file_is_read_up_to_the_cut),
		cmocka_unit_test(a_hole_that_may_hide_chunks_is_not_closed),
		cmocka_unit_test(a_destroyed_file_header_is_replaced_by_the_name),
		cmocka_unit_test(a_damaged_hash_is_not_used_and_costs_nothing),
		cmocka_unit_test(a_damaged_volume_section_is_replaced_by_its_copy),
		cmocka_unit_test(an_image_inside_the_image_is_not_taken_for_a_part_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
