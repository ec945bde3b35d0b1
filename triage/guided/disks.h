/*
 * disks.h - the disks of this machine as guided mode offers them: read from sysfs, the udev database and the tables of mounts and swap.
 *
 * No disk is opened. All files are looked for below `root` ("" for the machine itself), so that tests can give a tree of their own:
 * ROOT/sys/block, ROOT/run/udev/data, ROOT/proc/self/mountinfo, ROOT/proc/swaps, ROOT/dev. Texts are in display form.
 */
#ifndef TRIAGE_GUIDED_DISKS_H
#define TRIAGE_GUIDED_DISKS_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a disk is never offered as evidence; the first that holds. */
enum guided_refusal {
	GUIDED_OFFERED,
	GUIDED_EMPTY,		/* no medium: an empty card reader */
	GUIDED_STICK,		/* the stick or disc from which this system was started, or on which bundles are kept */
	GUIDED_SYSTEM,		/* this system runs from it */
	GUIDED_MOUNTED,
	GUIDED_SWAP,
	GUIDED_ASSEMBLED,	/* part of a RAID, volume group or unlocked volume that is running */
};

enum { GUIDED_DISKS_MAX = 200, GUIDED_PARTS_MAX = 128 };

struct guided_part {
	char name[32];			/* "sda1"; that of the disk when the filesystem lies on it without a partition table */
	uint64_t size;			/* bytes */
	char type[32], label[80];	/* as udev knows them: ntfs, BitLocker, ext4 ...; "" for unknown */
};

struct guided_disk {
	char name[32];			/* "sda" */
	char path[4096];		/* ROOT/dev/sda */
	char model[80], serial[80];	/* "" for unknown */
	uint64_t size;			/* bytes */
	bool removable, usb, rotating;
	enum guided_refusal refusal;
	char refused_for[200];		/* mount point, or name of the array */
	struct guided_part *parts;	/* owned */
	size_t part_count;
};

struct guided_disks {
	struct guided_disk *items;	/* by name, sda before sdaa; owned */
	size_t count;
	bool cut;			/* there are more than GUIDED_DISKS_MAX */
};

/* Loop devices and RAM disks are left out unless they hold something that is not in use. Errors: E_MEMORY. A tree without disks has none. */
WARN_UNUSED enum triage_status guided_disks_read(const char *root, struct guided_disks *ret_disks, struct triage_error *err);
void guided_disks_release(struct guided_disks *disks);

#endif
