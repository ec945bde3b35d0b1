#include "walk_seen.h"

#include "triage/evidence/cache.h"
#include "triage/evidence/content.h"
#include "triage/evidence/fs.h"
#include "triage/evidence/walk.h"

static void
edges_count_up_and_the_virtual_folder_is_sent_once(void **state)
{
	static struct seen s;
	struct walk w;
	uint64_t first, second, other;
	struct evidence_sink sink = seen_sink(&s);
	(void)state;
	walk_init(&w, &sink, 100);
	struct triage_entry root = walk_blank();
	assert_int_equal(walk_entry(&w, &root, NULL), TRIAGE_OK);
	assert_int_equal(walk_virtual(&w, false, &first, NULL), TRIAGE_OK);
	assert_int_equal(walk_virtual(&w, false, &second, NULL), TRIAGE_OK);
	assert_int_equal(walk_virtual(&w, true, &other, NULL), TRIAGE_OK);
	assert_number_equal(first, 1);
	assert_number_equal(second, 1);
	assert_number_equal(other, 2);
	assert_number_equal(s.count, 3);
	assert_string_equal(s.entries[1].name, "$OrphanFiles");
	assert_string_equal(s.entries[2].name, "$Nameless");
	assert_number_equal(s.entries[2].e.inode, 101);
}

static enum triage_status
count_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	size_t *counts = ctx;
	(void)err;
	counts[strcmp(p->code, "loud") == 0 ? 0 : 1]++;
	return TRIAGE_OK;
}

static void
a_flood_of_one_problem_is_cut_and_the_rest_is_counted(void **state)
{
	struct walk w;
	size_t counts[2] = { 0 };
	struct evidence_sink sink = { .ctx = counts, .problem = count_problem };
	(void)state;
	walk_init(&w, &sink, 0);
	for (size_t i = 0; i < WALK_ROWS_PER_CODE + 500; i++)
		assert_int_equal(walk_problem(&w, &(struct triage_problem){ .code = "loud" }, NULL, "no %zu", i), TRIAGE_OK);
	assert_int_equal(walk_problem(&w, &(struct triage_problem){ .code = "rare" }, NULL, "once"), TRIAGE_OK);
	assert_number_equal(counts[0], WALK_ROWS_PER_CODE);
	assert_number_equal(counts[1], 1);
	assert_int_equal(walk_finish(&w, NULL), TRIAGE_OK);
	assert_number_equal(counts[0], WALK_ROWS_PER_CODE + 1);
	assert_number_equal(counts[1], 1);
}

static void
a_set_of_numbers_knows_each_once_as_it_grows(void **state)
{
	struct id_set set = { 0 };
	bool fresh;
	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		assert_int_equal(id_set_add(&set, i * 4096, &fresh, NULL), TRIAGE_OK);
		assert_true(fresh);
	}
	for (uint64_t i = 0; i < 5000; i++) {
		assert_int_equal(id_set_add(&set, i * 4096, &fresh, NULL), TRIAGE_OK);
		assert_false(fresh);
	}
	assert_true(id_set_has(&set, 4096));
	assert_false(id_set_has(&set, 4097));
	assert_number_equal(set.count, 5000);
	id_set_release(&set);
}

static void
runs_that_touch_become_one_and_are_found_by_offset(void **state)
{
	struct run_list l = { 0 };
	(void)state;
	assert_int_equal(run_list_add(&l, 4096, 100, NULL), TRIAGE_OK);
	assert_int_equal(run_list_add(&l, 4196, 100, NULL), TRIAGE_OK);
	assert_int_equal(run_list_add(&l, RUN_SPARSE, 50, NULL), TRIAGE_OK);
	assert_int_equal(run_list_add(&l, RUN_SPARSE, 50, NULL), TRIAGE_OK);
	assert_int_equal(run_list_add(&l, RUN_FILLER, 1, NULL), TRIAGE_OK);
	assert_number_equal(l.count, 3);
	assert_number_equal(run_list_end(&l), 301);
	assert_number_equal(run_list_find(&l, 199, 0), 0);
	assert_number_equal(run_list_find(&l, 200, 0), 1);
	assert_number_equal(run_list_find(&l, 300, 0), 2);
	assert_true(run_list_find(&l, 301, 0) == SIZE_MAX);
	assert_int_equal(run_list_add(&l, 0, INT64_MAX, NULL), TRIAGE_E_FORMAT);
	run_list_release(&l);
}

