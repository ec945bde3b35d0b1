/* companion.c - see companion.h. */
#include "triage/evidence/companion.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/raw.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* The raw reader over one file, and the descriptor that goes with it. */
struct companion {
	struct reader base;
	struct reader *raw;
	int fd;
};

bool
companion_name(const char *stored, char out[COMPANION_NAME])
{
	if (strncmp(stored, "file:", 5) == 0)
		stored += 5;
	const char *name = stored;
	for (const char *p = stored; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	size_t length = strlen(name);
	if (length == 0 || length >= COMPANION_NAME || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	memcpy(out, name, length + 1);
	return true;
}

struct companion_id
companion_id_of(int fd)
{
	struct stat info;
	if (fstat(fd, &info) != 0)
		return (struct companion_id){ 0 };
	return (struct companion_id){ .device = info.st_dev, .inode = info.st_ino };
}

char *
companion_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static enum triage_status
companion_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct companion *c = (struct companion *)r;
	uint64_t bad = c->raw->bad_bytes;
	enum triage_status st = reader_read_all(c->raw, offset, buf, size, err);
	r->bad_bytes += c->raw->bad_bytes - bad;
	return st;
}

static void
companion_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	struct companion *c = (struct companion *)r;
	c->raw->ops->bad_ranges(c->raw, each, ctx);
}

static void
companion_close(struct reader *r)
{
	struct companion *c = (struct companion *)r;
	reader_close(c->raw);
	close(c->fd);
	free(c);
}

static const struct reader_ops companion_ops = {
	.name = "companion", .read = companion_read, .bad_ranges = companion_bad_ranges, .close = companion_close,
};

/* A regular file beneath folder, or -1. */
static int
open_regular(const char *folder, const char *name, uint64_t *ret_size)
{
	struct stat info;
	SCOPED_FD dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fault_hit())
		return -1;
	SCOPED_FD fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return -1;
	*ret_size = (uint64_t)info.st_size;
	return fd_take(&fd);
}

enum triage_status
companion_reader(int fd, uint64_t size, struct reader **ret_reader, struct triage_error *err)
{
	SCOPED_FD owned = fd;
	SCOPED_FREE struct companion *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	const struct raw_segment segment = { .fd = owned, .size = size };
	enum triage_status st = raw_reader(&segment, 1, size, 512, &c->raw, err);
	if (st != TRIAGE_OK)
		return st;
	c->base = (struct reader){ .ops = &companion_ops, .size = size, .sector_size = 512 };
	c->fd = fd_take(&owned);
	*ret_reader = &c->base;
	(void)TAKE(c);
	return TRIAGE_OK;
}

enum triage_status
companion_open(const char *path, const char *name, struct reader **ret_reader, struct companion_id *ret_id, struct triage_error *err)
{
	uint64_t size = 0;
	SCOPED_FREE char *folder = companion_folder(path);
	if (folder == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	SCOPED_FD fd = open_regular(folder, name, &size);
	if (fd < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %s", name);
		return TRIAGE_E_IO;
	}
	*ret_id = companion_id_of(fd);
	return companion_reader(fd_take(&fd), size, ret_reader, err);
}
