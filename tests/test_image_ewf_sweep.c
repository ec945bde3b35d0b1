/* test_image_ewf_sweep.c - E01 images cut, changed and wiped in thousands of ways: no wrong byte is served as a right one. */
#include "tests/ewf_four.h"

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
		cmocka_unit_test(a_cut_anywhere_serves_no_wrong_byte),
		cmocka_unit_test(thousands_of_changed_bytes_serve_no_wrong_byte),
		cmocka_unit_test(wiped_stretches_serve_no_wrong_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
