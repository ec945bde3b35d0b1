/*
 * space_fs.c - space of an image that belongs to no volume, or to one of which nothing is known, as a filesystem without files: it is
 * all free, so that it is searched as free space is (unallocated.h).
 */
#include "triage/evidence/fs.h"

#include <string.h>
#include <sys/stat.h>

enum { SPACE_UNIT = 512 };

static enum triage_status
space_open(struct evidence_fs *fs, struct triage_error *err)
{
	(void)fs, (void)err;
	return TRIAGE_OK;
}

/* The root alone. */
static enum triage_status
space_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	e.inode = fs->length + 1;	/* no place in it */
	e.parent = TRIAGE_NO_ID;
	e.kind = TRIAGE_FILE_DIRECTORY;
	e.state = TRIAGE_STATE_ALLOCATED;
	e.mode = S_IFDIR;
	return sink->entry(sink->ctx, &e, err);
}

static enum triage_status
space_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c, struct triage_error *err)
{
	(void)fs, (void)attr_type, (void)attr_id, (void)c;
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "there is no file %ju in unallocated space", (uintmax_t)inode);
	return TRIAGE_E_FORMAT;
}

static void
space_close(struct evidence_fs *fs)
{
	(void)fs;
}

static enum triage_status
space_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err)
{
	(void)err;
	*ret_space = (struct fs_space){ .units = fs->reader->size / SPACE_UNIT, .unit = SPACE_UNIT };
	return TRIAGE_OK;
}

static enum triage_status
space_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err)
{
	(void)fs, (void)first, (void)err;
	memset(bits, 0, (count + 7) / 8);
	return TRIAGE_OK;
}

const struct fs_driver space_driver = { .open = space_open, .list = space_list, .content = space_content, .close = space_close,
    .space = space_space, .used = space_used };
