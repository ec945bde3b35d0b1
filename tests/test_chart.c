/* test_chart.c - moments in buckets: the right unit, nothing lost without being counted. */
#include "tests/harness.h"

#include "triage/report/chart.h"

enum { DAY = 86400 };

static uint64_t
sum_of(const struct chart *chart)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < chart->count; i++)
		sum += chart->moments[i];
	return sum;
}

/* count moments, step seconds apart, charted. */
static struct chart
chart_of(int64_t first, int64_t step, size_t count, int64_t latest)
{
	struct activity *a;
	struct triage_error err;
	struct chart chart;
	assert_int_equal(activity_new(&a, &err), TRIAGE_OK);
	for (size_t i = 0; i < count; i++)
		activity_add(a, first + (int64_t)i * step);
	activity_chart(a, latest, &chart);
	activity_free(a);
	return chart;
}

static void
a_month_is_drawn_by_day(void **state)
{
	(void)state;
	struct chart chart = chart_of(INT64_C(1669852800), DAY, 31, INT64_MAX);	/* December 2022 */
	assert_number_equal(chart.count, 31);
	assert_int_equal(chart.form, TIME_DAY);
	assert_number_equal(sum_of(&chart), 31);
	assert_number_equal(chart.starts[0], 1669852800);
}

static void
years_are_drawn_by_month_beginning_on_the_first(void **state)
{
	(void)state;
	struct chart chart = chart_of(INT64_C(1546300800), DAY, 1461, INT64_MAX);	/* 2019 to 2022 */
	assert_int_equal(chart.form, TIME_MONTH);
	assert_number_equal(sum_of(&chart) + chart.before, 1461);
	assert_number_equal(chart.count, 48);
	for (size_t i = 1; i < chart.count; i++)
		assert_true(chart.moments[i] >= 28 && chart.moments[i] <= 31);
}

static void
a_year_is_drawn_by_week_beginning_on_monday(void **state)
{
	(void)state;
	struct chart chart = chart_of(INT64_C(1640995200), DAY, 364, INT64_MAX);	/* from Saturday 1 January 2022 */
	assert_int_equal(chart.form, TIME_DAY);
	assert_number_equal(chart.before, 2);		/* less than a hundredth: Saturday and Sunday */
	assert_number_equal(chart.starts[1], INT64_C(1641772800));	/* Monday 10 January */
	for (size_t i = 1; i + 1 < chart.count; i++)
		assert_number_equal(chart.moments[i], 7);
}

static void
the_widest_range_still_fits(void **state)
{
	(void)state;
	struct chart chart = chart_of(INT64_C(-9223372036), INT64_C(9223372036) / 50, 101, INT64_MAX);
	assert_true(chart.count > 0 && chart.count <= BUCKETS_MAX);
	assert_number_equal(sum_of(&chart) + chart.before + chart.after, 101);
}

static void
a_few_early_moments_are_left_out_and_counted(void **state)
{
	(void)state;
	struct activity *a;
	struct triage_error err;
	struct chart chart;
	assert_int_equal(activity_new(&a, &err), TRIAGE_OK);
	for (int i = 0; i < 10000; i++)
		activity_add(a, INT64_C(1670000000) + i);
	for (int i = 0; i < 50; i++)
		activity_add(a, i * DAY);
	activity_chart(a, INT64_MAX, &chart);
	assert_number_equal(chart.before, 50);
	assert_number_equal(sum_of(&chart), 10000);
	assert_number_equal(activity_total(a), 10050);
	activity_free(a);
}

static void
moments_after_the_examination_are_counted_apart(void **state)
{
	(void)state;
	struct chart chart = chart_of(INT64_C(1669852800), DAY, 31, INT64_C(1669852800) + 9 * DAY);
	assert_number_equal(chart.count, 10);
	assert_number_equal(chart.after, 21);
}

static void
nothing_gives_no_chart(void **state)
{
	(void)state;
	struct chart chart = chart_of(0, 1, 0, INT64_MAX);
	assert_number_equal(chart.count, 0);
	chart = chart_of(INT64_C(1669852800), 1, 5, 0);		/* all later than the latest */
	assert_number_equal(chart.count, 0);
	assert_number_equal(chart.after, 5);
}

static void
the_focus_counts_hours_and_takes_marks(void **state)
{
	(void)state;
	struct activity *a;
	struct triage_error err;
	struct chart chart;
	int64_t noon = INT64_C(1670328000);
	assert_int_equal(activity_new(&a, &err), TRIAGE_OK);
	activity_focus(a, noon, noon + 10 * 3600);
	activity_add(a, noon - 1);
	activity_add(a, noon);
	activity_add(a, noon + 3600);
	activity_add(a, noon + 11 * 3600);
	activity_focus_chart(a, &chart);
	assert_number_equal(chart.count, 11);
	assert_number_equal(sum_of(&chart), 2);
	assert_number_equal(chart.moments[1], 1);
	chart_mark(&chart, TRIAGE_CRITICAL, noon + 3600);
	chart_mark(&chart, TRIAGE_LOW, noon);
	chart_mark(&chart, TRIAGE_HIGH, noon + 20 * 3600);
	assert_number_equal(chart.marks[2][1], 1);
	assert_number_equal(chart.marks[1][10], 0);
	activity_free(a);
}

static void
a_focus_of_years_is_not_taken(void **state)
{
	(void)state;
	struct activity *a;
	struct triage_error err;
	struct chart chart;
	assert_int_equal(activity_new(&a, &err), TRIAGE_OK);
	activity_focus(a, 0, INT64_C(1670328000));
	activity_focus_chart(a, &chart);
	assert_number_equal(chart.count, 0);
	activity_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_is_drawn_by_day),
		cmocka_unit_test(years_are_drawn_by_month_beginning_on_the_first),
		cmocka_unit_test(a_year_is_drawn_by_week_beginning_on_monday),
		cmocka_unit_test(the_widest_range_still_fits),
		cmocka_unit_test(a_few_early_moments_are_left_out_and_counted),
		cmocka_unit_test(moments_after_the_examination_are_counted_apart),
		cmocka_unit_test(nothing_gives_no_chart),
		cmocka_unit_test(the_focus_counts_hours_and_takes_marks),
		cmocka_unit_test(a_focus_of_years_is_not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
