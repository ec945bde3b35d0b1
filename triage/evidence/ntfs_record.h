/*
 * ntfs_record.h - one MFT record as bytes: fix-ups, attributes, run lists, $FILE_NAME. No I/O.
 *
 * Source: the on-disk layout as documented by the Linux-NTFS project and Microsoft's open NTFS notes; versions 1.2, 3.0,
 * 3.1. Little endian. Every offset and size is checked against the record before it is used.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_RECORD_H
#define TRIAGE_EVIDENCE_NTFS_RECORD_H

#include "triage/base/view.h"
#include "triage/evidence/content.h"

enum {
	NTFS_RECORD_MAX = 65536,	/* bytes of a record that is read at all */
	NTFS_RECORD_IN_USE = 1, NTFS_RECORD_DIRECTORY = 2,	/* flags of a record */

	NTFS_STANDARD_INFORMATION = 0x10, NTFS_ATTRIBUTE_LIST = 0x20, NTFS_FILE_NAME = 0x30, NTFS_SECURITY = 0x50, NTFS_DATA = 0x80,
	NTFS_INDEX_ROOT = 0x90, NTFS_INDEX_ALLOCATION = 0xa0, NTFS_INDEX_BITMAP = 0xb0, NTFS_REPARSE = 0xc0,

	NTFS_ATTR_COMPRESSED = 0x0001, NTFS_ATTR_ENCRYPTED = 0x4000, NTFS_ATTR_SPARSE = 0x8000,

	NTFS_NAME_POSIX = 0, NTFS_NAME_WIN32 = 1, NTFS_NAME_DOS = 2, NTFS_NAME_WIN32_DOS = 3,
};

/* The head of a record. */
struct ntfs_head {
	uint16_t sequence, links, flags;
	uint64_t base;		/* reference of the base record, 0 when this is one */
	size_t first, used;	/* bytes: where attributes begin and end */
};

enum ntfs_record_state {
	NTFS_RECORD_EMPTY,	/* zeros: never used */
	NTFS_RECORD_GARBAGE,	/* no record: neither zeros nor a signature */
	NTFS_RECORD_TORN,	/* a record of which one sector is of another generation; still parsed */
	NTFS_RECORD_WHOLE,
};

struct ntfs_attr {
	uint32_t type;
	uint32_t id;		/* unique for its type within the file, see ntfs_file.h */
	uint16_t flags;
	bool nonresident;
	struct view name;	/* UTF-16LE */
	uint32_t record;	/* which record of the file it lies in: 0 the base record, then extension records */
	struct view value;	/* resident: the bytes */
	uint32_t value_at;	/* resident: bytes into its record */
	uint64_t first_vcn, last_vcn;	/* of a $FILE_NAME first_vcn is its parent, so that names in one folder stand together */
	uint64_t allocated, size, initialised;	/* bytes; only meaningful when first_vcn is 0 */
	uint8_t unit_shift;	/* log2 of the clusters of a compression unit, 0 for none */
	struct view runs;	/* the run list's bytes */
};

struct ntfs_name {
	uint64_t parent;	/* reference: 48 bits of record number, 16 of sequence */
	uint64_t created, modified, changed, accessed;	/* FILETIME */
	uint64_t size;		/* bytes; only kept up to date in an index */
	bool folder;
	uint8_t space;		/* enum: NTFS_NAME_* */
	struct view text;	/* UTF-16LE */
};

static inline uint64_t
ntfs_ref_number(uint64_t reference)
{
	return reference & UINT64_C(0xffffffffffff);
}

static inline uint16_t
ntfs_ref_sequence(uint64_t reference)
{
	return (uint16_t)(reference >> 48);
}

/*
 * Undo the fix-ups of a record or index block in place. size: a multiple of 512. False when a sector is of another
 * generation; the others are put right.
 */
bool ntfs_fixups_undo(uint8_t *data, size_t size);

/* Undo the fix-ups in place and read the head. ret_head is set unless the record is empty or garbage. */
enum ntfs_record_state ntfs_record_fix(uint8_t *data, size_t size, struct ntfs_head *ret_head);

/*
 * The attribute at *at, which begins as head.first; *at moves on. TRIAGE_OK, TRIAGE_END, or TRIAGE_E_FORMAT when the
 * bytes contradict themselves: what follows in this record is not reachable. id is the 16-bit one of the record.
 */
enum triage_status ntfs_attr_next(struct view record, const struct ntfs_head *head, size_t *at, struct ntfs_attr *ret_attr);

/* False when the value is too short for what it claims. */
bool ntfs_name_parse(struct view value, struct ntfs_name *ret_name);

/* What a run list did that it should not. */
enum ntfs_run_flags {
	NTFS_RUN_OUTSIDE = 1 << 0,	/* a run lies outside the volume: filler */
	NTFS_RUN_TOO_LONG = 1 << 1,	/* a run is longer than the volume */
	NTFS_RUN_DAMAGED = 1 << 2,	/* bytes that are no run list: the rest is lost */
};

struct ntfs_geometry {
	uint32_t sector, cluster, record, index;	/* bytes */
	uint64_t clusters;				/* of the volume */
};

/*
 * Append the runs of one attribute piece to map, at most clusters of them (last_vcn - first_vcn + 1).
 * ret_flags: enum ntfs_run_flags, added. Errors: those of run_list_add().
 */
WARN_UNUSED enum triage_status ntfs_runs_decode(struct view runs, const struct ntfs_geometry *g, uint64_t clusters,
    struct run_list *map,
    uint32_t *ret_flags, struct triage_error *err);

#endif
