/*
 * tsk_list.c - the listing of a file system through libtsk: folders breadth-first from the root, each opened once. FAT
 * folders are known by inode and by first cluster, because two names can lead to one chain.
 */
#include "triage/evidence/tsk_fs.h"

#include "triage/base/when.h"
#include "triage/evidence/apfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct folder {
	uint64_t inode, edge, cluster;	/* cluster: the first of a FAT folder, 0 for none */
	bool deleted;
};

struct folder_list {
	struct folder *rows;
	size_t count, room;
};

struct listing {
	struct evidence_fs *fs;
	struct tsk_volume *v;
	struct walk walk;
	struct id_set seen, seen_clusters;
	struct id_set others;	/* inodes that are no folders; APFS: to be compared with what the volume says it has; ISO 9660: those that are left have no name */
	struct folder_list queue, deleted;	/* deleted folders wait until all live ones are read */
	size_t entered;
};

static enum triage_file_kind
kind_of_meta(TSK_FS_META_TYPE_ENUM type)
{
	static const enum triage_file_kind kinds[] = {
		[TSK_FS_META_TYPE_REG] = TRIAGE_FILE_REGULAR, [TSK_FS_META_TYPE_DIR] = TRIAGE_FILE_DIRECTORY,
		[TSK_FS_META_TYPE_FIFO] = TRIAGE_FILE_FIFO, [TSK_FS_META_TYPE_CHR] = TRIAGE_FILE_CHARDEV,
		[TSK_FS_META_TYPE_BLK] = TRIAGE_FILE_BLOCKDEV, [TSK_FS_META_TYPE_LNK] = TRIAGE_FILE_LINK,
		[TSK_FS_META_TYPE_SOCK] = TRIAGE_FILE_SOCKET, [TSK_FS_META_TYPE_VIRT] = TRIAGE_FILE_VIRTUAL,
		[TSK_FS_META_TYPE_VIRT_DIR] = TRIAGE_FILE_VIRTUAL,
	};
	return (size_t)type < sizeof(kinds) / sizeof(kinds[0]) ? kinds[type] : TRIAGE_FILE_UNKNOWN;
}

static enum triage_file_kind
kind_of_name(TSK_FS_NAME_TYPE_ENUM type)
{
	static const enum triage_file_kind kinds[] = {
		[TSK_FS_NAME_TYPE_REG] = TRIAGE_FILE_REGULAR, [TSK_FS_NAME_TYPE_DIR] = TRIAGE_FILE_DIRECTORY,
		[TSK_FS_NAME_TYPE_FIFO] = TRIAGE_FILE_FIFO, [TSK_FS_NAME_TYPE_CHR] = TRIAGE_FILE_CHARDEV,
		[TSK_FS_NAME_TYPE_BLK] = TRIAGE_FILE_BLOCKDEV, [TSK_FS_NAME_TYPE_LNK] = TRIAGE_FILE_LINK,
		[TSK_FS_NAME_TYPE_SOCK] = TRIAGE_FILE_SOCKET, [TSK_FS_NAME_TYPE_VIRT] = TRIAGE_FILE_VIRTUAL,
	};
	return (size_t)type < sizeof(kinds) / sizeof(kinds[0]) ? kinds[type] : TRIAGE_FILE_UNKNOWN;
}

static int64_t
take_time(int64_t seconds, uint32_t nanoseconds)
{
	return seconds == 0 && nanoseconds == 0 ? TRIAGE_TIME_NONE : when_from_unix(seconds, nanoseconds);
}

static void
take_meta(const struct listing *l, const TSK_FS_META *m, struct triage_entry *e)
{
	static const uint32_t bits[TRIAGE_FILE_KIND_COUNT] = {
		[TRIAGE_FILE_REGULAR] = S_IFREG, [TRIAGE_FILE_DIRECTORY] = S_IFDIR, [TRIAGE_FILE_LINK] = S_IFLNK,
		    [TRIAGE_FILE_FIFO] = S_IFIFO,
		[TRIAGE_FILE_SOCKET] = S_IFSOCK, [TRIAGE_FILE_CHARDEV] = S_IFCHR, [TRIAGE_FILE_BLOCKDEV] = S_IFBLK,
	};
	e->kind = kind_of_meta(m->type);
	e->mode = ((uint32_t)m->mode & 07777) | bits[e->kind];
	e->size = m->size >= 0 ? (uint64_t)m->size : TRIAGE_NO_ID;
	if (!l->v->fat) {
		e->uid = m->uid;
		e->gid = m->gid;
	}
	e->times[TRIAGE_MTIME] = take_time(m->mtime, m->mtime_nano);
	e->times[TRIAGE_ATIME] = take_time(m->atime, m->atime_nano);
	e->times[TRIAGE_CTIME] = take_time(m->ctime, m->ctime_nano);
	e->times[TRIAGE_BTIME] = take_time(m->crtime, m->crtime_nano);
	if (m->link != NULL && m->type == TSK_FS_META_TYPE_LNK) {
		e->link = (const uint8_t *)m->link;
		e->link_size = strlen(m->link);
	}
	if (e->kind == TRIAGE_FILE_VIRTUAL)
		e->flags |= TRIAGE_ENTRY_INTERNAL;
}

