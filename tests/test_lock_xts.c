/* test_lock_xts.c - tweaks of XTS by both ways that the program has for them, against one that does it bit by bit. */
#include "tests/harness.h"

#include "triage/evidence/lock_xts.c"	/* for the loops themselves: on one machine only one way is taken */

enum { UNITS = 19, SIZE = UNITS * XTS_UNIT };

static uint8_t heads[UNITS * XTS_BLOCK], plain[SIZE], want[SIZE], want_tweaks[SIZE];

static void
multiply(uint8_t t[XTS_BLOCK])
{
	int carry = t[XTS_BLOCK - 1] >> 7;
	for (size_t i = XTS_BLOCK - 1; i > 0; i--)
		t[i] = (uint8_t)(t[i] << 1 | t[i - 1] >> 7);
	t[0] = (uint8_t)(t[0] << 1 ^ (carry ? 0x87 : 0));
}

static int
make(void **state)
{
	uint32_t seed = 1;
	(void)state;
	for (size_t i = 0; i < sizeof(heads); i++)
		heads[i] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
	for (size_t i = 0; i < SIZE; i++)
		plain[i] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
	for (size_t u = 0; u < UNITS; u++) {
		uint8_t t[XTS_BLOCK];
		memcpy(t, heads + u * XTS_BLOCK, XTS_BLOCK);
		for (size_t i = u * XTS_UNIT; i < (u + 1) * XTS_UNIT; i++) {
			want_tweaks[i] = t[i % XTS_BLOCK];
			want[i] = plain[i] ^ want_tweaks[i];
			if (i % XTS_BLOCK == XTS_BLOCK - 1)
				multiply(t);
		}
	}
	return 0;
}

typedef void lay_fn(const uint8_t *heads, size_t units, uint8_t *restrict bytes, uint8_t *restrict tweaks);
typedef void xor_fn(uint8_t *restrict bytes, const uint8_t *restrict with, size_t size);

static void
lay_plain(const uint8_t *from, size_t units, uint8_t *restrict bytes, uint8_t *restrict tweaks)
{
	lay_units(from, units, bytes, tweaks);
}

static void
xor_plain(uint8_t *restrict bytes, const uint8_t *restrict with, size_t size)
{
	xor_bytes(bytes, with, size);
}

static void
agree(lay_fn *lay, xor_fn *xor)
{
	for (size_t units = 0; units <= UNITS; units++) {
		size_t size = units * XTS_UNIT;
		uint8_t *bytes = malloc(size + 1), *tweaks = malloc(size + 1);	/* to the byte: what is written behind is seen; off by one: unaligned */
		memcpy(bytes + 1, plain, size);
		lay(heads, units, bytes + 1, tweaks + 1);
		assert_memory_equal(bytes + 1, want, size);
		assert_memory_equal(tweaks + 1, want_tweaks, size);
		for (size_t cut = 0; cut <= size && cut <= 7 * XTS_BLOCK; cut += XTS_BLOCK) {
			memcpy(bytes + 1, want, size);
			xor(bytes + 1 + cut, tweaks + 1 + cut, size - cut);
			assert_memory_equal(bytes + 1, want, cut);
			assert_memory_equal(bytes + 1 + cut, plain + cut, size - cut);
		}
		free(bytes);
		free(tweaks);
	}
}

static void
every_way_lays_the_tweaks_that_the_standard_gives(void **state)
{
	(void)state;
	agree(lay_plain, xor_plain);
	if (has_avx2())
		agree(lay_units_avx2, xor_avx2);
	agree(xts_lay_tweaks, xts_xor);
}

static void
units_of_one_sector_go_on_where_the_last_ended(void **state)
{
	uint8_t t[XTS_BLOCK], out[8 * XTS_BLOCK];
	(void)state;
	memcpy(t, heads, sizeof(t));
	memcpy(out, heads, sizeof(t));
	xts_heads(out, 8, out);
	for (size_t u = 0; u < 8; u++) {
		assert_memory_equal(out + u * XTS_BLOCK, t, XTS_BLOCK);
		for (size_t i = 0; i < XTS_UNIT / XTS_BLOCK; i++)
			multiply(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_lays_the_tweaks_that_the_standard_gives),
		cmocka_unit_test(units_of_one_sector_go_on_where_the_last_ended),
	};
	return cmocka_run_group_tests(tests, make, NULL);
}
