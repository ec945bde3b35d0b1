/*
 * source.h - the files behind one EVIDENCE argument, found by name and stat alone: the supervisor parses no evidence.
 */
#ifndef TRIAGE_RUN_SOURCE_H
#define TRIAGE_RUN_SOURCE_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <triage/record.h>

#include <sys/stat.h>

/* A file of the filesystem that a container lies in. Its text is owned. */
struct source_file {
	char *path;			/* in its filesystem, display form */
	uint8_t *raw_path;		/* on a mounted volume: as the opener wants it; else NULL */
	size_t raw_path_size;
	uint64_t inode, size;
	uint32_t attr_type, attr_id;
	bool beside;			/* in the folder of the container */
};

/* A container that lies in a filesystem of another source, instead of being a file of this machine. */
struct source_inside {
	size_t source;			/* that it lies in; before it in the list of sources */
	uint64_t filesystem_id;
	struct triage_filesystem fs;	/* its text is the supervisor's */
	unsigned depth;			/* 1: in what the operator gave */
	bool sure;			/* its name says what it is; else only its bytes can */
	struct source_file *files;	/* the container itself, then those that may belong to it; owned */
	size_t count, room;
};

struct source {
	enum triage_evidence_kind kind;	/* by name and file type */
	char *path;			/* absolute */
	char *name;			/* base name, display form */
	size_t count;			/* segments, or 1 */
	int *fds;			/* read-only; for a directory: O_PATH-like root opened for reading */
	char **paths;
	uint64_t *sizes;
	struct stat *before;		/* of each segment when it was opened */
	uint32_t sector_size;		/* of a device, else 0 */
	int read_only;			/* device: BLKROGET; -1 not asked */
	size_t missing;
	char **missing_names;
	char *only;			/* an archive: a folder of which this file alone is the evidence; owned, NULL for a whole folder */
	struct source_inside *inside;	/* owned; NULL for what the operator gave */
};

/*
 * Open one argument. Errors, each with what to do: E_IO (no such file, no permission), E_USAGE (a mounted writable device, a
 * later segment of a split image, neither file nor folder nor block device), E_MEMORY.
 */
WARN_UNUSED enum triage_status source_open(const char *path, struct source *ret_source, struct triage_error *err);
void source_close(struct source *s);

/*
 * Open for reading. A folder, where we may: through a copy of its mounts that nobody else sees, read-only and without access times, so that not even
 * the target of a link leaves a trace in it when it is read, and nothing can be written by whatever comes to hold the descriptor. -1 with errno.
 */
int source_open_unwritable(const char *path);
/* True when path (of the output, may not exist yet) lies on or inside this evidence. */
bool source_contains(const struct source *s, const char *path);

/* Path, size, mtime and inode of each segment as one text; of a device model, serial number, partition and size, or a name that stays: compared on resume. */
void source_fingerprint(const struct source *s, struct buf *out);
/* True when the files are as they were when opened. A device: its size. */
bool source_unchanged(const struct source *s);

#endif
