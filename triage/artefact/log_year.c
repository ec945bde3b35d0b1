/* log_year.c - the year of dates that have none. */
#include "triage/artefact/log_year.h"

#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

enum { SNIFF = ARTEFACT_HEAD, KEEP_MAX = 32 << 20, DATE_MAX = 64, BACK_DAYS = 31, LEAP_DAY = 60, LEAP_STEPS = 8 };

void
log_years_release(struct log_years *y)
{
	log_lines_release(&y->lines);
	buf_release(&y->kept);
}

/* In a leap year, so that 29 February has its place. */
static int
day_of_year(const struct log_time *t)
{
	static const int before[12] = { 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335 };
	return before[t->month - 1] + t->day;
}

struct span {
	int first, last;		/* days of the year, 0 when there is none */
	int years;			/* how often a year ended */
	int leap;			/* years ended before the first 29 February, -1 when there is none */
	bool dated;			/* a line with a year was seen first */
};

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* All dates in bytes, front to back. */
static struct span
look(struct view bytes, bool (*date)(const char *line, struct log_time *t))
{
	struct span s = { .leap = -1 };
	for (size_t at = 0; at < bytes.size;) {
		char front[DATE_MAX + 1];
		const uint8_t *line = bytes.data + at, *end = memchr(line, '\n', bytes.size - at);
		size_t size = end != NULL ? (size_t)(end - line) : bytes.size - at, n = size < DATE_MAX ? size : DATE_MAX;
		struct log_time t;
		memcpy(front, line, n);
		front[n] = '\0';
		at += size + 1;
		if (!date(front, &t) || !t.no_year)
			continue;
		int day = day_of_year(&t);
		s.years += s.last > 0 && day < s.last - BACK_DAYS;
		if (day == LEAP_DAY && s.leap < 0)
			s.leap = s.years;
		s.first = s.first > 0 ? s.first : day;
		s.last = day;
	}
	return s;
}

static bool
date_of(int64_t ns, struct log_time *t)
{
	char text[WHEN_TEXT_SIZE];
	const char *p = text;
	return ns != TRIAGE_TIME_NONE && log_time_iso((when_text(ns, 0, "Z", text), &p), t);
}

/* "auth.log-20231114": the day on which the log was set aside, which outlives copies that lose the file's times. */
static bool
date_of_name(const char *name, struct log_time *t)
{
	for (const char *p = name; *p != '\0'; p++) {
		size_t n = strspn(p, "0123456789");
		if (n != 8) {
			p += n > 0 ? n - 1 : 0;
			continue;
		}
		unsigned day = (unsigned)strtoul(p, NULL, 10);
		*t = (struct log_time){ .year = (int)(day / 10000), .month = (int)(day / 100 % 100), .day = (int)(day % 100) };
		if (day < 100000000 && log_time_make(t, 0, 0))
			return true;
		p += 7;
	}
	return false;
}

/* The year of the first line. */
static void
decide(struct artefact *a, struct log_years *y, struct span s)
{
	const struct artefact_subject *who = artefact_who(a);
	struct log_time written;
	y->decided = true;
	if (s.first == 0 || (!date_of_name(who->name, &written) && !date_of(who->mtime, &written) && !date_of(who->btime, &written)))
		return;
	/* the machine's clock may be a day away from UTC */
	int year = written.year - (s.last > day_of_year(&written) + 1) - s.years;
	for (int i = 0; i < LEAP_STEPS && s.leap >= 0 && !is_leap(year + s.leap); i++)
		year--;
	y->year = year;
	y->last_day = s.first;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a log");
	return TRIAGE_E_MEMORY;
}

/* Keep bytes until enough is known. Returns how many were kept. */
static size_t
keep(struct artefact *a, struct log_years *y, struct view bytes, bool last, bool (*date)(const char *line, struct log_time *t))
{
	size_t done = 0;
	while (!y->decided) {
		size_t most = y->kept.size < SNIFF ? SNIFF : KEEP_MAX, n = bytes.size - done < most - y->kept.size ? bytes.size - done : most - y->kept.size;
		buf_put(&y->kept, bytes.data + done, n);
		done += n;
		bool all = last && done == bytes.size;
		struct view kept = { (const uint8_t *)buf_cstr(&y->kept), y->kept.size };
		if (y->kept.failed || (y->kept.size < most && !all))
			break;
		/* a log in which the first 64 KiB have years is not kept any longer */
		if (all || y->kept.size == KEEP_MAX || look(kept, date).first == 0)
			decide(a, y, look(kept, date));
		else if (n == 0)
			break;
	}
	return done;
}

enum triage_status
log_years_step(struct artefact *a, struct log_years *y, struct view bytes, uint64_t at, bool last, size_t *ret_used,
    bool (*date)(const char *line, struct log_time *t), log_line_take *take, void *state, struct triage_error *err)
{
	size_t used = 0, done = 0;
	if (!y->begun) {
		buf_init(&y->kept, (size_t)KEEP_MAX + ARTEFACT_CARRY_MAX);
		y->at = at;
		y->begun = true;
	}
	if (!y->decided)
		done = keep(a, y, bytes, last, date);
	while (y->decided && !y->kept.failed) {
		size_t n = bytes.size - done < ARTEFACT_CARRY_MAX / 2 ? bytes.size - done : ARTEFACT_CARRY_MAX / 2;
		buf_put(&y->kept, bytes.data + done, n);
		if (y->kept.failed)
			break;
		done += n;
		bool end = last && done == bytes.size;
		enum triage_status st = log_lines_step(a, &y->lines, (struct view){ (const uint8_t *)buf_cstr(&y->kept), y->kept.size }, y->at, end, &used, take,
		    state, err);
		if (st != TRIAGE_OK)
			return st;
		size_t left = y->kept.size - used;
		if (used > 0 && left > 0)
			memmove(y->kept.data, y->kept.data + used, left);
		y->kept.size = left;
		y->at += used;
		if (done == bytes.size)
			break;
	}
	*ret_used = done;
	return y->kept.failed ? no_memory(err) : TRIAGE_OK;
}

bool
log_years_date(struct log_years *y, struct log_time *t)
{
	int day = day_of_year(t);
	if (!t->no_year) {
		y->year = t->year;
		y->last_day = day;
		return true;
	}
	if (y->year == 0) {
		t->ns = TRIAGE_TIME_NONE;
		return false;
	}
	y->year += y->last_day > 0 && day < y->last_day - BACK_DAYS;
	y->last_day = day;
	log_set_year(t, y->year);
	return t->ns != TRIAGE_TIME_NONE;
}
