/* disk_inside.h - what the two halves of a disk share: disk.c reads, disk_open.c opens. Nobody else includes it. */
#ifndef TRIAGE_EVIDENCE_DISK_INSIDE_H
#define TRIAGE_EVIDENCE_DISK_INSIDE_H

#include "triage/evidence/bad_list.h"
#include "triage/evidence/disk.h"

/* Unpacked blocks that are kept: of the usual 64 KiB many, of large ones few. */
enum { DISK_BLOCKS = 16, FEW_BLOCKS = 3, LARGE_BLOCK = 256 << 10 };

struct disk_block {
	const struct disk_file *file;	/* with at: what it was unpacked from; NULL: empty */
	uint64_t at;
	uint64_t used;
	size_t size, room;
	uint32_t packed_size;
	bool whole;
	uint8_t *data;
};

struct disk {
	struct reader base;
	struct disk_layer *top;
	struct disk_file *files[DISK_FILES_MAX];	/* all that are open, for closing and to see loops */
	size_t file_count;
	struct disk_pages *pages;
	struct bad_list bad;
	struct disk_block blocks[DISK_BLOCKS];
	uint64_t clock;
	uint8_t *packed;		/* scratch room */
	size_t packed_room;
	const struct disk_finder *finder;	/* these two only while it is opened */
	const struct evidence_sink *sink;
};

extern const struct reader_ops disk_ops;

#endif
