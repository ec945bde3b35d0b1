/*
 * ldm_db.h - the database that Windows keeps on each dynamic disk: what volumes there are, of which components and partitions they
 * are made, and on which disks those lie. Source: the "LDM Documentation" of the Linux-NTFS project. All numbers are big endian.
 */
#ifndef TRIAGE_EVIDENCE_LDM_DB_H
#define TRIAGE_EVIDENCE_LDM_DB_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { LDM_GUID = 37, LDM_NAME = 256, LDM_OBJECTS_MAX = 16384 };

/* The header of one disk. */
struct ldm_head {
	char disk[LDM_GUID], group[LDM_GUID];	/* GUIDs as text, "" when they are none */
	char group_name[33];		/* raw bytes */
	bool whole;			/* found where a disk with an MBR has it: the reader is the disk */
	uint64_t data_at;		/* bytes into the disk: what partitions count from */
	uint64_t config_at;		/* bytes into the reader: where the database begins */
	uint64_t config_size;
};

enum ldm_kind { LDM_VOLUME, LDM_COMPONENT, LDM_PARTITION, LDM_DISK };
enum ldm_component { LDM_STRIPED = 1, LDM_JOINED = 2, LDM_PARITY = 3 };

struct ldm_object {
	enum ldm_kind kind;
	uint64_t id, parent;		/* parent: of a component its volume, of a partition its component */
	char name[LDM_NAME];		/* raw bytes; DISK: the GUID as text */
	char type[32];			/* VOLUME: as the database says: gen, raid5 */
	uint64_t start, offset, size;	/* bytes: PARTITION: on its disk, in its volume; size of VOLUME too */
	uint64_t disk;			/* PARTITION: id of its disk */
	uint64_t column;		/* PARTITION: place among the stripes */
	uint64_t chunk;			/* COMPONENT: bytes */
	unsigned layout;		/* COMPONENT: enum ldm_component */
	char guid[LDM_GUID];		/* VOLUME */
};

struct ldm_db {
	struct ldm_object *objects;	/* owned */
	size_t count;
	size_t torn;			/* records that make no sense */
};

bool ldm_head_read(struct reader *r, struct ldm_head *ret_head);
/* Read the database that a header points to. ret_found: false when it is not there or damaged. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status ldm_db_read(struct reader *r, const struct ldm_head *head, bool *ret_found, struct ldm_db *ret_db,
    struct triage_error *err);
/* True when the disk or LDM metadata partition r has a database that names volumes. False also when there is no memory to read it. */
bool ldm_names_volumes(struct reader *r);
void ldm_db_release(struct ldm_db *db);

#endif
