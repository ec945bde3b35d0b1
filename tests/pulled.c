/*
 * pulled.c - for tests: a folder seen through a filesystem of our own, of which reads or writes begin to fail, as those of a medium that is pulled out.
 * Usage: pulled FOLDER MOUNT READS WRITES ERRNO; as root. After READS reads of files all reads fail with ERRNO, after WRITES writes all that changes anything, fsync
 * too; 0: never. Prints the process that serves, and when it is unmounted "READS WRITES" that were asked for into the file that PULLED_COUNTS names. It speaks the kernel's own protocol (linux/fuse.h), answers one request at a time, and ends when it is unmounted. What stood in FOLDER stays there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NODES = 4096, ROOM = 256 << 10 };
static char *nodes[NODES];		/* path of each node, by its number; 1 is the root */
static size_t node_count = 2;
static int channel;
static uint64_t reads_left, writes_left, reads_asked, writes_asked;
static bool reads_end, writes_end;
static int with;
static const char *root;

static const char *
full(uint64_t node, const char *name)
{
	static char path[2][4096];
	static int turn;
	turn = !turn;
	const char *of = node < node_count && nodes[node] != NULL ? nodes[node] : "/gone";
	snprintf(path[turn], sizeof(path[turn]), "%s%s%s%s", root, of, name != NULL ? "/" : "", name != NULL ? name : "");
	return path[turn];
}

static uint64_t
node_of(uint64_t parent, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", nodes[parent], name);
	for (size_t i = 1; i < node_count; i++)
		if (nodes[i] != NULL && strcmp(nodes[i], path) == 0)
			return i;
	if (node_count == NODES)
		abort();
	nodes[node_count] = strdup(path);
	return node_count++;
}

static void
answer(uint64_t unique, int error, const void *data, size_t size)
{
	struct fuse_out_header h = { .len = (uint32_t)(sizeof(h) + size), .error = -error, .unique = unique };
	struct iovec parts[] = { { &h, sizeof(h) }, { (void *)(uintptr_t)data, size } };
	if (writev(channel, parts, size > 0 ? 2 : 1) < 0 && errno != ENOENT && errno != EINTR)
		exit(0);
}

static void
put_attributes(const struct stat *s, uint64_t node, struct fuse_attr *a)
{
	*a = (struct fuse_attr){ .ino = node, .size = (uint64_t)s->st_size, .blocks = (uint64_t)s->st_blocks, .atime = (uint64_t)s->st_atim.tv_sec, .mtime = (uint64_t)s->st_mtim.tv_sec,
		.ctime = (uint64_t)s->st_ctim.tv_sec, .mtimensec = (uint32_t)s->st_mtim.tv_nsec, .ctimensec = (uint32_t)s->st_ctim.tv_nsec, .mode = s->st_mode, .nlink = (uint32_t)s->st_nlink,
		.uid = s->st_uid, .gid = s->st_gid, .blksize = 4096 };
}

static void
answer_entry(uint64_t unique, uint64_t parent, const char *name, int fd)
{
	struct stat s;
	struct {
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} out = { 0 };
	if (lstat(full(parent, name), &s) != 0) {
		answer(unique, errno, NULL, 0);
		return;
	}
	out.entry.nodeid = node_of(parent, name);
	put_attributes(&s, out.entry.nodeid, &out.entry.attr);
	out.open.fh = (uint64_t)fd;
	answer(unique, 0, &out, fd >= 0 ? sizeof(out) : sizeof(out.entry));
}

static void
answer_attributes(const struct fuse_in_header *in)
{
	struct stat s;
	struct fuse_attr_out out = { 0 };
	int rc = lstat(full(in->nodeid, NULL), &s);
	put_attributes(&s, in->nodeid, &out.attr);
	answer(in->unique, rc != 0 ? errno : 0, &out, rc != 0 ? 0 : sizeof(out));
}

