/* unpack_inside.h - one archive, opened: shared by the files that unpack. */
#ifndef TRIAGE_ANALYSE_UNPACK_INSIDE_H
#define TRIAGE_ANALYSE_UNPACK_INSIDE_H

#include "triage/analyse/unpack.h"

#include <locale.h>

struct archive;
struct archive_entry;
struct unpack_mail;

/* Where an archive's bytes come from: a stream, or memory when it lay in another archive. */
struct unpack_source {
	const struct analyse_io *io;	/* NULL: held */
	uint8_t *held;			/* owned, unless borrowed */
	bool borrowed;
	uint64_t size, at;
	uint8_t *buffer;		/* owned; of a stream */
	struct triage_error failed;	/* what the stream said, when it could not be read */
};

enum unpack_step {
	UNPACK_MEMBER,			/* the next entry is there */
	UNPACK_END,
	UNPACK_LEFT_OUT,		/* the end, but a bound was met on the way: why says what is not among the members */
	UNPACK_BROKEN,			/* the archive cannot be read further */
};

struct unpack_archive {
	struct unpack_mail *mail;	/* of a kind of mail; then all up to names is unused */
	struct archive *a;
	struct archive_entry *entry;	/* of the last UNPACK_MEMBER; the archive's own */
	struct unpack_source source;
	locale_t names;
	/* of the entry: the block in hand, borrowed from the reader until its next one; gaps between blocks are zeros */
	const uint8_t *block;
	size_t block_size;
	uint64_t block_at, at;
	bool fatal;			/* a read ended so that the reader's state is in doubt */
	char why[200];			/* after UNPACK_BROKEN, UNPACK_LEFT_OUT or a failed read: the reader's words */
};

/* Errors: E_MEMORY. A stream that is no such archive shows at the first step. The source becomes the archive's, whatever is returned. */
WARN_UNUSED enum triage_status unpack_open(struct unpack_archive *u, enum unpack_kind kind, struct triage_error *err);
void unpack_close(struct unpack_archive *u);
enum unpack_step unpack_next(struct unpack_archive *u);
/* Bytes of the entry, 0 at its end, negative when it cannot be read further (then why says so). */
int64_t unpack_read(struct unpack_archive *u, void *buf, size_t size);
/* After a read that failed: let the next step go on behind the entry, where that is safe. */
void unpack_pass_damage(struct unpack_archive *u, enum unpack_kind kind);
bool unpack_is_file(const struct unpack_archive *u);
bool unpack_is_encrypted(const struct unpack_archive *u);	/* the entry, or, after UNPACK_BROKEN, what hides the entries */
/* A single packed stream without a name of its own. */
bool unpack_is_single(const struct unpack_archive *u);
/* name: as stored, borrowed until the next step; empty when it cannot be told. The number is left alone. */
void unpack_describe(const struct unpack_archive *u, struct triage_member *m);

/* The last part of a path without the suffix of a packer: where it begins, and its bytes; 0 when it has no such suffix. */
size_t unpack_bare_name(const char *path, size_t size, size_t *ret_from);

/* --- of the pass --- */
locale_t pass_names(const struct analyse_pass *pass);
size_t pass_window_size(const struct analyse_pass *pass);	/* bytes */

#endif