static void
unknown_and_missing_parts_of_a_stream_are_zeros_and_set_flags(void **state)
{
	static const uint8_t volume[64] = "the volume holds these bytes and ends";
	struct evidence_fs fs = { 0 };
	struct evidence_content c = { .fs = &fs };
	uint8_t out[32];
	(void)state;
	assert_int_equal(reader_memory(volume, sizeof(volume), &fs.reader, NULL), TRIAGE_OK);
	assert_int_equal(run_list_add(&c.map, 4, 6, NULL), TRIAGE_OK);
	assert_int_equal(run_list_add(&c.map, RUN_SPARSE, 4, NULL), TRIAGE_OK);
	assert_int_equal(content_read_map(&c, 0, out, 10, NULL), TRIAGE_OK);
	assert_memory_equal(out, "volume\0\0\0\0", 10);
	assert_int_equal(c.flags, 0);
	assert_int_equal(run_list_add(&c.map, RUN_FILLER, 4, NULL), TRIAGE_OK);
	assert_int_equal(content_read_map(&c, 8, out, 6, NULL), TRIAGE_OK);
	assert_int_equal(c.flags, EVIDENCE_CONTENT_FILLER);
	assert_int_equal(run_list_add(&c.map, 60, 8, NULL), TRIAGE_OK);
	assert_int_equal(content_read_map(&c, 14, out, 8, NULL), TRIAGE_OK);
	assert_int_equal(c.flags, EVIDENCE_CONTENT_FILLER | EVIDENCE_CONTENT_BAD);
	run_list_release(&c.map);
	reader_close(fs.reader);
}

static void
the_cache_gives_the_bytes_of_the_reader_across_its_pieces(void **state)
{
	enum { SIZE = CACHE_PIECE * 3 + 100 };
	uint8_t *volume = malloc(SIZE), out[200];
	struct reader *r;
	struct cache *c;
	bool bad;
	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		volume[i] = (uint8_t)(i * 7 + i / 251);
	assert_int_equal(reader_memory(volume, SIZE, &r, NULL), TRIAGE_OK);
	assert_int_equal(cache_new(r, &c, NULL), TRIAGE_OK);
	for (size_t at = CACHE_PIECE - 150; at < CACHE_PIECE + 50; at += 37) {
		assert_int_equal(cache_read(c, at, out, sizeof(out), &bad, NULL), TRIAGE_OK);
		assert_memory_equal(out, volume + at, sizeof(out));
		assert_false(bad);
	}
	assert_int_equal(cache_read(c, SIZE - 200, out, 200, &bad, NULL), TRIAGE_OK);
	assert_memory_equal(out, volume + SIZE - 200, 200);
	assert_int_equal(cache_read(c, SIZE - 199, out, 200, &bad, NULL), TRIAGE_E_SHORT);
	cache_free(c);
	reader_close(r);
	free(volume);
}

static void
a_type_that_is_not_read_is_refused_by_name(void **state)
{
	static const uint8_t zeros[4096];
	struct volume v;
	struct triage_error err = { .text = "" };
	(void)state;
	assert_int_equal(volume_open(&v, zeros, sizeof(zeros), "btrfs", &err), TRIAGE_E_UNSUPPORTED);
	assert_non_null(strstr(err.text, "btrfs"));
	reader_close(v.source.reader);
}

static void
bytes_that_are_no_file_system_do_not_open_as_one(void **state)
{
	static const char *const types[] = { "ntfs", "ext4", "fat16", "exfat", "iso9660", "hfs+", "ufs" };
	uint8_t *noise = malloc(1 << 20);
	(void)state;
	for (size_t i = 0; i < 1 << 20; i++)
		noise[i] = (uint8_t)(i * 31 + i / 509);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct volume v;
		struct triage_error err = { .text = "" };
		assert_int_not_equal(volume_open(&v, noise, 1 << 20, types[i], &err), TRIAGE_OK);
		assert_true(strlen(err.text) > 0);
		reader_close(v.source.reader);
	}
	free(noise);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_count_up_and_the_virtual_folder_is_sent_once),
		cmocka_unit_test(a_flood_of_one_problem_is_cut_and_the_rest_is_counted),
		cmocka_unit_test(a_set_of_numbers_knows_each_once_as_it_grows),
		cmocka_unit_test(runs_that_touch_become_one_and_are_found_by_offset),
		cmocka_unit_test(unknown_and_missing_parts_of_a_stream_are_zeros_and_set_flags),
		cmocka_unit_test(the_cache_gives_the_bytes_of_the_reader_across_its_pieces),
		cmocka_unit_test(a_type_that_is_not_read_is_refused_by_name),
		cmocka_unit_test(bytes_that_are_no_file_system_do_not_open_as_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
