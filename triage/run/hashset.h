/*
 * hashset.h - sets of digests made from whatever there is: lists, NSRL databases, other sets, sealed bundles, folders of a clean machine.
 */
#ifndef TRIAGE_RUN_HASHSET_H
#define TRIAGE_RUN_HASHSET_H

#include "triage/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct hashset_tally {
	uint64_t md5, sha1, sha256;	/* in the set */
	uint64_t read;			/* digests or files read, twins too */
	uint64_t passed;		/* rows without digest, files that could not be read or were no regular ones */
};

/*
 * Make the set at path, which must not exist, from inputs: each a folder (its regular files are digested; links and other filesystems are not followed), a
 * bundle (digests of whole allocated files), an NSRL database, a set or a text with digests. Errors name the input.
 */
WARN_UNUSED enum triage_status hashset_build(const char *path, const char *const *inputs, size_t count, struct hashset_tally *ret_tally,
    struct triage_error *err);

/*
 * Sets as the judge can load them: a database becomes a sorted set in folder, all others stay where they are. paths: those of good, then those of bad.
 * The files are unlinked by hashset_copies_release(), which leaves what is mapped mapped.
 */
struct hashset_copies {
	const char **paths;
	char **made;			/* parallel; NULL where nothing was made */
	size_t count;
};
WARN_UNUSED enum triage_status hashset_copy(const char *folder, const char *const *good, size_t good_count, const char *const *bad, size_t bad_count,
    struct hashset_copies *ret_copies, struct triage_error *err);
void hashset_copies_release(struct hashset_copies *c);

/* What a set holds, as lines for people, into out. */
struct buf;
WARN_UNUSED enum triage_status hashset_info(const char *path, struct buf *out, struct triage_error *err);

#endif
