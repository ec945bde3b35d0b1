/* key_set.h - a set of digests, to know what has been seen. Grows by doubling: between 32 and 64 bytes a key. */
#ifndef TRIAGE_CASE_KEY_SET_H
#define TRIAGE_CASE_KEY_SET_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_SET_KEY = 16 };

struct key_set {		/* zeroed to begin */
	uint8_t *keys;
	size_t room, count;
};

/* key: the first KEY_SET_KEY bytes of a digest. *ret_there: it was in the set before. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status key_set_add(struct key_set *set, const uint8_t *key, bool *ret_there, struct triage_error *err);
void key_set_release(struct key_set *set);

#endif
