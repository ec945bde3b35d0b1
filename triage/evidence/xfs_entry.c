#include "triage/evidence/xfs_entry.h"

#include "triage/base/when.h"
#include "triage/evidence/xfs_dir.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { LINK_NODES = 16 };

enum triage_file_kind
xfs_kind_of_mode(uint16_t mode)
{
	static const enum triage_file_kind kinds[16] = {
		[S_IFREG >> 12] = TRIAGE_FILE_REGULAR, [S_IFDIR >> 12] = TRIAGE_FILE_DIRECTORY, [S_IFLNK >> 12] = TRIAGE_FILE_LINK,
		[S_IFIFO >> 12] = TRIAGE_FILE_FIFO, [S_IFSOCK >> 12] = TRIAGE_FILE_SOCKET, [S_IFCHR >> 12] = TRIAGE_FILE_CHARDEV,
		[S_IFBLK >> 12] = TRIAGE_FILE_BLOCKDEV,
	};
	return kinds[mode >> 12];
}

enum triage_file_kind
xfs_kind_of_type(uint8_t type)
{
	static const enum triage_file_kind kinds[] = {
		[XFS_TYPE_REGULAR] = TRIAGE_FILE_REGULAR, [XFS_TYPE_DIRECTORY] = TRIAGE_FILE_DIRECTORY,
		[XFS_TYPE_CHARDEV] = TRIAGE_FILE_CHARDEV, [XFS_TYPE_BLOCKDEV] = TRIAGE_FILE_BLOCKDEV, [XFS_TYPE_FIFO] = TRIAGE_FILE_FIFO,
		[XFS_TYPE_SOCKET] = TRIAGE_FILE_SOCKET, [XFS_TYPE_LINK] = TRIAGE_FILE_LINK, [XFS_TYPE_WHITEOUT] = TRIAGE_FILE_CHARDEV,
	};
	return type <= XFS_TYPE_WHITEOUT ? kinds[type] : TRIAGE_FILE_UNKNOWN;
}

static int64_t
take_time(bool there, int64_t seconds, uint32_t nanoseconds, int64_t *misfit)
{
	return there ? walk_unix_time(seconds, nanoseconds, misfit) : TRIAGE_TIME_NONE;
}

/* The target of a symbolic link, wherever it is kept. */
static enum triage_status
take_link(struct xfs *x, const struct xfs_inode *inode, struct triage_entry *e, struct buf *link, struct triage_error *err)
{
	struct triage_error why;
	bool damaged;
	struct evidence_content *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	c->fs = x->fs;
	walk_take_link(c, xfs_content_fill(x, inode, LINK_NODES, c, &damaged, &why), link, e);
	return TRIAGE_OK;
}

/* A freed inode: its times, and the bytes that its rows still lead to. Only a file's are offered. */
static enum triage_status
take_left(struct xfs *x, const struct xfs_inode *inode, struct triage_entry *e, struct triage_error *err)
{
	struct run_list map = { 0 };
	if (e->kind != TRIAGE_FILE_REGULAR && e->kind != TRIAGE_FILE_UNKNOWN)
		return TRIAGE_OK;
	enum triage_status st = xfs_map_left(x, inode, &map, err);
	e->size = run_list_end(&map);
	for (size_t i = 0; i < map.count && e->place == 0; i++)
		e->place = map.runs[i].place < RUN_FILLER ? x->fs->start + map.runs[i].place : 0;
	if (e->place != 0)
		e->flags |= TRIAGE_ENTRY_HAS_CONTENT;
	run_list_release(&map);
	return st;
}

enum triage_status
xfs_entry_fill(struct xfs *x, const struct xfs_inode *inode, struct triage_entry *e, struct buf *link, int64_t *ret_misfit,
    struct triage_error *err)
{
	*ret_misfit = 0;
	e->mode = inode->mode;
	e->uid = inode->uid;
	e->gid = inode->gid;
	e->size = inode->size <= INT64_MAX ? inode->size : TRIAGE_NO_ID;
	e->times[TRIAGE_ATIME] = take_time(inode->atime.there, inode->atime.seconds, inode->atime.nanoseconds, ret_misfit);
	e->times[TRIAGE_MTIME] = take_time(inode->mtime.there, inode->mtime.seconds, inode->mtime.nanoseconds, ret_misfit);
	e->times[TRIAGE_CTIME] = take_time(inode->ctime.there, inode->ctime.seconds, inode->ctime.nanoseconds, ret_misfit);
	e->times[TRIAGE_BTIME] = take_time(inode->crtime.there, inode->crtime.seconds, inode->crtime.nanoseconds, ret_misfit);
	if (xfs_is_internal(x, inode->number))
		e->flags |= TRIAGE_ENTRY_INTERNAL;
	if (inode->mode == 0)
		return take_left(x, inode, e, err);
	e->kind = xfs_kind_of_mode(inode->mode);
	if (S_ISREG(inode->mode) && inode->size > 0) {
		uint64_t place = inode->realtime ? 0 : xfs_first_place(x, inode);
		e->flags |= TRIAGE_ENTRY_HAS_CONTENT;
		e->flags |= inode->blocks < inode->size >> x->block_log ? TRIAGE_ENTRY_SPARSE : 0;
		e->place = place > 0 ? x->fs->start + place : 0;
	}
	return S_ISLNK(inode->mode) ? take_link(x, inode, e, link, err) : TRIAGE_OK;
}
