/*
 * apfs.h - which volumes an APFS container holds, read from its newest whole checkpoint. What the volumes hold is read through
 * libtsk (tsk_fs.h). Source: "Apple File System Reference" (Apple, 2020). Little endian.
 */
#ifndef TRIAGE_EVIDENCE_APFS_H
#define TRIAGE_EVIDENCE_APFS_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { APFS_VOLUMES_MAX = 100, APFS_NAME = 256 };

struct apfs_volume {
	uint64_t block;			/* of its super block, in the container */
	uint8_t uuid[16];
	char name[APFS_NAME + 1];	/* raw, ended by NUL */
	uint16_t role;			/* 0: none */
	bool encrypted, sealed;
	uint64_t inodes, snapshots;	/* that it says it has; inodes: files, folders but the root, links and all else */
	bool damaged;			/* its super block cannot be read: only its place in the list is known */
};

struct apfs_container {
	uint32_t block;			/* bytes */
	uint64_t checkpoint;		/* number of the transaction */
	bool fusion;			/* half of it is on another device */
	size_t count;
	struct apfs_volume volumes[APFS_VOLUMES_MAX];
};

/* r: exactly the container. Errors: E_FORMAT, E_SHORT, E_IO, E_MEMORY. */
WARN_UNUSED enum triage_status apfs_read(struct reader *r, struct apfs_container *ret_container, struct triage_error *err);

/* One volume by the block of its super block. False when none is there. */
bool apfs_volume_read(struct reader *r, uint32_t block_size, uint64_t block, struct apfs_volume *ret_volume);

#endif
