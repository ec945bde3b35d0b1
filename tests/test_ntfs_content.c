#include "ntfs_volume.h"

#define ROOT nv_ref(5, 5)

static struct seen s;
static uint8_t out[64 << 10];

/* List v, open it, and read the stream of name. */
static size_t
read_named(struct nv *v, const char *name, const char *stream, uint32_t *ret_flags)
{
	struct volume volume;
	struct triage_error err;
	nv_list(v, &s);
	const struct seen_entry *e = seen_find(&s, name, stream, 0);
	assert_non_null(e);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ntfs", &err), TRIAGE_OK);
	size_t got = read_stream(&volume, &e->e, out, sizeof(out), ret_flags);
	volume_close(&volume);
	return got;
}

static void
add_runs(struct nv *v, uint64_t record, unsigned flags, const char *name, struct nv_runs runs)
{
	nv_begin(v, record, 1, flags, 0);
	nv_name(v, 1, ROOT, name, NTFS_NAME_WIN32);
	nv_nonresident(v, NTFS_DATA, 2, "", runs);
	nv_end(v);
}

static void
resident_data_is_read_and_its_place_is_in_the_record(void **state)
{
	struct nv *v = nv_new();
	uint32_t flags;
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "small", "resident bytes");
	assert_number_equal(read_named(v, "small", "", &flags), 14);
	assert_memory_equal(out, "resident bytes", 14);
	assert_memory_equal(v->bytes + seen_need(&s, "small")->e.place, "resident bytes", 14);
	assert_int_equal(flags, 0);
	free(v);
}

static void
runs_are_read_and_told_as_extents(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t runs[] = { 0x11, 1, NV_DATA, 0x01, 1, 0x11, 1, 2, 0 };
	struct volume volume;
	struct triage_error err;
	uint32_t flags;
	(void)state;
	memset(v->bytes + NV_DATA * NV_CLUSTER, 'a', NV_CLUSTER);
	memset(v->bytes + (NV_DATA + 2) * NV_CLUSTER, 'b', NV_CLUSTER);
	add_runs(v, 31, NTFS_RECORD_IN_USE, "runs", (struct nv_runs){ .bytes = runs, .count = sizeof(runs), .last_vcn = 2,
	    .size = 2500, .initialised = 2500 });
	assert_number_equal(read_named(v, "runs", "", &flags), 2500);
	assert_int_equal(out[1023], 'a');
	assert_int_equal(out[1024], 0);
	assert_int_equal(out[2048], 'b');
	assert_int_equal(flags, 0);
	const struct triage_entry *e = &seen_need(&s, "runs")->e;
	struct evidence_content *c;
	struct evidence_sink sink = seen_sink(&s);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ntfs", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, e->inode, e->attr_type, e->attr_id, &c, &err), TRIAGE_OK);
	assert_int_equal(evidence_content_extents(c, &sink, &err), TRIAGE_OK);
	assert_number_equal(s.extent_count, 2);
	assert_number_equal(s.extents[1].file_offset, 2048);
	assert_number_equal(s.extents[1].image_offset, (NV_DATA + 2) * NV_CLUSTER);
	assert_number_equal(s.extents[1].length, 2500 - 2048);
	evidence_content_close(c);
	volume_close(&volume);
	free(v);
}

static void
bytes_past_the_initialised_size_are_zeros(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t runs[] = { 0x11, 2, NV_DATA, 0 };
	uint32_t flags;
	(void)state;
	memset(v->bytes + NV_DATA * NV_CLUSTER, 'a', 2 * NV_CLUSTER);
	add_runs(v, 31, NTFS_RECORD_IN_USE, "part", (struct nv_runs){ .bytes = runs, .count = sizeof(runs), .last_vcn = 1,
	    .size = 2000, .initialised = 10 });
	assert_number_equal(read_named(v, "part", "", &flags), 2000);
	assert_int_equal(out[9], 'a');
	assert_int_equal(out[10], 0);
	assert_int_equal(out[1999], 0);
	free(v);
}

