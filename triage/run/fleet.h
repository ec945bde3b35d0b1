/*
 * fleet.h - many bundles, one picture: `triage fleet`.
 *
 * Each bundle is verified and read; one that is not what was sealed, or cannot be read, is named with the reason and the others go on. The result is a folder
 * with fleet.db (case/fleet.h), fleet.html and fleet.json. The same bundles give the same bytes, in whatever order they are given.
 */
#ifndef TRIAGE_RUN_FLEET_H
#define TRIAGE_RUN_FLEET_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLEET_BUNDLES_MAX = 100000 };

struct fleet_plan {
	const char *const *operands;	/* bundles, or folders of bundles */
	size_t operand_count;
	const char *output, *lang;
	void *ctx;
	void (*tell)(void *ctx, const char *line);	/* a bundle that was not taken, and why */
	void (*progress)(void *ctx, size_t done, size_t all);	/* NULL is fine; bundles verified and read, so each counts twice */
};

struct fleet_result {
	size_t bundles, taken, refused, machines;
};

/*
 * Errors: E_USAGE (the folder exists, nothing given is a bundle), E_FORMAT (none of the bundles could be taken), E_IO, E_MEMORY. After an error nothing is left.
 */
WARN_UNUSED enum triage_status fleet_make(const struct fleet_plan *plan, struct fleet_result *ret_result, struct triage_error *err);

#endif
