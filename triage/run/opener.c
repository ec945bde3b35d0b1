#include "triage/run/opener.h"

#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

enum { PIECE = 3900, REQUEST_MAX = 256 << 10 };

struct request {
	uint32_t size, attr_type, attr_id, zero;
};

/*
 * For kernels without openat2() or, which comes to the same (see sandbox_calls.def), without Landlock: one name at a time, no link followed, no
 * way up, not onto another device. path has no slash at its ends.
 */
static int
open_by_names(int folder, const char *path, uint64_t flags)
{
	struct stat from, to;
	int at = fstat(folder, &from) == 0 ? fcntl(folder, F_DUPFD_CLOEXEC, 3) : -1;
	for (const char *end; at >= 0; path = end + 1) {
		char name[NAME_MAX + 1];
		end = strchrnul(path, '/');
		size_t size = (size_t)(end - path);
		bool last = *end == '\0', bad = size == 0 || size > NAME_MAX || (size == 2 && memcmp(path, "..", 2) == 0);
		memcpy(name, path, bad ? 0 : size);
		name[bad ? 0 : size] = '\0';
		int next = bad ? -1 : openat(at, name, (int)(last ? flags | O_NOFOLLOW | O_CLOEXEC : O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
		int error = bad ? EXDEV : errno;
		close(at);
		at = next;
		if (at >= 0 && (fstat(at, &to) != 0 || to.st_dev != from.st_dev)) {
			close(at);
			at = -1;
			error = EXDEV;
		}
		errno = error;
		if (last || at < 0)
			break;
	}
	return at;
}

int
opener_open_beneath(int folder, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	return fd < 0 && errno == ENOSYS ? open_by_names(folder, path, flags) : fd;
}

/* With O_NOATIME where permitted: the kernel allows it to the owner and to CAP_FOWNER. */
static int
open_quietly(int folder, const char *path, uint64_t flags)
{
	int fd = opener_open_beneath(folder, path, flags | O_NOATIME);
	return fd < 0 && errno == EPERM ? opener_open_beneath(folder, path, flags) : fd;
}

/*
 * Open the folder that holds the last component, however long the path is, in pieces shorter than PATH_MAX.
 * ret_last points at the last component inside path. path is cut in place.
 */
static int
open_parent(int root, char *path, const char **ret_last)
{
	int folder = fcntl(root, F_DUPFD_CLOEXEC, 3);
	char *rest = path;
	while (folder >= 0) {
		char *cut = strrchr(rest, '/');
		if (strlen(rest) > PIECE) {
			cut = rest + PIECE;
			while (cut > rest && *cut != '/')
				cut--;
			if (cut == rest)
				cut = NULL;
		}
		if (cut == NULL)
			break;
		*cut = '\0';
		int next = open_quietly(folder, rest, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		close(folder);
		folder = next;
		rest = cut + 1;
	}
	*ret_last = rest;
	return folder;
}

static int
open_content(int folder, const char *name)
{
	struct stat info;
	SCOPED_FD probe = opener_open_beneath(folder, name, O_PATH | O_NOFOLLOW);
	if (probe < 0 || fstat(probe, &info) != 0)
		return -1;
	if (!S_ISREG(info.st_mode)) {
		errno = ENXIO;	/* became something else since it was listed: not opened */
		return -1;
	}
	return open_quietly(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

/* The name of the index-th extended attribute among size bytes of names, or NULL. */
static const char *
nth_name(const char *names, size_t size, uint32_t index)
{
	for (size_t at = 0; at < size; at += strlen(names + at) + 1)
		if (index-- == 0)
			return names + at;
	return NULL;
}

static int
open_xattr(int folder, const char *name, uint32_t index)
{
	SCOPED_FD file = open_quietly(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	char names[OPENER_XATTR_MAX + 1];
	uint8_t value[OPENER_XATTR_MAX];
	ssize_t size = file < 0 ? -1 : flistxattr(file, names, OPENER_XATTR_MAX);
	if (size < 0)
		return -1;
	names[size] = '\0';
	const char *attribute = nth_name(names, (size_t)size, index);
	ssize_t got = attribute != NULL ? fgetxattr(file, attribute, value, sizeof(value)) : -1;
	if (got < 0)
		return -1;
	SCOPED_FD memory = memfd_create("xattr", MFD_CLOEXEC);
	if (memory < 0 || write(memory, value, (size_t)got) != got)
		return -1;
	return fd_take(&memory);
}

static bool
send_answer(int channel, int fd, int error)
{
	struct iovec data = { &error, sizeof(error) };
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	if (fd >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	return sendmsg(channel, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(error);
}

void
opener_serve(int root, const char *only, int channel)
{
	SCOPED_FREE uint8_t *room = malloc(sizeof(struct request) + REQUEST_MAX + 1);
	while (room != NULL) {
		ssize_t n = recv(channel, room, sizeof(struct request) + REQUEST_MAX, 0);
		struct request r;
		if (n < (ssize_t)sizeof(r))
			return;
#ifdef TRIAGE_FAULT
		opener_misbehave();
#endif
		memcpy(&r, room, sizeof(r));
		if (r.size != (size_t)n - sizeof(r))
			return;
		char *path = (char *)room + sizeof(r);
		path[r.size] = '\0';
		bool asked = only == NULL || strcmp(path, only) == 0;
		const char *last;
		SCOPED_FD folder = asked ? open_parent(root, path, &last) : -1;
		errno = asked ? errno : EACCES;
		SCOPED_FD fd = folder < 0 ? -1 : r.attr_type == OPENER_XATTR ? open_xattr(folder, last, r.attr_id) : open_content(folder, last);
		if (!send_answer(channel, fd, fd < 0 ? errno : 0))
			return;
	}
}

enum triage_status
opener_request(int channel, const uint8_t *path, size_t size, uint32_t attr_type, uint32_t attr_id, int *ret_fd, struct triage_error *err)
{
	struct request r = { (uint32_t)size, attr_type, attr_id, 0 };
	struct iovec parts[2] = { { &r, sizeof(r) }, { (void *)(uintptr_t)path, size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	if (size > REQUEST_MAX || sendmsg(channel, &message, MSG_NOSIGNAL) < 0) {
		triage_error_set(err, TRIAGE_E_CRASHED, TRIAGE_NO_OFFSET, "the opener is gone");
		return TRIAGE_E_CRASHED;
	}
	int error = 0;
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec data = { &error, sizeof(error) };
	struct msghdr answer = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room) };
	ssize_t n;
	do
		n = recvmsg(channel, &answer, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		triage_error_set(err, TRIAGE_E_CRASHED, TRIAGE_NO_OFFSET, "the opener is gone");
		return TRIAGE_E_CRASHED;
	}
	struct cmsghdr *c = n == (ssize_t)sizeof(error) ? CMSG_FIRSTHDR(&answer) : NULL;
	if (c == NULL || c->cmsg_type != SCM_RIGHTS) {
		errno = n == (ssize_t)sizeof(error) ? error : EIO;
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open");
		return TRIAGE_E_IO;
	}
	memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
	return TRIAGE_OK;
}
