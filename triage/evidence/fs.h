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
	uint64_t start;		/* bytes: of the volume, counted from the start of the evidence */
	uint64_t length;	/* bytes the volume claims */
	const char *type;	/* static text: the name of triage_filesystem.type */
	int tsk_type;		/* TSK_FS_TYPE_*, 0 for our own drivers */
	uint32_t part;		/* triage_filesystem.reader_type: block of an APFS volume's super block */
	void *state;		/* of the driver */
};

struct fs_driver {
	/* Read the head structures and set fs->state. Errors: E_FORMAT, E_SHORT, E_IO, E_UNSUPPORTED, E_MEMORY. */
	enum triage_status (*open)(struct evidence_fs *fs, struct triage_error *err);
	enum triage_status (*list)(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
	/* Fill a zeroed content whose fs and inode are set. */
	enum triage_status (*content)(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
	    struct evidence_content *c, struct triage_error *err);
	void (*close)(struct evidence_fs *fs);	/* frees fs->state, which may be NULL */
};

extern const struct fs_driver ntfs_driver;
extern const struct fs_driver ext_driver;
extern const struct fs_driver fat_driver;
extern const struct fs_driver xfs_driver;
extern const struct fs_driver tsk_driver;

#endif
