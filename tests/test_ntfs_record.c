#include "harness.h"

#include "triage/evidence/lznt1.h"
#include "triage/evidence/ntfs_owner.h"
#include "triage/evidence/ntfs_record.h"

#define GEOMETRY { .sector = 512, .cluster = 4096, .record = 1024, .index = 4096, .clusters = 1000 }

static void
put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

/* A record head of 1024 bytes whose sectors end in the sequence word 7 and hold "AA" and "BB" aside. */
static void
make_record(uint8_t *r)
{
	memset(r, 0, 1024);
	memcpy(r, "FILE", 4);
	put16(r + 4, 48);
	put16(r + 6, 3);
	put16(r + 16, 5);
	put16(r + 20, 56);
	put16(r + 22, NTFS_RECORD_IN_USE);
	put16(r + 24, 64);
	put16(r + 48, 7);
	memcpy(r + 50, "AABB", 4);
	memset(r + 56, 0xff, 4);
	put16(r + 510, 7);
	put16(r + 1022, 7);
}

static void
fixups_put_the_last_bytes_of_each_sector_back(void **state)
{
	uint8_t r[1024];
	struct ntfs_head head;
	(void)state;
	make_record(r);
	assert_int_equal(ntfs_record_fix(r, sizeof(r), &head), NTFS_RECORD_WHOLE);
	assert_memory_equal(r + 510, "AA", 2);
	assert_memory_equal(r + 1022, "BB", 2);
	assert_number_equal(head.sequence, 5);
	assert_number_equal(head.first, 56);
}

static void
a_sector_of_another_generation_makes_the_record_torn_not_lost(void **state)
{
	uint8_t r[1024];
	struct ntfs_head head;
	(void)state;
	make_record(r);
	put16(r + 1022, 6);
	assert_int_equal(ntfs_record_fix(r, sizeof(r), &head), NTFS_RECORD_TORN);
	assert_memory_equal(r + 510, "AA", 2);
	assert_number_equal(head.flags, NTFS_RECORD_IN_USE);
}

static void
zeros_are_an_empty_record_and_noise_is_none(void **state)
{
	uint8_t r[1024] = { 0 };
	struct ntfs_head head;
	(void)state;
	assert_int_equal(ntfs_record_fix(r, sizeof(r), &head), NTFS_RECORD_EMPTY);
	r[700] = 1;
	assert_int_equal(ntfs_record_fix(r, sizeof(r), &head), NTFS_RECORD_GARBAGE);
}

static void
a_fixup_array_outside_the_record_is_not_followed(void **state)
{
	uint8_t r[1024];
	struct ntfs_head head;
	(void)state;
	make_record(r);
	put16(r + 4, 1022);
	assert_int_equal(ntfs_record_fix(r, sizeof(r), &head), NTFS_RECORD_TORN);
	make_record(r);
	put16(r + 6, 0xffff);
	assert_int_equal(ntfs_record_fix(r, sizeof(r), &head), NTFS_RECORD_TORN);
}

static void
attributes_are_walked_to_the_end_mark(void **state)
{
	uint8_t r[1024] = { [56] = 0x80, [60] = 32, [64 + 6] = 3, [72] = 5, [76] = 24, [80] = 'h', 'e', 'l', 'l', 'o' };
	struct ntfs_head head = { .first = 56, .used = 96 };
	struct ntfs_attr a;
	size_t at = 56;
	(void)state;
	memset(r + 88, 0xff, 4);
	assert_int_equal(ntfs_attr_next((struct view){ r, sizeof(r) }, &head, &at, &a), TRIAGE_OK);
	assert_number_equal(a.type, NTFS_DATA);
	assert_number_equal(a.id, 3);
	assert_number_equal(a.value.size, 5);
	assert_memory_equal(a.value.data, "hello", 5);
	assert_number_equal(a.value_at, 80);
	assert_int_equal(ntfs_attr_next((struct view){ r, sizeof(r) }, &head, &at, &a), TRIAGE_END);
}

