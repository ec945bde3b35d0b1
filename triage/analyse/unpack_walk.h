/* unpack_walk.h - the walk through an archive and those within it: shared by unpack.c, unpack_tell.c and unpack_beside.c. */
#ifndef TRIAGE_ANALYSE_UNPACK_WALK_H
#define TRIAGE_ANALYSE_UNPACK_WALK_H

#include "triage/analyse/unpack_mail.h"

enum { UNPACK_SAYS = 400 };		/* bytes of a problem's message */

/* Members that belong to another one beside them by their names, read when the first parser asks for one (unpack_beside.c). */
struct unpack_beside {
	struct unpack_beside_one *all;	/* owned */
	size_t count, room;
	uint64_t bytes;			/* held */
	bool found;			/* they were looked for */
	bool left_out, told;		/* some are there and were not kept */
};

/* One archive of those that are open within one another. */
struct unpack_level {
	struct unpack_archive archive;
	enum unpack_kind kind;
	size_t prefix;			/* bytes of walk.name before the names of this archive's members */
	bool told_encrypted, told_damaged;
	struct unpack_beside beside;
};

/* A member whose bytes are on their way through the pass. */
struct unpack_now {
	bool begun;			/* its kind is known */
	enum unpack_kind kind;
	uint8_t *held;			/* its bytes so far, when it is an archive to be opened; owned */
	size_t held_size, held_room;
	bool too_large, cut, failed;
};

struct unpack_walk {
	struct analyse_pass *pass;
	const struct analyse_subject *who;
	const struct unpack_io *io;
	struct unpack_level levels[UNPACK_DEPTH + UNPACK_MAIL_DEPTH];
	size_t depth;
	size_t mails;			/* of these levels: mail */
	struct buf name;		/* raw; of the member in work, archives around it first */
	struct buf text;
	struct unpack_now now;
	uint64_t entries, members, members_max, bytes, bytes_max, bytes_most;
	const char *limit;		/* which bound was met, NULL for none */
	bool told_nested, told_left_out;
};

static inline struct unpack_level *
unpack_top(struct unpack_walk *w)
{
	return &w->levels[w->depth - 1];
}

/* Each is a problem row of stage "content", once for an archive and reason. Errors: what the sink returned. */
WARN_UNUSED enum triage_status unpack_tell_encrypted(struct unpack_walk *w, struct triage_error *err);
WARN_UNUSED enum triage_status unpack_tell_damaged(struct unpack_walk *w, struct triage_error *err);
WARN_UNUSED enum triage_status unpack_tell_left_out(struct unpack_walk *w, struct triage_error *err);	/* a bound of its own kind was met in the archive on top */
WARN_UNUSED enum triage_status unpack_tell_nested(struct unpack_walk *w, const char *why, struct triage_error *err);
WARN_UNUSED enum triage_status unpack_tell_limit(struct unpack_walk *w, struct triage_error *err);	/* nothing when none was met */
WARN_UNUSED enum triage_status unpack_tell_beside(struct unpack_walk *w, struct triage_error *err);	/* nothing when none was left out */

/*
 * The bytes of the member whose name is that of the member in work and this ending, compared without case; ctx is the walk. The archive is gone
 * through once more when this is first asked of it. False when there is none, or it was not kept; the latter is a problem row of the member that asked.
 * ret_bytes lives until the archive is left.
 */
bool unpack_beside(void *ctx, const char *ending, struct view *ret_bytes);
void unpack_beside_free(struct unpack_beside *b);

#endif
