/*
 * spans.h - from when to when each log of each machine speaks: what a statement of absence rests on.
 */
#ifndef TRIAGE_DETECT_SPANS_H
#define TRIAGE_DETECT_SPANS_H

#include <stdint.h>

enum { SPANS_MAX = 4096, SPAN_BUCKETS = 1024 };

struct span {
	struct span *next;
	const char *host, *source;	/* source: word of timeline.source */
	const char *log;		/* of event logs the name of the file without extension, else "" */
	int64_t first, last;
	uint64_t count;
};

#endif