static void
an_attribute_longer_than_its_record_is_an_error(void **state)
{
	uint8_t r[1024] = { [56] = 0x80, [60] = 32, [72] = 5, [76] = 24 };
	struct ntfs_head head = { .first = 56, .used = 96 };
	struct ntfs_attr a;
	size_t at = 56;
	(void)state;
	put16(r + 60, 48);
	assert_int_equal(ntfs_attr_next((struct view){ r, sizeof(r) }, &head, &at, &a), TRIAGE_E_FORMAT);
	put16(r + 60, 32);
	put16(r + 72, 9);	/* the value runs past the attribute */
	assert_int_equal(ntfs_attr_next((struct view){ r, sizeof(r) }, &head, &at, &a), TRIAGE_E_FORMAT);
	put16(r + 60, 0);
	assert_int_equal(ntfs_attr_next((struct view){ r, sizeof(r) }, &head, &at, &a), TRIAGE_E_FORMAT);
	assert_number_equal(at, 56);
}

static void
run_lists_go_forward_backward_and_sparse(void **state)
{
	static const uint8_t runs[] = { 0x21, 2, 0x10, 0x01, 0x11, 3, 0xf0, 0x01, 4, 0x11, 1, 0x05, 0 };
	struct ntfs_geometry g = GEOMETRY;
	struct run_list l = { 0 };
	uint32_t flags = 0;
	(void)state;
	assert_int_equal(ntfs_runs_decode((struct view){ runs, sizeof(runs) }, &g, UINT64_MAX, &l, &flags, NULL), TRIAGE_OK);
	assert_int_equal(flags, 0);
	assert_number_equal(l.count, 4);
	assert_number_equal(l.runs[0].place, 272 * 4096);
	assert_number_equal(l.runs[1].place, 256 * 4096);
	assert_number_equal(l.runs[1].length, 3 * 4096);
	assert_true(l.runs[2].place == RUN_SPARSE);
	assert_number_equal(l.runs[3].place, 261 * 4096);
	run_list_release(&l);
}

static void
a_run_outside_the_volume_is_filler_and_told(void **state)
{
	static const uint8_t runs[] = { 0x11, 2, 0x10, 0x21, 2, 0xff, 0x7f, 0 };
	struct ntfs_geometry g = GEOMETRY;
	struct run_list l = { 0 };
	uint32_t flags = 0;
	(void)state;
	assert_int_equal(ntfs_runs_decode((struct view){ runs, sizeof(runs) }, &g, UINT64_MAX, &l, &flags, NULL), TRIAGE_OK);
	assert_int_equal(flags, NTFS_RUN_OUTSIDE);
	assert_true(l.runs[1].place == RUN_FILLER);
	run_list_release(&l);
}

static void
a_sparse_run_longer_than_the_volume_is_kept_and_told(void **state)
{
	static const uint8_t runs[] = { 0x11, 2, 0x10, 0x03, 0, 0, 0x10, 0 };
	struct ntfs_geometry g = GEOMETRY;
	struct run_list l = { 0 };
	uint32_t flags = 0;
	(void)state;
	assert_int_equal(ntfs_runs_decode((struct view){ runs, sizeof(runs) }, &g, UINT64_MAX, &l, &flags, NULL), TRIAGE_OK);
	assert_int_equal(flags, NTFS_RUN_TOO_LONG);
	assert_number_equal(l.count, 2);
	assert_number_equal(run_list_end(&l), (INT64_C(0x100000) + 2) * 4096);
	run_list_release(&l);
}

static void
a_run_list_that_breaks_off_keeps_what_came_before(void **state)
{
	static const uint8_t runs[] = { 0x11, 2, 0x10, 0x48, 1, 2 };
	struct ntfs_geometry g = GEOMETRY;
	struct run_list l = { 0 };
	uint32_t flags = 0;
	(void)state;
	assert_int_equal(ntfs_runs_decode((struct view){ runs, sizeof(runs) }, &g, UINT64_MAX, &l, &flags, NULL), TRIAGE_OK);
	assert_int_equal(flags, NTFS_RUN_DAMAGED);
	assert_number_equal(l.count, 1);
	run_list_release(&l);
}

