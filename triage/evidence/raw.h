/* raw.h - the raw reader: one file, a device, or segments laid end to end. */
#ifndef TRIAGE_EVIDENCE_RAW_H
#define TRIAGE_EVIDENCE_RAW_H

#include "triage/base/reader.h"

#include <stdbool.h>
#include <stddef.h>

struct raw_segment {
	int fd;				/* -1: missing, reads as zeros that count as bad */
	uint64_t start, size;		/* bytes, start in the medium */
};

/* segments: count of them, copied; the fds stay the caller's. size: bytes of the medium, at most the segments' sum. */
WARN_UNUSED enum triage_status raw_reader(const struct raw_segment *segments, size_t count, uint64_t size, uint32_t sector_size,
    struct reader **ret_reader, struct triage_error *err);

/* Where a missing segment belongs among the names that are there: the index before which it goes. By suffix. */
size_t raw_place(const char *const *names, size_t count, const char *missing);

#endif
