/* opener_list.c - the breadth-first listing of a mounted volume. */
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/run/opener.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { FLUSH_AT = 32 << 10, NAMES_MAX = 64 << 10, LINK_MAX_BYTES = 64 << 10, MAX_DEPTH_OPEN = 4096 };

/* A folder still to be read: its own edge, its parent in the array, its name in the pool. */
struct folder {
	uint64_t edge;
	size_t parent;			/* SIZE_MAX for the root */
	size_t name;			/* offset into names */
};

struct listing {
	const struct opener_listing *to;
	int root;
	struct folder *folders;
	size_t count, room;
	struct buf names;		/* NUL-ended names of all folders met */
	uint64_t next_edge;
};

static enum triage_status
send_if_full(struct listing *l, struct triage_error *err)
{
	l->to->beat(l->to->ctx, l->next_edge);
	return wire_pending(l->to->wire) > FLUSH_AT ? wire_flush(l->to->wire, true, err) : TRIAGE_OK;
}

static void
problem(struct listing *l, uint64_t edge, const char *code, const char *what, int error)
{
	char message[300];
	const char *reason = strerrordesc_np(error);
	snprintf(message, sizeof(message), "%s: %s", what, reason != NULL ? reason : "unknown error");
	wire_put_problem(l->to->wire, l->to->job, &(struct triage_problem){
	    .stage = "list", .severity = TRIAGE_MEDIUM, .code = code, .message = message, .inode = TRIAGE_NO_ID, .edge = edge,
	    .offset = TRIAGE_NO_ID });
}

static int
beneath(int folder, const char *path, uint64_t flags)
{
	int fd = opener_open_beneath(folder, path, flags);
	if (fd < 0 && errno == EPERM && (flags & O_NOATIME) != 0)
		fd = opener_open_beneath(folder, path, flags & ~(uint64_t)O_NOATIME);
	return fd;
}

/* Open a folder by walking its ancestors from the root, one name at a time: works at any depth. */
static int
open_folder(struct listing *l, size_t index)
{
	size_t chain[MAX_DEPTH_OPEN], depth = 0;
	for (size_t i = index; l->folders[i].parent != SIZE_MAX; i = l->folders[i].parent) {
		if (depth == MAX_DEPTH_OPEN) {
			errno = ENAMETOOLONG;
			return -1;
		}
		chain[depth++] = i;
	}
	int fd = beneath(l->root, ".", O_RDONLY | O_DIRECTORY | O_NOATIME);
	while (fd >= 0 && depth > 0) {
		int next = beneath(fd, l->names.data + l->folders[chain[--depth]].name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NOATIME);
		int saved = errno;
		close(fd);
		errno = saved;
		fd = next;
	}
	return fd;
}

static enum triage_status
remember_folder(struct listing *l, uint64_t edge, size_t parent, const char *name, struct triage_error *err)
{
	if (l->count == l->room) {
		size_t room = l->room == 0 ? 1024 : l->room * 2;
		struct folder *grown = reallocarray(l->folders, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while listing");
			return TRIAGE_E_MEMORY;
		}
		l->folders = grown;
		l->room = room;
	}
	l->folders[l->count++] = (struct folder){ edge, parent, l->names.size };
	buf_put(&l->names, name, strlen(name) + 1);
	return buf_check(&l->names, err);
}

static enum triage_file_kind
kind_of(unsigned mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return TRIAGE_FILE_REGULAR;
	case S_IFDIR: return TRIAGE_FILE_DIRECTORY;
	case S_IFLNK: return TRIAGE_FILE_LINK;
	case S_IFIFO: return TRIAGE_FILE_FIFO;
	case S_IFSOCK: return TRIAGE_FILE_SOCKET;
	case S_IFCHR: return TRIAGE_FILE_CHARDEV;
	case S_IFBLK: return TRIAGE_FILE_BLOCKDEV;
	default: return TRIAGE_FILE_UNKNOWN;
	}
}

static int64_t
time_of(const struct statx *s, unsigned mask, const struct statx_timestamp *t)
{
	return (s->stx_mask & mask) != 0 ? when_from_unix(t->tv_sec, t->tv_nsec) : TRIAGE_TIME_NONE;
}

static void
fill(struct triage_entry *e, const struct statx *s)
{
	e->inode = s->stx_ino;
	e->kind = kind_of(s->stx_mode);
	e->size = s->stx_size;
	e->mode = s->stx_mode;
	e->uid = s->stx_uid;
	e->gid = s->stx_gid;
	e->times[TRIAGE_MTIME] = time_of(s, STATX_MTIME, &s->stx_mtime);
	e->times[TRIAGE_ATIME] = time_of(s, STATX_ATIME, &s->stx_atime);
	e->times[TRIAGE_CTIME] = time_of(s, STATX_CTIME, &s->stx_ctime);
	e->times[TRIAGE_BTIME] = time_of(s, STATX_BTIME, &s->stx_btime);
	for (size_t i = TRIAGE_FN_MTIME; i < TRIAGE_TIME_COUNT; i++)
		e->times[i] = TRIAGE_TIME_NONE;
	if (e->kind == TRIAGE_FILE_REGULAR && e->size > 0)
		e->flags = TRIAGE_ENTRY_HAS_CONTENT;
	if ((s->stx_attributes & STATX_ATTR_COMPRESSED) != 0)
		e->flags |= TRIAGE_ENTRY_COMPRESSED;
	if ((s->stx_attributes & STATX_ATTR_ENCRYPTED) != 0)
		e->flags |= TRIAGE_ENTRY_ENCRYPTED;
}

/* The labels of access control would double the rows and say nothing about content. */
static bool
is_label(const char *name)
{
	return strcmp(name, "security.selinux") == 0 || strncmp(name, "system.", 7) == 0;
}

