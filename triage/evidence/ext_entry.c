#include "triage/evidence/ext_entry.h"

#include "triage/base/when.h"
#include "triage/evidence/ext_dir.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INODE_BAD_BLOCKS = 1, INODE_RESIZE = 7, LINK_NODES = 16 };

enum triage_file_kind
ext_kind_of_mode(uint16_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return TRIAGE_FILE_REGULAR;
	case S_IFDIR:
		return TRIAGE_FILE_DIRECTORY;
	case S_IFLNK:
		return TRIAGE_FILE_LINK;
	case S_IFIFO:
		return TRIAGE_FILE_FIFO;
	case S_IFSOCK:
		return TRIAGE_FILE_SOCKET;
	case S_IFCHR:
		return TRIAGE_FILE_CHARDEV;
	case S_IFBLK:
		return TRIAGE_FILE_BLOCKDEV;
	default:
		return TRIAGE_FILE_UNKNOWN;
	}
}

enum triage_file_kind
ext_kind_of_type(uint8_t type)
{
	static const enum triage_file_kind kinds[] = {
		[0] = TRIAGE_FILE_UNKNOWN, [EXT_TYPE_REGULAR] = TRIAGE_FILE_REGULAR, [EXT_TYPE_DIRECTORY] = TRIAGE_FILE_DIRECTORY,
		[EXT_TYPE_CHARDEV] = TRIAGE_FILE_CHARDEV, [EXT_TYPE_BLOCKDEV] = TRIAGE_FILE_BLOCKDEV,
		    [EXT_TYPE_FIFO] = TRIAGE_FILE_FIFO,
		[EXT_TYPE_SOCKET] = TRIAGE_FILE_SOCKET, [EXT_TYPE_LINK] = TRIAGE_FILE_LINK,
	};
	return type <= EXT_TYPE_LINK ? kinds[type] : TRIAGE_FILE_UNKNOWN;
}

/* The target of a symbolic link, wherever it is kept. */
static enum triage_status
take_link(struct ext *x, const struct ext_inode *inode, struct triage_entry *e, struct buf *link, struct triage_error *err)
{
	struct triage_error why;
	bool damaged;
	struct evidence_content *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	c->fs = x->fs;
	walk_take_link(c, ext_content_fill(x, inode, LINK_NODES, c, &damaged, &why), link, e);
	return TRIAGE_OK;
}

enum triage_status
ext_entry_fill(struct ext *x, const struct ext_inode *inode, struct triage_entry *e, struct buf *link, int64_t *ret_misfit,
    struct triage_error *err)
{
	*ret_misfit = 0;
	e->kind = ext_kind_of_mode(inode->mode);
	e->mode = inode->mode;
	e->uid = inode->uid;
	e->gid = inode->gid;
	e->size = inode->size <= INT64_MAX ? inode->size : TRIAGE_NO_ID;
	e->times[TRIAGE_ATIME] = walk_unix_time(inode->atime.seconds, inode->atime.nanoseconds, ret_misfit);
	e->times[TRIAGE_MTIME] = walk_unix_time(inode->mtime.seconds, inode->mtime.nanoseconds, ret_misfit);
	e->times[TRIAGE_CTIME] = walk_unix_time(inode->ctime.seconds, inode->ctime.nanoseconds, ret_misfit);
	if (inode->crtime.there)
		e->times[TRIAGE_BTIME] = walk_unix_time(inode->crtime.seconds, inode->crtime.nanoseconds, ret_misfit);
	if (inode->number < x->first_inode && inode->number != EXT_ROOT)
		e->flags |= TRIAGE_ENTRY_INTERNAL;
	if ((inode->flags & EXT_FLAG_EA_INODE) != 0)
		e->flags |= TRIAGE_ENTRY_INTERNAL;
	if ((inode->flags & EXT_FLAG_ENCRYPTED) != 0)
		e->flags |= TRIAGE_ENTRY_ENCRYPTED;
	if ((inode->flags & EXT_FLAG_COMPRESSED) != 0)
		e->flags |= TRIAGE_ENTRY_COMPRESSED | TRIAGE_ENTRY_UNDECODED;
	if (S_ISREG(inode->mode) && (inode->flags & EXT_FLAG_INLINE) == 0 && inode->sectors < inode->size / 512)
		e->flags |= TRIAGE_ENTRY_SPARSE;
	if (S_ISREG(inode->mode) && inode->size > 0 && inode->number != INODE_BAD_BLOCKS && inode->number != INODE_RESIZE) {
		e->flags |= TRIAGE_ENTRY_HAS_CONTENT;
		uint64_t place = (inode->flags & EXT_FLAG_INLINE) != 0 ? inode->place : ext_first_place(x, inode);
		e->place = place > 0 ? x->fs->start + place : 0;
	}
	if (S_ISLNK(inode->mode) && (inode->flags & EXT_FLAG_ENCRYPTED) == 0)
		return take_link(x, inode, e, link, err);
	return TRIAGE_OK;
}
