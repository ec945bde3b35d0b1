/*
 * nested.h - containers that lie in the filesystems of the evidence (the disks of virtual machines on their host, images on a disk of
 * images): found by their names in the listing, examined as further evidence of the case.
 */
#ifndef TRIAGE_RUN_NESTED_H
#define TRIAGE_RUN_NESTED_H

#include "triage/run/supervisor.h"

enum { NESTED_DEPTH_MAX = 2, NESTED_MAX = 256 };

/*
 * Look through the listings of all filesystems from index `from` on and add a source for each container. Without --nested they are only
 * counted. The crew knows nothing of the new sources yet.
 */
WARN_UNUSED enum triage_status nested_find(struct supervisor *s, size_t from, struct triage_error *err);
/* Put what became of a source's probe into the case: it is evidence, no disk after all, or cannot be read. */
WARN_UNUSED enum triage_status nested_accept(struct supervisor *s, size_t source, struct triage_error *err);
/* True when the stream of this unit is examined as evidence of its own. */
bool nested_is_source(const struct supervisor *s, const struct crew_job *job);

/* nested_name.c */
enum nested_name {
	NESTED_OTHER,
	NESTED_DISK,			/* its name says what it is */
	NESTED_RAW,			/* only its bytes can tell whether it is a disk */
	NESTED_PART,			/* an extent or a log of a disk that has a name of its own */
};
enum nested_name nested_name_of(const char *path);
/* Of a part: how long the stem of the disk's own name is, to which ".vmdk" belongs; 0 when a part is never looked at by itself. */
size_t nested_stem(const char *path);

#endif
