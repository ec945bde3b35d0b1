#include "triage/guided/disks.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/guided/mounts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, PATH_ROOM = 4096 };	/* sysfs counts in sectors of 512 bytes whatever the disk's are */

/* Mount points of what a live system was started from. */
static const char *const live_points[] = { "/run/live/medium", "/run/live/findiso", "/run/live/persistence/", "/lib/live/mount/medium", "/cdrom", "/run/initramfs/live",
	"/run/archiso/bootmnt" };
/* Labels of the stick's own filesystems. */
static const char stick_label[] = "TRIAGE";

/* The first line of a file, in display form without blanks at its ends; "" when there is none. */
static void
read_line(const char *path, char *out, size_t room)
{
	char raw[256];
	SCOPED_FILE file = fopen(path, "re");
	out[0] = '\0';
	if (file == NULL || fgets(raw, sizeof(raw), file) == NULL)
		return;
	size_t size = strcspn(raw, "\n");
	while (size > 0 && raw[size - 1] == ' ')
		size--;
	size_t skip = strspn(raw, " ");
	SCOPED_BUF b;
	buf_init(&b, PATH_ROOM);
	if (skip < size)
		text_display(&b, raw + skip, size - skip);
	snprintf(out, room, "%s", buf_cstr(&b));
}

static uint64_t
read_number(const char *folder, const char *name)
{
	char path[PATH_ROOM], text[64];
	snprintf(path, sizeof(path), "%.4000s/%s", folder, name);
	read_line(path, text, sizeof(text));
	return strtoull(text, NULL, 10);
}

/* The value of a property that udev keeps for a device number. */
static void
udev_value(const char *root, unsigned major, unsigned minor, const char *property, char *out, size_t room)
{
	char path[PATH_ROOM];
	SCOPED_FREE char *line = NULL;
	size_t space = 0, length = strlen(property);
	out[0] = '\0';
	snprintf(path, sizeof(path), "%s/run/udev/data/b%u:%u", root, major, minor);
	SCOPED_FILE file = fopen(path, "re");
	while (file != NULL && getline(&line, &space, file) > 0) {
		if (strncmp(line, "E:", 2) != 0 || strncmp(line + 2, property, length) != 0 || line[2 + length] != '=')
			continue;
		SCOPED_BUF b;
		buf_init(&b, PATH_ROOM);
		text_display(&b, line + 3 + length, strcspn(line + 3 + length, "\n"));
		snprintf(out, room, "%s", buf_cstr(&b));
		return;
	}
}

static bool
device_number(const char *folder, unsigned *ret_major, unsigned *ret_minor)
{
	char path[PATH_ROOM], text[64];
	snprintf(path, sizeof(path), "%.4000s/dev", folder);
	read_line(path, text, sizeof(text));
	return sscanf(text, "%u:%u", ret_major, ret_minor) == 2;
}

struct look {
	const char *root;
	struct guided_mounts mounts;
	struct guided_disk *disk;
};

static void
refuse(struct guided_disk *disk, enum guided_refusal why, const char *what)
{
	if (disk->refusal != GUIDED_OFFERED && disk->refusal <= why)
		return;
	disk->refusal = why;
	SCOPED_BUF b;
	buf_init(&b, PATH_ROOM);
	text_display(&b, what, strlen(what));
	snprintf(disk->refused_for, sizeof(disk->refused_for), "%s", buf_cstr(&b));
}

static bool
is_live_point(const char *point)
{
	for (size_t i = 0; i < sizeof(live_points) / sizeof(live_points[0]); i++) {
		size_t length = strlen(live_points[i]);
		if (strncmp(point, live_points[i], length) == 0 && (point[length] == '\0' || live_points[i][length - 1] == '/'))
			return true;
	}
	return false;
}

