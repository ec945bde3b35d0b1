/*
 * companion.h - the other files of a virtual machine's disk: extents, parents, backing files.
 *
 * Their names stand inside the evidence, so whoever made it chooses them. Only the plain base name is used, and only in the
 * folder of the file that the operator named: nothing outside that folder can be opened through an image.
 */
#ifndef TRIAGE_EVIDENCE_COMPANION_H
#define TRIAGE_EVIDENCE_COMPANION_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { COMPANION_NAME = 256 };

/* What tells one file from another, so that a chain that leads back to itself is seen. */
struct companion_id {
	uint64_t device, inode;
};

/*
 * The last part of a stored name, of Unix or Windows kind, without a leading "file:". False when nothing usable is left:
 * empty, "." or "..", longer than a file name may be.
 */
bool companion_name(const char *stored, char out[COMPANION_NAME]);

/*
 * Open a regular file in the folder of path, whose name is as companion_name() gives it; one that differs in case alone is not
 * looked for. ret_reader: owned by the caller, closes the file with it. Errors: E_IO (not there, no permission, no regular file).
 */
WARN_UNUSED enum triage_status companion_open(const char *path, const char *name, struct reader **ret_reader,
    struct companion_id *ret_id, struct triage_error *err);

/* A reader over a descriptor of a regular file, which it takes over, also when this fails. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status companion_reader(int fd, uint64_t size, struct reader **ret_reader, struct triage_error *err);

/* Who the file behind fd is; zeros when the kernel does not say. */
struct companion_id companion_id_of(int fd);

/* The folder of path, as a string to free; NULL when memory is short. */
char *companion_folder(const char *path);

#endif
