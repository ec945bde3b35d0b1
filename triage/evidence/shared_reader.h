/*
 * shared_reader.h - one reader used by several: each holds a handle, which is a reader itself, and the last one to close
 * closes what is below. All of one process and one thread.
 */
#ifndef TRIAGE_EVIDENCE_SHARED_READER_H
#define TRIAGE_EVIDENCE_SHARED_READER_H

#include "triage/base/reader.h"

struct shared_reader;

/* Share a reader; it is taken over, also when this fails. The caller holds a share until shared_release(). Errors: E_MEMORY. */
WARN_UNUSED enum triage_status shared_new(struct reader *reader, struct shared_reader **ret_shared, struct triage_error *err);
/* A further share, as a reader. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status shared_handle(struct shared_reader *shared, struct reader **ret_reader, struct triage_error *err);
void shared_release(struct shared_reader *shared);	/* NULL is fine */

#endif
