#include "triage/guided/places.h"

#include "triage/base/scoped.h"
#include "triage/guided/mounts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { LEAST_ROOM = 64 << 20 };

static const char *const kept_types[] = { "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "nfs", "nfs4", "cifs", "smb3",
	"overlay", "tmpfs", "zfs", "9p", "virtiofs" };
/* Folders of the system, with all below them. */
static const char *const other_points[] = { "/proc", "/sys", "/dev", "/boot", "/run", "/snap", "/usr", "/lib", "/etc", "/var/lib" };
/* Except where removable disks are mounted. */
static const char *const media_points[] = { "/run/media", "/run/live/persistence", "/run/triage" };

uint64_t
guided_bundle_bytes(uint64_t bytes)
{
	return bytes / 50 + 5000000;
}

double
guided_seconds(uint64_t bytes)
{
	return (double)bytes / 150e6 + 2;
}

bool
guided_space_of(void *ctx, const char *path, uint64_t *ret_free, uint64_t *ret_size)
{
	struct statvfs s;
	(void)ctx;
	if (statvfs(path, &s) != 0)
		return false;
	*ret_free = (uint64_t)s.f_bavail * s.f_frsize;
	*ret_size = (uint64_t)s.f_blocks * s.f_frsize;
	return true;
}

static bool
among(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

static bool
below(const char *path, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(list[i]);
		if (strncmp(path, list[i], length) == 0 && (path[length] == '/' || path[length] == '\0'))
			return true;
	}
	return false;
}

bool
guided_place_usable(const struct guided_place *place)
{
	return place->state < GUIDED_PLACE_FULL;
}

static bool
weigh(const struct guided_mount *m, const char *path, uint64_t wanted, guided_space *space, void *ctx, struct guided_place *p)
{
	*p = (struct guided_place){ .state = GUIDED_PLACE_GOOD };
	snprintf(p->path, sizeof(p->path), "%s", path);
	snprintf(p->type, sizeof(p->type), "%s", m != NULL ? m->type : "");
	if (!space(ctx, path, &p->free, &p->size))
		return false;
	if (m != NULL && m->read_only)
		p->state = GUIDED_PLACE_READ_ONLY;
	else if (p->free < LEAST_ROOM)
		p->state = GUIDED_PLACE_FULL;
	else if (p->free < wanted)
		p->state = GUIDED_PLACE_SMALL;
	else if (strcmp(p->type, "tmpfs") == 0 || strcmp(p->type, "overlay") == 0)
		p->state = GUIDED_PLACE_MEMORY;
	else if (strcmp(p->type, "vfat") == 0)
		p->state = GUIDED_PLACE_FAT;
	return true;
}

static int
by_worth(const void *a, const void *b)
{
	const struct guided_place *x = a, *y = b;
	if (guided_place_usable(x) != guided_place_usable(y))
		return guided_place_usable(x) ? -1 : 1;
	bool mx = x->state == GUIDED_PLACE_MEMORY, my = y->state == GUIDED_PLACE_MEMORY;
	if (mx != my)
		return mx ? 1 : -1;
	/* one that takes files of any size before FAT32 */
	bool fx = x->state == GUIDED_PLACE_FAT, fy = y->state == GUIDED_PLACE_FAT;
	if (fx != fy)
		return fx ? 1 : -1;
	/* another disk before the system's */
	bool rx = strcmp(x->path, "/") == 0, ry = strcmp(y->path, "/") == 0;
	if (rx != ry)
		return rx ? 1 : -1;
	if (x->free != y->free)
		return x->free > y->free ? -1 : 1;
	return strcmp(x->path, y->path);
}

static bool
is_place(const struct guided_mounts *mounts, size_t i)
{
	const struct guided_mount *m = &mounts->items[i];
	struct stat info;
	if (!among(m->type, kept_types, sizeof(kept_types) / sizeof(kept_types[0])))
		return false;
	if (below(m->point, other_points, sizeof(other_points) / sizeof(other_points[0])) && !below(m->point, media_points, sizeof(media_points) / sizeof(media_points[0])))
		return false;
	for (size_t k = 0; k < mounts->count; k++)
		if (k != i && ((k < i && mounts->items[k].major == m->major && mounts->items[k].minor == m->minor) || (k > i && strcmp(mounts->items[k].point, m->point) == 0)))
			return false;	/* once is enough; one that another lies over cannot be reached */
	return stat(m->point, &info) == 0 && S_ISDIR(info.st_mode);
}