static void
a_file_made_longer_than_the_volume_is_marked_hidden_and_still_read(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t runs[] = { 0x11, 1, NV_DATA, 0x03, 0, 0, 0x10, 0 };
	struct volume volume;
	struct triage_error err;
	struct evidence_content *c;
	size_t got;
	(void)state;
	memcpy(v->bytes + NV_DATA * NV_CLUSTER, "malware", 7);
	add_runs(v, 31, NTFS_RECORD_IN_USE, "huge", (struct nv_runs){
		.bytes = runs, .count = sizeof(runs), .last_vcn = 0x100000, .size = UINT64_C(0x100001) * NV_CLUSTER,
		    .initialised = NV_CLUSTER,
	});
	nv_list(v, &s);
	const struct triage_entry *e = &seen_need(&s, "huge")->e;
	assert_true((e->flags & TRIAGE_ENTRY_HIDDEN) != 0);
	assert_true((e->flags & TRIAGE_ENTRY_HAS_CONTENT) != 0);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ntfs", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, e->inode, e->attr_type, e->attr_id, &c, &err), TRIAGE_OK);
	assert_int_equal(evidence_content_read(c, 0, out, 100, &got, &err), TRIAGE_OK);
	assert_memory_equal(out, "malware", 8);
	assert_int_equal(evidence_content_flags(c), 0);
	evidence_content_close(c);
	volume_close(&volume);
	free(v);
}

static void
a_deleted_file_whose_cluster_is_in_use_again_is_flagged(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t runs[] = { 0x11, 2, NV_DATA, 0 };
	struct nv_runs r = { .bytes = runs, .count = sizeof(runs), .last_vcn = 1, .size = 2000, .initialised = 2000 };
	uint32_t flags;
	(void)state;
	add_runs(v, 31, 0, "deleted", r);
	add_runs(v, 32, NTFS_RECORD_IN_USE, "live", r);
	read_named(v, "deleted", "", &flags);
	assert_int_equal(flags, 0);
	v->bytes[NV_BITMAP * NV_CLUSTER + (NV_DATA + 1) / 8] |= 1 << (NV_DATA + 1) % 8;
	read_named(v, "deleted", "", &flags);
	assert_int_equal(flags, EVIDENCE_CONTENT_REUSED);
	read_named(v, "live", "", &flags);
	assert_int_equal(flags, 0);
	free(v);
}

static void
compressed_units_are_unpacked(void **state)
{
	struct nv *v = nv_new();
	static const uint8_t packed[] = { 0x05, 0xb0, 0x08, 'a', 'b', 'c', 0xfc, 0x2f };
	static const uint8_t runs[] = { 0x11, 1, NV_DATA, 0x01, 3, 0x11, 4, 2, 0x01, 4, 0 };
	uint32_t flags;
	(void)state;
	memcpy(v->bytes + NV_DATA * NV_CLUSTER, packed, sizeof(packed));
	memset(v->bytes + (NV_DATA + 2) * NV_CLUSTER, 'r', 4 * NV_CLUSTER);
	add_runs(v, 31, NTFS_RECORD_IN_USE, "packed", (struct nv_runs){
		.bytes = runs, .count = sizeof(runs), .last_vcn = 11, .size = 12 * 1024, .initialised = 12 * 1024, .flags = 1,
		    .unit = 2,
	});
	assert_number_equal(read_named(v, "packed", "", &flags), 12 * 1024);
	assert_memory_equal(out, "abcabcabcabc", 12);
	assert_int_equal(out[4095], 'a');
	assert_int_equal(out[4096], 'r');
	assert_int_equal(out[8191], 'r');
	assert_int_equal(out[8192], 0);
	assert_int_equal(flags, 0);
	assert_true((seen_need(&s, "packed")->e.flags & TRIAGE_ENTRY_COMPRESSED) != 0);
	free(v);
}

