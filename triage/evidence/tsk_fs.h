/*
 * tsk_fs.h - file systems that are read through libtsk: always with a named type, never with its recursive walk.
 *
 * libtsk takes local time zones from TZ: the process runs with TZ=UTC.
 */
#ifndef TRIAGE_EVIDENCE_TSK_FS_H
#define TRIAGE_EVIDENCE_TSK_FS_H

#include "triage/evidence/fs.h"
#include "triage/evidence/tsk_image.h"

struct tsk_volume {
	struct tsk_image *image;
	TSK_FS_INFO *info;
	const TSK_POOL_INFO *pool;	/* APFS: the container */
	TSK_IMG_INFO *pool_image;	/* APFS: one volume of it */
	uint64_t cluster;	/* bytes of an allocation unit */
	bool fat;		/* FAT12 to exFAT: inodes are places of names, chains of deleted files are guessed */
};

/* libtsk's last error, copied; it is reset before each call with tsk_error_reset(). */
struct tsk_error_text {
	char text[160];
};
struct tsk_error_text tsk_error_now(void);

/* True when an attribute is a stream of bytes that a person would call content. */
bool tsk_attr_is_content(const TSK_FS_ATTR *attr);

enum triage_status tsk_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
enum triage_status tsk_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content *c,
    struct triage_error *err);

#endif
