/*
 * unpack.h - what lies inside an archive: each member through the same pass as any stream.
 *
 * Formats, told apart by their first bytes: zip (so also Office documents and jar), 7z, rar, cab, tar, cpio, ar (so also deb), iso9660, and single
 * streams of gzip, bzip2, xz, lzip, zstd, lz4 and compress, with or without a tar inside; and mail: messages with their parts, mbox,
 * Outlook's .msg and stores (unpack_mail.h). libarchive does the reading; it gets the
 * decoders that are built into it, one by one, and nothing that starts a program, and no passphrase.
 *
 * Archives in archives are opened too, UNPACK_DEPTH deep. They are held in memory, at most one window each; a larger one is a member like
 * any other, searched as it stands. All bounds count for the outermost archive as a whole.
 */
#ifndef TRIAGE_ANALYSE_UNPACK_H
#define TRIAGE_ANALYSE_UNPACK_H

#include "triage/analyse/analyse.h"
#include "triage/base/view.h"

enum {
	UNPACK_HEAD = 33 << 10,		/* bytes of a beginning that tell every kind */
	UNPACK_DEPTH = 3,		/* archives within one another, the outermost counted */
	UNPACK_MAIL_DEPTH = 4,		/* besides: messages and mailboxes within one another */
	UNPACK_MEMBERS = 10000,		/* files of one outermost archive */
	UNPACK_MAIL_MEMBERS = 500000,	/* of one outermost mailbox */
	UNPACK_GIVEN_MEMBERS = 1000000,	/* of one that was given as evidence */
	UNPACK_RATIO = 200,		/* bytes unpacked for each byte packed, beyond UNPACK_FREE */
	UNPACK_NAME_MAX = 32 << 10,	/* bytes of a member's name, with those of the archives around it */
};
#define UNPACK_BYTES (UINT64_C(4) << 30)	/* unpacked from one outermost archive */
#define UNPACK_GIVEN_BYTES (UINT64_C(256) << 30)
#define UNPACK_FREE (UINT64_C(64) << 20)

/* Kinds of archive, by their first bytes. */
enum unpack_kind {
	UNPACK_NONE, UNPACK_ZIP, UNPACK_7Z, UNPACK_RAR, UNPACK_RAR5, UNPACK_CAB, UNPACK_TAR, UNPACK_CPIO, UNPACK_AR, UNPACK_ISO,
	UNPACK_GZIP, UNPACK_BZIP2, UNPACK_XZ, UNPACK_LZIP, UNPACK_ZSTD, UNPACK_LZ4, UNPACK_COMPRESS,
	UNPACK_MESSAGE, UNPACK_MBOX, UNPACK_MSG, UNPACK_PST,	/* mail: its parts and messages are the members; MSG: any compound file, until it is opened */
	UNPACK_KIND_COUNT
};
/* head: the stream's first bytes, UNPACK_HEAD of them or all there are. */
enum unpack_kind unpack_kind_of(struct view head);

struct unpack_io {
	/* Reads the outermost archive, at any offset; takes the matches, problems and stages of the member in work. */
	struct analyse_io stream;
	/* A member begins: what comes to stream.match and stream.problem is its own, until member_done. */
	enum triage_status (*member)(void *ctx, const struct triage_member *m, struct triage_error *err);
	enum triage_status (*member_done)(void *ctx, const struct triage_content *content, struct triage_error *err);
	/*
	 * optional: a member may belong to another beside it: does a name that ends so, with bytes that begin so (none: by the name alone)? Then
	 * analyse_subject.beside gives it to who asks.
	 */
	bool (*beside)(const char *ending, struct view head);
	bool given;			/* it was given as evidence: bounds are wide, and damage is a gap */
	bool closed;			/* it took workers down before: only say that an archive is not opened */
};

/*
 * Unpack a stream that is an archive; one that is none costs one read of its first bytes. who: the archive (path, name, size). What cannot be unpacked is a
 * problem row of stage "content", once for an archive and reason: archive-encrypted, archive-damaged, archive-limit,
 * archive-nested, archive-closed.
 * Errors: E_MEMORY, or what a sink returned.
 */
WARN_UNUSED enum triage_status analyse_unpack(struct analyse_pass *pass, const struct analyse_subject *who, const struct unpack_io *io,
    struct triage_error *err);

#endif
