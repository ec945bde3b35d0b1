/* test_sigma_window.c - the events that a correlation still counts, against a plain list that does the same slowly. */
#include "tests/harness.h"
#include "tests/pick.h"

#include "triage/detect/sigma_window.h"

#include <string.h>

enum { LIST_MAX = 100, STEPS = 20000 };

struct plain {
	struct sigma_entry list[LIST_MAX + 1];
	size_t count;
};

static uint64_t
bits_of(double number)
{
	uint64_t bits;
	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

static void
plain_drop(struct plain *p, size_t index)
{
	memmove(p->list + index, p->list + index + 1, (p->count - index - 1) * sizeof(p->list[0]));
	p->count--;
}

static void
plain_put(struct plain *p, struct sigma_entry e, size_t most, enum sigma_window_kind kind)
{
	for (size_t i = 0; i < p->count && kind == SIGMA_WINDOW_DISTINCT; i++)
		if (p->list[i].value == e.value) {
			plain_drop(p, i);
			break;
		}
	if (p->count == most)
		plain_drop(p, 0);
	p->list[p->count++] = e;
}

static double
plain_sum(const struct plain *p)
{
	double sum = 0, number;
	for (size_t i = 0; i < p->count; i++) {
		memcpy(&number, &p->list[i].value, sizeof(number));
		sum += number;
	}
	return sum;
}

static void
run(enum sigma_window_kind kind, size_t most, unsigned values)
{
	struct pool pool;
	struct sigma_window w = { .kind = kind };
	static struct plain p;
	int64_t now = 0;
	pool_init(&pool, 1 << 20);
	p.count = 0;
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned number = pick(values);
		now += pick(3);
		struct sigma_entry e = { now, kind == SIGMA_WINDOW_SUM ? bits_of(number) : number * UINT64_C(0x9e3779b97f4a7c15) };
		if (pick(10) == 0) {
			int64_t before = now - pick(120);
			sigma_window_forget_before(&w, before);
			while (p.count > 0 && p.list[0].time < before)
				plain_drop(&p, 0);
		}
		if (pick(900) == 0) {
			sigma_window_clear(&w);
			p.count = 0;
		}
		assert_true(sigma_window_put(&w, &pool, e, most));
		plain_put(&p, e, most, kind);
		assert_number_equal(w.live, p.count);
		assert_true(sigma_window_first(&w) == p.list[0].time);
		if (kind == SIGMA_WINDOW_SUM)
			assert_true(w.sum == plain_sum(&p));
	}
	pool_release(&pool);
}

static void
it_holds_what_a_plain_list_holds(void **state)
{
	static const size_t sizes[] = { 1, 2, 7, 8, 9, 33, LIST_MAX };
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		run(SIGMA_WINDOW_COUNT, sizes[i], 1000);
		run(SIGMA_WINDOW_SUM, sizes[i], 1000);
		run(SIGMA_WINDOW_DISTINCT, sizes[i], 1000);
		run(SIGMA_WINDOW_DISTINCT, sizes[i], 12);
	}
}

static void
without_memory_an_entry_is_not_kept_and_the_others_stay(void **state)
{
	struct pool pool;
	struct sigma_window w = { .kind = SIGMA_WINDOW_DISTINCT };
	size_t kept = 0;
	(void)state;
	pool_init(&pool, 128 << 10);
	while (kept < 100000 && sigma_window_put(&w, &pool, (struct sigma_entry){ (int64_t)kept, kept }, 100000))
		kept++;
	assert_true(kept > 8 && kept < 100000);
	assert_number_equal(w.live, kept);
	sigma_window_forget_before(&w, (int64_t)kept - 1);
	assert_number_equal(w.live, 1);
	assert_true(sigma_window_put(&w, &pool, (struct sigma_entry){ (int64_t)kept, 7 }, 100000));
	assert_number_equal(w.live, 2);
	pool_release(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_holds_what_a_plain_list_holds),
		cmocka_unit_test(without_memory_an_entry_is_not_kept_and_the_others_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
