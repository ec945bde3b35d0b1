/*
 * table.h - tab-separated tables of rules: UTF-8, first line the column names, '#' begins a comment line.
 */
#ifndef TRIAGE_BASE_TABLE_H
#define TRIAGE_BASE_TABLE_H

#include "triage/base/error.h"

#include <stddef.h>

struct table;

/* Load a whole file (at most 64 MiB). Errors: E_IO, E_LIMIT, E_FORMAT (names file and line). */
WARN_UNUSED enum triage_status table_load(const char *path, struct table **ret_table, struct triage_error *err);
void table_free(struct table *t);
size_t table_rows(const struct table *t);
/* Column index by name; SIZE_MAX when absent. */
size_t table_column(const struct table *t, const char *name);
/* Cell text, "" when the row is short or column is SIZE_MAX. Lives as long as the table. */
const char *table_cell(const struct table *t, size_t row, size_t column);
const char *table_sha256(const struct table *t);	/* of the file's bytes, hex */

#endif