/* Extended attributes of a regular file or folder as streams of their own. */
static void
list_attributes(struct listing *l, int folder, const char *name, const struct triage_entry *owner)
{
	char names[NAMES_MAX + 1];
	SCOPED_FD fd = beneath(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_NOATIME);
	ssize_t size = fd < 0 ? -1 : flistxattr(fd, names, NAMES_MAX);
	if (size < 0) {
		if (fd < 0 || (errno != ENOTSUP && errno != ENODATA))
			problem(l, owner->edge, "attributes-unreadable", "extended attributes", errno);
		return;
	}
	names[size] = '\0';
	uint32_t index = 0;
	for (size_t at = 0; at < (size_t)size; at += strlen(names + at) + 1, index++) {
		ssize_t length = fgetxattr(fd, names + at, NULL, 0);
		if (is_label(names + at) || length < 0)
			continue;
		struct triage_entry e = *owner;
		e.edge = l->next_edge++;
		e.attr_type = OPENER_XATTR;
		e.attr_id = index;
		e.stream = (const uint8_t *)names + at;
		e.stream_size = strlen(names + at);
		e.size = (uint64_t)length;
		e.flags = length > 0 ? TRIAGE_ENTRY_HAS_CONTENT : 0;
		e.link_size = 0;
		wire_put_entry(l->to->wire, l->to->job, &e);
	}
}

static enum triage_status
list_name(struct listing *l, int fd, size_t folder, const char *name, struct triage_error *err)
{
	struct triage_entry e = { .edge = l->next_edge++, .parent = l->folders[folder].edge, .owner = "",
	    .name = (const uint8_t *)name, .name_size = strlen(name), .stream = (const uint8_t *)"", .link = (const uint8_t *)"",
	    .size = TRIAGE_NO_ID, .uid = TRIAGE_NO_ID, .gid = TRIAGE_NO_ID };
	struct statx s;
	bool known = statx(fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &s) == 0;
	int error = known ? 0 : errno;
	char target[LINK_MAX_BYTES];
	if (known) {
		fill(&e, &s);
		ssize_t n = e.kind == TRIAGE_FILE_LINK ? readlinkat(fd, name, target, sizeof(target)) : 0;
		e.link = (const uint8_t *)target;
		e.link_size = n > 0 ? (size_t)n : 0;
	} else {
		for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
			e.times[i] = TRIAGE_TIME_NONE;
	}
	bool mount = known && (s.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 && (s.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
	wire_put_entry(l->to->wire, l->to->job, &e);
	if (!known)
		problem(l, e.edge, "entry-unreadable", "stat", error);
	else if (mount)
		problem(l, e.edge, "other-mount", "another filesystem is mounted here and was not entered; examine it by itself", EXDEV);
	else if (e.kind == TRIAGE_FILE_REGULAR || e.kind == TRIAGE_FILE_DIRECTORY)
		list_attributes(l, fd, name, &e);
	enum triage_status st = e.kind == TRIAGE_FILE_DIRECTORY && !mount ? remember_folder(l, e.edge, folder, name, err) : TRIAGE_OK;
	return st == TRIAGE_OK ? send_if_full(l, err) : st;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names of an open folder, sorted, so that the listing does not depend on the order of the disk. fd is consumed. */
static bool
read_names(int fd, struct buf *pool, char ***ret_names, size_t *ret_count)
{
	DIR *dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return false;
	}
	size_t count = 0;
	errno = 0;
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		buf_put(pool, d->d_name, strlen(d->d_name) + 1);
		count++;
	}
	int error = errno;
	closedir(dir);
	char **names = calloc(count + 1, sizeof(*names));
	if (names == NULL || pool->failed) {
		free(names);
		errno = ENOMEM;
		return false;
	}
	char *p = pool->data;
	for (size_t i = 0; i < count; i++, p += strlen(p) + 1)
		names[i] = p;
	qsort(names, count, sizeof(*names), by_name);
	*ret_names = names;
	*ret_count = count;
	errno = error;
	return error == 0;
}

static enum triage_status
list_folder(struct listing *l, size_t folder, struct triage_error *err)
{
	SCOPED_BUF pool;
	buf_init(&pool, (size_t)1 << 30);
	SCOPED_FREE char **names = NULL;
	size_t count = 0;
	SCOPED_FD fd = open_folder(l, folder);
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0 || !read_names(copy, &pool, &names, &count))
		problem(l, l->folders[folder].edge, "directory-unreadable", "folder", errno);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++)
		st = list_name(l, fd, folder, names[i], err);
	return st;
}

enum triage_status
opener_list(int root, const char *only, const struct opener_listing *to, struct triage_error *err)
{
	struct listing l = { .to = to, .root = root };
	buf_init(&l.names, (size_t)2 << 30);
	struct statx s;
	struct triage_entry e = { .parent = TRIAGE_NO_ID, .owner = "", .name = (const uint8_t *)"", .stream = (const uint8_t *)"",
	    .link = (const uint8_t *)"", .kind = TRIAGE_FILE_DIRECTORY };
	l.next_edge = 1;
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		e.times[i] = TRIAGE_TIME_NONE;
	if (only == NULL && statx(root, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &s) == 0)
		fill(&e, &s);
	wire_put_entry(to->wire, to->job, &e);
	enum triage_status st = remember_folder(&l, 0, SIZE_MAX, "", err);
	if (st == TRIAGE_OK && only != NULL)
		st = list_name(&l, root, 0, only, err);
	for (size_t i = 0; only == NULL && i < l.count && st == TRIAGE_OK; i++)
		st = list_folder(&l, i, err);
	free(l.folders);
	buf_release(&l.names);
	return st;
}