/* What is mounted from this device, or swapped to it, speaks against its disk. */
static void
weigh_use(struct look *l, unsigned major, unsigned minor, const char *name)
{
	char path[PATH_ROOM], device[64];
	snprintf(device, sizeof(device), "/dev/%s", name);
	for (size_t i = 0; i < l->mounts.count; i++) {
		const struct guided_mount *m = &l->mounts.items[i];
		if ((m->major != major || m->minor != minor) && strcmp(m->source, device) != 0)
			continue;
		refuse(l->disk, is_live_point(m->point) ? GUIDED_STICK : strcmp(m->point, "/") == 0 ? GUIDED_SYSTEM : GUIDED_MOUNTED, m->point);
	}
	snprintf(path, sizeof(path), "%s/proc/swaps", l->root);
	SCOPED_FILE file = fopen(path, "re");
	char line[1024];
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, " \t\n")] = '\0';
		if (strcmp(line, device) == 0)
			refuse(l->disk, GUIDED_SWAP, device);
	}
}

/* Arrays and mapped volumes above a device, and what is mounted from them: one level up is enough to refuse, and says which. */
static void
weigh_holders(struct look *l, const char *folder)
{
	char path[PATH_ROOM], above[PATH_ROOM], name[120];
	snprintf(path, sizeof(path), "%.4000s/holders", folder);
	DIR *dir = opendir(path);
	const struct dirent *e;
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		unsigned major, minor;
		if (e->d_name[0] == '.')
			continue;
		snprintf(above, sizeof(above), "%s/sys/block/%s/dm/name", l->root, e->d_name);
		read_line(above, name, sizeof(name));
		snprintf(above, sizeof(above), "%s/sys/block/%s", l->root, e->d_name);
		if (device_number(above, &major, &minor))
			weigh_use(l, major, minor, e->d_name);
		char text[200];
		snprintf(text, sizeof(text), "%.60s%s%s", e->d_name, name[0] != '\0' ? ", " : "", name);
		refuse(l->disk, GUIDED_ASSEMBLED, text);
	}
	if (dir != NULL)
		closedir(dir);
}

/* A partition, or the disk itself when a filesystem lies on it as it is. */
static bool
add_part(struct look *l, const char *folder, const char *name, bool whole)
{
	struct guided_part p = { .size = read_number(folder, "size") * SECTOR };
	unsigned major = 0, minor = 0;
	snprintf(p.name, sizeof(p.name), "%.31s", name);
	if (device_number(folder, &major, &minor)) {
		udev_value(l->root, major, minor, "ID_FS_TYPE", p.type, sizeof(p.type));
		udev_value(l->root, major, minor, "ID_FS_LABEL", p.label, sizeof(p.label));
		weigh_use(l, major, minor, name);
	}
	weigh_holders(l, folder);
	if (strncmp(p.label, stick_label, sizeof(stick_label) - 1) == 0)
		refuse(l->disk, GUIDED_STICK, p.label);
	if ((whole && p.type[0] == '\0') || l->disk->part_count == GUIDED_PARTS_MAX)
		return true;
	void *grown = reallocarray(l->disk->parts, l->disk->part_count + 1, sizeof(p));
	if (grown == NULL)
		return false;
	l->disk->parts = grown;
	l->disk->parts[l->disk->part_count++] = p;
	return true;
}

/* sdz before sdaa, sda2 before sda10 */
static int
by_name(const char *a, const char *b)
{
	size_t la = strcspn(a, "0123456789"), lb = strcspn(b, "0123456789");
	return la != lb ? (la < lb ? -1 : 1) : strverscmp(a, b);
}

static int
compare_parts(const void *a, const void *b)
{
	return by_name(((const struct guided_part *)a)->name, ((const struct guided_part *)b)->name);
}

static int
compare_disks(const void *a, const void *b)
{
	return by_name(((const struct guided_disk *)a)->name, ((const struct guided_disk *)b)->name);
}

static bool
add_parts(struct look *l, const char *folder)
{
	char path[PATH_ROOM], probe[PATH_ROOM];
	bool ok = add_part(l, folder, l->disk->name, true);
	DIR *dir = opendir(folder);
	const struct dirent *e;
	while (ok && dir != NULL && (e = readdir(dir)) != NULL) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) >= (int)sizeof(path) || snprintf(probe, sizeof(probe), "%s/partition", path) >= (int)sizeof(probe))
			continue;
		if (e->d_name[0] != '.' && access(probe, F_OK) == 0)
			ok = add_part(l, path, e->d_name, false);
	}
	if (dir != NULL)
		closedir(dir);
	if (l->disk->part_count > 1)
		qsort(l->disk->parts, l->disk->part_count, sizeof(*l->disk->parts), compare_parts);
	return ok;
}

