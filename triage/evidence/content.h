/*
 * content.h - one opened stream: a gap-free list of runs, resident bytes, or a decoder of its own.
 *
 * A file system's driver fills a zeroed struct evidence_content; content.c reads it and frees it. Places are bytes
 * counted from the start of the volume.
 */
#ifndef TRIAGE_EVIDENCE_CONTENT_H
#define TRIAGE_EVIDENCE_CONTENT_H

#include "triage/evidence/evidence.h"

#include <stdbool.h>

#define RUN_SPARSE UINT64_MAX		/* place of a run that is zeros by design */
#define RUN_FILLER (UINT64_MAX - 1)	/* place of a run that is not known */

enum { RUN_LIST_MAX = 4 << 20 };	/* runs of one stream that are kept */

struct run {
	uint64_t offset;	/* bytes into the stream */
	uint64_t place;		/* bytes into the volume, RUN_SPARSE or RUN_FILLER */
	uint64_t length;	/* bytes */
};

struct run_list {
	struct run *runs;
	size_t count, room;
};

void run_list_release(struct run_list *l);
uint64_t run_list_end(const struct run_list *l);	/* bytes mapped */
/* Append; neighbours that touch become one. Errors: E_MEMORY, E_LIMIT beyond RUN_LIST_MAX, E_FORMAT when sizes overflow. */
WARN_UNUSED enum triage_status run_list_add(struct run_list *l, uint64_t place, uint64_t length, struct triage_error *err);
/* The run that holds offset, SIZE_MAX when none does. hint: any index, the search begins there. */
size_t run_list_find(const struct run_list *l, uint64_t offset, size_t hint);

struct content_ops {
	/* Read exactly size bytes at offset, both inside content->size. Errors: E_IO when nothing could be read. */
	enum triage_status (*read)(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size,
	    struct triage_error *err);
	void (*close)(struct evidence_content *c);	/* optional: frees c->state */
};

struct evidence_content {
	struct evidence_fs *fs;
	uint64_t inode;
	uint64_t size, initialised;	/* bytes; zeros between the two */
	uint32_t flags;			/* enum evidence_content_flags */
	uint64_t clusters, clusters_reused;	/* of a deleted stream, when flags say REUSED */
	struct run_list map;
	size_t at;			/* index of the run read last */
	uint8_t *resident;		/* owned; NULL when the map or ops hold the bytes */
	uint64_t resident_place;	/* bytes into the volume, RUN_FILLER when not one piece */
	uint32_t resident_at;		/* bytes into its record */
	uint32_t resident_fixups;	/* where the record keeps the two bytes that belong at the end of each sector */
	const struct content_ops *ops;	/* optional: how to read, instead of map and resident */
	void *state;			/* of ops */
};

/*
 * Read exactly size bytes of the mapped run list. Sparse, filler and unreadable parts are zeros; filler and
 * unreadable ones set a flag. Errors: E_IO when every piece failed.
 */
WARN_UNUSED enum triage_status content_read_map(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size,
    struct triage_error *err);

/* Bytes into the evidence of the first byte that lies on the medium, 0 when none does. */
uint64_t content_place(const struct evidence_content *c);

#endif
