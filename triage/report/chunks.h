/*
 * chunks.h - every row of the timeline and every file, for the page: in the page itself while they are few, else in data/report/, a script a piece.
 *
 * A page from a stick may load no data but scripts. So each piece beside the page is a script that says triageChunk("t12", "..."), put there by the page's
 * own script when it is wanted; chunk_set.h has what stands in the pieces. What they hold does not depend on language, zone or window.
 */
#ifndef TRIAGE_REPORT_CHUNKS_H
#define TRIAGE_REPORT_CHUNKS_H

#include "triage/report/report.h"

#include "triage/base/buf.h"

#define CHUNKS_FOLDER "report"		/* in data/, beside report.html */

enum { CHUNKS_ROWS_INSIDE = 20000 };	/* of timeline and files together, that a page holds itself */

/* There are more rows than the page itself should hold. */
bool chunks_beside(struct case_reader *c);
/* Into the page, as data that no script runs: <script type="application/json" id="chunk-t0">. */
WARN_UNUSED enum triage_status chunks_inside(struct case_reader *c, struct output *out, struct triage_error *err);
/* Into a new folder. Errors: E_IO (it is there already ...). */
WARN_UNUSED enum triage_status chunks_folder(struct case_reader *c, const char *folder, struct triage_error *err);

/* Append text as a string literal that is sound in JSON, in a script and inside an HTML script element. */
void chunk_literal(struct buf *out, const char *text, size_t size);

#endif
