#include "triage/analyse/randomness.h"
#include "triage/analyse/structure.h"
#include "triage/base/shape.h"
#include "triage/detect/minutes.h"

#include "tests/harness.h"

static uint8_t bytes[1 << 20];
static size_t size;

static void
read_seed(const char *name)
{
	char path[4096];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/fixtures/seed/structure/%s", root != NULL ? root : ".", name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_true(size > 0);
}

static struct triage_shape
look(void)
{
	static struct randomness r;
	struct triage_shape shape = { .cell_size = 0 };
	const struct view all = { bytes, size }, tail = { bytes + (size > 4096 ? size - 4096 : 0), size > 4096 ? 4096 : size };
	randomness_begin(&r, randomness_block_size(size));
	randomness_update(&r, bytes, size);
	randomness_end(&r);
	randomness_shape(&r, all, tail, &shape);
	structure_of(all, true, all, size, &shape);
	return shape;
}

static void
fill_random(size_t at, size_t count)
{
	uint64_t x = 88172645463325252u + at;
	for (size_t i = 0; i < count; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		bytes[at + i] = (uint8_t)(x * UINT64_C(0x2545f4914f6cdd1d) >> 56);
	}
}

static void
sound_files_hold_together(void **state)
{
	static const char *const walked[] = { "zip", "jpeg", "png", "pdf", "ole", "sqlite", "gzip", "7z", "tar", "mp4", "zstd", "riff", "gif" };
	(void)state;
	for (size_t i = 0; i < sizeof(walked) / sizeof(walked[0]); i++) {
		read_seed(walked[i]);
		struct triage_shape s = look();
		assert_string_equal(s.format, walked[i]);
		assert_true(s.starts);
		if (s.walk != TRIAGE_WALK_WHOLE)
			fail_msg("%s: walk %d, broken at %ju", walked[i], (int)s.walk, (uintmax_t)s.broken_at);
	}
}

static void
random_bytes_in_the_middle_break_them(void **state)
{
	static const struct {
		const char *name;
		size_t at, count;
	} hits[] = { { "zip", 200, 300 }, { "jpeg", 1000, 2500 }, { "png", 300, 300 }, { "pdf", 300, 300 }, { "ole", 10752, 1000 }, { "gzip", 100, 100 },
		{ "7z", 640, 147 }, { "tar", 1024, 1024 } };
	(void)state;
	for (size_t i = 0; i < sizeof(hits) / sizeof(hits[0]); i++) {
		read_seed(hits[i].name);
		assert_true(hits[i].at + hits[i].count <= size);
		fill_random(hits[i].at, hits[i].count);
		struct triage_shape s = look();
		if (s.walk != TRIAGE_WALK_BROKEN || s.broken == 0)
			fail_msg("%s: what was overwritten is not seen", hits[i].name);
	}
}

static void
a_format_is_known_by_its_end_or_by_what_stands_between(void **state)
{
	(void)state;
	read_seed("zip");
	fill_random(0, 1000);
	assert_string_equal(look().format, "zip");
	assert_false(look().starts);
	assert_true(look().ends);
	memset(bytes, 0, sizeof(bytes));
	size = 65536;
	fill_random(0, size);
	assert_string_equal(look().format, "");
	assert_true(look().head_random && look().tail_random);
	memcpy(bytes + 30000, "PK\1\2", 4);
	assert_string_equal(look().format, "zip");
	assert_false(look().starts || look().ends);
}

static void
cells_and_turns_show_where_random_blocks_lie(void **state)
{
	struct triage_shape back;
	SCOPED_BUF text;
	(void)state;
	size = 64 << 10;
	memset(bytes, 'x', size);
	for (size_t at = 0; at < size; at += 16384)
		fill_random(at, 8192);
	struct triage_shape s = look();
	assert_number_equal(s.cells, 16);
	assert_number_equal(s.runs, 4);
	assert_number_equal(s.run_least, 2);
	assert_number_equal(s.gap_most, 2);
	buf_init(&text, SHAPE_TEXT_MAX);
	shape_put(&text, &s);
	assert_string_equal(buf_cstr(&text), "4096:r2p2r2p2r2p2r2p2 turns=4/2/2/2/2 bits=uneven head=random");
	shape_get(buf_cstr(&text), &back);
	assert_number_equal(back.cells, 16);
	assert_number_equal(back.cell[2], TRIAGE_CELL_PLAIN);
	assert_true(back.head_random && !back.tail_random && back.uneven);
}

