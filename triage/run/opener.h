/*
 * opener.h - the only process that touches paths of a mounted volume. It opens and lists, and parses nothing.
 *
 * Every path is resolved with openat2() beneath the root: no symbolic link is followed, no mount boundary crossed,
 * FIFOs, sockets and devices are never opened. Access times are left alone (O_NOATIME) where the kernel lets us.
 */
#ifndef TRIAGE_RUN_OPENER_H
#define TRIAGE_RUN_OPENER_H

#include "triage/run/wire.h"

#include <triage/record.h>

/* Stream keys of a mounted volume: the content, or the attr_id-th extended attribute (as a memory file). */
enum { OPENER_CONTENT = 0, OPENER_XATTR = 1 };
enum { OPENER_XATTR_MAX = 64 << 10 };	/* bytes of one attribute; the kernel allows no more */

struct opener_listing {
	const struct triage_filesystem *filesystem;
	uint64_t job;
	struct wire_stream *wire;
	void (*beat)(void *ctx, uint64_t inode);	/* liveness for the watchdog */
	void *ctx;
};

/* List everything beneath root, breadth-first, as WIRE_ENTRY and WIRE_PROBLEM frames. Errors: E_IO (channel), E_MEMORY. */
/* only: the one file in root that is listed, NULL for all. */
WARN_UNUSED enum triage_status opener_list(int root, const char *only, const struct opener_listing *to, struct triage_error *err);

/* openat2(2) beneath folder: no link is followed, no mount crossed. Close-on-exec; -1 with errno. */
int opener_open_beneath(int folder, const char *path, uint64_t flags);

#ifdef TRIAGE_FAULT
void opener_misbehave(void);	/* worker_fault.c, for tests */
#endif

/* Serve open requests of one worker over a local socket until it closes. */
void opener_serve(int root, const char *only, int channel);

/*
 * In the worker: ask for a stream by its path beneath the root. ret_fd is read-only and the caller's.
 * Errors: E_IO with the opener's errno (gone, not permitted, became something else), E_CRASHED when the opener itself is gone.
 */
WARN_UNUSED enum triage_status opener_request(int channel, const uint8_t *path, size_t size, uint32_t attr_type, uint32_t attr_id,
    int *ret_fd, struct triage_error *err);

#endif
