/*
 * artefact.h - parsers of what a machine remembers: event logs, hives, prefetch, journals, logs.
 *
 * A parser is one file with one const row at its foot and one line in parsers.def. It knows the bytes of one stream and nothing
 * else: it opens nothing, keeps nothing between streams, and works in a sealed process on bytes that an attacker wrote.
 *
 * A stream is offered with its first ARTEFACT_HEAD bytes to each row in the order of the list; the first that claims it gets it.
 * Content counts more than the name: a loose log or hive is known under any name.
 *
 * What is sound is sent as events and facts; what is not is a remark with its offset, and the parser goes on behind it. TRIAGE_OK is the
 * answer to any bytes; an error status means that the sink failed or memory ran out. Nothing may loop or allocate by a
 * number from the stream before that number is checked against the bytes left.
 *
 *     artefact_event(a, when, "logged");              begins an event
 *     artefact_offset(a, at);
 *     artefact_text(a, "event_id", "4624");           fields of data, in order
 *     artefact_message(a, "%s logged on", user);
 *     st = artefact_send(a, err);                     sends it
 */
#ifndef TRIAGE_ARTEFACT_ARTEFACT_H
#define TRIAGE_ARTEFACT_ARTEFACT_H

#include "triage/base/buf.h"
#include "triage/base/view.h"

#include <triage/record.h>

enum {
	ARTEFACT_HEAD = 64 << 10,		/* bytes that a row may look at to claim a stream; fewer when the stream is shorter */
	ARTEFACT_VALUE_MAX = 32 << 10,		/* bytes of one value in data; the rest is cut and the field "cut" says so */
	ARTEFACT_DATA_MAX = 160 << 10,		/* bytes of data as JSON; further fields are left out and "cut" says so */
	ARTEFACT_MESSAGE_MAX = 2 << 10,
	ARTEFACT_WHOLE_MAX = 1 << 30,		/* a longer stream for a row with parse is not parsed, and a remark says so */
	ARTEFACT_CARRY_MAX = 4 << 20,		/* bytes that a row with step may leave unused at a time */
};

struct artefact;			/* one stream in the hands of one parser */

/* Whose bytes these are. */
struct artefact_subject {
	const char *path, *name;	/* text; display form; name is the last part of path */
	const char *owner;		/* text: SID or user name of the file's owner, "" when not known */
	uint64_t size;			/* bytes, as the filesystem says */
	int64_t mtime, btime;		/* TRIAGE_TIME_NONE when not known */
};

struct artefact_kind {
	const char *name;		/* unique; word of timeline.parser, or its part before a dot */
	const char *source;		/* word of timeline.source, when an event sets no other */
	const char *title;		/* for people: "Windows event log (.evtx)" */
	const char *yields;		/* for people: what it tells */
	const char *reference;		/* where the format is described */
	const char *precision;		/* of its times, when an event sets no other */
	bool (*claims)(const struct artefact_subject *who, struct view head);
	/* Exactly one of the two. parse: the whole stream at once. */
	enum triage_status (*parse)(struct artefact *a, struct view all, struct triage_error *err);
	/*
	 * step: the stream in pieces of any size from 1 byte to all, front to back. bytes begins at offset `at` of the stream, with what the last call
	 * left unused. ret_used: bytes that need not come again. last: no more comes. state: state_size bytes, zero at first.
	 */
	enum triage_status (*step)(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err);
	size_t state_size;
	void (*release)(void *state);	/* optional: what state holds on the heap */
	const char *const *companions;	/* optional: endings of the names of files beside it that belong to it (".LOG1"), NULL at the end */
	bool (*begins)(struct view head);	/* with companions: may a file that begins so be one? head: 64 bytes */
};

/* Every row, in the order of parsers.def. index: from 0; NULL past the end. */
const struct artefact_kind *artefact_kind(size_t index);
/* The row that claims a stream, NULL when none does. */
const struct artefact_kind *artefact_claim(const struct artefact_subject *who, struct view head);
/* Is this an ending of some row's companions? */
bool artefact_is_companion(const char *ending);
/* And would a row with this ending take a file that begins so for one? No bytes: by the ending alone. */
bool artefact_companion_begins(const char *ending, struct view head);

struct artefact_sink {
	void *ctx;
	enum triage_status (*event)(void *ctx, const struct triage_event *e, struct triage_error *err);
	enum triage_status (*fact)(void *ctx, const struct triage_fact *f, struct triage_error *err);
	enum triage_status (*problem)(void *ctx, const struct triage_problem *p, struct triage_error *err);
	/*
	 * optional: all bytes of the file beside the subject whose name is the subject's and this ending, compared without case.
	 * False when there is none or it cannot be read. ret_bytes lives until artefact_close().
	 */
	bool (*companion)(void *ctx, const char *ending, struct view *ret_bytes);
};

/* --- for those who have a stream to parse --- */

