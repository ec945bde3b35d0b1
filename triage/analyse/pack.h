/*
 * pack.h - a pack of rules and tables: an archive (tar, also packed by gzip, xz or zstd; or zip) of plain files, taken apart in memory.
 *
 * For bytes whose signature was checked first. Names are those of the folder rules/, with or without "rules/" or "./" before them: VERSION,
 * README.md, NAME.tsv, yara/NAME.yar, sigma/NAME.yml, where NAME is of letters, digits, _ and -. Anything else in it is an error.
 */
#ifndef TRIAGE_ANALYSE_PACK_H
#define TRIAGE_ANALYSE_PACK_H

#include "triage/base/error.h"

#include <stddef.h>

enum { PACK_FILES_MAX = 2000, PACK_BYTES_MAX = 64 << 20, PACK_NAME_MAX = 128 };

/* name: as above, without what stood before it; ends the reading when it does not return OK. */
typedef enum triage_status pack_take(void *ctx, const char *name, const void *bytes, size_t size, struct triage_error *err);

/* Errors: E_FORMAT (no archive, damaged, another name, a link, the same name twice, too much), E_MEMORY, those of take. */
WARN_UNUSED enum triage_status pack_read(const void *bytes, size_t size, pack_take *take, void *ctx, struct triage_error *err);

#endif
