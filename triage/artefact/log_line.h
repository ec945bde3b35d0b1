/*
 * log_line.h - text logs: the lines of a stream in steps, and the dates that people write into them.
 *
 * A row with step keeps a struct log_lines in its state and hands every piece to log_lines_step(), which calls back once for each
 * line. Lines are UTF-8 (a mark at the front is passed over) or UTF-16LE with its mark; they are ended by LF or CR LF. Bytes of NUL, as a
 * power cut leaves them, are passed over at the front of a line and are spaces inside it. What is longer than LOG_LINE_MAX bytes
 * is cut there, with a remark. The result does not depend on how the stream was cut.
 */
#ifndef TRIAGE_ARTEFACT_LOG_LINE_H
#define TRIAGE_ARTEFACT_LOG_LINE_H

#include "triage/artefact/artefact.h"

enum { LOG_LINE_MAX = 64 << 10, LOG_HEAD_LINES = 200 };

struct log_line {
	char *text;			/* ended by NUL, without its line end; the callback may write into it; until the callback returns */
	size_t size;
	uint64_t offset, number;	/* of its first byte in the stream; number counts from 1 */
	bool cut;			/* longer than LOG_LINE_MAX */
	bool ended;			/* a line end follows; false only for the last */
};

struct log_lines {
	struct buf text;
	uint64_t number;
	bool begun, wide, skipping;
};

typedef enum triage_status log_line_take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err);

/* lines: zero at first. state goes to take. Errors: E_MEMORY, or what take returned. */
WARN_UNUSED enum triage_status log_lines_step(struct artefact *a, struct log_lines *lines, struct view bytes, uint64_t at, bool last, size_t *ret_used,
    log_line_take *take, void *state, struct triage_error *err);
void log_lines_release(struct log_lines *lines);
/* For a row's release: of a state that begins with a struct log_lines and has nothing else on the heap. */
void log_lines_release_state(void *state);

/*
 * For claims: the n-th line of a head (from 0), copied into out (size bytes, cut to fit, UTF-16LE with its mark too). False when
 * there are fewer lines. A last line without line end counts. O(head) a call: meant for the first few lines.
 */
bool log_head_line(struct view head, size_t n, char *out, size_t size);
/*
 * How many of the first `most` non-empty lines of a head does a shape accept? ret_looked: how many there were. A line that the head cuts
 * is not looked at, unless it is the only one. Nothing is accepted in a head with control characters that no log has. most: up to LOG_HEAD_LINES.
 */
size_t log_head_count(struct view head, size_t most, bool (*shape)(const char *line), size_t *ret_looked);

/*
 * Many rows ask about one head: between these two calls its lines are taken apart once for all of them. The bytes must stay as they are.
 * One head at a time in a process, which is what artefact_claim() needs.
 */
void log_head_keep(struct view head);
void log_head_drop(void);

/* --- dates --- */

struct log_time {
	int64_t ns;			/* since 1970; as if UTC when local. TRIAGE_TIME_NONE when there is no such day or time */
	bool local;			/* it names no zone */
	bool no_year;			/* the year was not written: ns counts in year 2000 (a leap year) */
	bool no_seconds;		/* the clock was written without seconds */
	unsigned digits;		/* of its fraction, 0..9 */
	int year, month, day, hour, minute, second;
};

/* The word for precision: "min", "s", "ms", "us", "100ns", "ns" by the seconds and the digits of the fraction. */
const char *log_precision(const struct log_time *t);
/* The year of a date without one. */
void log_set_year(struct log_time *t, int year);

/*
 * Each reads one form at *p, and moves *p behind it; false leaves *p where it was. Days and times are checked: 31 February is false.
 *
 * iso:     2020-05-31T00:00:45.698463+02:00, a blank or '_' for the T, '/' or '.' for '-', ',' for '.', zone as Z, +02:00, +0200, +02, " +0200", " UTC"
 *          or none (local); seconds may be missing; without a zone AM and PM may follow (English of Canada and South Africa)
 * named:   Jan 22 07:52:33, Jan  2 2020 07:52:33.123; the day's name may stand in front ("Wed Jan 22 ...")
 * asctime: Wed Oct 11 14:32:52.123456 2000, also with a zone name before the year, which is not read as a zone unless it is UTC or GMT
 * clf:     10/Oct/2000:13:55:36 -0700, a blank for the first ':' too, '-' for '/'
 * order:   10/11/2000 13:55:36 AM with the parts in the order given: "mdy" or "dmy"; separators / - . ; a comma or blanks before the
 *          time; AM and PM; two-digit years are 1970 to 2069
 */
bool log_time_iso(const char **p, struct log_time *t);
bool log_time_named(const char **p, struct log_time *t);
bool log_time_asctime(const char **p, struct log_time *t);
bool log_time_clf(const char **p, struct log_time *t);
bool log_time_order(const char **p, const char *order, struct log_time *t);

/* Parts, for forms of one's own. */
bool log_digits(const char **p, unsigned least, unsigned most, unsigned *ret);	/* a number of so many digits, and no digit behind it */
bool log_month(const char **p, int *ret_month);					/* Jan, January, jan: 1..12 */
bool log_clock(const char **p, struct log_time *t);				/* 07:52, 07:52:33, 7:52:33.123 */
bool log_zone(const char **p, int *ret_minutes);				/* Z, UTC, GMT, +02:00, +0200, +02, with one blank before it or none */
/* From the parts in t; sets ns. minutes: of the zone. False when there is no such day or time. */
bool log_time_make(struct log_time *t, uint32_t nanoseconds, int minutes);

#endif