static uint64_t
place_of(const struct listing *l, const TSK_FS_ATTR *attr)
{
	if ((attr->flags & TSK_FS_ATTR_NONRES) == 0)
		return 0;
	for (const TSK_FS_ATTR_RUN *run = attr->nrd.run; run != NULL; run = run->next)
		if ((run->flags & (TSK_FS_ATTR_RUN_FLAG_FILLER | TSK_FS_ATTR_RUN_FLAG_SPARSE)) == 0 && run->addr < l->fs->length)
			return l->fs->start + run->addr * l->v->info->block_size;
	return 0;
}

/* Send one entry for each stream of the file, or one without content. *edge is that of the first. */
static enum triage_status
send_streams(struct listing *l, TSK_FS_FILE *file, const struct triage_entry *base, uint64_t *edge, struct triage_error *err)
{
	bool main_sent = false;
	enum triage_status st = TRIAGE_OK;
	*edge = l->walk.next_edge;
	bool plain = base->kind == TRIAGE_FILE_REGULAR || base->kind == TRIAGE_FILE_VIRTUAL || base->kind == TRIAGE_FILE_UNKNOWN;
	tsk_error_reset();
	int count = file->meta != NULL && (base->flags & TRIAGE_ENTRY_REUSED) == 0 ? tsk_fs_file_attr_getsize(file) : 0;
	for (int i = 0; i < count && st == TRIAGE_OK && plain; i++) {
		const TSK_FS_ATTR *attr = tsk_fs_file_attr_get_idx(file, i);
		struct triage_entry e = *base;
		if (attr == NULL || !tsk_attr_is_content(attr))
			continue;
		if (attr->type == TSK_FS_ATTR_TYPE_HFS_RSRC) {
			if (attr->size == 0)
				continue;
			e.stream = (const uint8_t *)"RSRC";
			e.stream_size = 4;
		}
		e.attr_type = (uint32_t)attr->type;
		e.attr_id = attr->id;
		e.size = attr->size >= 0 ? (uint64_t)attr->size : TRIAGE_NO_ID;
		e.flags |= attr->size > 0 ? TRIAGE_ENTRY_HAS_CONTENT : 0;
		e.flags |= (attr->flags & TSK_FS_ATTR_COMP) != 0 ? TRIAGE_ENTRY_COMPRESSED : 0;
		e.place = place_of(l, attr);
		st = walk_entry(&l->walk, &e, err);
		main_sent = true;
	}
	if (st == TRIAGE_OK && !main_sent) {
		struct triage_entry e = *base;
		st = walk_entry(&l->walk, &e, err);
	}
	return st;
}

static enum triage_status
put_folder(struct folder_list *list, const struct folder *f, struct triage_error *err)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 1024 : list->room * 2;
		struct folder *rows = realloc(list->rows, room * sizeof(*rows));
		if (rows == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu folders", list->count);
			return TRIAGE_E_MEMORY;
		}
		list->rows = rows;
		list->room = room;
	}
	list->rows[list->count++] = *f;
	return TRIAGE_OK;
}

/* Is this folder met for the first time, by inode and by first cluster? */
static enum triage_status
is_new(struct listing *l, const struct folder *f, bool *ret_new, struct triage_error *err)
{
	bool fresh = true;
	enum triage_status st = id_set_add(&l->seen, f->inode, ret_new, err);
	if (st == TRIAGE_OK && f->cluster != 0)
		st = id_set_add(&l->seen_clusters, f->cluster, &fresh, err);
	*ret_new = *ret_new && fresh;
	return st;
}

static uint64_t
first_cluster(const struct listing *l, const TSK_FS_META *meta)
{
	TSK_DADDR_T cluster = 0;
	if (l->v->fat && meta->content_ptr != NULL && meta->content_len >= sizeof(cluster))
		memcpy(&cluster, meta->content_ptr, sizeof(cluster));
	return cluster;
}

/* Queue a folder that is about to be sent. Live ones are marked in e when met again. */
static enum triage_status
enter_later(struct listing *l, const TSK_FS_META *meta, struct triage_entry *e, bool deleted, struct triage_error *err)
{
	struct folder f = { .inode = e->inode, .edge = l->walk.next_edge, .deleted = deleted, .cluster = first_cluster(l, meta) };
	bool fresh;
	if (deleted)
		return put_folder(&l->deleted, &f, err);
	enum triage_status st = is_new(l, &f, &fresh, err);
	if (st == TRIAGE_OK && fresh)
		return put_folder(&l->queue, &f, err);
	e->flags |= TRIAGE_ENTRY_CYCLE;
	return st;
}

