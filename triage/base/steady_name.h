/* steady_name.h - names of disks that outlive a restart. */
#ifndef TRIAGE_BASE_STEADY_NAME_H
#define TRIAGE_BASE_STEADY_NAME_H

#include <limits.h>

/*
 * /dev/sdb may be another disk after the next start: for a block device the first link of FOLDER (/dev/disk/by-id: model and serial number) that leads
 * to it, written into ROOM; for all else, and for a device without one, PATH as it is.
 */
const char *steady_name(const char *folder, const char *path, char room[PATH_MAX]);

#endif
