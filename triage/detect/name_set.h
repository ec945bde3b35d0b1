/*
 * name_set.h - many shell patterns over base names, asked about one name at a time.
 *
 * Patterns are put into buckets by their last character, and are looked at only when that and the first character can fit,
 * so that a name meets few of them. ASCII capitals make no difference, as in glob.h.
 */
#ifndef TRIAGE_DETECT_NAME_SET_H
#define TRIAGE_DETECT_NAME_SET_H

#include "triage/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct name_set {
	struct name_pattern {
		const char *glob;	/* borrowed */
		uint32_t id;		/* given by the caller */
		uint32_t next;		/* index + 1 of the next in its bucket, 0 at the end */
		unsigned char first;	/* folded first character, 0 when it can be any */
		uint64_t letters;	/* that a name must have, a bit each (by its last six bits): few names have those of many patterns */
		size_t fixed;		/* least characters of a name that fits */
	} *patterns;
	size_t count, room;
	uint32_t buckets[256], tails[256];	/* by folded last character; [0]: can be any */
};

WARN_UNUSED enum triage_status name_set_add(struct name_set *set, const char *glob, uint32_t id, struct triage_error *err);
/* Ids of the patterns that fit, at most max, in rising order. Returns how many were written. */
size_t name_set_match(const struct name_set *set, const char *name, uint32_t *ids, size_t max);
void name_set_release(struct name_set *set);

#endif
