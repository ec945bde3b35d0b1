/*
 * damage_look.h - what has been done to a file, from its bytes against what its name promises. Pure.
 *
 * Global randomness says nothing: packed formats are random inside, and some programs encrypt only the head or every n-th block. So a guess rests on
 * what must stand in known places (struct triage_shape), and on where random blocks lie. How sure it is, the files beside it decide (damage.c).
 */
#ifndef TRIAGE_DETECT_DAMAGE_LOOK_H
#define TRIAGE_DETECT_DAMAGE_LOOK_H

#include "triage/detect/file_types.h"

#include <stdbool.h>

enum damage {
	DAMAGE_INTACT,
	DAMAGE_WHOLE, DAMAGE_HEAD, DAMAGE_TAIL, DAMAGE_BLOCKS, DAMAGE_PARTS,	/* encrypted: throughout, at one end, in even turns, in other places */
	DAMAGE_RENAMED,			/* the name of an encrypting program on sound bytes */
	DAMAGE_ZEROED, DAMAGE_ZEROED_PART,
	DAMAGE_UNKNOWN,			/* cannot be told */
	DAMAGE_COUNT
};
/* The word of files.damage. */
const char *damage_word(enum damage damage);

enum damage_proof {
	PROOF_NONE,			/* random, but nothing promises otherwise: takes a name that encrypting programs give */
	PROOF_PROMISE,			/* the name promises something else: takes files beside that agree */
	PROOF_MARK,			/* the trailer of the program proves itself */
};

struct damage_guess {
	enum damage what;
	enum damage_proof proof;
	int permille;			/* of its bytes, -1 when not known */
	const char *reason;		/* a sentence; a literal */
	bool changed;			/* of DAMAGE_UNKNOWN: the start that the name promises is not there */
	bool sound;			/* its format holds together, or it is text: a copy like this can be used */
};

struct subject;
struct damage_guess damage_look(const struct subject *s, const struct file_type *promise);
/*
 * What a name promises: the type of its last extension, or, when that is none, of the last one before it that is. ret_kept: bytes of the name up to and with that
 * extension; the whole of it when nothing was added. NULL: nothing.
 */
const struct file_type *damage_promise(const struct file_types *types, const char *name, size_t *ret_kept);
/* The extension promises text, or a fixed start. */
bool damage_type_is_text(const struct file_type *type);

#endif
