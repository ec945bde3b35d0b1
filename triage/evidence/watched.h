/* watched.h - a part of a reader that says, with each read, that there is progress: a layer may read a whole volume. */
#ifndef TRIAGE_EVIDENCE_WATCHED_H
#define TRIAGE_EVIDENCE_WATCHED_H

#include "triage/base/reader.h"

/* As reader_slice(). beat: called before each read; NULL for none. */
WARN_UNUSED enum triage_status watched_slice(struct reader *parent, uint64_t start, uint64_t length, void (*beat)(void *ctx), void *ctx,
    struct reader **ret_reader, struct triage_error *err);

#endif
