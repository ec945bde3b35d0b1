/*
 * log_year.h - logs whose dates have no year ("Mar 11 22:55:30"): the year is worked out from when the file was last written.
 *
 * A log goes forward. Where the date steps back by more than a month a year has ended; so the lines from first to last say how many
 * years the file spans, and its last line belongs to the year in which the file was last written, or that its name tells ("messages-20231114"). The stream is kept
 * until its end for that, up to 32 MiB: of a longer one the first 32 MiB decide. A 29 February moves all to the last leap year that fits.
 */
#ifndef TRIAGE_ARTEFACT_LOG_YEAR_H
#define TRIAGE_ARTEFACT_LOG_YEAR_H

#include "triage/artefact/log_line.h"

struct log_years {
	struct log_lines lines;
	struct buf kept;
	uint64_t at;			/* offset of kept's first byte */
	bool decided, begun;
	int year;			/* of the line that was read last; 0: not known */
	int last_day;			/* of its month and day, as a day of the year; 0: none was read yet */
};

/* As log_lines_step(). date reads the date at the front of a line, false when it has none. */
WARN_UNUSED enum triage_status log_years_step(struct artefact *a, struct log_years *y, struct view bytes, uint64_t at, bool last, size_t *ret_used,
    bool (*date)(const char *line, struct log_time *t), log_line_take *take, void *state, struct triage_error *err);
void log_years_release(struct log_years *y);
/* For each line in turn: a date without a year gets one. False when none is known: then t->ns is TRIAGE_TIME_NONE. */
bool log_years_date(struct log_years *y, struct log_time *t);

#endif