static void
answer_folder(const struct fuse_in_header *in, const struct fuse_read_in *r)
{
	static char out[ROOM];
	size_t used = 0;
	uint64_t at = 0;
	DIR *d = opendir(full(in->nodeid, NULL));
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + strlen(e->d_name));
		if (at++ < r->offset)
			continue;
		if (used + size > r->size || used + size > sizeof(out))
			break;
		struct fuse_dirent *put = (struct fuse_dirent *)(void *)(out + used);
		memset(put, 0, size);
		*put = (struct fuse_dirent){ .ino = e->d_ino, .off = at, .namelen = (uint32_t)strlen(e->d_name), .type = e->d_type };
		memcpy(put->name, e->d_name, put->namelen);
		used += size;
	}
	if (d != NULL)
		closedir(d);
	answer(in->unique, 0, out, used);
}

static bool
pulled(bool end, uint64_t *left)
{
	if (end && *left > 0)
		--*left;
	else if (end)
		return true;
	return false;
}

static void
answer_read(const struct fuse_in_header *in, const struct fuse_read_in *r)
{
	static char data[ROOM];
	bool fails = pulled(reads_end, &reads_left);
	reads_asked++;
	ssize_t n = fails ? -1 : pread((int)r->fh, data, r->size < sizeof(data) ? r->size : sizeof(data), (off_t)r->offset);
	answer(in->unique, n >= 0 ? 0 : fails ? with : errno, data, n > 0 ? (size_t)n : 0);
}

static int
set_attributes(const struct fuse_in_header *in, const struct fuse_setattr_in *s)
{
	const char *path = full(in->nodeid, NULL);
	if ((s->valid & FATTR_SIZE) != 0 && truncate(path, (off_t)s->size) != 0)
		return errno;
	return (s->valid & FATTR_MODE) != 0 && chmod(path, s->mode & 07777) != 0 ? errno : 0;
}

static int
move(const struct fuse_in_header *in, uint64_t new_parent, const char *from)
{
	const char *to = from + strlen(from) + 1;
	char old[4096];
	snprintf(old, sizeof(old), "%s", full(in->nodeid, from));
	if (rename(old, full(new_parent, to)) != 0)
		return errno;
	uint64_t moved = node_of(in->nodeid, from), there = node_of(new_parent, to);
	char *path = nodes[there];
	nodes[there] = NULL;
	free(nodes[moved]);
	nodes[moved] = path;
	return 0;
}

/* What changes something on the medium. */
static int
change(const struct fuse_in_header *in, void *body)
{
	if (pulled(writes_end, &writes_left))
		return with;
	const char *name = body;
	switch (in->opcode) {
	case FUSE_MKDIR: return mkdir(full(in->nodeid, name + sizeof(struct fuse_mkdir_in)), ((struct fuse_mkdir_in *)body)->mode) != 0 ? errno : 0;
	case FUSE_UNLINK: return unlink(full(in->nodeid, name)) != 0 ? errno : 0;
	case FUSE_RMDIR: return rmdir(full(in->nodeid, name)) != 0 ? errno : 0;
	case FUSE_RENAME: return move(in, ((struct fuse_rename_in *)body)->newdir, name + sizeof(struct fuse_rename_in));
	case FUSE_RENAME2: return move(in, ((struct fuse_rename2_in *)body)->newdir, name + sizeof(struct fuse_rename2_in));
	case FUSE_SETATTR: return set_attributes(in, body);
	default: return 0;	/* FUSE_FSYNC, FUSE_FSYNCDIR: the disk under the test need not be waited for */
	}
}

static void
answer_write(const struct fuse_in_header *in, const struct fuse_write_in *w)
{
	bool fails = pulled(writes_end, &writes_left);
	writes_asked++;
	ssize_t n = fails ? -1 : pwrite((int)w->fh, w + 1, w->size, (off_t)w->offset);
	struct fuse_write_out out = { .size = n > 0 ? (uint32_t)n : 0 };
	answer(in->unique, n >= 0 ? 0 : fails ? with : errno, &out, n >= 0 ? sizeof(out) : 0);
}

