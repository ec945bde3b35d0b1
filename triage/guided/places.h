/*
 * places.h - where a bundle can go: mounted filesystems with their free space, weighed against an estimate; unfinished bundles that lie there.
 */
#ifndef TRIAGE_GUIDED_PLACES_H
#define TRIAGE_GUIDED_PLACES_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum guided_place_state {
	GUIDED_PLACE_GOOD,
	GUIDED_PLACE_FAT,	/* usable: files of at most 4 GiB */
	GUIDED_PLACE_MEMORY,	/* usable: lost when the machine is switched off */
	GUIDED_PLACE_SMALL,	/* free space is below the estimate: usable, will likely not do */
	GUIDED_PLACE_FULL,	/* not usable: no room for any bundle */
	GUIDED_PLACE_READ_ONLY,	/* not usable */
};

struct guided_place {
	char path[1024];
	char type[32];		/* of the filesystem, as the kernel calls it */
	uint64_t free, size;	/* bytes */
	enum guided_place_state state;
};

struct guided_places {
	struct guided_place *items;	/* usable ones first, the roomiest first; owned */
	size_t count;
};

/* What a run would take. bytes: of all evidence. */
uint64_t guided_bundle_bytes(uint64_t bytes);
double guided_seconds(uint64_t bytes);		/* of profile standard */

/* Free and whole bytes of the filesystem that a path lies on; false when it cannot be asked. Tests give their own. */
typedef bool guided_space(void *ctx, const char *path, uint64_t *ret_free, uint64_t *ret_size);
guided_space guided_space_of;

/* Mounted filesystems of the machine (root as in disks.h) on which files can be kept. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status guided_places_read(const char *root, uint64_t wanted, guided_space *space, void *ctx, struct guided_places *ret_places,
    struct triage_error *err);
void guided_places_release(struct guided_places *places);
/* The same for one folder that was typed. False: there is none. */
bool guided_place_look(const char *root, const char *path, uint64_t wanted, guided_space *space, void *ctx, struct guided_place *ret_place);
bool guided_place_usable(const struct guided_place *place);

/* Bundles in a folder that --resume takes up: an interrupted run left them, or they were sealed when a budget ended; newest first, at most max. Each: the path. */
size_t guided_unfinished(const char *folder, char (*ret_paths)[1300], size_t max);

#endif
