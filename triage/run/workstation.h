/*
 * workstation.h - what the custody chain says of the machine that examines: program, kernel, person, clock; and of a disk as the kernel
 * knows it. Read from /proc, /sys and what udev noted alone; nothing is asked of the evidence.
 */
#ifndef TRIAGE_RUN_WORKSTATION_H
#define TRIAGE_RUN_WORKSTATION_H

#include "triage/base/buf.h"

#include <sys/types.h>

/*
 * Append one JSON object: build_id and program_sha256 of the running program, clock, kernel, libraries, machine, operator, program.
 * clock: local time and zone of this machine; rtc_offset_seconds, how far the hardware clock is ahead of the system's (null when it
 * cannot be read; one that keeps local time shows as whole hours); synchronised, whether the kernel holds its clock disciplined.
 * With SOURCE_DATE_EPOCH the clock is said to be fixed, and no more.
 */
void workstation_json(struct buf *out);
void workstation_clock(const char *sys, struct buf *out);	/* the clock alone; sys: "/sys" */

/* What the kernel (and of the serial number, if need be, udev) says of the disk that a block device is or lies on; "" for what it does not say. */
struct workstation_disk {
	char model[80], serial[80], removable[8], read_only[8];
	char partition[16];		/* number of the partition that the device is, "" for a whole disk */
};
void workstation_disk(const char *sys, dev_t device, struct workstation_disk *ret_disk);

#endif
