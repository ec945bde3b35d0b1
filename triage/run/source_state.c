/* source_state.c - where a source lies and whether it stays as it was. */
#include "triage/base/scoped.h"
#include "triage/base/steady_name.h"
#include "triage/run/source.h"
#include "triage/run/workstation.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

int
source_open_unwritable(const char *path)
{
	struct stat info;
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSUID,
	    .attr_clr = MOUNT_ATTR__ATIME };
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
		SCOPED_FD tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
		if (tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) == 0) {
			int fd = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (fd >= 0)
				return fd;
		}
	}
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

bool
source_contains(const struct source *s, const char *path)
{
	/* the output may not exist yet: resolve the deepest folder that does */
	char folder[PATH_MAX], real[PATH_MAX];
	snprintf(folder, sizeof(folder), "%s%s", path[0] == '/' ? "" : "./", path);
	while (realpath(folder, real) == NULL) {
		char *slash = strrchr(folder, '/');
		if (slash == NULL || slash == folder)
			return false;
		*slash = '\0';
	}
	if (s->only != NULL)
		return false;
	if (s->kind == TRIAGE_EVIDENCE_DIRECTORY) {
		size_t length = strlen(s->path);
		return strncmp(real, s->path, length) == 0 && (real[length] == '\0' || real[length] == '/' || length == 1);
	}
	struct stat info;
	return s->kind == TRIAGE_EVIDENCE_DEVICE && stat(real, &info) == 0 && info.st_dev == s->before[0].st_rdev;
}

/*
 * A device is known by what the disk says of itself, or when it says nothing by the name under which a run is taken up (virtio, device mapper, md): other names
 * and inodes are given anew at each start, and an interrupted run is taken up after a power cut. A partition: by its size and its number, too.
 */
static void
fingerprint_of_device(const struct source *s, struct buf *out)
{
	char room[PATH_MAX];
	struct workstation_disk disk = { 0 };
	workstation_disk("/sys", s->before[0].st_rdev, &disk);
	if (disk.serial[0] == '\0')
		buf_format(out, "%s|%ju\n", steady_name("/dev/disk/by-id", s->path, room), (uintmax_t)s->sizes[0]);
	else
		buf_format(out, "%s|%s|%s|%ju\n", disk.model, disk.serial, disk.partition, (uintmax_t)s->sizes[0]);
}

void
source_fingerprint(const struct source *s, struct buf *out)
{
	if (s->kind == TRIAGE_EVIDENCE_DEVICE && s->only == NULL) {
		fingerprint_of_device(s, out);
		return;
	}
	/* a folder's own times change while it is used */
	bool file = s->kind != TRIAGE_EVIDENCE_DIRECTORY || s->only != NULL;
	for (size_t i = s->only != NULL; i < s->count; i++)
		buf_format(out, "%s|%ju|%jd.%09ld|%ju\n", s->paths[i], (uintmax_t)s->sizes[i],
		    file ? (intmax_t)s->before[i].st_mtim.tv_sec : 0, file ? s->before[i].st_mtim.tv_nsec : 0L, (uintmax_t)s->before[i].st_ino);
}

bool
source_unchanged(const struct source *s)
{
	for (size_t i = s->only != NULL; i < s->count; i++) {
		struct stat now;
		if (fstat(s->fds[i], &now) != 0)
			return false;
		const struct stat *was = &s->before[i];
		if (((s->kind != TRIAGE_EVIDENCE_DEVICE && s->kind != TRIAGE_EVIDENCE_DIRECTORY) || s->only != NULL) &&
		    (now.st_size != was->st_size || now.st_mtim.tv_sec != was->st_mtim.tv_sec || now.st_mtim.tv_nsec != was->st_mtim.tv_nsec))
			return false;
	}
	return true;
}
