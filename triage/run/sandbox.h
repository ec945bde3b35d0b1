/*
 * sandbox.h - what a worker may do. Layers, in order, in the child: no other descriptor, limits, parent-death signal,
 * not dumpable, unprivileged user, no capability, no_new_privs, Landlock, seccomp.
 *
 * Seal 1 (sandbox_open_only): no exec, fork, socket or write; files may be opened read-only, and Landlock allows those
 * named alone, and what lies in folders named. It exists for virtual disks,
 * which name their extents and parents. Seal 2 (sandbox_full): nothing can be opened.
 * A layer that the kernel lacks is left out and missing from the returned bits; the custody log then names it.
 */
#ifndef TRIAGE_RUN_SANDBOX_H
#define TRIAGE_RUN_SANDBOX_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sandbox_layer {
	SANDBOX_LIMITS = 1 << 0, SANDBOX_PARENT_DEATH = 1 << 1, SANDBOX_NOT_DUMPABLE = 1 << 2, SANDBOX_USER = 1 << 3,
	SANDBOX_CAPABILITIES = 1 << 4, SANDBOX_NO_NEW_PRIVS = 1 << 5, SANDBOX_LANDLOCK = 1 << 6, SANDBOX_SECCOMP = 1 << 7,
	SANDBOX_ALL = (1 << 8) - 1
};

/* Word for one layer bit, for the custody log. */
const char *sandbox_layer_name(unsigned bit);

struct sandbox_config {
	const int *keep_fds;		/* descriptors that stay open, any order; 0-2 are replaced by /dev/null */
	size_t keep_count;
	uint64_t memory;		/* bytes of private memory that may come on top of what the child inherits */
	uint64_t file_bytes;		/* largest file that may be written: 0 for workers; the opener fills memory files */
	int parent;			/* pid of the supervisor */
};

/* First in the child: descriptors, limits, parent death, dumpable. Adds to *layers. Errors: E_IO (then the child must exit). */
WARN_UNUSED enum triage_status sandbox_begin(const struct sandbox_config *config, unsigned *layers, struct triage_error *err);

/* Seal 1. paths: the only files, and folders with files, that may be opened. */
WARN_UNUSED enum triage_status sandbox_open_only(const char *const *paths, size_t count, unsigned *layers, struct triage_error *err);

/* Seal 2. Gives up the user and all capabilities, then denies everything that is not on the list in sandbox.c. */
WARN_UNUSED enum triage_status sandbox_full(unsigned *layers, struct triage_error *err);

/* For the opener of a mounted volume: read-only opens beneath root (a descriptor), listing, passing descriptors. */
WARN_UNUSED enum triage_status sandbox_opener(int root, unsigned *layers, struct triage_error *err);

#endif
