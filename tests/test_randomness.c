#include "triage/analyse/randomness.h"

#include "tests/harness.h"

#include <math.h>

#define assert_near(got, want, apart) \
	do { \
		double got_ = (got), want_ = (want); \
		if (!(fabs(got_ - want_) <= (apart))) \
			fail_msg("%s is %f, not %f", #got, got_, want_); \
	} while (0)

/* A generator whose bytes pass for random (xorshift64*), so that no test depends on the day. */
static void
fill_random(uint8_t *data, size_t size, uint64_t seed)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (size_t i = 0; i < size; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		data[i] = (uint8_t)(x * UINT64_C(0x2545f4914f6cdd1d) >> 56);
	}
}

static struct triage_randomness
measure(const uint8_t *data, size_t size, uint32_t block_size, size_t step)
{
	static struct randomness r;
	randomness_begin(&r, block_size);
	for (size_t at = 0; at < size; at += step)
		randomness_update(&r, data + at, size - at < step ? size - at : step);
	return randomness_end(&r);
}

static uint8_t data[4 << 20];

static void
an_empty_stream_has_no_entropy_at_all(void **state)
{
	(void)state;
	struct triage_randomness r = measure(data, 0, RANDOMNESS_SMALL_BLOCK, 1);
	assert_true(r.entropy < 0);
	assert_number_equal(r.blocks, 0);
	assert_number_equal(r.random_blocks, 0);
}

static void
equal_bytes_have_entropy_zero(void **state)
{
	(void)state;
	memset(data, 'x', 100000);
	struct triage_randomness r = measure(data, 100000, RANDOMNESS_SMALL_BLOCK, 1000);
	assert_near(r.entropy, 0, 1e-12);
	assert_near(r.most, 0, 1e-12);
	assert_near(r.chi_square, 100000.0 * 255, 1);
	assert_number_equal(r.blocks, 25);
	assert_number_equal(r.random_blocks, 0);
}

static void
every_value_equally_often_is_eight_bits_but_too_even_to_be_random(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	struct triage_randomness r = measure(data, sizeof(data), RANDOMNESS_LARGE_BLOCK, 4096);
	assert_near(r.entropy, 8, 1e-9);
	assert_near(r.chi_square, 0, 1e-9);
	assert_number_equal(r.random_blocks, 0);
}

static void
two_values_in_ratio_one_to_three_have_the_entropy_of_the_formula(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8192; i++)
		data[i] = i % 4 == 0;
	struct triage_randomness r = measure(data, 8192, RANDOMNESS_SMALL_BLOCK, 13);
	assert_near(r.entropy, 0.811278, 1e-6);
	assert_near(r.first, 0.811278, 1e-6);
	assert_near(r.last, 0.811278, 1e-6);
}

static void
random_bytes_are_random_in_every_block_of_both_sizes(void **state)
{
	(void)state;
	fill_random(data, sizeof(data), 1);
	struct triage_randomness small = measure(data, 512 << 10, RANDOMNESS_SMALL_BLOCK, 1 << 18);
	struct triage_randomness large = measure(data, sizeof(data), RANDOMNESS_LARGE_BLOCK, 1 << 18);
	assert_number_equal(small.blocks, 128);
	assert_number_equal(small.random_blocks, 128);
	assert_number_equal(large.blocks, 64);
	assert_number_equal(large.random_blocks, 64);
	assert_true(large.chi_square > 165 && large.chi_square < 365);
	assert_true(large.least > 7.99);
}

static void
text_is_not_random(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)"the quick brown fox jumps over the lazy dog. "[i % 45];
	struct triage_randomness r = measure(data, sizeof(data), RANDOMNESS_LARGE_BLOCK, 1 << 18);
	assert_number_equal(r.random_blocks, 0);
	assert_true(r.entropy > 3 && r.entropy < 5);
}

static void
a_slight_bias_fails_chi_square_although_entropy_is_high(void **state)
{
	(void)state;
	fill_random(data, 1 << 20, 3);
	/* one value in 64 is drawn again as 0: entropy stays above 7.98 */
	for (size_t i = 0; i < 1 << 20; i += 64)
		data[i] = 0;
	struct triage_randomness r = measure(data, 1 << 20, RANDOMNESS_LARGE_BLOCK, 1 << 18);
	assert_true(r.entropy > 7.97);
	assert_number_equal(r.random_blocks, 0);
}

