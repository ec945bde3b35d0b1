/*
 * output.h - the one module through which files are written, so that a test can fail the n-th write.
 *
 * A file is made with O_CREAT|O_EXCL|O_NOFOLLOW, buffered, hashed (SHA-256) as it is written, and fsynced when
 * finished. A failed write stays failed; output_finish() reports it. Files do not outgrow max_size (FAT32: 4 GiB - 1).
 */
#ifndef TRIAGE_BASE_OUTPUT_H
#define TRIAGE_BASE_OUTPUT_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <stdint.h>

struct output;

/* path: of the new file; its folder exists. Errors: E_IO (exists, full, read-only ...), E_MEMORY. */
WARN_UNUSED enum triage_status output_create(const char *path, struct output **ret_output, struct triage_error *err);
void output_put(struct output *o, const void *data, size_t size);
void output_text(struct output *o, const char *text);
void output_buf(struct output *o, const struct buf *b);
void output_format(struct output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint64_t output_size(const struct output *o);

void output_no_digest(struct output *o);	/* nobody will ask output_finish() for one */

/* Flush, fsync, close, free. ret_sha256: 65 bytes, may be NULL. After an error the partial file stays. */
WARN_UNUSED enum triage_status output_finish(struct output *o, char *ret_sha256, struct triage_error *err);
void output_abandon(struct output *o);	/* close and unlink; NULL is fine */

/* A new file with the bytes of a plain file, which is not followed when it is a link. Errors: as output_create(). */
WARN_UNUSED enum triage_status output_copy(const char *from, const char *to, struct triage_error *err);

/* mkdir one folder, 0700 with umask; existing is an error. */
WARN_UNUSED enum triage_status output_folder(const char *path, struct triage_error *err);
/* fsync a folder, so that the names in it are safe. */
WARN_UNUSED enum triage_status output_sync_folder(const char *path, struct triage_error *err);

#endif