static void
lznt1_repeats_what_it_has_made(void **state)
{
	/* "abc" as literals, then 9 bytes from 3 back; the chunk makes 12 bytes */
	static const uint8_t packed[] = { 0x05, 0xb0, 0x08, 'a', 'b', 'c', 0x06, 0x20, 0, 0 };
	uint8_t out[64];
	bool damaged;
	(void)state;
	assert_number_equal(lznt1_decompress((struct view){ packed, sizeof(packed) }, out, 12, &damaged), 12);
	assert_false(damaged);
	assert_memory_equal(out, "abcabcabcabc", 12);
}

static void
lznt1_reads_longer_distances_further_into_a_chunk(void **state)
{
	/* 20 literals, then 3 bytes from 20 back: behind 16 bytes a distance takes 5 bits */
	static const uint8_t packed[] = {
		0x18, 0xb0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 0, 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 0x10, 'q', 'r', 's', 't', 0x00, 0x98,
	};
	uint8_t out[64];
	bool damaged;
	(void)state;
	assert_number_equal(lznt1_decompress((struct view){ packed, sizeof(packed) }, out, 23, &damaged), 23);
	assert_false(damaged);
	assert_memory_equal(out, "abcdefghijklmnopqrstabc", 23);
}

static void
lznt1_refuses_a_match_before_the_start(void **state)
{
	static const uint8_t packed[] = { 0x03, 0xb0, 0x02, 'a', 0x00, 0xf0 };
	uint8_t out[64];
	bool damaged;
	(void)state;
	assert_number_equal(lznt1_decompress((struct view){ packed, sizeof(packed) }, out, sizeof(out), &damaged), 1);
	assert_true(damaged);
}

static void
lznt1_never_writes_past_its_output(void **state)
{
	uint8_t packed[64], out[5000];
	bool damaged;
	(void)state;
	for (unsigned seed = 0; seed < 3000; seed++) {
		for (size_t i = 0; i < sizeof(packed); i++)
			packed[i] = (uint8_t)((seed * 7919u + i * i * (seed | 1)) >> 3);
		packed[1] |= 0xb0;
		memset(out, 0xcc, sizeof(out));
		size_t room = seed % 4200;
		assert_true(lznt1_decompress((struct view){ packed, sizeof(packed) }, out, room, &damaged) <= room);
		assert_int_equal(out[room], 0xcc);
	}
}

static void
an_owner_is_written_as_its_sid(void **state)
{
	uint8_t d[60] = { 1, 0, 4, 0x80, [4] = 20, [20] = 1, 3, [27] = 5, [28] = 21, [32] = 0xff, 0xff, 0xff, 0xff, 0xf4, 1 };
	char text[NTFS_SID_TEXT];
	(void)state;
	assert_true(ntfs_owner_text((struct view){ d, sizeof(d) }, text));
	assert_string_equal(text, "S-1-5-21-4294967295-500");
	assert_false(ntfs_owner_text((struct view){ d, 39 }, text));
	d[21] = 16;
	assert_false(ntfs_owner_text((struct view){ d, sizeof(d) }, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixups_put_the_last_bytes_of_each_sector_back),
		cmocka_unit_test(a_sector_of_another_generation_makes_the_record_torn_not_lost),
		cmocka_unit_test(zeros_are_an_empty_record_and_noise_is_none),
		cmocka_unit_test(a_fixup_array_outside_the_record_is_not_followed),
		cmocka_unit_test(attributes_are_walked_to_the_end_mark),
		cmocka_unit_test(an_attribute_longer_than_its_record_is_an_error),
		cmocka_unit_test(run_lists_go_forward_backward_and_sparse),
		cmocka_unit_test(a_run_outside_the_volume_is_filler_and_told),
		cmocka_unit_test(a_sparse_run_longer_than_the_volume_is_kept_and_told),
		cmocka_unit_test(a_run_list_that_breaks_off_keeps_what_came_before),
		cmocka_unit_test(lznt1_repeats_what_it_has_made),
		cmocka_unit_test(lznt1_reads_longer_distances_further_into_a_chunk),
		cmocka_unit_test(lznt1_refuses_a_match_before_the_start),
		cmocka_unit_test(lznt1_never_writes_past_its_output),
		cmocka_unit_test(an_owner_is_written_as_its_sid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