/* A deleted folder whose first cluster is in use holds the names of something else by now. */
static bool
is_overwritten(const struct listing *l, TSK_FS_FILE *file)
{
	tsk_error_reset();
	const TSK_FS_ATTR *attr = tsk_fs_file_attr_get(file);
	if (attr == NULL || (attr->flags & TSK_FS_ATTR_NONRES) == 0 || attr->nrd.run == NULL)
		return false;
	return (l->v->info->block_getflags(l->v->info, attr->nrd.run->addr) & TSK_FS_BLOCK_FLAG_ALLOC) != 0;
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum triage_status
send_file(struct listing *l, const struct folder *in, TSK_FS_FILE *file, struct triage_error *err)
{
	const TSK_FS_NAME *name = file->name;
	struct triage_entry e = walk_blank();
	bool deleted = in->deleted || (name->flags & TSK_FS_NAME_FLAG_UNALLOC) != 0;
	uint64_t edge;
	e.parent = in->edge;
	e.inode = name->meta_addr;
	e.kind = kind_of_name(name->type);
	e.state = deleted ? TRIAGE_STATE_DELETED : TRIAGE_STATE_ALLOCATED;
	e.name = (const uint8_t *)name->name;
	e.name_size = name->name != NULL ? strlen(name->name) : 0;
	e.size = TRIAGE_NO_ID;
	bool reused = deleted && !l->v->fat && file->meta != NULL && (file->meta->flags & TSK_FS_META_FLAG_ALLOC) != 0;
	if (reused)
		e.flags |= TRIAGE_ENTRY_REUSED;
	else if (file->meta != NULL)
		take_meta(l, file->meta, &e);
	enum triage_status st = TRIAGE_OK;
	if (e.kind == TRIAGE_FILE_DIRECTORY && file->meta != NULL && !reused) {
		if (deleted && l->v->fat && is_overwritten(l, file))
			e.flags |= TRIAGE_ENTRY_REUSED;
		else
			st = enter_later(l, file->meta, &e, deleted, err);
	}
	bool fresh, counted = l->fs->tsk_type == TSK_FS_TYPE_APFS || l->fs->tsk_type == TSK_FS_TYPE_ISO9660;
	if (st == TRIAGE_OK && counted && e.kind != TRIAGE_FILE_DIRECTORY && file->meta != NULL)
		st = id_set_add(&l->others, e.inode, &fresh, err);
	if (st == TRIAGE_OK)
		st = send_streams(l, file, &e, &edge, err);
	if (st != TRIAGE_OK || file->meta != NULL || deleted)
		return st;
	return walk_problem(&l->walk, &(struct triage_problem){
		.severity = TRIAGE_MEDIUM, .code = "inode-unreadable", .inode = e.inode, .edge = edge, .offset = TRIAGE_NO_ID,
	}, err, "this name leads to an inode that cannot be read: %s", tsk_error_now().text);
}

static enum triage_status
read_folder(struct listing *l, const struct folder *f, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	tsk_error_reset();
	TSK_FS_DIR *dir = tsk_fs_dir_open_meta(l->v->info, f->inode);
	if (dir == NULL) {
		if (f->deleted)
			return TRIAGE_OK;	/* its clusters hold something else: nothing is lost by us */
		return walk_problem(&l->walk, &(struct triage_problem){
			.severity = TRIAGE_HIGH, .code = "directory-unreadable", .inode = f->inode, .edge = f->edge,
			    .offset = TRIAGE_NO_ID,
		}, err, "this folder cannot be read: %s", tsk_error_now().text);
	}
	size_t count = tsk_fs_dir_getsize(dir);
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		tsk_error_reset();
		TSK_FS_FILE *file = tsk_fs_dir_get(dir, i);
		if (file == NULL || file->name == NULL || file->name->name == NULL) {
			st = walk_problem(&l->walk, &(struct triage_problem){
				.severity = TRIAGE_MEDIUM, .code = "inode-unreadable", .inode = f->inode, .edge = f->edge,
				    .offset = TRIAGE_NO_ID,
			}, err, "name %zu of this folder cannot be read: %s", i, tsk_error_now().text);
		} else if (!is_dots(file->name->name) && file->name->type != TSK_FS_NAME_TYPE_VIRT_DIR) {
			st = send_file(l, f, file, err);
		}
		if (file != NULL)
			tsk_fs_file_close(file);
	}
	tsk_fs_dir_close(dir);
	return st;
}

