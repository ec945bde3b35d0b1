/* test_image_ewf_kinds.c - E01 images that are whole, in the ways in which tools write them: chunks, lists of errors, ends, long segments, words. */
#include "tests/ewf_four.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_packed_plain_and_inside_the_table_are_read),
		cmocka_unit_test(sectors_not_read_at_acquisition_are_bad_and_served_as_they_are),
		cmocka_unit_test(the_last_chunk_may_be_short_or_filled_up),
		cmocka_unit_test(offsets_that_outgrow_31_bits_are_followed),
		cmocka_unit_test(what_the_acquiring_tool_wrote_is_kept_as_harmless_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
