/*
 * when.h - times of many formats to signed nanoseconds since 1970-01-01 UTC.
 *
 * A time that is zero in its format, or that does not fit (before 1677-09-21, after 2262-04-11), is
 * TRIAGE_TIME_NONE; when_*_fits() tells the second from the first, so that the raw value can be reported.
 */
#ifndef TRIAGE_BASE_WHEN_H
#define TRIAGE_BASE_WHEN_H

#include <triage/record.h>

#include <stdbool.h>

/* 100 ns since 1601-01-01 UTC. Zero is "no time". */
int64_t when_from_filetime(uint64_t filetime);
bool when_filetime_fits(uint64_t filetime);
/* Seconds and nanoseconds since 1970; nanoseconds 0..999,999,999. */
int64_t when_from_unix(int64_t seconds, uint32_t nanoseconds);
bool when_unix_fits(int64_t seconds);
/* FAT date and time words; tenths: the creation field in 10 ms units. The zone is not known: taken as UTC. 0 date is no time. */
int64_t when_from_dos(uint16_t date, uint16_t time, uint8_t tenths);

enum { WHEN_TEXT_SIZE = 40 };
/*
 * ISO 8601 in UTC. digits: fraction digits 0, 3, 6 or 9 (cut, not rounded). suffix: "Z" or "+00:00".
 * TRIAGE_TIME_NONE gives "". out has WHEN_TEXT_SIZE bytes. Returns out.
 */
char *when_text(int64_t ns, unsigned digits, const char *suffix, char *out);
/* "2022-12-06T01:14:09Z", "2022-12-06 01:14", "2022-12-06", fractions and +hh:mm too. False when it is none of these. */
bool when_parse(const char *text, int64_t *ret_ns);

/* Nanoseconds from one moment to a later one. Times of evidence may lie centuries apart: what does not fit is the most that does. */
static inline int64_t
when_since(int64_t earlier, int64_t later)
{
	int64_t ns;
	return !__builtin_sub_overflow(later, earlier, &ns) ? ns : later > earlier ? INT64_MAX : INT64_MIN;
}

/* The run's clock: SOURCE_DATE_EPOCH when set (then always that moment), else CLOCK_REALTIME. */
int64_t when_now(void);
bool when_is_fixed(void);	/* SOURCE_DATE_EPOCH is in force */

#endif
