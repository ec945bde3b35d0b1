/*
 * volume.h - partition tables: what a medium says about its own division.
 *
 * Each kind of table is one file with one const row, listed in tables.def in the order in which they are asked. A
 * table fills a layout; what is odd about it becomes a note, which the probe sends as a problem row.
 */
#ifndef TRIAGE_EVIDENCE_VOLUME_H
#define TRIAGE_EVIDENCE_VOLUME_H

#include "triage/base/reader.h"

#include <triage/record.h>

#include <stdbool.h>

enum { PARTITIONS_MAX = 256, LAYOUT_NOTES_MAX = 32, PARTITION_LABEL = 200, PARTITION_UUID = 40 };
enum { NO_PARENT = -1 };

struct partition {
	uint64_t start, length;		/* bytes of the medium, as the table says: may run past its end */
	int parent;			/* index in the layout, NO_PARENT */
	const char *kind;		/* mbr, gpt, ... */
	bool container;			/* holds other partitions, no filesystem (extended partition) */
	bool dynamic;			/* its type says that the database of a Windows dynamic disk tells what lies in it */
	bool no_files;			/* its type says that no filesystem is to be expected (boot code, reserved) */
	bool holds_table;		/* by the probe: it begins where its own table lies, and nothing known does; what lies in it is not taken up by it */
	char label[PARTITION_LABEL];	/* display form, "" for none */
	char uuid[PARTITION_UUID];
};

struct layout_note {
	enum triage_severity severity;
	const char *code;
	uint64_t offset;		/* bytes, TRIAGE_NO_ID when none */
	char text[240];
};

struct layout {
	uint32_t sector_size;		/* that the table counts in */
	size_t count;
	size_t left_out;		/* partitions beyond PARTITIONS_MAX */
	struct partition partitions[PARTITIONS_MAX];
	size_t notes;
	struct layout_note note[LAYOUT_NOTES_MAX];
};

struct table_kind {
	const char *name;
	bool probed;			/* its first sector may as well be something else: believed only when its partitions are */
	/* Fill an empty layout whose sector_size is set. False when there is no such table for that sector size. */
	bool (*read)(struct reader *r, struct layout *layout);
};

/* Append a partition; NULL when there is no room (counted in left_out). The result may be filled further. */
struct partition *layout_add(struct layout *layout, const char *kind, uint64_t start, uint64_t length, int parent);
void layout_note(struct layout *layout, enum triage_severity severity, const char *code, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* A BSD disklabel inside the slice of an MBR that begins at base. False when there is none. */
bool bsd_label_read(struct reader *r, uint64_t base, int parent, struct layout *layout);

extern const struct table_kind *const table_kinds[];
extern const size_t table_kind_count;

#endif