static void
name_disk(const struct look *l, const char *folder)
{
	struct guided_disk *d = l->disk;
	char path[PATH_ROOM], bus[32];
	static const char *const models[] = { "device/model", "device/name" }, *const serials[] = { "device/serial", "serial" };
	for (size_t i = 0; i < 2 && d->model[0] == '\0'; i++) {
		snprintf(path, sizeof(path), "%.4000s/%s", folder, models[i]);
		read_line(path, d->model, sizeof(d->model));
	}
	for (size_t i = 0; i < 2 && d->serial[0] == '\0'; i++) {
		snprintf(path, sizeof(path), "%.4000s/%s", folder, serials[i]);
		read_line(path, d->serial, sizeof(d->serial));
	}
	unsigned major, minor;
	if (!device_number(folder, &major, &minor))
		return;
	if (d->serial[0] == '\0')
		udev_value(l->root, major, minor, "ID_SERIAL_SHORT", d->serial, sizeof(d->serial));
	if (d->model[0] == '\0')
		udev_value(l->root, major, minor, "ID_MODEL", d->model, sizeof(d->model));
	udev_value(l->root, major, minor, "ID_BUS", bus, sizeof(bus));
	d->usb = strcmp(bus, "usb") == 0;
}

/* Arrays and mapped volumes are not offered: what they are made of is. */
static bool
is_made_up(const char *name)
{
	static const char *const heads[] = { "ram", "zram", "dm-", "md", "fd", "nbd" };
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(name, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

static bool
add_disk(struct look *l, struct guided_disks *disks, const char *name)
{
	struct guided_disk d = { .refusal = GUIDED_OFFERED };
	char folder[PATH_ROOM];
	snprintf(folder, sizeof(folder), "%s/sys/block/%s", l->root, name);
	snprintf(d.name, sizeof(d.name), "%.*s", (int)sizeof(d.name) - 1, name);
	snprintf(d.path, sizeof(d.path), "%s/dev/%s", l->root, name);
	for (char *p = d.path + strlen(l->root); *p != '\0'; p++)
		*p = *p == '!' ? '/' : *p;	/* cciss!c0d0 */
	d.size = read_number(folder, "size") * SECTOR;
	d.removable = read_number(folder, "removable") != 0;
	d.rotating = read_number(folder, "queue/rotational") != 0;
	l->disk = &d;
	name_disk(l, folder);
	if (d.size == 0)
		refuse(&d, GUIDED_EMPTY, "");
	bool ok = add_parts(l, folder), loop = strncmp(name, "loop", 4) == 0;
	void *grown = ok ? reallocarray(disks->items, disks->count + 1, sizeof(d)) : NULL;
	if (grown != NULL)
		disks->items = grown;
	if (grown == NULL || (loop && d.refusal != GUIDED_OFFERED)) {
		free(d.parts);
		return grown != NULL;
	}
	disks->items[disks->count++] = d;
	return true;
}

enum triage_status
guided_disks_read(const char *root, struct guided_disks *ret_disks, struct triage_error *err)
{
	struct guided_disks found = { 0 };
	struct look l = { .root = root };
	char path[PATH_ROOM];
	enum triage_status st = guided_mounts_read(root, &l.mounts, err);
	if (st != TRIAGE_OK)
		return st;
	snprintf(path, sizeof(path), "%s/sys/block", root);
	DIR *dir = opendir(path);
	const struct dirent *e;
	bool ok = true;
	while (ok && dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof(found.items->name) || is_made_up(e->d_name))
			continue;
		found.cut = found.count == GUIDED_DISKS_MAX;
		if (found.cut)
			break;
		ok = add_disk(&l, &found, e->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	guided_mounts_release(&l.mounts);
	if (!ok) {
		guided_disks_release(&found);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the list of disks");
		return TRIAGE_E_MEMORY;
	}
	if (found.count > 1)
		qsort(found.items, found.count, sizeof(*found.items), compare_disks);
	*ret_disks = found;
	return TRIAGE_OK;
}

void
guided_disks_release(struct guided_disks *disks)
{
	for (size_t i = 0; i < disks->count; i++)
		free(disks->items[i].parts);
	free(disks->items);
	*disks = (struct guided_disks){ 0 };
}
