/* browser_clock.c - the clocks in SQLite tables of browsers and systems: microseconds since 1601, since 1970, seconds since 2001, text. */
#include "triage/artefact/browser_row.h"

#include "triage/base/when.h"

#include <math.h>
#include <stdio.h>

static int64_t
from_micro(sqlite3_int64 us, int64_t epoch)
{
	int64_t seconds = us / 1000000 - (us % 1000000 < 0), rest = us - 1000000 * seconds;
	return when_from_unix(seconds - epoch, (uint32_t)rest * 1000);
}

/* Seconds with a fraction, to the nearest microsecond. */
static int64_t
from_double(double seconds, int64_t epoch)
{
	double whole = floor(seconds);
	if (!(whole > -1e10 && whole < 1e11))
		return TRIAGE_TIME_NONE;
	int64_t us = (int64_t)round((seconds - whole) * 1e6);
	return when_from_unix((int64_t)whole + epoch + us / 1000000, (uint32_t)(us % 1000000) * 1000);
}

static int64_t
from_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	int64_t ns;
	return text != NULL && when_parse(text, &ns) ? ns : TRIAGE_TIME_NONE;
}

static int64_t
from_two(sqlite3_stmt *stmt, int column)
{
	char text[48];
	const char *day = (const char *)sqlite3_column_text(stmt, column);
	const char *clock = column + 1 < sqlite3_column_count(stmt) ? (const char *)sqlite3_column_text(stmt, column + 1) : NULL;
	int64_t ns;
	if (day == NULL || clock == NULL)
		return TRIAGE_TIME_NONE;
	snprintf(text, sizeof(text), "%.20s %.20s", day, clock);
	return when_parse(text, &ns) ? ns : TRIAGE_TIME_NONE;
}

int64_t
row_clock(sqlite3_stmt *stmt, int column, unsigned clock, const char **ret_precision)
{
	static const int64_t to_1970 = INT64_C(11644473600), mac = 978307200;
	sqlite3_int64 n = sqlite3_column_int64(stmt, column);
	*ret_precision = "us";
	if (sqlite3_column_type(stmt, column) == SQLITE_NULL || (n <= 0 && clock != CLOCK_TEXT && clock != CLOCK_TWO_TEXTS))
		return TRIAGE_TIME_NONE;
	switch ((enum sql_clock)clock) {
	case CLOCK_CHROME:
		if (n > INT64_C(100000000000))
			return from_micro(n, to_1970);
		*ret_precision = "s";
		return when_from_unix(n, 0);
	case CLOCK_WEBKIT:
		return from_micro(n, to_1970);
	case CLOCK_FIREFOX:
		if (n > INT64_C(100000000000000))
			return from_micro(n, 0);
		if (n > INT64_C(100000000000)) {
			*ret_precision = "ms";
			return from_micro(n * 1000, 0);
		}
		*ret_precision = "s";
		return when_from_unix(n, 0);
	case CLOCK_SECONDS:
		*ret_precision = "s";
		return when_from_unix(n, 0);
	case CLOCK_MAC:
		return from_double(sqlite3_column_double(stmt, column), mac);
	case CLOCK_FILETIME:
		*ret_precision = "100ns";
		return when_from_filetime((uint64_t)n);
	case CLOCK_TEXT:
		*ret_precision = "s";
		return from_text(stmt, column);
	case CLOCK_TWO_TEXTS:
		*ret_precision = "s";
		return from_two(stmt, column);
	case CLOCK_NONE:
		break;
	}
	return TRIAGE_TIME_NONE;
}
