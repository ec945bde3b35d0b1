/*
 * rds.h - the digests of a reference data set: NSRL RDSv3 (SQLite with a table METADATA or FILE and columns sha256, sha1, md5, as NIST's
 * "RDS v3" notes describe), read-only and without touching the file.
 */
#ifndef TRIAGE_CASE_RDS_H
#define TRIAGE_CASE_RDS_H

#include "triage/base/error.h"

#include <stdint.h>

/*
 * each gets the best digest of every row in hex (SHA-256, else SHA-1, else MD5) and may end it with an error status. Errors: E_FORMAT (no such table or
 * columns, or a damaged database), E_IO; each names the file. ret_bad: rows without a digest.
 */
WARN_UNUSED enum triage_status rds_digests(const char *path, enum triage_status (*each)(void *ctx, const char *hex, struct triage_error *err), void *ctx,
    uint64_t *ret_bad, struct triage_error *err);

#endif
