/*
 * drivers.h - drivers that are known to be abused, by digest and by name: rules/loldrivers.tsv.
 *
 * A row: driver (file name); category; sha256; sha1 (hex, "" when not known). Names that every Windows has are told by digest only.
 */
#ifndef TRIAGE_DETECT_DRIVERS_H
#define TRIAGE_DETECT_DRIVERS_H

#include "triage/base/table.h"

#include <stdbool.h>
#include <stdint.h>

enum { DRIVER_SHA1 = 20, DRIVER_SHA256 = 32 };

struct driver_digest {
	uint8_t bytes[DRIVER_SHA256];	/* zero behind a SHA-1 */
	uint32_t row;
};

struct drivers {
	const struct table *table;
	size_t name_column;
	struct driver_digest *sha256, *sha1;	/* sorted */
	size_t sha256_count, sha1_count;
	uint32_t *names;		/* rows by name, distinct names only, sorted without regard to case */
	size_t name_count;
};

WARN_UNUSED enum triage_status drivers_load(struct drivers *d, const struct table *table, const char *path, struct triage_error *err);
void drivers_release(struct drivers *d);
/* The name of the driver with this digest, NULL when it is not in the table. */
const char *drivers_by_digest(const struct drivers *d, const uint8_t *sha256, const uint8_t *sha1);
const char *drivers_by_name(const struct drivers *d, const char *name);

#endif
