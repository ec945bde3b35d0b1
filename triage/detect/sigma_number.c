/* sigma_number.c - numbers and moments that Sigma rules compare. */
#include "triage/detect/sigma_inside.h"

#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

bool
sigma_number_of(const char *text, double *ret_number)
{
	char *end;
	bool digit = text[0] >= '0' && text[0] <= '9', sign = (text[0] == '-' || text[0] == '+') && text[1] >= '0' && text[1] <= '9';
	if ((!digit && !sign) || strlen(text) > 40)
		return false;
	*ret_number = strtod(text, &end);	/* 0x numbers too */
	return *end == '\0';
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970-01-01 to a date of the Gregorian calendar; years from 1 March make leap days the last of a year. */
static void
date_of(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	int64_t z = days + 719468, era = floor_div(z, 146097);
	unsigned of_era = (unsigned)(z - era * 146097);
	unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
	*ret_day = of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = (int64_t)year + era * 400 + (*ret_month <= 2);
}

/* ISO 8601: the week belongs to the year that its Thursday lies in. */
static unsigned
week_of(int64_t days)
{
	static const unsigned before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t weekday = days + 3 - floor_div(days + 3, 7) * 7, year;	/* Monday 0; 1970-01-01 was a Thursday */
	unsigned month, day;
	date_of(days - weekday + 3, &year, &month, &day);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return (before[month - 1] + day - 1 + (month > 2 && leap)) / 7 + 1;
}

bool
sigma_time_of(const char *text, enum sigma_time part, double *ret_number)
{
	int64_t ns, year;
	unsigned month, day;
	char copy[48];
	size_t size = strlen(text);
	if (size < 10 || size >= sizeof(copy))
		return false;
	memcpy(copy, text, size + 1);
	if (copy[10] == ' ')
		copy[10] = 'T';
	if (!when_parse(copy, &ns))
		return false;
	int64_t seconds = floor_div(ns, SECOND), days = floor_div(seconds, 86400), of_day = seconds - days * 86400;
	date_of(days, &year, &month, &day);
	switch (part) {
	case SIGMA_NUMBER: return false;
	case SIGMA_MINUTE: *ret_number = (double)(of_day / 60 % 60); break;
	case SIGMA_HOUR: *ret_number = (double)(of_day / 3600); break;
	case SIGMA_DAY: *ret_number = day; break;
	case SIGMA_WEEK: *ret_number = week_of(days); break;
	case SIGMA_MONTH: *ret_number = month; break;
	case SIGMA_YEAR: *ret_number = (double)year; break;
	}
	return true;
}

bool
sigma_compare(enum sigma_compare compare, double a, double b)
{
	switch (compare) {
	case SIGMA_LT: return a < b;
	case SIGMA_LTE: return a <= b;
	case SIGMA_GT: return a > b;
	case SIGMA_GTE: return a >= b;
	case SIGMA_EQ: return a >= b && a <= b;
	case SIGMA_NEQ: return a < b || a > b;
	}
	return false;
}
