/*
 * paths.h - whole paths from the edges of a listing. Keeps folders only, so memory follows their number.
 */
#ifndef TRIAGE_RUN_PATHS_H
#define TRIAGE_RUN_PATHS_H

#include "triage/base/buf.h"

#include <triage/record.h>

struct paths_folder {
	uint64_t edge;
	size_t parent;		/* index, SIZE_MAX for the root */
	size_t name, name_size;	/* in names */
};

struct paths {
	struct paths_folder *folders;	/* edges ascending */
	size_t count, room;
	struct buf names;
	struct buf cached;		/* display path of folder `cached_edge`, without trailing slash */
	uint64_t cached_edge;
	uint64_t total;			/* bytes of path text made so far */
};

void paths_init(struct paths *p);
void paths_release(struct paths *p);

/* A folder was listed. Errors: E_FORMAT when its edge does not ascend or its parent is no folder listed before; E_MEMORY. */
WARN_UNUSED enum triage_status paths_add(struct paths *p, const struct triage_entry *folder, struct triage_error *err);

/*
 * The display path of a name in a folder, into out (cleared first). A path beyond PATHS_MAX bytes keeps its end, after "/...".
 * Once all paths together pass PATHS_TOTAL, the bound falls to 4 KiB: a hostile tree must not fill the disk.
 * Errors: E_FORMAT when parent is no folder listed before.
 */
enum { PATHS_MAX = 64 << 10, PATHS_SHORT = 4 << 10 };
#define PATHS_TOTAL (UINT64_C(1) << 30)
WARN_UNUSED enum triage_status paths_join(struct paths *p, uint64_t parent, const uint8_t *name, size_t size, struct buf *out, struct triage_error *err);

#endif