/* who and sink are borrowed until artefact_close(). Errors: E_MEMORY. */
WARN_UNUSED enum triage_status artefact_open(const struct artefact_kind *kind, const struct artefact_subject *who, const struct artefact_sink *sink,
    struct artefact **ret_a, struct triage_error *err);
/* The next bytes, front to back. last: the stream ends with them; bytes may be empty then. Errors: E_MEMORY, or what a sink returned. */
WARN_UNUSED enum triage_status artefact_feed(struct artefact *a, struct view bytes, bool last, struct triage_error *err);
bool artefact_gave_up(const struct artefact *a);	/* the stream is too large for its row; a remark has said so */
void artefact_close(struct artefact *a);	/* takes NULL */

/* --- for parsers --- */

const struct artefact_subject *artefact_who(const struct artefact *a);
bool artefact_companion(struct artefact *a, const char *ending, struct view *ret_bytes);

/*
 * Begin an event; what was begun before and not sent is forgotten. meaning is borrowed until artefact_send(). time may be
 * TRIAGE_TIME_NONE: then artefact_send() sends nothing and is TRIAGE_OK.
 */
void artefact_event(struct artefact *a, int64_t time, const char *meaning);
/* All optional, in any order; text is copied unless said. Text may be any bytes: it is made harmless and valid. */
void artefact_offset(struct artefact *a, uint64_t offset);
void artefact_local(struct artefact *a);				/* the time is the machine's wall clock */
void artefact_precision(struct artefact *a, const char *precision);	/* borrowed */
void artefact_source(struct artefact *a, const char *source);		/* borrowed; a word of timeline.source */
void artefact_part(struct artefact *a, const char *part);		/* borrowed; parser becomes "NAME.part" */
void artefact_technique(struct artefact *a, const char *technique);	/* borrowed */
void artefact_user(struct artefact *a, const char *user);
void artefact_host(struct artefact *a, const char *host);
void artefact_message(struct artefact *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fields of data, in the order of the calls. key: lower snake case; anything else in it becomes '_'. A key may come once. */
void artefact_text(struct artefact *a, const char *key, const char *value);		/* NULL or "" leaves the field out */
void artefact_bytes(struct artefact *a, const char *key, const void *text, size_t size);	/* the same, not ended by NUL; "" stays */
void artefact_utf16(struct artefact *a, const char *key, const uint8_t *data, size_t units);	/* little endian, up to a NUL */
void artefact_number(struct artefact *a, const char *key, int64_t value);
void artefact_unsigned(struct artefact *a, const char *key, uint64_t value);
void artefact_flag(struct artefact *a, const char *key, bool value);
void artefact_hex(struct artefact *a, const char *key, const void *data, size_t size);
void artefact_when(struct artefact *a, const char *key, int64_t time);			/* ISO 8601, UTC; nothing for TRIAGE_TIME_NONE */
/* The parser itself left something out of this event: the field "cut" says so, as it does of what these functions leave out. */
void artefact_cut(struct artefact *a);
/*
 * Fields that many events share need not be made each time: artefact_mark() says how far data is, artefact_since() gives the text of what was
 * put behind a mark (borrowed until the next call), artefact_fields() puts such text again. What goes in must be sound JSON as artefact_since()
 * gives it: nothing of the evidence that did not come through the functions above.
 */
size_t artefact_mark(const struct artefact *a);
const char *artefact_since(const struct artefact *a, size_t mark, size_t *ret_size);
void artefact_fields(struct artefact *a, const char *text, size_t size);
/* A list of texts: begin, any number of items, end. */
void artefact_list(struct artefact *a, const char *key);
void artefact_item(struct artefact *a, const char *value);
void artefact_list_end(struct artefact *a);
/*
 * Send the event. With another time and meaning it may be sent again: artefact_again() changes these and keeps all else.
 * Errors: E_MEMORY, or what the sink returned.
 */
WARN_UNUSED enum triage_status artefact_send(struct artefact *a, struct triage_error *err);
void artefact_again(struct artefact *a, int64_t time, const char *meaning);

/* A fact about the host, or (subject: SID or uid) about an account. Empty values are not sent. */
WARN_UNUSED enum triage_status artefact_fact(struct artefact *a, const char *kind, const char *subject, const char *name, const char *value,
    unsigned weight, struct triage_error *err);
WARN_UNUSED enum triage_status artefact_fact_time(struct artefact *a, const char *kind, const char *subject, const char *name, int64_t time,
    unsigned weight, struct triage_error *err);

/*
 * Something in the stream is not sound, or newer than known. code: a stable word ("chunk-damaged"). bytes: how much is affected,
 * 0 when not known. One code is sent at most ARTEFACT_REMARKS times a stream, the rest are counted in one row at the end.
 */
enum { ARTEFACT_REMARKS = 20 };
WARN_UNUSED enum triage_status artefact_remark(struct artefact *a, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes,
    struct triage_error *err, const char *format, ...) __attribute__((format(printf, 7, 8)));

#endif