static void
zeros_are_told_from_text_and_numbers_do_not_run_together(void **state)
{
	struct triage_shape back;
	(void)state;
	shape_get("4096:r16z11r3 walk=broken/5/90/3 mark=Play/77", &back);
	assert_number_equal(back.cells, 30);
	assert_number_equal(shape_cells(&back, TRIAGE_CELL_ZERO), 11);
	assert_number_equal(back.broken_last, 90);
	assert_string_equal(back.mark, "Play");
	assert_number_equal(back.original, 77);
	shape_get("99999999999999999999999:r99999999999 turns=//// walk= mark= junk", &back);
	assert_number_equal(back.cells, TRIAGE_SHAPE_CELLS);
}

/* The value of xxHash32 was computed apart from this code. */
static void
a_trailer_of_play_proves_itself(void **state)
{
	(void)state;
	size = 20000;
	fill_random(0, size);
	uint8_t *p = bytes + size - 1064;
	memset(p, 0, 40);
	for (uint8_t i = 0; i < 16; i++)
		p[i] = i;
	p[16] = 5;
	p[26] = 0x10;
	const uint32_t hash = UINT32_C(0x228802fc);
	for (unsigned i = 0; i < 4; i++)
		p[28 + i] = (uint8_t)(hash >> 8 * i);
	assert_string_equal(look().mark, "Play");
	assert_number_equal(look().original, 20000 - 1064 - 5);
	p[3] ^= 1;
	assert_string_equal(look().mark, "");
}

static void
a_trailer_of_akira_names_the_size_before(void **state)
{
	(void)state;
	size = 20000;
	fill_random(0, size);
	uint64_t before = size - 534;
	for (unsigned i = 0; i < 8; i++)
		bytes[size - 8 + i] = (uint8_t)(before >> 8 * i);
	bytes[size - 10] = 1;
	bytes[size - 9] = 50;
	assert_string_equal(look().mark, "Akira");
	bytes[size - 8]++;
	assert_string_equal(look().mark, "");
	bytes[size - 8]--;
	/* numbers fit by chance behind bytes that are no wrapped key: the end of a small program of Java */
	for (size_t i = size - 534; i < size - 22; i++)
		bytes[i] = (uint8_t)(i % 160);
	assert_string_equal(look().mark, "");
}

#define MINUTE INT64_C(60000000000)

static void
the_window_is_the_burst_and_what_lies_close_to_it(void **state)
{
	static struct minutes m;
	struct pool pool;
	const struct minute **sorted;
	const int64_t night = INT64_C(1765576800000000000);
	(void)state;
	pool_init(&pool, 1 << 20);
	memset(&m, 0, sizeof(m));
	assert_true(minutes_add(&m, &pool, night - 900 * MINUTE));	/* one odd file in the morning */
	assert_true(minutes_add(&m, &pool, night - MINUTE / 2));
	for (int i = 0; i < 400; i++)
		assert_true(minutes_add(&m, &pool, night + i * 2 * INT64_C(1000000000)));
	assert_true(minutes_add(&m, &pool, night + 3000 * MINUTE));
	assert_true(minutes_sort(&m, &pool, &sorted));
	struct minutes_span s = minutes_find(sorted, m.count);
	assert_true(s.first == night - MINUTE / 2);
	assert_true(s.last == night + 798 * INT64_C(1000000000));
	assert_number_equal(s.inside, 401);
	assert_number_equal(s.most, 30);
	pool_release(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_files_hold_together),
		cmocka_unit_test(random_bytes_in_the_middle_break_them),
		cmocka_unit_test(a_format_is_known_by_its_end_or_by_what_stands_between),
		cmocka_unit_test(cells_and_turns_show_where_random_blocks_lie),
		cmocka_unit_test(zeros_are_told_from_text_and_numbers_do_not_run_together),
		cmocka_unit_test(a_trailer_of_play_proves_itself),
		cmocka_unit_test(a_trailer_of_akira_names_the_size_before),
		cmocka_unit_test(the_window_is_the_burst_and_what_lies_close_to_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
