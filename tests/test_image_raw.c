/* test_image_raw.c - raw, split and refused containers, bad ranges, and the block cache under libtsk. */
#include "tests/image_harness.h"

#include "triage/evidence/bad_list.h"
#include "triage/evidence/raw.h"
#include "triage/evidence/tsk_image.h"

#include <errno.h>

static void
fill(uint8_t *bytes, size_t size, unsigned seed)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(seed * 31 + i * 7 + i / 251);
}

static struct evidence_source *
open_files(const struct evidence_input *in, struct seen *seen)
{
	struct evidence_source *source = NULL;
	struct triage_error err = { .text = "" };
	struct evidence_sink sink = seen_sink(seen);
	memset(seen, 0, sizeof(*seen));
	if (evidence_open(in, &sink, &source, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	return source;
}

static void
bad_ranges_that_touch_become_one(void **state)
{
	(void)state;
	static const char why[] = "x";
	struct bad_list list = { 0 };
	bad_list_add(&list, 100, 50, why);
	bad_list_add(&list, 300, 50, why);
	bad_list_add(&list, 150, 10, why);
	assert_number_equal(list.count, 2);
	bad_list_add(&list, 90, 300, why);
	assert_number_equal(list.count, 1);
	assert_number_equal(list.ranges[0].offset, 90);
	assert_number_equal(list.ranges[0].size, 300);
	bad_list_release(&list);
}

static void
bad_bytes_are_counted_within_a_range(void **state)
{
	(void)state;
	static const char why[] = "x";
	struct bad_list list = { 0 };
	for (uint64_t i = 0; i < 1000; i++)
		bad_list_add(&list, i * 1000, 10, why);
	assert_number_equal(list.count, 1000);
	assert_number_equal(bad_list_within(&list, 5, 1000), 10);
	assert_number_equal(bad_list_within(&list, 10, 990), 0);
	assert_number_equal(bad_list_within(&list, 0, UINT64_MAX), 10000);
	assert_number_equal(bad_list_next(&list, 10)->offset, 1000);
	assert_null(bad_list_next(&list, 999010));
	bad_list_release(&list);
}

static void
a_full_list_of_bad_ranges_names_too_much_rather_than_too_little(void **state)
{
	(void)state;
	static const char why[] = "x";
	struct bad_list list = { 0 };
	for (uint64_t i = 0; i < BAD_LIST_MAX + 10; i++)
		bad_list_add(&list, i * 100, 1, why);
	assert_number_equal(list.count, BAD_LIST_MAX);
	for (uint64_t i = 0; i < BAD_LIST_MAX + 10; i++)
		assert_number_equal(bad_list_within(&list, i * 100, 1), 1);
	bad_list_release(&list);
}

static void
split_segments_read_as_one_medium(void **state)
{
	(void)state;
	uint8_t bytes[3000], got[3000];
	struct files files;
	struct seen seen;
	fill(bytes, sizeof(bytes), 1);
	files_begin(&files);
	files_add(&files, "disk.001", bytes, 1200);
	files_add(&files, "disk.002", bytes + 1200, 1200);
	files_add(&files, "disk.003", bytes + 2400, 600);
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_SPLIT);
	struct evidence_source *source = open_files(&in, &seen);
	struct reader *r = evidence_reader(source);
	assert_number_equal(r->size, 3000);
	assert_int_equal(reader_read_all(r, 0, got, 3000, NULL), TRIAGE_OK);
	assert_memory_equal(got, bytes, 3000);
	assert_int_equal(reader_read_all(r, 1199, got, 2, NULL), TRIAGE_OK);
	assert_memory_equal(got, bytes + 1199, 2);
	assert_number_equal(r->bad_bytes, 0);
	assert_number_equal(seen.problems, 0);
	assert_false(evidence_needs_open(&in));
	evidence_close(source);
	files_end(&files);
}

static void
a_missing_segment_reads_as_bad_zeros_and_keeps_later_offsets_right(void **state)
{
	(void)state;
	uint8_t bytes[3000], got[3000], zeros[1000] = { 0 };
	const char *missing[] = { "disk.002" };
	struct files files;
	struct seen seen;
	fill(bytes, sizeof(bytes), 2);
	files_begin(&files);
	files_add(&files, "disk.001", bytes, 1000);
	files_add(&files, "disk.003", bytes + 2000, 1000);
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_SPLIT);
	in.missing = 1;
	in.missing_names = missing;
	struct evidence_source *source = open_files(&in, &seen);
	struct reader *r = evidence_reader(source);
	assert_number_equal(r->size, 3000);
	assert_seen(&seen, "problem open segment-missing at=1000 bytes=1000: segment disk.002");
	assert_number_equal(source_bad_within(r, 0, 3000), 1000);
	assert_int_equal(reader_read_all(r, 0, got, 3000, NULL), TRIAGE_OK);
	assert_memory_equal(got, bytes, 1000);
	assert_memory_equal(got + 1000, zeros, 1000);
	assert_memory_equal(got + 2000, bytes + 2000, 1000);
	assert_number_equal(r->bad_bytes, 1000);
	evidence_close(source);
	files_end(&files);
}

