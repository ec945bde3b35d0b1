/*
 * restore_points.h - older states that a machine could be restored from, known without the login of any product: by the names and times of
 * backups in the evidence, and the shadow copies that it holds.
 */
#ifndef TRIAGE_DETECT_RESTORE_POINTS_H
#define TRIAGE_DETECT_RESTORE_POINTS_H

#include <stdint.h>

enum { POINTS_MAX = 5000 };
enum point_state { POINT_THERE, POINT_DELETED, POINT_ENCRYPTED };

struct restore_point {
	const char *kind;		/* vss, windows-server-backup, veeam, proxmox, acronis, nas-snapshot, timeshift */
	const char *place;		/* path, or where the shadow copy lies */
	const char *dated_by;		/* name, name-zone (local, by the zone of its machine), name-local (that is not known: nanoseconds as if it were UTC), modified, snapshot */
	int64_t time;			/* TRIAGE_TIME_NONE when not known */
	uint64_t file_id;		/* TRIAGE_NO_ID for a shadow copy */
	enum point_state state;
};

#endif
