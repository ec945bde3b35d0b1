/*
 * unpack_mail.h - messages as archives: their parts, and the messages of a mailbox. Shared by the files that open mail.
 *
 * A message (RFC 5322, MIME) has its leaf parts as members, decoded; an mbox its messages; an Outlook message (.msg) and an Outlook
 * store (PST, OST) have headers, bodies and attachments of each message, headers as text lines so that they are read like others.
 */
#ifndef TRIAGE_ANALYSE_UNPACK_MAIL_H
#define TRIAGE_ANALYSE_UNPACK_MAIL_H

#include "triage/analyse/unpack_inside.h"
#include "triage/base/buf.h"

/* An opened message or mailbox of one kind. */
struct unpack_mail {
	const struct unpack_mail_kind *kind;
	struct unpack_source *source;	/* the archive's */
	void *state;			/* of the kind; owned */
	struct buf name;		/* of the member in hand, raw */
	uint64_t size;			/* of the member, TRIAGE_NO_ID when not known */
	int64_t mtime, btime;		/* of the member */
	struct buf out;			/* decoded bytes that wait ... */
	size_t out_at;			/* ... from here on */
	bool broken;			/* the source cannot be read */
	const char *left_out;		/* static: what a bound kept from being a member, NULL for nothing; told at the end */
	char *why;			/* 200 bytes: the archive's words */
};

enum { MAIL_WHY = 200, MAIL_NAME_MAX = 4096, MAIL_OUT_MAX = 1 << 20 };

struct unpack_mail_kind {
	/* Set state. Errors: E_MEMORY. What is no such thing shows at the first step. */
	enum triage_status (*open)(struct unpack_mail *m, struct triage_error *err);
	/* The next member: name (cleared before), size, times. */
	enum unpack_step (*next)(struct unpack_mail *m);
	/* Put more of the member's bytes into out (cleared before); none: it ends here. False: it cannot be read further, why says so. */
	bool (*more)(struct unpack_mail *m);
	void (*close)(struct unpack_mail *m);
};

extern const struct unpack_mail_kind unpack_mail_message, unpack_mail_mbox, unpack_mail_msg, unpack_mail_pst;

/* The kind's row, NULL for an archive. */
const struct unpack_mail_kind *unpack_mail_of(enum unpack_kind kind);

/* Bytes of the source at an offset, as many as there are up to size. False when it fails; source->failed says why. */
bool mail_source_read(struct unpack_source *s, uint64_t offset, void *buf, size_t size, size_t *ret_got);
/* It cannot be read further: why, cut to fit. Returns UNPACK_BROKEN. */
enum unpack_step mail_broken(struct unpack_mail *m, const char *why);

/*
 * Lines of a source, front to back. A line longer than MAIL_LINE comes in pieces: only the first has begins set, only the last has its
 * end. data is borrowed until the next call.
 */
enum { MAIL_LINE = 64 << 10 };
struct mail_lines {
	struct unpack_source *source;
	uint8_t *buffer;		/* MAIL_LINE bytes, owned */
	size_t have, used;
	uint64_t at;			/* of buffer + have in the source */
	bool inside;			/* a line longer than the buffer is not at its end yet */
};
struct mail_line {
	const uint8_t *data;
	size_t size;			/* without its end */
	uint8_t end;			/* bytes of the line end: 0 (none, or a piece), 1 LF, 2 CR LF */
	bool begins;
};
/* False at the end of the source; *ret_broken when it cannot be read. */
bool mail_line_next(struct mail_lines *l, struct mail_line *line, bool *ret_broken);
void mail_line_back(struct mail_lines *l, const struct mail_line *line);	/* the last line comes again */

/* Append a name of evidence as one part of a path: no slashes, at most 255 bytes; `otherwise` when it is empty or means another folder. */
void mail_put_name(struct buf *out, const char *name, size_t size, const char *otherwise);
/* "From: ..." when value is not empty; line ends in it become blanks. */
void mail_put_header(struct buf *out, const char *field, const char *value);

/* Is this the beginning of a mailbox? Of a message: mime_is_message(). */
bool mail_is_mbox(struct view head);
/* A line "From somebody date" of a mailbox. */
bool mail_is_from_line(const uint8_t *line, size_t size);

/* --- unpack_pst_io.c --- */

/* The source as a libbfio_handle_t; the source must outlive it. NULL when memory runs out. */
intptr_t *pst_io(struct unpack_source *source);

/* --- unpack_item.c: a message as Outlook keeps it --- */

/* Its properties; text is UTF-8, "" when there is none. */
struct mail_item {
	const char *transport;		/* the header lines it came with */
	const char *from_name, *from_address, *to, *cc, *subject, *message_id;
	int64_t submitted, delivered;	/* ns, TRIAGE_TIME_NONE */
};
/* Header lines: those it came with, and those that they lack. Ends with a blank line. */
void mail_put_item(struct buf *out, const struct mail_item *item);
/* Rich text in Outlook's packing (MS-OXRTFCP). False when it is none, or damaged; what came before stays. */
bool mail_unpack_rtf(struct view in, struct buf *out);

#endif
