/*
 * ewf_table.h - one table of chunks, as it lies in its segment.
 *
 * Layout of the section behind its descriptor: number of entries (4), padding (4), base offset (8, EnCase 6 and later, else 0),
 * padding (4), Adler-32 (4); then the entries (4 each): bit 31 says compressed, the rest is the offset of the chunk, counted
 * from the base; then, not in SMART, Adler-32 of the entries. How long a chunk is, only the next one tells. EnCase 6.7 writes
 * segments of more than 2 GiB with no base: from there on all 32 bits are the offset. Before EnCase 2, and in SMART, the
 * chunks themselves follow inside the same section; else they lie in a sectors section before it.
 *
 * Entries are not kept: a medium of many TiB has more of them than memory. They are read again in windows.
 */
#ifndef TRIAGE_EVIDENCE_EWF_TABLE_H
#define TRIAGE_EVIDENCE_EWF_TABLE_H

#include "triage/evidence/ewf_section.h"

struct ewf_table {
	uint32_t segment;		/* index of the segment */
	uint32_t count;			/* of chunks */
	uint32_t wide_from;		/* entries from here on have 32 bits of offset; count when none has */
	uint32_t run;			/* tables of one run follow each other without a gap */
	uint64_t first;			/* number of its first chunk, once it is placed */
	uint64_t base, entries_at;	/* file offsets */
	uint64_t first_at;		/* file offset of its first chunk */
	uint64_t at, end;		/* of the section */
	uint64_t twin_at;		/* entries of the other copy, when both are damaged; else 0 */
	const uint8_t *found;		/* its entries, when they were not read but found out; else NULL */
	bool whole;			/* both checksums hold */
};

/* Where a chunk lies. */
struct ewf_place {
	uint32_t segment;
	uint64_t at;			/* file offset */
	uint64_t room;			/* bytes that it can have at most */
	bool packed;			/* compressed, as its entry says */
	bool sure;			/* the entry can say so: false from wide_from on */
};

/* Bytes of a section that is a table of count chunks and nothing else. */
static inline uint64_t
ewf_table_bytes(uint32_t count)
{
	return EWF_DESCRIPTOR + 24 + (uint64_t)count * 4 + 4;
}

/* Read a table or table2 section. False when nothing of it can be used. */
bool ewf_table_read(struct ewf_file file, uint64_t size, const struct ewf_section *s, struct ewf_table *ret_table);

enum { EWF_WINDOW = 4096, EWF_WINDOWS = 16 };

/* Windows on entries that were read lately; zeroed at first. */
struct ewf_windows {
	struct ewf_window {
		uint64_t entries_at;	/* file offset of its first entry, 0 for an empty window */
		uint32_t segment, count;
		uint8_t raw[(EWF_WINDOW + 1) * 4];
	} windows[EWF_WINDOWS];
};

/*
 * Where chunk index (of table, counted from 0) lies. file, size: of its segment. twin: as the other copy of a table that is
 * damaged in both says. False when the entry makes no sense, or there is no twin.
 */
bool ewf_table_place(const struct ewf_table *table, bool twin, uint32_t index, struct ewf_file file, uint64_t size, struct ewf_windows *windows,
    struct ewf_place *ret_place);

#endif
