/*
 * test_image_ewf.c - E01 images made here, byte by byte: whole, cut, and damaged where libewf would be silent.
 */
#include "tests/image_harness.h"

#include "triage/base/view.h"
#include "triage/evidence/checksum.h"

enum { CHUNK = 32768, CHUNKS = 4, MEDIUM = CHUNK * CHUNKS, ROOM = 1 << 20 };

/* An E01 segment under construction. */
struct made {
	uint8_t *bytes;
	size_t size;
	size_t data_at, table_at, table2_at, hash_at, volume_at;	/* of section headers; data_at: of the first chunk */
};

static void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Append a section; returns the offset of its header. */
static size_t
section(struct made *m, const char *type, const void *data, size_t size)
{
	size_t at = m->size;
	uint8_t *header = m->bytes + at;
	bool ends = strcmp(type, "next") == 0 || strcmp(type, "done") == 0;
	memset(header, 0, 76);
	memcpy(header, type, strlen(type));
	store_le(header + 16, ends ? at : at + 76 + size, 8);
	store_le(header + 24, ends ? 0 : 76 + size, 8);
	store_le(header + 72, adler32_of(header, 72), 4);
	if (size > 0)
		memcpy(header + 76, data, size);
	m->size = at + 76 + size;
	return at;
}

static void
volume_section(struct made *m, const char *type, unsigned chunks)
{
	uint8_t data[1052] = { 1 };
	store_le(data + 4, chunks, 4);
	store_le(data + 8, CHUNK / 512, 4);
	store_le(data + 12, 512, 4);
	store_le(data + 16, (uint64_t)chunks * CHUNK / 512, 8);
	data[36] = 1;
	store_le(data + 1048, adler32_of(data, 1048), 4);
	m->volume_at = section(m, type, data, sizeof(data));
}

/* Uncompressed chunks, each with its checksum, and the two tables over them. */
static void
chunk_sections(struct made *m, const uint8_t *medium, unsigned count)
{
	uint8_t *data = malloc((size_t)count * (CHUNK + 4));
	uint8_t table[24 + 4 * CHUNKS + 4] = { 0 };
	assert_non_null(data);
	m->data_at = m->size + 76;
	for (unsigned i = 0; i < count; i++) {
		memcpy(data + (size_t)i * (CHUNK + 4), medium + (size_t)i * CHUNK, CHUNK);
		store_le(data + (size_t)i * (CHUNK + 4) + CHUNK, adler32_of(medium + (size_t)i * CHUNK, CHUNK), 4);
		store_le(table + 24 + 4 * i, m->data_at + (size_t)i * (CHUNK + 4), 4);
	}
	section(m, "sectors", data, (size_t)count * (CHUNK + 4));
	free(data);
	store_le(table, count, 4);
	store_le(table + 20, adler32_of(table, 20), 4);
	store_le(table + 24 + 4 * count, adler32_of(table + 24, 4 * count), 4);
	m->table_at = section(m, "table", table, 24 + 4 * count + 4);
	m->table2_at = section(m, "table2", table, 24 + 4 * count + 4);
}

static void
made_begin(struct made *m, unsigned number)
{
	*m = (struct made){ .bytes = calloc(1, ROOM), .size = 13 };
	assert_non_null(m->bytes);
	memcpy(m->bytes, "EVF\x09\r\n\xff\0\1", 9);
	store_le(m->bytes + 9, number, 2);
}

/* The last sections, with an MD5 that says 00 01 02 ... */
static void
made_done(struct made *m)
{
	uint8_t hash[36] = { 0 };
	for (size_t i = 0; i < 16; i++)
		hash[i] = (uint8_t)i;
	store_le(hash + 32, adler32_of(hash, 32), 4);
	m->hash_at = section(m, "hash", hash, sizeof(hash));
	section(m, "done", NULL, 0);
}

static void
make_medium(uint8_t *medium)
{
	uint32_t random = 1;
	for (size_t i = 0; i < MEDIUM; i++) {
		random = random * 1103515245 + 12345;
		medium[i] = (uint8_t)(random >> 16 | 1);	/* no zero anywhere */
	}
}

