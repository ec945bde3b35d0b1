/* timeline_row.h - one row of the timeline in the terms of Timesketch, for the exporters that write it. */
#ifndef TRIAGE_REPORT_TIMELINE_ROW_H
#define TRIAGE_REPORT_TIMELINE_ROW_H

#include "triage/report/report.h"

#include <stdbool.h>

/* A text of the row. */
struct timeline_cell {
	const char *text;		/* "" for NULL */
	size_t size;
	bool plain;			/* all of it is printable ASCII other than a double quote */
	bool slash;			/* plain, with backslashes in it */
};

/* Columns of the cursor that are texts. */
enum timeline_text { TEXT_MESSAGE, TEXT_MEANING, TEXT_PARSER, TEXT_HOST, TEXT_USER, TEXT_PATH, TEXT_SHA256, TEXT_TECHNIQUE, TEXT_SOURCE, TEXT_PRECISION, TEXT_DATA, TEXT_COUNT };

/* Texts that are computed, and columns. */
struct timeline_row {
	int64_t from, to;		/* rows outside are left out */
	int64_t microseconds;		/* cut downwards, so that datetime and timestamp say the same */
	char datetime[40];		/* ISO 8601, six digits, +00:00 */
	int64_t day;			/* that datetime begins with, as days since 1970; rows come in the order of time */
	const char *source_short;	/* plaso's short name of a source */
	const char *data_type;
	/* by timeline_cells() alone */
	struct timeline_cell cells[TEXT_COUNT];
	bool technique;			/* it is not NULL */
	char timestamp[24], inode[24], file_id[24];	/* digits, not ended by NUL */
	size_t timestamp_size, inode_size, file_id_size;	/* 0: NULL */
	size_t all;			/* bytes of all cells */
	bool plain;			/* each cell but data is */
};

struct timeline_row timeline_row_begin(const struct report_options *options);	/* before the first row */
/* row: kept from row to row. False for a row that is no event (without time, or the zero of a clock) or not asked for. */
bool timeline_row_of(struct case_cursor *c, struct timeline_row *row);
void timeline_measure(struct timeline_row *row);	/* what the cells are like, from their texts and sizes; timeline_cells() does it */
/* The columns, once for all that write the row; they live until the next row. */
void timeline_cells(struct case_cursor *c, struct timeline_row *row);

/* The row as it stands in either file. */
void timeline_csv_row(struct buf *b, const struct timeline_row *row);
void timeline_jsonl_row(struct buf *b, const struct timeline_row *row);
extern const struct exporter timeline_jsonl_exporter;

#endif
