/*
 * filetype.h - what a stream is, by its first bytes: our own decision for plain text, libmagic for the rest.
 *
 * libmagic's text tests cost four times its binary tests and mostly say "ASCII text"; they are asked only when the first
 * line hints at a format (filetype_hints.def). Source code is told by how lines begin (filetype_source.def). For binary
 * content the MIME type follows from the description where that is unambiguous (filetype_mime.def); only else is libmagic
 * asked twice. An answer depends on the bytes alone, never on files seen before.
 *
 * The database is read into memory once and shared by forked workers; a cookie made from it opens no file.
 */
#ifndef TRIAGE_ANALYSE_FILETYPE_H
#define TRIAGE_ANALYSE_FILETYPE_H

#include "triage/base/view.h"

#include <triage/record.h>

enum { FILETYPE_HEAD = 1 << 20, FILETYPE_TEXT_HEAD = 64 << 10, FILETYPE_WORDS = 250 };

struct filetype_database {
	uint8_t *data;
	size_t size;
};

/* path: NULL for the system's. The MAGIC variable of the environment is not looked at. Errors: E_IO, E_LIMIT, E_MEMORY. */
WARN_UNUSED enum triage_status filetype_load(const char *path, struct filetype_database *ret_database, struct triage_error *err);
void filetype_release(struct filetype_database *database);

struct filetype;	/* one process's cookie and its last answer */

/* database must outlive what comes back. Errors: E_FORMAT (not a database of this libmagic), E_MEMORY. */
WARN_UNUSED enum triage_status filetype_new(const struct filetype_database *database, struct filetype **ret_filetype, struct triage_error *err);
void filetype_free(struct filetype *ft);

struct filetype_answer {
	enum triage_text_kind text;
	const char *mime, *magic;	/* display text; valid until the next call */
};

/*
 * head: the first bytes, FILETYPE_HEAD of them when the stream has so many; whole: head is all of it.
 * Errors: E_UNSUPPORTED when libmagic failed; ret_answer is then filled with what our own look gave.
 */
WARN_UNUSED enum triage_status filetype_of(struct filetype *ft, struct view head, bool whole, struct filetype_answer *ret_answer, struct triage_error *err);

#endif