/* Two segments of two chunks each. */
static void
make_image(struct made made[2], uint8_t *medium)
{
	make_medium(medium);
	made_begin(&made[0], 1);
	volume_section(&made[0], "volume", CHUNKS);
	chunk_sections(&made[0], medium, 2);
	section(&made[0], "next", NULL, 0);
	made_begin(&made[1], 2);
	volume_section(&made[1], "data", CHUNKS);
	chunk_sections(&made[1], medium + 2 * CHUNK, 2);
	made_done(&made[1]);
}

struct opened {
	struct files files;
	struct seen seen;
	struct evidence_source *source;
	struct triage_error err;
	enum triage_status status;
	uint8_t got[MEDIUM];
};

/* Write the segments to files, open them, read all. */
static void
open_image(struct opened *o, const struct made *made, size_t count)
{
	static const char *const names[] = { "a.E01", "a.E02" };
	memset(o, 0, sizeof(*o));
	struct evidence_sink sink = seen_sink(&o->seen);
	files_begin(&o->files);
	for (size_t i = 0; i < count; i++)
		files_add(&o->files, names[i], made[i].bytes, made[i].size);
	struct evidence_input in = files_input(&o->files, TRIAGE_EVIDENCE_EWF);
	assert_true(evidence_needs_open(&in));
	o->status = evidence_open(&in, &sink, &o->source, &o->err);
	if (o->status != TRIAGE_OK)
		return;
	assert_number_equal(evidence_reader(o->source)->size, MEDIUM);
	assert_int_equal(reader_read_all(evidence_reader(o->source), 0, o->got, MEDIUM, &o->err), TRIAGE_OK);
}

static void
close_image(struct opened *o, struct made *made)
{
	evidence_close(o->source);
	files_end(&o->files);
	free(made[0].bytes);
	free(made[1].bytes);
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
a_damaged_section_header_never_shifts_what_follows(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	made[0].bytes[made[0].table_at + 73] ^= 4;	/* libewf alone would put segment 2 in the place of segment 1 */
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_E_FORMAT);
	assert_seen(&opened.seen, "problem open segment-damaged");
	close_image(&opened, made);
	make_image(made, medium);
	made[1].bytes[made[1].table_at + 73] ^= 4;
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_memory_equal(opened.got, medium, 2 * CHUNK);
	assert_memory_equal(opened.got + 2 * CHUNK, zeros, 2 * CHUNK);
	assert_number_equal(evidence_reader(opened.source)->bad_bytes, 2 * CHUNK);
	close_image(&opened, made);
}

static void
a_gap_or_a_wrong_order_of_segments_is_refused_or_told(void **state)
{
	(void)state;
	struct made made[2];
	make_image(made, medium);
	store_le(made[1].bytes + 9, 3, 2);	/* says that it is the third */
	open_image(&opened, made, 2);
	assert_int_equal(opened.status, TRIAGE_OK);
	assert_seen(&opened.seen, "segment 2 is missing");
	assert_number_equal(evidence_reader(opened.source)->bad_bytes, 2 * CHUNK);
	close_image(&opened, made);
	make_image(made, medium);
	store_le(made[0].bytes + 9, 2, 2);
	open_image(&opened, made, 1);
	assert_int_equal(opened.status, TRIAGE_E_FORMAT);
	assert_seen(&opened.seen, "segment 1 is missing");
	close_image(&opened, made);
}

static void
hostile_section_fields_end_in_an_error_or_a_problem(void **state)
{
	(void)state;
	/* a section that points to itself, one that points far outside, a table of 4 billion entries, a chunk size of zero */
	for (unsigned which = 0; which < 4; which++) {
		struct made made[2];
		make_image(made, medium);
		uint8_t *header = made[1].bytes + (which == 2 ? made[1].table_at : made[1].volume_at);
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
		store_le(header + 72, adler32_of(header, 72), 4);
		open_image(&opened, made, 2);
		assert_int_equal(opened.status, TRIAGE_OK);
		assert_seen(&opened.seen, "problem open segment-damaged");
		assert_number_equal(evidence_reader(opened.source)->bad_bytes, 2 * CHUNK);
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
		cmocka_unit_test(a_damaged_section_header_never_shifts_what_follows),
		cmocka_unit_test(a_gap_or_a_wrong_order_of_segments_is_refused_or_told),
		cmocka_unit_test(hostile_section_fields_end_in_an_error_or_a_problem),
		cmocka_unit_test(a_file_named_e01_that_is_none_is_read_as_raw_and_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