static void
segments_are_placed_by_number_not_by_letter(void **state)
{
	(void)state;
	const char *const numbers[] = { "/x/d.998", "/x/d.999", "/x/d.1001" };
	const char *const letters[] = { "/x/d.aa", "/x/d.ac" };
	assert_number_equal(raw_place(numbers, 3, "d.1000"), 2);
	assert_number_equal(raw_place(numbers, 3, "d.997"), 0);
	assert_number_equal(raw_place(letters, 2, "d.ab"), 1);
}

static void
a_segment_of_another_size_is_told(void **state)
{
	(void)state;
	uint8_t bytes[3000] = { 0 };
	struct files files;
	struct seen seen;
	files_begin(&files);
	files_add(&files, "d.001", bytes, 1000);
	files_add(&files, "d.002", bytes, 700);
	files_add(&files, "d.003", bytes, 1000);
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_SPLIT);
	evidence_close(open_files(&in, &seen));
	assert_seen(&seen, "problem open segment-size at=1700");
	files_end(&files);
}

static void
a_file_that_ends_early_reads_as_bad_zeros(void **state)
{
	(void)state;
	uint8_t bytes[2000], got[3000];
	struct files files;
	struct seen seen;
	fill(bytes, sizeof(bytes), 3);
	files_begin(&files);
	files_add(&files, "d.dd", bytes, sizeof(bytes));
	files.sizes[0] = 3000;	/* what it was when it was looked at */
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_RAW);
	struct evidence_source *source = open_files(&in, &seen);
	struct reader *r = evidence_reader(source);
	memset(got, 0xff, sizeof(got));
	assert_int_equal(reader_read_all(r, 0, got, 3000, NULL), TRIAGE_OK);
	assert_memory_equal(got, bytes, 2000);
	assert_number_equal(got[2000] + got[2999], 0);
	assert_number_equal(r->bad_bytes, 1000);
	assert_number_equal(source_bad_within(r, 1500, 1000), 500);
	evidence_close(source);
	files_end(&files);
}

static void
an_unreadable_descriptor_gives_bad_zeros_not_an_error(void **state)
{
	(void)state;
	uint8_t got[2000];
	struct reader *r;
	struct triage_error err;
	int closed = 1000;	/* no such descriptor: every read fails */
	struct raw_segment segment = { .fd = closed, .size = 2000 };
	assert_int_equal(raw_reader(&segment, 1, 2000, 512, &r, &err), TRIAGE_OK);
	assert_int_equal(reader_read_all(r, 0, got, 2000, &err), TRIAGE_OK);
	assert_number_equal(r->bad_bytes, 2000);
	assert_int_equal(reader_read_all(r, 0, got, 2000, &err), TRIAGE_OK);
	assert_number_equal(r->bad_bytes, 4000);
	reader_close(r);
}

static void
containers_that_are_not_read_are_refused_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *head, *name;
		size_t size;
	} heads[] = {
		{ "QFI\xfb\0\0\0\1", "QCOW", 8 }, { "\xbe\xba\xfe\xca\0\0\0\0", "seSparse", 8 }, { "WithoutFreeSpace", "Parallels", 16 },
		{ "EVF2\r\n\x81\0", "Ex01", 8 }, { "LVF\x09\r\n\xff\0", "L01", 8 }, { "AFF10\r\n", "AFF", 7 }, { "ADSEGMENTEDFILE", "AD1", 15 },
		{ "\x1f\x8b\x08\0", "gzip", 4 },
	};
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		uint8_t bytes[2048] = { 0 };
		struct files files;
		struct seen seen = { .used = 0 };
		struct evidence_sink sink = seen_sink(&seen);
		struct evidence_source *source = NULL;
		struct triage_error err = { .text = "" };
		memcpy(bytes, heads[i].head, heads[i].size);
		files_begin(&files);
		files_add(&files, "image", bytes, sizeof(bytes));
		struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_RAW);
		assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_E_UNSUPPORTED);
		assert_non_null(strstr(err.text, heads[i].name));
		in.kind = TRIAGE_EVIDENCE_DEVICE;	/* a device is never refused for what was written to it */
		assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_OK);
		evidence_close(source);
		files_end(&files);
	}
}

