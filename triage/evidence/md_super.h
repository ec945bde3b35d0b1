/*
 * md_super.h - superblocks of Linux md, versions 0.90 (either byte order), 1.0, 1.1 and 1.2.
 *
 * Source: the "RAID superblock formats" page of the Linux RAID wiki, and linux/raid/md_p.h of the kernel's user interface.
 */
#ifndef TRIAGE_EVIDENCE_MD_SUPER_H
#define TRIAGE_EVIDENCE_MD_SUPER_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum md_level { MD_CONTAINER = -100, MD_FAULTY = -5, MD_MULTIPATH = -4, MD_LINEAR = -1 };
/* Roles of a member that holds no data of the array; below them: its number in the array. */
enum md_role { MD_ROLE_JOURNAL = 0xfffd, MD_ROLE_FAULTY = 0xfffe, MD_ROLE_SPARE = 0xffff };
enum { MD_RAW = 4096, MD_NAME = 32 };

struct md_super {
	unsigned version;		/* 90, or 100, 101, 102 */
	bool big_endian;		/* 0.90 */
	bool sound;			/* its checksum holds */
	uint64_t at;			/* bytes into the member */
	uint8_t set[16];		/* identifies the array, as printed */
	char name[MD_NAME + 1];		/* raw bytes */
	int32_t level;			/* 0, 1, 4, 5, 6, 10 or enum md_level */
	uint32_t layout;
	bool layout_said;		/* level 0: the layout of several zones is said */
	uint64_t chunk;			/* bytes, 0 for none */
	uint32_t disks;			/* roles of the array */
	uint64_t size;			/* bytes used of each member, 0 for "as much as it has" (level 0, linear) */
	uint64_t data_at, data_size;	/* bytes: where the member's data lies */
	uint64_t valid;			/* bytes of its data that are in step with the array: a rebuild got so far; UINT64_MAX: all */
	uint64_t events;
	uint32_t number;		/* its place in the table of roles */
	bool reshaping, clean, replacement, journalled, bad_blocks;
	uint8_t raw[MD_RAW];
};

/* Find and read the superblock of a member. False when there is none, or none that can be. */
bool md_super_read(struct reader *r, struct md_super *ret_super);
/* The role that a superblock gives to the member of that number; MD_ROLE_SPARE when it says none. */
uint32_t md_super_role(const struct md_super *s, uint32_t number);

#endif