enum triage_status
guided_places_read(const char *root, uint64_t wanted, guided_space *space, void *ctx, struct guided_places *ret_places, struct triage_error *err)
{
	struct guided_mounts mounts;
	struct guided_places found = { 0 };
	enum triage_status st = guided_mounts_read(root, &mounts, err);
	if (st != TRIAGE_OK)
		return st;
	found.items = calloc(mounts.count + 1, sizeof(*found.items));
	for (size_t i = 0; i < mounts.count && found.items != NULL; i++)
		if (is_place(&mounts, i))
			found.count += weigh(&mounts.items[i], mounts.items[i].point, wanted, space, ctx, &found.items[found.count]);
	guided_mounts_release(&mounts);
	if (found.items == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the list of places");
		return TRIAGE_E_MEMORY;
	}
	qsort(found.items, found.count, sizeof(*found.items), by_worth);
	*ret_places = found;
	return TRIAGE_OK;
}

void
guided_places_release(struct guided_places *places)
{
	free(places->items);
	*places = (struct guided_places){ 0 };
}

bool
guided_place_look(const char *root, const char *path, uint64_t wanted, guided_space *space, void *ctx, struct guided_place *ret_place)
{
	struct guided_mounts mounts;
	struct triage_error err;
	struct stat info;
	if (path[0] != '/' || strlen(path) >= sizeof(ret_place->path) || stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
		return false;
	if (guided_mounts_read(root, &mounts, &err) != TRIAGE_OK)
		return false;
	const struct guided_mount *best = NULL;
	for (size_t i = 0; i < mounts.count; i++) {
		const char *point = mounts.items[i].point;
		size_t length = strcmp(point, "/") == 0 ? 0 : strlen(point);
		if (strncmp(path, point, length) == 0 && (path[length] == '/' || path[length] == '\0') && (best == NULL || strlen(point) >= strlen(best->point)))
			best = &mounts.items[i];
	}
	bool ok = weigh(best, path, wanted, space, ctx, ret_place);
	guided_mounts_release(&mounts);
	return ok;
}

/* A run that was cut off, or one that was sealed when its time was up and has not been taken up beside it. */
static bool
is_unfinished(const char *bundle, struct stat *ret_arguments)
{
	char probe[1400];
	snprintf(probe, sizeof(probe), "%s/manifest-sha256.txt", bundle);
	bool sealed = access(probe, F_OK) == 0;
	snprintf(probe, sizeof(probe), "%s-more", bundle);
	if (sealed && access(probe, F_OK) == 0)
		return false;
	snprintf(probe, sizeof(probe), "%s/%s/journal.db", bundle, sealed ? "data/unfinished" : "work");
	if (access(probe, F_OK) != 0)
		return false;
	snprintf(probe, sizeof(probe), "%s/%s/arguments", bundle, sealed ? "data/unfinished" : "work");
	return stat(probe, ret_arguments) == 0 && S_ISREG(ret_arguments->st_mode) && ret_arguments->st_size > 0;
}

size_t
guided_unfinished(const char *folder, char (*ret_paths)[1300], size_t max)
{
	enum { SEEN_MAX = 20000 };
	int64_t when[16];
	size_t count = 0, seen = 0;
	const struct dirent *e;
	DIR *dir = opendir(folder);
	max = max < 16 ? max : 16;
	while (dir != NULL && max > 0 && (e = readdir(dir)) != NULL && seen++ < SEEN_MAX) {
		char path[1300];
		struct stat info;
		if (e->d_name[0] == '.' || snprintf(path, sizeof(path), "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, e->d_name) >= (int)sizeof(path))
			continue;
		if (!is_unfinished(path, &info))
			continue;
		if (count == max && when[max - 1] >= info.st_mtime)
			continue;
		size_t at = count < max ? count++ : max - 1;
		for (; at > 0 && when[at - 1] < info.st_mtime; at--) {
			when[at] = when[at - 1];
			memcpy(ret_paths[at], ret_paths[at - 1], sizeof(*ret_paths));
		}
		when[at] = info.st_mtime;
		memcpy(ret_paths[at], path, sizeof(path));
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}