static void
encrypted_stripes_are_counted_and_located(void **state)
{
	(void)state;
	memset(data, 0, sizeof(data));
	fill_random(data + 3 * RANDOMNESS_LARGE_BLOCK, 2 * RANDOMNESS_LARGE_BLOCK, 4);
	struct triage_randomness r = measure(data, sizeof(data), RANDOMNESS_LARGE_BLOCK, 100001);
	assert_number_equal(r.random_blocks, 2);
	assert_true(r.most_offset == 3 * RANDOMNESS_LARGE_BLOCK || r.most_offset == 4 * RANDOMNESS_LARGE_BLOCK);
	assert_near(r.least, 0, 1e-12);
	assert_near(r.first, 0, 1e-12);
}

static void
the_answer_does_not_depend_on_how_the_bytes_arrive(void **state)
{
	(void)state;
	fill_random(data, 300000, 5);
	memset(data + 100000, 'a', 50000);
	struct triage_randomness a = measure(data, 300000, RANDOMNESS_SMALL_BLOCK, 300000);
	struct triage_randomness b = measure(data, 300000, RANDOMNESS_SMALL_BLOCK, 7);
	assert_memory_equal(&a.entropy, &b.entropy, sizeof(a.entropy));
	assert_memory_equal(&a.chi_square, &b.chi_square, sizeof(a.chi_square));
	assert_number_equal(a.random_blocks, b.random_blocks);
	assert_number_equal(a.most_offset, b.most_offset);
}

static void
a_short_tail_counts_as_a_block_but_says_nothing(void **state)
{
	(void)state;
	fill_random(data, RANDOMNESS_SMALL_BLOCK, 6);
	memset(data + RANDOMNESS_SMALL_BLOCK, 0, 512);
	struct triage_randomness r = measure(data, RANDOMNESS_SMALL_BLOCK + 511, RANDOMNESS_SMALL_BLOCK, 4096);
	assert_number_equal(r.blocks, 2);
	assert_number_equal(r.random_blocks, 1);
	assert_true(r.least > 7.9 && r.last > 7.9);
	r = measure(data, RANDOMNESS_SMALL_BLOCK + 512, RANDOMNESS_SMALL_BLOCK, 4096);
	assert_true(r.last < 1);
}

static void
a_stream_shorter_than_a_tail_still_has_its_entropies(void **state)
{
	(void)state;
	struct triage_randomness r = measure((const uint8_t *)"ab", 2, RANDOMNESS_SMALL_BLOCK, 1);
	assert_near(r.entropy, 1, 1e-12);
	assert_near(r.first, 1, 1e-12);
	assert_near(r.last, 1, 1e-12);
	assert_number_equal(r.blocks, 1);
	assert_number_equal(r.random_blocks, 0);
}

static void
streams_of_a_mebibyte_get_large_blocks(void **state)
{
	(void)state;
	assert_number_equal(randomness_block_size(0), 4096);
	assert_number_equal(randomness_block_size((1 << 20) - 1), 4096);
	assert_number_equal(randomness_block_size(1 << 20), 65536);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_stream_has_no_entropy_at_all),
		cmocka_unit_test(equal_bytes_have_entropy_zero),
		cmocka_unit_test(every_value_equally_often_is_eight_bits_but_too_even_to_be_random),
		cmocka_unit_test(two_values_in_ratio_one_to_three_have_the_entropy_of_the_formula),
		cmocka_unit_test(random_bytes_are_random_in_every_block_of_both_sizes),
		cmocka_unit_test(text_is_not_random),
		cmocka_unit_test(a_slight_bias_fails_chi_square_although_entropy_is_high),
		cmocka_unit_test(encrypted_stripes_are_counted_and_located),
		cmocka_unit_test(the_answer_does_not_depend_on_how_the_bytes_arrive),
		cmocka_unit_test(a_short_tail_counts_as_a_block_but_says_nothing),
		cmocka_unit_test(a_stream_shorter_than_a_tail_still_has_its_entropies),
		cmocka_unit_test(streams_of_a_mebibyte_get_large_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