static void
a_fixed_vhd_is_read_up_to_its_footer(void **state)
{
	(void)state;
	uint8_t bytes[4096 + 512] = { 0 };
	uint8_t *footer = bytes + 4096;
	struct files files;
	struct seen seen;
	memcpy(footer, "conectix", 8);
	footer[48 + 6] = 0x10;	/* 4096, big endian */
	footer[63] = 2;
	uint32_t sum = 0;
	for (size_t i = 0; i < 512; i++)
		sum += footer[i];
	for (size_t i = 0; i < 4; i++)
		footer[64 + i] = (uint8_t)(~sum >> (24 - 8 * i));
	files_begin(&files);
	files_add(&files, "d.vhd", bytes, sizeof(bytes));
	struct evidence_input in = files_input(&files, TRIAGE_EVIDENCE_RAW);
	struct evidence_source *source = open_files(&in, &seen);
	assert_number_equal(evidence_reader(source)->size, 4096);
	assert_number_equal(source->kind, TRIAGE_EVIDENCE_VHD);
	evidence_close(source);
	files_end(&files);
}

static void
libtsk_reads_the_same_bytes_through_the_block_cache(void **state)
{
	(void)state;
	enum { SIZE = (5 << 20) + 777 };
	uint8_t *bytes = malloc(SIZE), *got = malloc(SIZE);
	struct reader *r;
	struct tsk_image *image;
	struct triage_error err;
	uint32_t random = 12345;
	assert_non_null(bytes);
	assert_non_null(got);
	fill(bytes, SIZE, 4);
	assert_int_equal(reader_memory(bytes, SIZE, &r, &err), TRIAGE_OK);
	assert_int_equal(tsk_image_open(r, &image, &err), TRIAGE_OK);
	for (unsigned i = 0; i < 3000; i++) {
		random = random * 1103515245 + 12345;
		size_t at = (random >> 3) % SIZE, size = i % 10 == 0 ? 300000 : 1 + (random >> 20) % 4000;
		size_t want = size < SIZE - at ? size : SIZE - at;
		ssize_t n = tsk_img_read(tsk_image_info(image), (TSK_OFF_T)at, (char *)got, size);
		assert_number_equal(n, want);
		assert_memory_equal(got, bytes + at, want);
	}
	assert_number_equal(tsk_img_read(tsk_image_info(image), SIZE + 1, (char *)got, 10), -1);
	tsk_image_close(image);
	reader_close(r);
	free(bytes);
	free(got);
}

static void
bad_blocks_are_not_kept_so_that_they_count_again(void **state)
{
	(void)state;
	enum { BLOCK = 64 << 10, BLOCKS = 48, SIZE = BLOCK * BLOCKS };	/* more than libtsk keeps, fewer than we do */
	uint8_t got[512];
	struct reader *r;
	struct tsk_image *image;
	struct triage_error err;
	struct raw_segment segment = { .fd = -1, .size = SIZE };
	assert_int_equal(raw_reader(&segment, 1, SIZE, 512, &r, &err), TRIAGE_OK);
	assert_int_equal(tsk_image_open(r, &image, &err), TRIAGE_OK);
	for (unsigned round = 1; round <= 2; round++) {
		for (TSK_OFF_T i = 0; i < BLOCKS; i++)
			assert_number_equal(tsk_img_read(tsk_image_info(image), i * BLOCK, (char *)got, sizeof(got)), sizeof(got));
		assert_number_equal(r->bad_bytes, round * SIZE);
	}
	tsk_image_close(image);
	reader_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_ranges_that_touch_become_one),
		cmocka_unit_test(bad_bytes_are_counted_within_a_range),
		cmocka_unit_test(a_full_list_of_bad_ranges_names_too_much_rather_than_too_little),
		cmocka_unit_test(split_segments_read_as_one_medium),
		cmocka_unit_test(a_missing_segment_reads_as_bad_zeros_and_keeps_later_offsets_right),
		cmocka_unit_test(segments_are_placed_by_number_not_by_letter),
		cmocka_unit_test(a_segment_of_another_size_is_told),
		cmocka_unit_test(a_file_that_ends_early_reads_as_bad_zeros),
		cmocka_unit_test(an_unreadable_descriptor_gives_bad_zeros_not_an_error),
		cmocka_unit_test(containers_that_are_not_read_are_refused_by_name),
		cmocka_unit_test(a_fixed_vhd_is_read_up_to_its_footer),
		cmocka_unit_test(bad_blocks_are_not_kept_so_that_they_count_again),
		cmocka_unit_test(libtsk_reads_the_same_bytes_through_the_block_cache),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
