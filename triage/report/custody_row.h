/* custody_row.h - a row of the custody view as its canonical line. */
#ifndef TRIAGE_REPORT_CUSTODY_ROW_H
#define TRIAGE_REPORT_CUSTODY_ROW_H

#include "triage/base/buf.h"
#include "triage/case/custody.h"
#include "triage/report/report.h"

/* Append the line of the cursor's row, with its line end. */
void custody_row_line(struct buf *out, struct case_cursor *c);

#endif
