/*
 * fat_file.h - the files of a FAT or exFAT directory, from its 32-byte slots.
 */
#ifndef TRIAGE_EVIDENCE_FAT_FILE_H
#define TRIAGE_EVIDENCE_FAT_FILE_H

#include "triage/base/buf.h"
#include "triage/base/view.h"
#include "triage/evidence/fat.h"

enum { FAT_READ_ONLY = 0x01, FAT_LABEL = 0x08, FAT_DIRECTORY = 0x10, FAT_LONG_NAME = 0x0f };

enum fat_file_kind { FAT_FILE, FAT_FILE_DIRECTORY, FAT_FILE_LABEL, FAT_FILE_BITMAP, FAT_FILE_UPCASE };

struct fat_file {
	enum fat_file_kind kind;
	bool deleted;		/* its slot says so, or it stands behind the end of the directory */
	bool hidden;		/* a file that poses as a volume label */
	uint8_t attributes;
	size_t slot;		/* index in the directory */
	size_t stream_slot;	/* exFAT: of the stream extension; else slot */
	struct fat_chain chain;
	uint64_t valid;		/* bytes that were written; zeros up to the size */
	int64_t modified, accessed, created;
};

/* The slots of one directory. */
struct fat_slots {
	struct view bytes;	/* a multiple of 32 */
	size_t at;		/* slot to look at next */
	bool strict;		/* only what cannot be anything else: a deleted or found directory */
	bool ended;		/* the end mark was met: what follows is not listed by others */
	bool damaged;		/* a set of exFAT slots contradicts itself */
	struct buf name;	/* of the file given last; UTF-8, or the bytes of a short name */
};

/* A long name's slots, as they are collected. */
enum { FAT_LONG_PARTS = 20, FAT_LONG_UNITS = 13 };

/* The next file. False at the end of the bytes. "." and ".." at the head are left out. */
bool fat_slots_next(const struct fat *x, struct fat_slots *s, struct fat_file *ret_file);
bool exfat_slots_next(const struct fat *x, struct fat_slots *s, struct fat_file *ret_file);

/* One FAT slot without its name. */
struct fat_file fat_slot_parse(const struct fat *x, const uint8_t *slot);
/* False unless slot could be the slot of a file: characters, attributes, cluster, times. deleted: its first byte is lost. */
/*
 * Is most of what a live folder holds no name: bytes of something else, or encrypted? Taken as names they give thousands of files that
 * never were.
 */
bool fat_slots_noise(const struct fat *x, struct view slots);
bool fat_slot_plausible(const struct fat *x, const uint8_t *slot, bool deleted);
/* True when all slots are those of files, at least two of them, with nothing but zeros behind. */
bool fat_slots_hold(const struct fat *x, struct view slots);
/* The parts of an exFAT file that content needs. False when these are no such slots. */
bool exfat_slot_parse(const uint8_t *file, const uint8_t *stream, struct fat_file *ret_file);
/* True when a whole set of slots begins here and its checksum holds. */
bool exfat_set_holds(struct view slots);

/* Find where the allocation bitmap lies. A volume without one counts everything as free. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status exfat_find_bitmap(struct fat *x, struct triage_error *err);

#endif