/* A file whose run list goes on in record 41; with_second: that record is there. */
static struct nv *
make_fragmented(bool with_second)
{
	struct nv *v = nv_new();
	static const uint8_t first[] = { 0x11, 1, NV_DATA, 0 }, second[] = { 0x11, 1, NV_DATA + 1, 0 };
	uint8_t list[64] = { 0 };
	nv_put(list, NTFS_DATA, 4);
	nv_put(list + 4, 32, 2);
	nv_put(list + 16, nv_ref(40, 1), 8);
	nv_put(list + 32, NTFS_DATA, 4);
	nv_put(list + 36, 32, 2);
	nv_put(list + 40, 1, 8);
	nv_put(list + 48, nv_ref(41, 1), 8);
	memset(v->bytes + NV_DATA * NV_CLUSTER, '1', NV_CLUSTER);
	memset(v->bytes + (NV_DATA + 1) * NV_CLUSTER, '2', NV_CLUSTER);
	nv_begin(v, 40, 1, NTFS_RECORD_IN_USE, 0);
	nv_resident(v, NTFS_ATTRIBUTE_LIST, 1, "", list, sizeof(list));
	nv_name(v, 2, ROOT, "split", NTFS_NAME_WIN32);
	nv_nonresident(v, NTFS_DATA, 3, "", (struct nv_runs){ .bytes = first, .count = sizeof(first), .size = 2048,
	    .initialised = 2048 });
	nv_end(v);
	if (!with_second)
		return v;
	nv_begin(v, 41, 1, NTFS_RECORD_IN_USE, nv_ref(40, 1));
	nv_nonresident(v, NTFS_DATA, 0, "", (struct nv_runs){ .bytes = second, .count = sizeof(second), .first_vcn = 1,
	    .last_vcn = 1 });
	nv_end(v);
	return v;
}

static void
a_run_list_in_two_records_is_one_stream(void **state)
{
	struct nv *v = make_fragmented(true);
	uint32_t flags;
	(void)state;
	assert_number_equal(read_named(v, "split", "", &flags), 2048);
	assert_int_equal(out[1023], '1');
	assert_int_equal(out[1024], '2');
	assert_int_equal(flags, 0);
	assert_number_equal(s.problem_count, 0);
	free(v);
}

static void
a_missing_part_of_a_run_list_is_flagged_and_told(void **state)
{
	struct nv *v = make_fragmented(false);
	uint32_t flags;
	(void)state;
	assert_number_equal(read_named(v, "split", "", &flags), 2048);
	assert_int_equal(out[1023], '1');
	assert_int_equal(out[1024], 0);
	assert_int_equal(flags, EVIDENCE_CONTENT_FILLER);
	assert_number_equal(seen_problems(&s, "run-list-damaged"), 1);
	assert_number_equal(seen_problems(&s, "record-damaged"), 1);
	free(v);
}

static void
a_gap_between_two_parts_of_a_run_list_is_flagged_and_told(void **state)
{
	struct nv *v = make_fragmented(true);
	static const uint8_t second[] = { 0x11, 1, NV_DATA + 1, 0 };
	uint32_t flags;
	(void)state;
	nv_begin(v, 41, 1, NTFS_RECORD_IN_USE, nv_ref(40, 1));
	nv_nonresident(v, NTFS_DATA, 0, "", (struct nv_runs){ .bytes = second, .count = sizeof(second), .first_vcn = 3, .last_vcn = 3 });
	nv_end(v);
	read_named(v, "split", "", &flags);
	assert_int_equal(flags, EVIDENCE_CONTENT_FILLER);
	assert_number_equal(seen_problems(&s, "run-list-damaged"), 1);
	free(v);
}

static void
a_stream_that_is_not_there_is_refused(void **state)
{
	struct nv *v = nv_new();
	struct volume volume;
	struct triage_error err;
	struct evidence_content *c;
	(void)state;
	nv_file(v, 31, 1, NTFS_RECORD_IN_USE, ROOT, "file", "x");
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ntfs", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, 31, NTFS_DATA, 77, &c, &err), TRIAGE_E_FORMAT);
	assert_int_not_equal(evidence_content_open(volume.fs, 1u << 20, NTFS_DATA, 2, &c, &err), TRIAGE_OK);
	assert_int_not_equal(evidence_content_open(volume.fs, 50, NTFS_DATA, 2, &c, &err), TRIAGE_OK);
	volume_close(&volume);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resident_data_is_read_and_its_place_is_in_the_record),
		cmocka_unit_test(runs_are_read_and_told_as_extents),
		cmocka_unit_test(bytes_past_the_initialised_size_are_zeros),
		cmocka_unit_test(a_file_made_longer_than_the_volume_is_marked_hidden_and_still_read),
		cmocka_unit_test(a_deleted_file_whose_cluster_is_in_use_again_is_flagged),
		cmocka_unit_test(compressed_units_are_unpacked),
		cmocka_unit_test(a_run_list_in_two_records_is_one_stream),
		cmocka_unit_test(a_missing_part_of_a_run_list_is_flagged_and_told),
		cmocka_unit_test(a_gap_between_two_parts_of_a_run_list_is_flagged_and_told),
		cmocka_unit_test(a_stream_that_is_not_there_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
