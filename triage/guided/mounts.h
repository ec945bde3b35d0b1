/* mounts.h - lines of a mountinfo table (proc(5)), taken apart. */
#ifndef TRIAGE_GUIDED_MOUNTS_H
#define TRIAGE_GUIDED_MOUNTS_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct guided_mount {
	unsigned major, minor;
	char point[1024];		/* octal escapes undone */
	char type[32];			/* ext4, vfat, exfat, fuseblk ... */
	char source[256];		/* /dev/sda1 */
	bool read_only;			/* the mount or its filesystem */
};

struct guided_mounts {
	struct guided_mount *items;	/* in the table's order; owned */
	size_t count;
};

/* A line that is none is left out; a table that cannot be read is empty. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status guided_mounts_read(const char *root, struct guided_mounts *ret_mounts, struct triage_error *err);
void guided_mounts_release(struct guided_mounts *mounts);

#endif
