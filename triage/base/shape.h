/*
 * shape.h - the shape of a stream as one line of text, as the wire, the journal and the case carry it.
 *
 * CELL:RUNS WORD=VALUE ... ; CELL is bytes of a cell, RUNS are letters of enum triage_cell with a count: "4096:r1p15" is sixteen cells of 4 KiB of
 * which the first is random. Then, as far as there is something to tell: turns=RUNS/LEAST/MOST/GAPLEAST/GAPMOST (blocks), head=random|zero,
 * tail=random|zero, format=NAME, signs=both|start|end|inner, walk=whole or walk=broken/FIRST/LAST/COUNT, mark=NAME/BYTES. Names have no spaces.
 */
#ifndef TRIAGE_BASE_SHAPE_H
#define TRIAGE_BASE_SHAPE_H

#include "triage/base/buf.h"

#include <triage/record.h>

enum { SHAPE_TEXT_MAX = 600 };

/* Nothing for a shape that was not looked at. */
void shape_put(struct buf *out, const struct triage_shape *shape);
/* Any text; what is not as above is left out, and "" gives a zeroed shape. */
void shape_get(const char *text, struct triage_shape *ret);
/* Cells of one kind. */
unsigned shape_cells(const struct triage_shape *shape, enum triage_cell kind);

#endif
