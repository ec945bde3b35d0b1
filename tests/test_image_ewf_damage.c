/*
 * test_image_ewf_damage.c - E01 images with holes: what is left is read at its place, and every wrong byte is in a bad range.
 */
#include "tests/ewf_make.h"

enum { CHUNK = 4096, SEGMENTS = 4, EACH = 4, CHUNKS = SEGMENTS * EACH, MEDIUM = CHUNK * CHUNKS, PART = CHUNK * EACH };

static struct opened opened;
static struct made made[SEGMENTS];
static uint8_t medium[MEDIUM], zeros[MEDIUM], bad[MEDIUM];

static void
make_four(bool packed)
{
	made_medium(medium, MEDIUM);
	made_image(made, SEGMENTS, EACH, &(struct made){ .chunk = CHUNK, .packed = packed, .set = 7 }, medium);
}

static void
mark_bad(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	(void)ctx;
	assert_non_null(why);
	assert_true(offset <= MEDIUM && size <= MEDIUM - offset);
	memset(bad + offset, 1, (size_t)size);
}

/* Open; each byte is right or said to be bad. Returns how many are bad. */
static size_t
open_checked(void)
{
	size_t count = 0;
	made_open(&opened, made, SEGMENTS);
	memset(bad, 0, sizeof(bad));
	if (opened.status != TRIAGE_OK) {
		assert_true(opened.err.text[0] != '\0');
		return MEDIUM;
	}
	struct reader *r = evidence_reader(opened.source);
	assert_number_equal(r->size, MEDIUM);
	r->ops->bad_ranges(r, mark_bad, NULL);
	for (size_t i = 0; i < MEDIUM; i++) {
		if (!bad[i] && opened.got[i] != medium[i])
			fail_msg("byte %zu is wrong and not said to be bad; told:\n%s", i, opened.seen.text);
		count += bad[i];
	}
	assert_number_equal(source_bad_within(r, 0, MEDIUM), count);
	return count;
}

