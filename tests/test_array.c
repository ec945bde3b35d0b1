/* Layouts of arrays, written out as tables: a row of the table is a row of chunks, a column is a part. */
#include "tests/harness.h"

#include "triage/evidence/array.h"

#include <stdlib.h>

enum { CHUNK = 4096, PARTS_MAX = 5, ROWS_MAX = 8, VOLUME_MAX = CHUNK * PARTS_MAX * ROWS_MAX };

/* a, b, c ... are the chunks of the volume in order; P and Q are parity. */
struct table {
	const char *name;
	struct array_segment segment;
	const char *rows[ROWS_MAX];
};

#define FIVE(r) { .layout = ARRAY_PARITY, .checks = 1, .rotation = (r) }
#define SIX(r) { .layout = ARRAY_PARITY, .checks = 2, .rotation = (r) }
#define TEN(n, f, o, s) { .layout = ARRAY_COPIES, .near = (n), .far = (f), .far_offset = (o), .stride = (s) }
static const struct table tables[] = {
	{ "left asymmetric", FIVE(0), { "abcP", "dePf", "gPhi", "Pjkl", "mnoP" } },
	{ "right asymmetric", FIVE(1), { "Pabc", "dPef", "ghPi", "jklP", "Pmno" } },
	{ "left symmetric", FIVE(2), { "abcP", "efPd", "iPgh", "Pjkl", "mnoP" } },
	{ "right symmetric", FIVE(3), { "Pabc", "fPde", "hiPg", "jklP", "Pmno" } },
	{ "parity first", FIVE(4), { "Pabc", "Pdef", "Pghi" } },
	{ "parity last", FIVE(5), { "abcP", "defP", "ghiP" } },
	{ "six, left asymmetric", SIX(0), { "QabP", "cdPQ", "ePQf", "PQgh", "QijP" } },
	{ "six, right asymmetric", SIX(1), { "PQab", "cPQd", "efPQ", "QghP" } },
	{ "six, left symmetric", SIX(2), { "QabP", "cdPQ", "fPQe", "PQgh" } },
	{ "six, right symmetric", SIX(3), { "PQab", "dPQc", "efPQ", "QghP" } },
	{ "six, parity first", SIX(4), { "PQab", "PQcd" } },
	{ "six, parity last", SIX(5), { "abPQ", "cdPQ" } },
	{ "zero restart", SIX(8), { "PQab", "cPQd", "efPQ", "QghP" } },
	{ "n restart", SIX(9), { "abPQ", "cPQd", "PQef", "QghP" } },
	{ "n continue", SIX(10), { "abQP", "dQPc", "QPef", "PghQ" } },
	{ "six from left asymmetric", SIX(16), { "abPQ", "cPdQ", "PefQ", "ghPQ" } },
	{ "six from right asymmetric", SIX(17), { "PabQ", "cPdQ", "efPQ", "PghQ" } },
	{ "six from left symmetric", SIX(18), { "abPQ", "dPcQ", "PefQ", "ghPQ" } },
	{ "six from right symmetric", SIX(19), { "PabQ", "dPcQ", "efPQ", "PghQ" } },
	{ "six from parity first", SIX(20), { "PabQ", "PcdQ" } },
	{ "near copies on four", TEN(2, 1, false, 0), { "aabb", "ccdd", "eeff" } },
	{ "near copies on three", TEN(2, 1, false, 0), { "aab", "bcc", "dde", "eff" } },
	{ "far copies", TEN(1, 2, false, 2 * CHUNK), { "abc", "def", "cab", "fde" } },
	{ "offset copies", TEN(1, 2, true, CHUNK), { "abc", "cab", "def", "fde" } },
	{ "stripes", { .layout = ARRAY_STRIPE }, { "abc", "def", "ghi" } },
	{ "stripes that begin on the second", { .layout = ARRAY_STRIPE, .skew = 1 }, { "cab", "fde" } },
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static uint8_t parts[PARTS_MAX][ROWS_MAX * CHUNK], volume[VOLUME_MAX], got[VOLUME_MAX];

static uint8_t
data_byte(char chunk, size_t at)
{
	return (uint8_t)((size_t)chunk * 37 + at * 11 + (at >> 5));
}

static uint8_t
doubled(uint8_t a)
{
	return (uint8_t)(a << 1 ^ ((a & 0x80) != 0 ? 0x1d : 0));
}

static char
neighbour(const char *row, size_t width, size_t from, size_t step)
{
	return row[(from + step) % width];
}

/* Q by Horner's rule over the data behind Q; for DDF over the row from its first part, parity as zeros. */
static uint8_t
q_byte(const char *row, size_t width, bool ddf, size_t at)
{
	size_t q = (size_t)(strchr(row, 'Q') - row);
	uint8_t sum = 0;
	for (size_t step = width; step-- > 0; ) {
		char chunk = ddf ? row[step] : neighbour(row, width, q + 1, step);
		bool data = chunk != 'P' && chunk != 'Q';
		if (data || ddf)
			sum = (uint8_t)(doubled(sum) ^ (data ? data_byte(chunk, at) : 0));
	}
	return sum;
}

/* Fill parts and volume from the table. Returns how many chunks the volume has; ret_width, ret_rows: of the table. */
static size_t
fill(const struct table *t, size_t *ret_width, size_t *ret_rows)
{
	size_t width = strlen(t->rows[0]), rows = 0, chunks = 0;
	bool ddf = t->segment.rotation >= ARRAY_ZERO_RESTART && t->segment.rotation <= ARRAY_N_CONTINUE;
	for (; rows < ROWS_MAX && t->rows[rows] != NULL; rows++)
		for (size_t p = 0; p < width; p++)
			for (size_t at = 0; at < CHUNK; at++) {
				char c = t->rows[rows][p];
				uint8_t byte = 0;
				for (size_t d = 0; d < width; d++)
					byte ^= c == 'P' && t->rows[rows][d] >= 'a' ? data_byte(t->rows[rows][d], at) : 0;
				parts[p][rows * CHUNK + at] = c == 'P' ? byte : c == 'Q' ? q_byte(t->rows[rows], width, ddf, at) : data_byte(c, at);
				if (c >= 'a' && (size_t)(c - 'a') + 1 > chunks)
					chunks = (size_t)(c - 'a') + 1;
			}
	for (size_t c = 0; c < chunks; c++)
		for (size_t at = 0; at < CHUNK; at++)
			volume[c * CHUNK + at] = data_byte((char)('a' + c), at);
	*ret_width = width;
	*ret_rows = rows;
	return chunks;
}

/* Read the volume with the parts whose bit is set in `gone` missing. Returns how many bytes were bad. */
static uint64_t
read_without(const struct table *t, unsigned gone, uint64_t *ret_missing)
{
	struct triage_error err = { .text = "" };
	struct array_part list[PARTS_MAX] = { 0 };
	struct array *a;
	size_t width, rows, chunks = fill(t, &width, &rows);
	struct array_segment s = t->segment;
	s.length = chunks * CHUNK;
	s.chunk = CHUNK;
	s.parts = (uint32_t)width;
	s.far_set = s.parts;
	assert_int_equal(array_new(s.length, 512, &a, &err), TRIAGE_OK);
	for (size_t p = 0; p < width; p++) {
		if ((gone >> p & 1) != 0)
			continue;
		assert_int_equal(reader_memory(parts[p], rows * CHUNK, &list[p].reader, &err), TRIAGE_OK);
		list[p].length = UINT64_MAX;
		assert_int_equal(array_own(a, list[p].reader, &err), TRIAGE_OK);
	}
	assert_int_equal(array_add(a, &s, list, &err), TRIAGE_OK);
	struct reader *r = array_reader(a);
	/* in odd pieces, so that pieces cross chunks */
	for (uint64_t at = 0; at < r->size; ) {
		size_t part = r->size - at < 5000 ? (size_t)(r->size - at) : 5000;
		assert_int_equal(reader_read_all(r, at, got + at, part, &err), TRIAGE_OK);
		at += part;
	}
	*ret_missing = array_missing(a);
	uint64_t bad = r->bad_bytes;
	reader_close(r);
	return bad;
}

static void
every_layout_is_read_as_its_table_says(void **state)
{
	(void)state;
	uint64_t missing;
	for (size_t i = 0; i < TABLES; i++) {
		size_t width, rows, chunks = fill(&tables[i], &width, &rows);
		assert_number_equal(read_without(&tables[i], 0, &missing), 0);
		assert_number_equal(missing, 0);
		if (memcmp(got, volume, chunks * CHUNK) != 0)
			fail_msg("%s is read wrongly", tables[i].name);
	}
}

static void
what_copies_and_parity_can_give_is_given_and_the_rest_is_bad(void **state)
{
	(void)state;
	uint64_t missing;
	for (size_t i = 0; i < TABLES; i++) {
		size_t width, rows, chunks = fill(&tables[i], &width, &rows);
		for (unsigned gone = 1; gone < 1U << width; gone++) {
			uint64_t bad = read_without(&tables[i], gone, &missing), wrong = 0;
			unsigned lost = (unsigned)__builtin_popcount(gone);
			for (size_t at = 0; at < chunks * CHUNK; at++)
				wrong += got[at] != volume[at] && got[at] != 0;
			assert_number_equal(wrong, 0);
			if (tables[i].segment.layout == ARRAY_PARITY && lost <= tables[i].segment.checks && (bad != 0 || memcmp(got, volume, chunks * CHUNK) != 0))
				fail_msg("%s without %x is not worked out", tables[i].name, gone);
			assert_true((bad == 0) == (missing == 0) || tables[i].segment.layout == ARRAY_PARITY);
			assert_true(bad != 0 || memcmp(got, volume, chunks * CHUNK) == 0);
		}
	}
}

static void
numbers_that_cannot_be_are_refused(void **state)
{
	(void)state;
	static const struct array_segment wrong[] = {
		{ .length = 0, .layout = ARRAY_MIRROR, .parts = 1 },
		{ .length = 8192, .layout = ARRAY_MIRROR, .parts = 0 },
		{ .start = 4096, .length = 8192, .layout = ARRAY_MIRROR, .parts = 1 },
		{ .length = 8192, .layout = ARRAY_STRIPE, .parts = 2, .chunk = 0 },
		{ .length = 8192, .layout = ARRAY_PARITY, .parts = 2, .chunk = 512, .checks = 2 },
		{ .length = 8192, .layout = ARRAY_PARITY, .parts = 4, .chunk = 512, .checks = 1, .rotation = 8 },
		{ .length = 8192, .layout = ARRAY_PARITY, .parts = 4, .chunk = 512, .checks = 2, .rotation = 7 },
		{ .length = 8192, .layout = ARRAY_PARITY, .parts = 4, .chunk = 512, .checks = 2, .rotation = 22 },
		{ .length = 8192, .layout = ARRAY_COPIES, .parts = 3, .chunk = 512, .near = 2, .far = 2, .far_set = 3 },
		{ .length = 8192, .layout = ARRAY_COPIES, .parts = 3, .chunk = 512, .near = 0, .far = 1, .far_set = 3 },
		{ .length = 8192, .layout = ARRAY_COPIES, .parts = 3, .chunk = 512, .near = 1, .far = 2, .far_set = 0 },
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct triage_error err;
		struct array_part none[4] = { 0 };
		struct array *a;
		assert_int_equal(array_new(8192, 512, &a, &err), TRIAGE_OK);
		assert_int_equal(array_add(a, &wrong[i], none, &err), TRIAGE_E_FORMAT);
		reader_close(array_reader(a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout_is_read_as_its_table_says),
		cmocka_unit_test(what_copies_and_parity_can_give_is_given_and_the_rest_is_bad),
		cmocka_unit_test(numbers_that_cannot_be_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
