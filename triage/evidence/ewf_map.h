/*
 * ewf_map.h - our own look at the sections of E01 segments.
 *
 * libewf believes a damaged section list: chunks of later segments then land at wrong offsets without an error, and one
 * wrong bit in a hash section makes it refuse the whole image. So the lists are checked here first, and libewf is
 * given only the leading segments that are whole; what the others hold counts as missing.
 *
 * Layout: a 13-byte file header, then sections, each with a 76-byte descriptor: type (16), offset of the next (8), size (8),
 * padding, Adler-32 of the first 72 bytes.
 */
#ifndef TRIAGE_EVIDENCE_EWF_MAP_H
#define TRIAGE_EVIDENCE_EWF_MAP_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ewf_map {
	uint32_t chunk_size;		/* bytes; 0 when no volume section was found */
	uint32_t sector_size;
	uint64_t chunks;		/* of the medium, as the volume section says */
	uint64_t sectors;
};

struct ewf_segment {
	unsigned number;		/* as its header says, from 1; 0 when it has no header */
	uint64_t chunks;		/* that its tables name */
	bool last;			/* ends with a done section: the image ends here */
	const char *damage;		/* NULL when its section list is whole; a constant text */
	uint64_t damage_at;		/* file offset */
	bool hash_only;			/* the damage touches nothing but the stored hashes */
};

/* Look at one segment. map is filled from the first volume section met. Never fails: damage is told in ret_segment. */
void ewf_segment_look(int fd, uint64_t size, struct ewf_map *map, struct ewf_segment *ret_segment);

#endif