static void
close_four(void)
{
	made_close(&opened, made, SEGMENTS);
	memset(made, 0, sizeof(made));
}

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
chunks_packed_plain_and_inside_the_table_are_read(void **state)
{
	(void)state;
	static const struct made kinds[] = {
		{ .chunk = CHUNK }, { .chunk = CHUNK, .packed = true }, { .chunk = CHUNK, .smart = true }, { .chunk = CHUNK, .smart = true, .packed = true },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		made_medium(medium, MEDIUM);
		memset(medium + 2 * CHUNK, 0, CHUNK);
		made_image(made, SEGMENTS, EACH, &kinds[i], medium);
		assert_number_equal(open_checked(), 0);
		assert_number_equal(opened.seen.problems, 0);
		close_four();
	}
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

static void
sectors_not_read_at_acquisition_are_bad_and_served_as_they_are(void **state)
{
	(void)state;
	uint8_t list[520 + 2 * 8 + 4] = { 2 };
	made_medium(medium, MEDIUM);
	made[0] = (struct made){ .chunk = CHUNK, .total = CHUNKS };
	made_begin(&made[0], 1);
	made_volume(&made[0], "volume");
	made_chunks(&made[0], medium, 0, CHUNKS);
	store_le(list + 516, adler32_of(list, 516), 4);
	store_le(list + 520, 3, 4);
	store_le(list + 524, 2, 4);
	store_le(list + 528, 10, 4);
	store_le(list + 532, 1, 4);
	store_le(list + 536, adler32_of(list + 520, 16), 4);
	made_section(&made[0], "error2", list, sizeof(list));
	made_done(&made[0]);
	assert_number_equal(open_checked(), 3 * 512);
	assert_memory_equal(opened.got, medium, MEDIUM);
	assert_seen(&opened.seen, "problem open acquisition-errors at=1536 bytes=1536: 2 ranges");
	assert_true(bad[3 * 512] && bad[10 * 512] && !bad[5 * 512] && !bad[9 * 512]);
	close_four();
}

static void
the_last_chunk_may_be_short_or_filled_up(void **state)
{
	(void)state;
	for (unsigned packed = 0; packed < 2; packed++) {
		make_four(packed == 1);
		for (size_t i = 0; i < SEGMENTS; i++) {		/* a medium that ends 3 sectors into its last chunk */
			uint8_t *data = made[i].bytes + made[i].volume_at + 76;
			store_le(data + 16, (MEDIUM - CHUNK) / 512 + 3, 8);
			store_le(data + 1048, adler32_of(data, 1048), 4);
		}
		if (packed == 0) {	/* short, as it is stored */
			uint8_t *last = made[3].bytes + made[3].data_at + 3 * (CHUNK + 4);
			store_le(last + 3 * 512, adler32_of(last, 3 * 512), 4);
		}
		made_open(&opened, made, SEGMENTS);
		assert_int_equal(opened.status, TRIAGE_OK);
		assert_number_equal(evidence_reader(opened.source)->size, MEDIUM - CHUNK + 3 * 512);
		assert_number_equal(evidence_reader(opened.source)->bad_bytes, 0);
		assert_memory_equal(opened.got, medium, MEDIUM - CHUNK + 3 * 512);
		close_four();
	}
}

/* EnCase 6.7: a segment of more than 2 GiB without a base offset; the file here is a hole for the most part. */
static void
offsets_that_outgrow_31_bits_are_followed(void **state)
{
	(void)state;
	enum { COUNT = 4 };
	static const uint64_t start = (UINT64_C(1) << 31) - CHUNK - 100;
	uint8_t *bytes = calloc(1, MADE_ROOM);
	struct made m = { .bytes = bytes, .size = 13, .chunk = CHUNK, .total = COUNT };
	struct seen seen = { .used = 0 };
	struct evidence_sink sink = seen_sink(&seen);
	struct evidence_source *source;
	struct triage_error err;
	struct files files;
	uint8_t table[24 + 4 * COUNT + 4] = { COUNT }, tail[COUNT * (CHUNK + 64) + 1024], got[COUNT * CHUNK];
	made_medium(medium, MEDIUM);
	memcpy(bytes, "EVF\x09\r\n\xff\0\1\1", 10);
	made_volume(&m, "volume");
	made_section(&m, "sectors", NULL, 0);
	size_t used = 0;
	for (unsigned i = 0; i < COUNT; i++) {	/* the last one is packed, and its entry cannot say so any more */
		m.packed = i == COUNT - 1;
		store_le(table + 24 + 4 * i, start + used, 4);
		used += made_chunk(&m, medium + i * CHUNK, tail + used);
	}
	store_le(table + 20, adler32_of(table, 20), 4);
	store_le(table + 24 + 4 * COUNT, adler32_of(table + 24, 4 * COUNT), 4);
	uint64_t table_at = start + used, done_at = table_at + 76 + sizeof(table);
	store_le(bytes + m.end_at + 16, table_at, 8);
	store_le(bytes + m.end_at + 24, table_at - m.end_at, 8);
	made_sum(&m, m.end_at);
	struct made t = { .bytes = tail, .size = used };
	made_section(&t, "table", table, sizeof(table));
	store_le(tail + used + 16, done_at, 8);
	made_sum(&t, used);
	size_t done = made_section(&t, "done", NULL, 0);
	store_le(tail + done + 16, done_at, 8);
	made_sum(&t, done);
	files_begin(&files);
	files_add(&files, "a.E01", bytes, m.size);
	assert_number_equal(pwrite(files.fds[0], tail, t.size, (off_t)start), t.size);
	files.sizes[0] = start + t.size;
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_EWF);
	assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_OK);
	assert_number_equal(seen.problems, 0);
	assert_int_equal(reader_read_all(evidence_reader(source), 0, got, sizeof(got), &err), TRIAGE_OK);
	assert_number_equal(evidence_reader(source)->bad_bytes, 0);
	assert_memory_equal(got, medium, sizeof(got));
	evidence_close(source);
	files_end(&files);
	free(bytes);
}

static void
what_the_acquiring_tool_wrote_is_kept_as_harmless_text(void **state)
{
	(void)state;
	static const char text[] = "1\nmain\na\tc\tn\te\tt\tav\tov\tm\tu\tp\nd\x1b[2J\tK-17\t\tA. Nders\tx\ty\tz\t2022 12 6 1 14 0\t1670289240\tsecret\n\n";
	uint8_t packed[512];
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	size_t size = libdeflate_zlib_compress(c, text, sizeof(text) - 1, packed, sizeof(packed));
	libdeflate_free_compressor(c);
	made_medium(medium, MEDIUM);
	made[0] = (struct made){ .chunk = CHUNK, .total = CHUNKS };
	made_begin(&made[0], 1);
	made_section(&made[0], "header", packed, size);
	made_volume(&made[0], "volume");
	made_chunks(&made[0], medium, 0, CHUNKS);
	made_done(&made[0]);
	assert_number_equal(open_checked(), 0);
	assert_string_equal(opened.source->about, "description: d\\x1b[2J; case: K-17; examiner: A. Nders; notes: x; version: y; system: z; "
	    "acquired: 2022-12-06 01:14:00 (clock of the acquiring machine); system date: 2022-12-06T01:14:00Z");
	close_four();
}

