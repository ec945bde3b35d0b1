/*
 * fs.h - an opened file system and the drivers that read one.
 *
 * NTFS, ext2/3/4, XFS, FAT and exFAT are read by our own code; the others through libtsk, always with a named type.
 */
#ifndef TRIAGE_EVIDENCE_FS_H
#define TRIAGE_EVIDENCE_FS_H

#include "triage/evidence/content.h"
#include "triage/evidence/evidence.h"
#include "triage/evidence/walk.h"

struct evidence_fs {
	const struct fs_driver *driver;
	struct reader *reader;	/* the volume, as far as the medium has it; owned */
	struct reader *medium;	/* of the whole evidence; the source's */
	bool layered;		/* the volume lies inside another: start is 0, and places are mapped through the readers below */
	uint64_t start;		/* bytes: of the volume, counted from the start of the evidence */
	uint64_t length;	/* bytes the volume claims */
	const char *type;	/* static text: the name of triage_filesystem.type */
	int tsk_type;		/* TSK_FS_TYPE_*, 0 for our own drivers */
	uint64_t part;		/* triage_filesystem.part */
	void *state;		/* of the driver */
	bool carve;		/* list what is not allocated as well, see unallocated.h */
};

/* How a file system gives out its space. Whatever lies outside these units is never given out. */
struct fs_space {
	uint64_t start;		/* bytes into the volume: unit 0 */
	uint64_t units;
	uint32_t unit;		/* bytes */
};

struct fs_driver {
	/* Read the head structures and set fs->state. Errors: E_FORMAT, E_SHORT, E_IO, E_UNSUPPORTED, E_MEMORY. */
	enum triage_status (*open)(struct evidence_fs *fs, struct triage_error *err);
	enum triage_status (*list)(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
	/* Fill a zeroed content whose fs and inode are set. */
	enum triage_status (*content)(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
	    struct evidence_content *c, struct triage_error *err);
	void (*close)(struct evidence_fs *fs);	/* frees fs->state, which may be NULL */
	enum triage_status (*space)(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err);	/* optional */
	/* With space: set bit i of bits for each used unit first + i (first: a multiple of 8), clear the others. Errors: E_IO. */
	enum triage_status (*used)(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err);
};

/*
 * What a driver says of places: fs->start and more. On a layered volume that is a place of the volume, and this makes it one of the
 * evidence. offset: as the driver says it. ret_run: how many bytes from there on lie together, or nowhere (at least 1).
 * TRIAGE_NO_OFFSET: the byte lies nowhere in the evidence as it is read.
 */
uint64_t fs_image_offset(const struct evidence_fs *fs, uint64_t offset, uint64_t *ret_run);

/* The driver's listing and, when it is wanted, what is not allocated. Places are as the driver counts them. */
WARN_UNUSED enum triage_status fs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);

/* Does a driver of our own find a filesystem of this type in [start, start + length) of a reader? True for types that libtsk reads: not asked. */
bool fs_opens(struct reader *below, const char *type, uint64_t start, uint64_t length);

extern const struct fs_driver ntfs_driver;
extern const struct fs_driver ext_driver;
extern const struct fs_driver fat_driver;
extern const struct fs_driver xfs_driver;
extern const struct fs_driver tsk_driver;
extern const struct fs_driver space_driver;

#endif
