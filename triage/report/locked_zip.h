/*
 * locked_zip.h - one file in a zip archive that no double click opens: encrypted with AES-256 under a password that everybody knows.
 *
 * Source: WinZip, "AES Encryption Information: Encryption Specification AE-1 and AE-2", version 1.04; APPNOTE.TXT 6.3.10. AE-2, stored, not
 * compressed. Written by ourselves because libraries take the salt from the system's random numbers: here it comes from the content, so that the
 * same file gives the same archive. That costs nothing: the password is printed in the report, it guards against accidents alone.
 */
#ifndef TRIAGE_REPORT_LOCKED_ZIP_H
#define TRIAGE_REPORT_LOCKED_ZIP_H

#include "triage/base/error.h"
#include "triage/base/view.h"

#include <stdint.h>

#define LOCKED_ZIP_PASSWORD "infected"		/* the usual convention */
enum { LOCKED_ZIP_NAME_MAX = 255 };
#define LOCKED_ZIP_MAX (UINT64_C(1) << 31)	/* bytes of content */

/*
 * Write the archive at path, which must not exist. name: of the file in it, at most LOCKED_ZIP_NAME_MAX bytes of ASCII. mtime: of the file, nanoseconds,
 * or TRIAGE_TIME_NONE; shown in UTC, to two seconds, from 1980 to 2107. Errors: E_IO, E_MEMORY, E_LIMIT (content too long).
 */
WARN_UNUSED enum triage_status locked_zip_write(const char *path, const char *name, int64_t mtime, struct view content, struct triage_error *err);

#endif