static void
a_cut_anywhere_serves_no_wrong_byte(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		make_four(i % 2 == 0);
		struct made *m = &made[i % SEGMENTS];
		m->size = m->size * (i + 1) / 121;
		size_t lost = open_checked();
		assert_true(opened.seen.problems > 0);
		assert_true(lost <= PART || opened.status != TRIAGE_OK);
		close_four();
	}
}

static void
thousands_of_changed_bytes_serve_no_wrong_byte(void **state)
{
	(void)state;
	uint64_t random = 20221206;
	size_t lost = 0;
	for (unsigned i = 0; i < 2000; i++) {
		static const struct made like[] = { { .chunk = CHUNK, .packed = true, .set = 7 }, { .chunk = CHUNK, .set = 7 }, { .chunk = CHUNK, .smart = true, .packed = true } };
		made_medium(medium, MEDIUM);
		for (size_t k = 0; k < MEDIUM; k++)
			medium[k] &= 3;
		made_image(made, SEGMENTS, EACH, &like[i % 3], medium);
		for (unsigned change = 0; change < 1 + i % 8; change++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			struct made *m = &made[random >> 60 & 3];
			/* half of the changes fall on headers and tables */
			size_t from = (random >> 59 & 1) != 0 && m->table_at != 0 ? m->table_at : 0;
			m->bytes[from + (size_t)(random >> 20) % (m->size - from)] ^= (uint8_t)(1 + (random >> 12) % 255);
		}
		lost += open_checked();
		close_four();
	}
	assert_true(lost > 0);
}

/* Whole stretches wiped, over segments of several groups each: what is guessed about a hole must never shift what follows. */
static void
wiped_stretches_serve_no_wrong_byte(void **state)
{
	enum { SMALL = 512, GROUPS = 3, GROUP = MEDIUM / SMALL / SEGMENTS / GROUPS + 1 };
	(void)state;
	uint64_t random = 7;
	size_t whole = 0, lost = 0;
	made_medium(medium, MEDIUM);
	for (unsigned i = 0; i < 400; i++) {
		for (unsigned n = 0, first = 0; n < SEGMENTS; n++) {
			made[n] = (struct made){ .chunk = SMALL, .total = MEDIUM / SMALL, .packed = i % 2 == 1, .smart = i % 5 == 4 };
			made_begin(&made[n], n + 1);
			if (n == 0 || !made[n].smart)
				made_volume(&made[n], n == 0 ? "volume" : "data");
			for (unsigned group = 0; group < GROUPS; group++) {
				unsigned count = MEDIUM / SMALL - first < GROUP ? MEDIUM / SMALL - first : GROUP;
				made_chunks(&made[n], medium, first, count);
				first += count;
			}
			if (n + 1 < SEGMENTS)
				made_section(&made[n], "next", NULL, 0);
			else
				made_done(&made[n]);
		}
		for (unsigned wipe = 0; wipe < 1 + i % 3; wipe++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			struct made *m = &made[random >> 60 & 3];
			size_t at = (size_t)(random >> 20) % m->size, size = 1 + (size_t)(random >> 40) % (m->size / (1 + i % 7));
			memset(m->bytes + at, (int)(random >> 12) & 0xff, size < m->size - at ? size : m->size - at);
		}
		size_t bytes = open_checked();
		lost += bytes;
		whole += bytes == 0;
		close_four();
	}
	assert_true(lost > 0 && whole > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_packed_plain_and_inside_the_table_are_read),
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
		cmocka_unit_test(sectors_not_read_at_acquisition_are_bad_and_served_as_they_are),
		cmocka_unit_test(the_last_chunk_may_be_short_or_filled_up),
		cmocka_unit_test(offsets_that_outgrow_31_bits_are_followed),
		cmocka_unit_test(what_the_acquiring_tool_wrote_is_kept_as_harmless_text),
		cmocka_unit_test(a_cut_anywhere_serves_no_wrong_byte),
		cmocka_unit_test(thousands_of_changed_bytes_serve_no_wrong_byte),
		cmocka_unit_test(wiped_stretches_serve_no_wrong_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
