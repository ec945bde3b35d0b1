/*
 * zone.h - what the clock on the wall said: UTC to local time of one zone, and back.
 *
 * Reads a compiled zone file (TZif, RFC 8536) of the system and needs no process-wide setting. Beyond the file's list of
 * changes its closing rule ("CET-1CEST,M3.5.0,M10.5.0/3") goes on.
 */
#ifndef TRIAGE_BASE_ZONE_H
#define TRIAGE_BASE_ZONE_H

#include "triage/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct zone;

/*
 * name: "Europe/Brussels"; no "..", no leading slash. Errors: E_USAGE for a name that is none, E_IO when this system
 * has no such zone, E_FORMAT, E_MEMORY.
 */
WARN_UNUSED enum triage_status zone_load(const char *name, struct zone **ret_zone, struct triage_error *err);
/* The same from the bytes of a zone file. */
WARN_UNUSED enum triage_status zone_parse(const void *data, size_t size, struct zone **ret_zone, struct triage_error *err);
/* The same from a rule of POSIX, as at the end of a zone file: "CET-1CEST,M3.5.0,M10.5.0/3", "UTC0". Errors: E_FORMAT, E_MEMORY. */
WARN_UNUSED enum triage_status zone_rule(const char *text, struct zone **ret_zone, struct triage_error *err);
void zone_free(struct zone *z);			/* NULL is fine */
/* Seconds to add to UTC at that moment. z NULL: 0. */
int32_t zone_offset(const struct zone *z, int64_t ns);
/*
 * The moment at which the clock of that zone said ns (nanoseconds since 1970 as if it were UTC). Of an hour that comes twice the first is
 * taken; an hour that never came is counted on from the change. z NULL: ns.
 */
int64_t zone_utc(const struct zone *z, int64_t ns);
/*
 * The zone that an operating system's own name stands for: Windows names ("Romance Standard Time") and zone names pass through to a
 * name for zone_load(). NULL when it is not known.
 */
const char *zone_name_of(const char *name);
/* ns moved by the offset, so that formatting it as UTC gives local time. TRIAGE_TIME_NONE stays. */
int64_t zone_local(const struct zone *z, int64_t ns);

#endif
