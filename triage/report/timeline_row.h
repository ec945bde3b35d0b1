/* timeline_row.h - one row of the timeline in the terms of Timesketch, for the exporters that write it. */
#ifndef TRIAGE_REPORT_TIMELINE_ROW_H
#define TRIAGE_REPORT_TIMELINE_ROW_H

#include "triage/report/report.h"

#include <stdbool.h>

/* Texts that are computed; the others are columns of the cursor. */
struct timeline_row {
	int64_t from, to;		/* rows outside are left out */
	int64_t microseconds;		/* cut downwards, so that datetime and timestamp say the same */
	char datetime[40];		/* ISO 8601, six digits, +00:00 */
	int64_t day;			/* that datetime begins with, as days since 1970; rows come in the order of time */
	const char *source_short;	/* plaso's short name of a source */
	const char *data_type;
};

struct timeline_row timeline_row_begin(const struct report_options *options);	/* before the first row */
/* row: kept from row to row. False for a row that is no event (without time, or the zero of a clock) or not asked for. */
bool timeline_row_of(struct case_cursor *c, struct timeline_row *row);

#endif
