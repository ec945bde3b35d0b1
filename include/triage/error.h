/*
 * error.h - status codes and the one error structure of libtriage.
 *
 * Every fallible function returns an enum triage_status and takes a caller-owned struct triage_error as its
 * last parameter. On success the error is untouched; on failure it is always filled, once, where the facts
 * are known, in words the operator can act on. Nothing in it is allocated, so nothing has to be freed.
 */
#ifndef TRIAGE_ERROR_H
#define TRIAGE_ERROR_H

#include <stdint.h>

enum triage_status {
	TRIAGE_OK = 0,
	TRIAGE_END = 1,			/* an iteration has no more elements; not an error */
	TRIAGE_E_USAGE = -1,		/* the caller asked for something that cannot be */
	TRIAGE_E_MEMORY = -2,		/* an allocation failed or a memory bound was met */
	TRIAGE_E_IO = -3,		/* the medium failed; sys_errno is set */
	TRIAGE_E_SHORT = -4,		/* the bytes end before the structure does */
	TRIAGE_E_FORMAT = -5,		/* the bytes contradict the format */
	TRIAGE_E_LIMIT = -6,		/* a bound of ours was met */
	TRIAGE_E_UNSUPPORTED = -7,	/* understood, but not read by this build */
	TRIAGE_E_CRASHED = -8,		/* a worker died over it */
	TRIAGE_E_INTERRUPTED = -9,	/* the operator or a budget stopped the run */
};

#define TRIAGE_NO_OFFSET UINT64_MAX

struct triage_error {
	enum triage_status status;
	int sys_errno;			/* 0 when no system call failed */
	uint64_t offset;		/* bytes into the object concerned, or TRIAGE_NO_OFFSET */
	char text[240];			/* one line, UTF-8, without line end */
};

#endif
