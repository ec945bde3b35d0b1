/* timeline_row.h - one row of the timeline in the terms of Timesketch, for the exporters that write it. */
#ifndef TRIAGE_REPORT_TIMELINE_ROW_H
#define TRIAGE_REPORT_TIMELINE_ROW_H

#include "triage/report/report.h"

#include <stdbool.h>

/* Texts that are computed; the others are columns of the cursor. */
struct timeline_row {
	int64_t ns, microseconds;	/* cut downwards, so that datetime and timestamp say the same */
	char datetime[40];		/* ISO 8601, six digits, +00:00 */
	const char *source_short;	/* plaso's short name of a source */
	const char *data_type;
};

/* False for a row that is no event: without time, or the zero of a clock. */
bool timeline_row_of(struct case_cursor *c, struct timeline_row *ret_row);

#endif
