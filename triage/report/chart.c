/* chart.c - counting moments into buckets of the calendar. */
#include "triage/report/chart.h"

#include <stdlib.h>

enum { DAY = 86400, HOUR = 3600, FIRST_DAY = -106753, DAYS = 2 * 106753 + 2 };	/* all that fits in 64 bits of nanoseconds, and a zone */

struct activity {
	uint64_t total;
	int64_t near_start, near_step;		/* seconds; step 0: no focus */
	size_t near_count;
	uint64_t near[BUCKETS_MAX];
	uint32_t days[DAYS];
};

enum triage_status
activity_new(struct activity **ret_activity, struct triage_error *err)
{
	struct activity *a = calloc(1, sizeof(*a));
	if (a == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the chart");
		return TRIAGE_E_MEMORY;
	}
	*ret_activity = a;
	return TRIAGE_OK;
}

void
activity_free(struct activity *a)
{
	free(a);
}

static int64_t
floor_to(int64_t value, int64_t step)
{
	int64_t rest = value % step;
	return value - (rest < 0 ? rest + step : rest);
}

void
activity_focus(struct activity *a, int64_t from, int64_t to)
{
	static const int64_t steps[] = { HOUR, 2 * HOUR, 6 * HOUR, DAY };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t start = floor_to(from, steps[i]);
		int64_t count = (to - start) / steps[i] + 1;
		if (count > BUCKETS_MAX / 2)
			continue;
		a->near_start = start;
		a->near_step = steps[i];
		a->near_count = (size_t)count;
		return;
	}
}

void
activity_add(struct activity *a, int64_t seconds)
{
	int64_t day = floor_to(seconds, DAY) / DAY - FIRST_DAY;
	if (day < 0 || day >= DAYS)
		return;
	a->total++;
	if (a->days[day] < UINT32_MAX)
		a->days[day]++;
	if (a->near_step == 0 || seconds < a->near_start)
		return;
	uint64_t bucket = (uint64_t)(seconds - a->near_start) / (uint64_t)a->near_step;
	if (bucket < a->near_count)
		a->near[bucket]++;
}

uint64_t
activity_total(const struct activity *a)
{
	return a->total;
}

/* Months since year 0 of a day since 1970-01-01. */
static int64_t
month_of(int64_t day)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t mp = (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	return (yoe + era * 400 + (month <= 2)) * 12 + month - 1;
}

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR, UNIT_TWENTY_YEARS, UNIT_COUNT };

/* Number of the unit that a day lies in; rises by one from unit to unit. */
static int64_t
unit_of(enum unit unit, int64_t day)
{
	switch (unit) {
	case UNIT_DAY:
		return day;
	case UNIT_WEEK:
		return floor_to(day + 3, 7) / 7;	/* weeks begin on Monday */
	case UNIT_MONTH:
		return month_of(day);
	case UNIT_YEAR:
		return month_of(day) / 12;
	case UNIT_TWENTY_YEARS:
	case UNIT_COUNT:
		break;
	}
	return month_of(day) / 240;
}

/* The days that are drawn: from the first hundredth of all moments on, up to latest. */
static bool
choose_days(const struct activity *a, int64_t latest, int64_t *ret_first, int64_t *ret_last, struct chart *chart)
{
	int64_t first = 0, last = DAYS - 1;
	int64_t end = latest == INT64_MAX ? DAYS - 1 : floor_to(latest, DAY) / DAY - FIRST_DAY;
	for (; last >= 0 && (a->days[last] == 0 || last > end); last--)
		chart->after += a->days[last];
	for (; first <= last && (chart->before + a->days[first] < a->total / 100 || a->days[first] == 0); first++)
		chart->before += a->days[first];
	*ret_first = first;
	*ret_last = last;
	return first <= last;
}

void
activity_chart(const struct activity *a, int64_t latest, struct chart *ret_chart)
{
	static const enum time_form forms[UNIT_COUNT] = { TIME_DAY, TIME_DAY, TIME_MONTH, TIME_MONTH, TIME_MONTH };
	int64_t first, last;
	*ret_chart = (struct chart){ 0 };
	if (!choose_days(a, latest, &first, &last, ret_chart))
		return;
	enum unit unit = UNIT_DAY;
	while (unit + 1 < UNIT_COUNT && unit_of(unit, last + FIRST_DAY) - unit_of(unit, first + FIRST_DAY) >= BUCKETS_MAX / 2)
		unit++;
	ret_chart->form = forms[unit];
	int64_t current = INT64_MIN;
	for (int64_t i = first; i <= last; i++) {
		int64_t number = unit_of(unit, i + FIRST_DAY);
		if (number != current && ret_chart->count < BUCKETS_MAX)
			ret_chart->starts[ret_chart->count++] = (i + FIRST_DAY) * DAY;
		current = number;
		ret_chart->moments[ret_chart->count - 1] += a->days[i];
	}
	ret_chart->starts[ret_chart->count] = (last + 1 + FIRST_DAY) * DAY;
}

void
activity_focus_chart(const struct activity *a, struct chart *ret_chart)
{
	*ret_chart = (struct chart){ .count = a->near_step > 0 ? a->near_count : 0, .form = a->near_step == DAY ? TIME_DAY : TIME_MINUTE };
	for (size_t i = 0; i <= ret_chart->count; i++)
		ret_chart->starts[i] = a->near_start + (int64_t)i * a->near_step;
	for (size_t i = 0; i < ret_chart->count; i++)
		ret_chart->moments[i] = a->near[i];
}

void
chart_mark(struct chart *chart, int severity, int64_t seconds)
{
	if (severity < TRIAGE_MEDIUM)
		return;
	for (size_t i = 0; i < chart->count; i++)
		if (seconds >= chart->starts[i] && seconds < chart->starts[i + 1])
			chart->marks[severity - TRIAGE_MEDIUM][i]++;
}
