#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define FILETIME_UNIX UINT64_C(116444736000000000)	/* 1970-01-01 in 100 ns since 1601 */
#define MAX_SECONDS INT64_C(9223372036)			/* 2262-04-11T23:47:16, with at most 854,775,807 ns */
#define MIN_SECONDS INT64_C(-9223372036)
#define FILETIME_SPAN UINT64_C(92233720368547758)	/* 100 ns that fit on either side of 1970 */

bool
when_filetime_fits(uint64_t filetime)
{
	/* 1601 to 1677 and beyond 2262 do not fit */
	return filetime >= FILETIME_UNIX - FILETIME_SPAN && filetime <= FILETIME_UNIX + FILETIME_SPAN;
}

int64_t
when_from_filetime(uint64_t filetime)
{
	if (filetime == 0 || !when_filetime_fits(filetime))
		return TRIAGE_TIME_NONE;
	return ((int64_t)filetime - (int64_t)FILETIME_UNIX) * 100;
}

bool
when_unix_fits(int64_t seconds)
{
	return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS;
}

int64_t
when_from_unix(int64_t seconds, uint32_t nanoseconds)
{
	if (!when_unix_fits(seconds))
		return TRIAGE_TIME_NONE;
	int64_t fraction = (int64_t)(nanoseconds < NS_PER_SECOND ? nanoseconds : 0), ns;
	return __builtin_add_overflow(seconds * NS_PER_SECOND, fraction, &ns) ? TRIAGE_TIME_NONE : ns;
}

/* Days since 1970-01-01 of a proleptic Gregorian date. month 1..12, day 1..31. */
static int64_t
days_from_civil(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	unsigned yoe = (unsigned)(year - era * 400);
	unsigned doy = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

static void
civil_from_days(int64_t days, int *year, unsigned *month, unsigned *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int)((int64_t)yoe + era * 400 + (*month <= 2));
}

int64_t
when_from_dos(uint16_t date, uint16_t time, uint8_t tenths)
{
	unsigned day = date & 31, month = date >> 5 & 15, hour = time >> 11, minute = time >> 5 & 63, second = (time & 31u) * 2;
	if (date == 0 || day == 0 || month == 0 || month > 12 || hour > 23 || minute > 59 || second > 59)
		return TRIAGE_TIME_NONE;
	int64_t seconds = days_from_civil(1980 + (date >> 9), month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return seconds * NS_PER_SECOND + (tenths < 200 ? tenths * INT64_C(10000000) : 0);
}

char *
when_text(int64_t ns, unsigned digits, const char *suffix, char *out)
{
	out[0] = '\0';
	if (ns == TRIAGE_TIME_NONE)
		return out;
	int64_t seconds = ns / NS_PER_SECOND, fraction = ns % NS_PER_SECOND;
	if (fraction < 0) {
		fraction += NS_PER_SECOND;
		seconds--;
	}
	int64_t days = seconds / 86400, rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	int year;
	unsigned month, day;
	civil_from_days(days, &year, &month, &day);
	int n = snprintf(out, WHEN_TEXT_SIZE, "%04d-%02u-%02uT%02d:%02d:%02d", year, month, day,
	    (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
	if (digits > 0 && digits <= 9) {
		char text[10];
		snprintf(text, sizeof(text), "%09d", (int)fraction);
		n += snprintf(out + n, (size_t)(WHEN_TEXT_SIZE - n), ".%.*s", (int)digits, text);
	}
	snprintf(out + n, (size_t)(WHEN_TEXT_SIZE - n), "%s", suffix);
	return out;
}

/* Exactly count digits; advances *p. */
static bool
take_number(const char **p, unsigned count, unsigned *ret_value)
{
	unsigned value = 0;
	for (unsigned i = 0; i < count; i++) {
		if ((*p)[i] < '0' || (*p)[i] > '9')
			return false;
		value = value * 10 + (unsigned)((*p)[i] - '0');
	}
	*p += count;
	*ret_value = value;
	return true;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* [Z | +hh:mm | -hh:mm | +hhmm]: seconds east of UTC. */
static bool
take_zone(const char **p, int64_t *ret_seconds)
{
	*ret_seconds = 0;
	if (take_char(p, 'Z') || **p == '\0')
		return true;
	int sign = **p == '+' ? 1 : **p == '-' ? -1 : 0;
	if (sign == 0)
		return false;
	(*p)++;
	unsigned hours, minutes;
	if (!take_number(p, 2, &hours))
		return false;
	take_char(p, ':');
	if (!take_number(p, 2, &minutes) || hours > 18 || minutes > 59)
		return false;
	*ret_seconds = sign * (int64_t)(hours * 3600 + minutes * 60);
	return true;
}

bool
when_parse(const char *text, int64_t *ret_ns)
{
	const char *p = text;
	unsigned year, month, day, hour = 0, minute = 0, second = 0;
	int64_t fraction = 0, zone = 0;
	if (!take_number(&p, 4, &year) || !take_char(&p, '-') || !take_number(&p, 2, &month) || !take_char(&p, '-') ||
	    !take_number(&p, 2, &day) || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (*p == 'T' || *p == ' ') {
		p++;
		if (!take_number(&p, 2, &hour) || !take_char(&p, ':') || !take_number(&p, 2, &minute))
			return false;
		if (take_char(&p, ':') && !take_number(&p, 2, &second))
			return false;
		if (take_char(&p, '.')) {
			int64_t unit = NS_PER_SECOND / 10;
			if (*p < '0' || *p > '9')
				return false;
			for (; *p >= '0' && *p <= '9'; p++, unit /= 10)
				fraction += (*p - '0') * unit;
		}
		if (hour > 24 || minute > 59 || second > 60 || !take_zone(&p, &zone))
			return false;
	}
	int64_t seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
	if (*p != '\0' || !when_unix_fits(seconds))
		return false;
	return !__builtin_add_overflow(seconds * NS_PER_SECOND, fraction, ret_ns);
}

bool
when_is_fixed(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	return epoch != NULL && epoch[0] >= '0' && epoch[0] <= '9';
}

int64_t
when_now(void)
{
	if (when_is_fixed())
		return when_from_unix((int64_t)strtoll(getenv("SOURCE_DATE_EPOCH"), NULL, 10), 0);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return when_from_unix((int64_t)now.tv_sec, (uint32_t)now.tv_nsec);
}
