/*
 * keys.h - what the officer gave to open locks with: read before the first worker, inherited by fork, wiped when it has served.
 *
 * The bytes lie in pages that are locked in memory and left out of core dumps. They are never in an argument list, the log, the
 * custody text or the journal: of a key file only the path is kept, for --resume.
 */
#ifndef TRIAGE_RUN_KEYS_H
#define TRIAGE_RUN_KEYS_H

#include "triage/base/error.h"
#include "triage/evidence/layer.h"

#include <triage/plan.h>

enum { KEY_BYTES_MAX = 1 << 20, KEYS_MAX = 64 };

/* Zeroed: none. */
struct keys {
	struct layer_keys list;		/* as the layers want them */
	struct layer_key each[KEYS_MAX];
	struct key_room {
		uint8_t *bytes;		/* whole pages; owned */
		size_t size;
	} rooms[KEYS_MAX];
};

/*
 * Read the key files of a plan ("-": standard input to its end) and the typed key. Errors, each with the path and what to do:
 * E_IO (cannot be read), E_USAGE (empty, more than KEY_BYTES_MAX, too many), E_MEMORY. Nothing has to be freed then.
 */
WARN_UNUSED enum triage_status keys_read(const struct triage_plan *plan, struct keys *ret_keys, struct triage_error *err);
/* Lock the pages in memory: in each process anew, as a fork does not inherit it. A refusal is no error. */
void keys_lock(const struct keys *keys);
/* Overwrite this process's copy. The list is empty afterwards. */
void keys_wipe(struct keys *keys);
void keys_release(struct keys *keys);	/* wipe and unmap */

#endif
