/*
 * ntfs_file.h - all attributes of one NTFS file, from its base record and the extension records that its
 * $ATTRIBUTE_LIST names.
 *
 * Views in a loaded file point into it and stay valid until it is loaded again or released.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_FILE_H
#define TRIAGE_EVIDENCE_NTFS_FILE_H

#include "triage/evidence/ntfs_record.h"

struct ntfs;

enum ntfs_file_damage {
	NTFS_DAMAGE_TORN = 1 << 0,	/* a record's sectors are of different generations */
	NTFS_DAMAGE_CUT = 1 << 1,	/* an attribute is no attribute: those behind it are not reachable */
	NTFS_DAMAGE_LIST = 1 << 2,	/* the attribute list is damaged, too large or unreadable */
	NTFS_DAMAGE_EXTENSION = 1 << 3,	/* an extension record that is listed is not one of this file */
	NTFS_DAMAGE_MEDIUM = 1 << 4,	/* unreadable bytes in a record */
};

struct ntfs_file {
	uint64_t number;
	struct ntfs_head head;
	uint32_t damage;		/* enum ntfs_file_damage */
	struct {
		uint64_t number, place;	/* place: bytes into the volume or RUN_FILLER */
		uint8_t *data;
	} *records;			/* the base record, then extension records by number */
	size_t record_count, record_room;
	struct ntfs_attr *attrs;	/* by type, name, first cluster */
	size_t attr_count, attr_room, name_count;
};

void ntfs_file_release(struct ntfs_file *f);

/*
 * Load file number. Errors: E_FORMAT when this is no base record (ret_state tells what it is: empty, garbage, or a
 * record that belongs to another), E_SHORT, E_IO, E_MEMORY.
 */
WARN_UNUSED enum triage_status ntfs_file_load(struct ntfs *n, uint64_t number, struct ntfs_file *f,
    enum ntfs_record_state *ret_state,
    struct triage_error *err);

/* First attribute of a type, NULL when there is none. */
const struct ntfs_attr *ntfs_file_attr(const struct ntfs_file *f, uint32_t type);

/* One stream: an attribute with all the pieces of its run list. */
struct ntfs_stream {
	uint32_t type, id, record;
	uint16_t flags;
	bool nonresident;
	bool headless;		/* its first piece is missing: size is what the pieces cover */
	uint8_t unit_shift;
	struct view name;	/* UTF-16LE */
	uint64_t size, initialised, allocated;
	const struct ntfs_attr *pieces;
	size_t count;
};

/* The next stream of type at or after attribute *at, which moves on. False when there is none. */
bool ntfs_stream_next(const struct ntfs *n, const struct ntfs_file *f, uint32_t type, size_t *at, struct ntfs_stream *ret_stream);

/*
 * The stream's runs into an empty map: gap-free, filler where pieces are missing, at least up to its size.
 * ret_flags: enum ntfs_run_flags, added. Errors: E_MEMORY, E_LIMIT.
 */
WARN_UNUSED enum triage_status ntfs_stream_map(const struct ntfs *n, const struct ntfs_stream *s, struct run_list *map,
    uint32_t *ret_flags,
    struct triage_error *err);

#endif
