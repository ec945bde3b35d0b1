/* unpack_tell.c - what is said of an archive that is not unpacked whole. */
#include "triage/analyse/unpack_walk.h"

#include <stdio.h>

static enum triage_status
problem(struct unpack_walk *w, const char *code, enum triage_severity severity, const char *message, struct triage_error *err)
{
	return w->io->stream.problem(w->io->stream.ctx, &(struct triage_problem){ .stage = "content", .severity = severity, .code = code,
		.message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
}

/* The archive on top in words: "the archive", or its name within the outermost one. */
static const char *
called(struct unpack_walk *w)
{
	size_t size = unpack_top(w)->prefix;
	if (size < 2)
		return "the archive";
	buf_clear(&w->text);
	buf_text(&w->text, "the archive ");
	buf_put(&w->text, w->name.data, size - 2 < 200 ? size - 2 : 200);
	buf_text(&w->text, " in it");
	return buf_cstr(&w->text);
}

enum triage_status
unpack_tell_encrypted(struct unpack_walk *w, struct triage_error *err)
{
	char message[UNPACK_SAYS];
	if (unpack_top(w)->told_encrypted)
		return TRIAGE_OK;
	unpack_top(w)->told_encrypted = true;
	snprintf(message, sizeof(message), "%s is encrypted, wholly or in part: without its password the bytes of such members cannot be read", called(w));
	return problem(w, "archive-encrypted", TRIAGE_MEDIUM, message, err);
}

enum triage_status
unpack_tell_damaged(struct unpack_walk *w, struct triage_error *err)
{
	char message[UNPACK_SAYS];
	if (unpack_is_encrypted(&unpack_top(w)->archive))
		return unpack_tell_encrypted(w, err);
	if (unpack_top(w)->told_damaged)
		return TRIAGE_OK;
	unpack_top(w)->told_damaged = true;
	snprintf(message, sizeof(message), "%s cannot be unpacked whole: %s", called(w), unpack_top(w)->archive.why);
	/* the stream itself was read whole, and nobody can read the rest of the archive: no gap of the examination */
	return problem(w, "archive-damaged", w->io->given ? TRIAGE_HIGH : TRIAGE_INFO, message, err);
}

/* A bound of its own kind was met in the archive on top. */
enum triage_status
unpack_tell_left_out(struct unpack_walk *w, struct triage_error *err)
{
	char message[UNPACK_SAYS];
	if (w->told_left_out)
		return TRIAGE_OK;
	w->told_left_out = true;
	snprintf(message, sizeof(message), "%s is not taken apart whole, and perhaps others in it neither: %s", called(w), unpack_top(w)->archive.why);
	return problem(w, "archive-limit", TRIAGE_LOW, message, err);
}

enum triage_status
unpack_tell_nested(struct unpack_walk *w, const char *why, struct triage_error *err)
{
	char message[UNPACK_SAYS];
	if (w->told_nested)
		return TRIAGE_OK;
	w->told_nested = true;
	snprintf(message, sizeof(message), "an archive in it was searched as it stands but not opened, and perhaps others too: %s", why);
	return problem(w, "archive-nested", TRIAGE_LOW, message, err);
}

enum triage_status
unpack_tell_limit(struct unpack_walk *w, struct triage_error *err)
{
	char message[UNPACK_SAYS];
	if (w->limit == NULL)
		return TRIAGE_OK;
	snprintf(message, sizeof(message), "unpacking stopped after %ju files and %ju bytes, and the rest of the archive was left out: %s",
	    (uintmax_t)w->members, (uintmax_t)w->bytes, w->limit);
	return problem(w, "archive-limit", TRIAGE_MEDIUM, message, err);
}

enum triage_status
unpack_tell_beside(struct unpack_walk *w, struct triage_error *err)
{
	struct unpack_beside *b = &unpack_top(w)->beside;
	char message[UNPACK_SAYS];
	if (!b->left_out || b->told)
		return TRIAGE_OK;
	b->told = true;
	snprintf(message, sizeof(message), "not all files of %s that belong to others in it, such as the logs of registry hives and of databases, could be read with "
	    "these: what they hold is not applied here, and perhaps elsewhere in it", called(w));
	return problem(w, "companion-unreadable", TRIAGE_MEDIUM, message, err);
}