static void
answer_open(const struct fuse_in_header *in, const void *body)
{
	bool folder = in->opcode == FUSE_OPENDIR, makes = in->opcode == FUSE_CREATE;
	const struct fuse_create_in *c = body;
	const struct fuse_open_in *o = body;
	uint32_t flags = makes ? c->flags : o->flags;
	const char *name = makes ? (const char *)(c + 1) : NULL;
	bool fails = (makes || (flags & O_ACCMODE) != O_RDONLY) && pulled(writes_end, &writes_left);
	int fd = folder ? 0 : fails ? -1 : open(full(in->nodeid, name), (int)(flags & ~(uint32_t)(O_NOFOLLOW | O_EXCL)) | (makes ? O_CREAT : 0), makes ? c->mode : 0);
	struct fuse_open_out out = { .fh = (uint64_t)fd };
	if (fd < 0)
		answer(in->unique, fails ? with : errno, NULL, 0);
	else if (makes)
		answer_entry(in->unique, in->nodeid, name, fd);
	else
		answer(in->unique, 0, &out, sizeof(out));
}

static void
serve(const struct fuse_in_header *in, void *body)
{
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_readahead = 4096, .flags = FUSE_BIG_WRITES, .max_write = 128 << 10 };
	struct fuse_statfs_out fs = { .st = { .blocks = 1 << 20, .bfree = 1 << 20, .bavail = 1 << 20, .bsize = 4096, .namelen = 255, .frsize = 4096 } };
	int error;
	switch (in->opcode) {
	case FUSE_INIT: answer(in->unique, 0, &init, sizeof(init)); break;
	case FUSE_LOOKUP: answer_entry(in->unique, in->nodeid, body, -1); break;
	case FUSE_GETATTR: answer_attributes(in); break;
	case FUSE_OPEN: case FUSE_OPENDIR: case FUSE_CREATE: answer_open(in, body); break;
	case FUSE_READ: answer_read(in, body); break;
	case FUSE_WRITE: answer_write(in, body); break;
	case FUSE_READDIR: answer_folder(in, body); break;
	case FUSE_STATFS: answer(in->unique, 0, &fs, sizeof(fs)); break;
	case FUSE_RELEASE: close((int)((struct fuse_release_in *)body)->fh); answer(in->unique, 0, NULL, 0); break;
	case FUSE_FLUSH: case FUSE_RELEASEDIR: answer(in->unique, 0, NULL, 0); break;
	case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT: break;
	case FUSE_MKDIR: case FUSE_UNLINK: case FUSE_RMDIR: case FUSE_RENAME: case FUSE_RENAME2: case FUSE_SETATTR: case FUSE_FSYNC: case FUSE_FSYNCDIR:
		error = change(in, body);
		if (error == 0 && in->opcode == FUSE_MKDIR)
			answer_entry(in->unique, in->nodeid, (char *)body + sizeof(struct fuse_mkdir_in), -1);
		else if (error == 0 && in->opcode == FUSE_SETATTR)
			answer_attributes(in);
		else
			answer(in->unique, error, NULL, 0);
		break;
	default: answer(in->unique, ENOSYS, NULL, 0);
	}
}

int
main(int argc, char **argv)
{
	static char request[ROOM + 4096];
	char options[100];
	if (argc != 6)
		return 2;
	root = argv[1];
	nodes[1] = strdup("");
	reads_left = strtoull(argv[3], NULL, 10);
	writes_left = strtoull(argv[4], NULL, 10);
	reads_end = reads_left > 0;
	writes_end = writes_left > 0;
	with = atoi(argv[5]);
	channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=%d,group_id=%d,allow_other", channel, (int)getuid(), (int)getgid());
	if (channel < 0 || mount("pulled", argv[2], "fuse.pulled", MS_NOSUID | MS_NODEV, options) != 0) {
		perror("pulled");
		return 1;
	}
	pid_t server = fork();
	if (server != 0) {
		printf("%d\n", (int)server);
		return 0;
	}
	close(1);
	for (;;) {
		ssize_t n = read(channel, request, sizeof(request));
		if (n < (ssize_t)sizeof(struct fuse_in_header)) {
			if (n < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
				continue;
			break;
		}
		serve((struct fuse_in_header *)(void *)request, request + sizeof(struct fuse_in_header));
	}
	FILE *counts = getenv("PULLED_COUNTS") != NULL ? fopen(getenv("PULLED_COUNTS"), "w") : NULL;
	if (counts != NULL && (fprintf(counts, "%llu %llu\n", (unsigned long long)reads_asked, (unsigned long long)writes_asked) < 0 || fclose(counts) != 0))
		return 1;
	return 0;
}
