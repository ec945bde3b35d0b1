/* log_time.c - the dates of text logs to nanoseconds. */
#include "triage/artefact/log_line.h"

#include "triage/base/when.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MINUTES_A_DAY = 24 * 60, YEAR_LEAST = 1970, YEAR_MOST = 2261, YEAR_NONE = 2000 };

const char *
log_precision(const struct log_time *t)
{
	static const char *const words[] = { "s", "ms", "ms", "ms", "us", "us", "us", "100ns", "ns", "ns" };
	return t->no_seconds ? "min" : words[t->digits > 9 ? 9 : t->digits];
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
log_digits(const char **p, unsigned least, unsigned most, unsigned *ret)
{
	const char *s = *p;
	unsigned n = 0, value = 0;
	for (; n < most && n < 9 && is_digit(*s); n++)
		value = value * 10 + (unsigned)(*s++ - '0');
	if (n < least || is_digit(*s))
		return false;
	*ret = value;
	*p = s;
	return true;
}

bool
log_month(const char **p, int *ret_month)
{
	static const char names[12][10] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
		"December" };
	for (int i = 0; i < 12; i++) {
		size_t whole = strlen(names[i]);
		size_t size = strncasecmp(*p, names[i], whole) == 0 ? whole : strncasecmp(*p, names[i], 3) == 0 ? 3 : 0;
		char next = size > 0 ? (*p)[size] : 'x';
		if (size == 0 || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'))
			continue;
		*p += size;
		*ret_month = i + 1;
		return true;
	}
	return false;
}

/* A fraction behind '.' or ',': any number of digits, nine of them kept. */
static uint32_t
fraction(const char **p, unsigned *ret_digits)
{
	const char *s = *p;
	uint32_t ns = 0;
	unsigned n = 0;
	*ret_digits = 0;
	if ((*s != '.' && *s != ',') || !is_digit(s[1]))
		return 0;
	for (s++; is_digit(*s); s++)
		if (n < 9) {
			ns = ns * 10 + (uint32_t)(*s - '0');
			n++;
		}
	*ret_digits = n;
	for (; n < 9; n++)
		ns *= 10;
	*p = s;
	return ns;
}

static bool
clock_parts(const char **p, struct log_time *t, uint32_t *ret_ns)
{
	const char *s = *p;
	unsigned hour, minute, second = 0;
	*ret_ns = 0;
	t->digits = 0;
	t->no_seconds = true;
	if (!log_digits(&s, 1, 2, &hour) || *s != ':' || (s++, !log_digits(&s, 2, 2, &minute)))
		return false;
	if (*s == ':' && is_digit(s[1])) {
		s++;
		if (!log_digits(&s, 2, 2, &second))
			return false;
		t->no_seconds = false;
		*ret_ns = fraction(&s, &t->digits);
	}
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	t->hour = (int)hour;
	t->minute = (int)minute;
	t->second = (int)second;
	*p = s;
	return true;
}

bool
log_clock(const char **p, struct log_time *t)
{
	uint32_t ns;
	return clock_parts(p, t, &ns);
}

bool
log_zone(const char **p, int *ret_minutes)
{
	const char *s = *p;
	unsigned hours, minutes = 0;
	if (*s == ' ')
		s++;
	bool word = strncmp(s, "UTC", 3) == 0 || strncmp(s, "GMT", 3) == 0;
	if (word || *s == 'Z') {
		s += word ? 3 : 1;
		if ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
			return false;
		*ret_minutes = 0;
		*p = s;
		return true;
	}
	bool west = *s == '-';
	if ((*s != '+' && *s != '-') || !is_digit(s[1]) || !is_digit(s[2]))
		return false;
	hours = (unsigned)(s[1] - '0') * 10 + (unsigned)(s[2] - '0');
	s += 3;
	const char *m = *s == ':' ? s + 1 : s;
	if (is_digit(m[0]) && is_digit(m[1])) {
		minutes = (unsigned)(m[0] - '0') * 10 + (unsigned)(m[1] - '0');
		s = m + 2;
	}
	if (hours > 15 || minutes > 59 || is_digit(*s))
		return false;
	*ret_minutes = west ? -(int)(hours * 60 + minutes) : (int)(hours * 60 + minutes);
	*p = s;
	return true;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool
log_time_make(struct log_time *t, uint32_t nanoseconds, int minutes)
{
	static const int before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	static const int length[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	t->ns = TRIAGE_TIME_NONE;
	if (t->year < YEAR_LEAST || t->year > YEAR_MOST || t->month < 1 || t->month > 12 || t->day < 1 ||
	    t->day > length[t->month - 1] + (t->month == 2 && is_leap(t->year)))
		return false;
	/* 24:00 is how some write midnight at the end of a day, 60 is a leap second */
	if (t->hour < 0 || t->minute < 0 || t->second < 0 || t->hour > 24 || t->minute > 59 || t->second > 60 || (t->hour == 24 && (t->minute > 0 || t->second > 0)))
		return false;
	int years = t->year - 1;
	int64_t days = (int64_t)years * 365 + years / 4 - years / 100 + years / 400 + before[t->month - 1] + (t->month > 2 && is_leap(t->year)) + t->day - 1;
	int64_t seconds = (days - 719162) * 86400 + t->hour * 3600 + t->minute * 60 + t->second - (int64_t)minutes * 60;
	/* the first day of 1970 is what a clock without a time says */
	if (seconds < 86400)
		return false;
	t->ns = when_from_unix(seconds, nanoseconds);
	return t->ns != TRIAGE_TIME_NONE;
}

void
log_set_year(struct log_time *t, int year)
{
	uint32_t ns = (uint32_t)(t->ns == TRIAGE_TIME_NONE ? 0 : (t->ns % 1000000000 + 1000000000) % 1000000000);
	t->year = year;
	if (!log_time_make(t, ns, 0) && t->month == 2 && t->day == 29) {
		/* 29 February in a year that has none: the first day after it */
		t->month = 3;
		t->day = 1;
		(void)log_time_make(t, ns, 0);
	}
}

/* " AM" or "pm" behind a time; hours of a half day are made whole. A longer word ("pmlogger") is none of the two. */
static bool
half_day(const char **p, struct log_time *t)
{
	const char *s = *p;
	while (*s == ' ')
		s++;
	bool pm = strncasecmp(s, "PM", 2) == 0;
	if ((!pm && strncasecmp(s, "AM", 2) != 0) || isalnum((unsigned char)s[2]) || s[2] == '_')
		return true;
	if (t->hour < 1 || t->hour > 12)
		return false;
	t->hour = t->hour % 12 + (pm ? 12 : 0);
	*p = s + 2;
	return true;
}

bool
log_time_iso(const char **p, struct log_time *t)
{
	const char *s = *p;
	unsigned year, month, day;
	uint32_t ns;
	int minutes = 0;
	struct log_time got = { 0 };
	if (!log_digits(&s, 4, 4, &year))
		return false;
	char mark = *s;
	if ((mark != '-' && mark != '/' && mark != '.') || (s++, !log_digits(&s, 1, 2, &month)) || *s != mark || (s++, !log_digits(&s, 1, 2, &day)))
		return false;
	if ((*s != 'T' && *s != ' ' && *s != '_' && *s != 't') || (s++, false))
		return false;
	while (*s == ' ')
		s++;
	if (!clock_parts(&s, &got, &ns))
		return false;
	got.year = (int)year;
	got.month = (int)month;
	got.day = (int)day;
	got.local = !log_zone(&s, &minutes);
	if (got.local)
		(void)half_day(&s, &got);
	if (!log_time_make(&got, ns, minutes))
		return false;
	*t = got;
	*p = s;
	return true;
}

static void
skip_weekday(const char **p)
{
	static const char names[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	for (int i = 0; i < 7; i++)
		if (strncmp(*p, names[i], 3) == 0 && ((*p)[3] == ' ' || ((*p)[3] == ',' && (*p)[4] == ' '))) {
			*p += (*p)[3] == ',' ? 5 : 4;
			break;
		}
}

static bool
blanks(const char **p)
{
	const char *s = *p;
	while (**p == ' ')
		++*p;
	return *p > s && *p - s < 4;
}

bool
log_time_named(const char **p, struct log_time *t)
{
	const char *s = *p;
	unsigned day, year = YEAR_NONE;
	uint32_t ns;
	struct log_time got = { 0 };
	skip_weekday(&s);
	if (!log_month(&s, &got.month) || !blanks(&s) || !log_digits(&s, 1, 2, &day) || (*s == ',' && (s++, false)) || !blanks(&s))
		return false;
	const char *y = s;
	bool has_year = log_digits(&y, 4, 4, &year) && (*y == ' ' || *y == ',') && (y += *y == ',', blanks(&y));
	if (has_year)
		s = y;
	/* a time of day with seconds: a list of files has such dates without */
	const char *time = s;
	if (!clock_parts(&s, &got, &ns) || s - time < 7)
		return false;
	got.year = has_year ? (int)year : YEAR_NONE;
	got.day = (int)day;
	got.no_year = !has_year;
	got.local = true;
	if (!log_time_make(&got, ns, 0))
		return false;
	*t = got;
	*p = s;
	return true;
}

bool
log_time_asctime(const char **p, struct log_time *t)
{
	const char *s = *p;
	unsigned day, year;
	uint32_t ns;
	struct log_time got = { .local = true };
	skip_weekday(&s);
	if (!log_month(&s, &got.month) || !blanks(&s) || !log_digits(&s, 1, 2, &day) || !blanks(&s) || !clock_parts(&s, &got, &ns) || !blanks(&s))
		return false;
	const char *z = s;
	while (*z >= 'A' && *z <= 'Z')
		z++;
	if (z > s && z - s <= 5 && *z == ' ') {
		got.local = !(z - s == 3 && (memcmp(s, "UTC", 3) == 0 || memcmp(s, "GMT", 3) == 0));
		s = z + 1;
	}
	if (!log_digits(&s, 4, 4, &year))
		return false;
	got.year = (int)year;
	got.day = (int)day;
	if (!log_time_make(&got, ns, 0))
		return false;
	*t = got;
	*p = s;
	return true;
}

bool
log_time_clf(const char **p, struct log_time *t)
{
	const char *s = *p;
	unsigned day, year;
	uint32_t ns;
	int minutes = 0;
	struct log_time got = { 0 };
	if (!log_digits(&s, 1, 2, &day))
		return false;
	char mark = *s;
	if ((mark != '/' && mark != '-') || (s++, !log_month(&s, &got.month)) || *s != mark || (s++, !log_digits(&s, 4, 4, &year)))
		return false;
	if ((*s != ':' && *s != ' ') || (s++, !clock_parts(&s, &got, &ns)))
		return false;
	got.year = (int)year;
	got.day = (int)day;
	got.local = !log_zone(&s, &minutes);
	if (!log_time_make(&got, ns, minutes))
		return false;
	*t = got;
	*p = s;
	return true;
}

bool
log_time_order(const char **p, const char *order, struct log_time *t)
{
	const char *s = *p;
	unsigned first, second, year;
	uint32_t ns;
	struct log_time got = { .local = true };
	if (!log_digits(&s, 1, 2, &first))
		return false;
	char mark = *s;
	if ((mark != '/' && mark != '-' && mark != '.') || (s++, !log_digits(&s, 1, 2, &second)) || *s != mark || (s++, !log_digits(&s, 2, 4, &year)))
		return false;
	if (*s == ',' || *s == 'T')
		s++;
	while (*s == ' ' || *s == '\t')
		s++;
	if (!clock_parts(&s, &got, &ns) || !half_day(&s, &got))
		return false;
	bool month_first = order[0] == 'm';
	got.year = (int)(year < 70 ? year + 2000 : year < 100 ? year + 1900 : year);
	got.month = (int)(month_first ? first : second);
	got.day = (int)(month_first ? second : first);
	if (!log_time_make(&got, ns, 0))
		return false;
	*t = got;
	*p = s;
	return true;
}