static enum triage_status
send_root(struct listing *l, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	bool fresh;
	tsk_error_reset();
	TSK_FS_FILE *file = tsk_fs_file_open_meta(l->v->info, NULL, l->v->info->root_inum);
	e.inode = l->v->info->root_inum;
	e.mode = S_IFDIR;
	struct folder f = { .inode = e.inode };
	if (file != NULL && file->meta != NULL) {
		take_meta(l, file->meta, &e);
		f.cluster = first_cluster(l, file->meta);
	}
	e.kind = TRIAGE_FILE_DIRECTORY;
	enum triage_status st = is_new(l, &f, &fresh, err);
	if (st == TRIAGE_OK)
		st = put_folder(&l->queue, &f, err);
	if (file != NULL)
		tsk_fs_file_close(file);
	return st == TRIAGE_OK ? walk_entry(&l->walk, &e, err) : st;
}

/* Read the folders of the queue; then the deleted ones, each followed by what it led to. */
static enum triage_status
read_folders(struct listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t next = 0; st == TRIAGE_OK;) {
		struct folder now;
		bool fresh = true;
		if (l->entered < l->queue.count) {
			now = l->queue.rows[l->entered++];
		} else if (next < l->deleted.count) {
			now = l->deleted.rows[next++];
			st = is_new(l, &now, &fresh, err);
		} else {
			return TRIAGE_OK;
		}
		if (st == TRIAGE_OK && fresh)
			st = read_folder(l, &now, err);
	}
	return st;
}

/* libtsk drops what it cannot follow in a tree of APFS without a word: the volume itself says how many inodes it has. */
static enum triage_status
check_count(struct listing *l, struct triage_error *err)
{
	struct apfs_volume v;
	uint64_t met = l->others.count + l->seen.count - 1;	/* the root is not counted */
	if (l->fs->tsk_type != TSK_FS_TYPE_APFS)
		return TRIAGE_OK;
	bool told = apfs_volume_read(l->fs->reader, l->v->info->block_size, l->fs->part, &v);
	if (told && met >= v.inodes)
		return TRIAGE_OK;
	return walk_problem(&l->walk, &(struct triage_problem){
		.severity = TRIAGE_HIGH, .code = "listing-incomplete", .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
	}, err, "%ju files and folders were found; %s: mount the volume read-only on a Mac and give the folder", (uintmax_t)met,
	    told ? "the volume says that it has more" : "how many the volume has cannot be told");
}

/*
 * A disc can have several trees of folders over its files. libtsk goes down one of them, but knows the files of all: those that it did not
 * come to are sent without the names that they have there.
 */
static enum triage_status
send_left_over(struct listing *l, uint64_t inode, struct triage_error *err)
{
	char name[32];
	uint64_t edge;
	enum triage_status st = TRIAGE_OK;
	tsk_error_reset();
	TSK_FS_FILE *file = tsk_fs_file_open_meta(l->v->info, NULL, inode);
	if (file != NULL && file->meta != NULL && file->meta->type == TSK_FS_META_TYPE_REG) {
		struct triage_entry e = walk_blank();
		take_meta(l, file->meta, &e);
		e.name = (const uint8_t *)name;
		e.name_size = (size_t)snprintf(name, sizeof(name), "inode-%ju", (uintmax_t)inode);
		e.inode = inode;
		e.state = TRIAGE_STATE_NAMELESS;
		st = walk_virtual(&l->walk, true, &e.parent, err);
		if (st == TRIAGE_OK)
			st = send_streams(l, file, &e, &edge, err);
	}
	if (file != NULL)
		tsk_fs_file_close(file);
	return st;
}

static enum triage_status
send_other_trees(struct listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	TSK_FS_INFO *info = l->v->info;
	for (uint64_t i = info->first_inum; l->fs->tsk_type == TSK_FS_TYPE_ISO9660 && i < info->last_inum && st == TRIAGE_OK; i++)
		if (!id_set_has(&l->others, i) && !id_set_has(&l->seen, i))
			st = send_left_over(l, i, err);
	return st;
}

enum triage_status
tsk_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct listing l = { .fs = fs, .v = fs->state };
	walk_init(&l.walk, sink, l.v->info->last_inum);
	enum triage_status st = send_root(&l, err);
	if (st == TRIAGE_OK)
		st = read_folders(&l, err);
	if (st == TRIAGE_OK)
		st = send_other_trees(&l, err);
	if (st == TRIAGE_OK)
		st = check_count(&l, err);
	if (st == TRIAGE_OK)
		st = walk_finish(&l.walk, err);
	id_set_release(&l.seen);
	id_set_release(&l.others);
	id_set_release(&l.seen_clusters);
	free(l.queue.rows);
	free(l.deleted.rows);
	return st;
}
