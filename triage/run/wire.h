/*
 * wire.h - frames between the supervisor and its workers.
 *
 * A frame is 16 bytes of header (u32 payload size, u16 type, u16 zero, u64 job; host byte order, same machine) and a
 * payload of at most WIRE_PAYLOAD_MAX bytes. Payload fields are written and read in a fixed order: integers as 8 bytes,
 * bytes as an 8-byte length and the bytes. The reading side trusts nothing: a cursor that would pass the end stays failed.
 */
#ifndef TRIAGE_RUN_WIRE_H
#define TRIAGE_RUN_WIRE_H

#include "triage/base/buf.h"
#include "triage/base/error.h"
#include "triage/base/view.h"

#include <triage/record.h>

enum { WIRE_EVENT_DATA = 164 << 10, WIRE_EVENT_MESSAGE = 16 << 10 };

enum wire_type {
	/* supervisor to worker */
	WIRE_JOB_PROBE = 1, WIRE_JOB_LIST, WIRE_JOB_CONTENT, WIRE_JOB_IMAGE, WIRE_JOB_EXIT, WIRE_JOB_EXTRACT, WIRE_JOB_PLACES,
	/* worker to supervisor */
	WIRE_READY = 16, WIRE_EVIDENCE, WIRE_VOLUME, WIRE_FILESYSTEM, WIRE_ENTRY, WIRE_EXTENT, WIRE_PROBLEM, WIRE_MATCH, WIRE_CONTENT,
	WIRE_DIGESTS, WIRE_DONE, WIRE_MEMBER, WIRE_MEMBER_DONE,
	WIRE_PLACES,	/* of a stream that has twins: 32 bytes, see vss_stream_places() */
	WIRE_EVENT, WIRE_FACT,
	WIRE_ARTEFACT,	/* the end of a stream that a parser claimed */
	WIRE_PLACED,	/* the end of WIRE_JOB_PLACES: for each stream of the job 32 bytes, zeros where its places cannot be told */
	WIRE_BYTES,	/* of a stream that is extracted: the next piece, as bytes */
	WIRE_BYTES_END,	/* status, words why not all */
	WIRE_TYPE_COUNT
};

enum { WIRE_HEADER = 16, WIRE_PAYLOAD_MAX = 256 << 10, WIRE_WORDS_MAX = 1000 };

struct wire_frame {
	enum wire_type type;
	uint64_t job;
	struct view payload;	/* borrowed from the stream's buffer until the next call */
};

/* --- one direction of bytes, buffered; owned by one process --- */
struct wire_stream {
	int fd;			/* not owned */
	struct buf in, out;
	size_t in_done, out_done;	/* bytes of in already handed out, of out already sent */
	bool ended;		/* the peer closed */
};
void wire_stream_init(struct wire_stream *s, int fd);
void wire_stream_release(struct wire_stream *s);

/* Take the next whole frame out of the buffer. TRIAGE_END: none yet. E_FORMAT: not a frame (kill the peer). */
WARN_UNUSED enum triage_status wire_take(struct wire_stream *s, struct wire_frame *ret_frame, struct triage_error *err);
/* Read what there is. wait: block until something comes. Sets ended. Errors: E_IO. */
WARN_UNUSED enum triage_status wire_fill(struct wire_stream *s, bool wait, struct triage_error *err);
/* Send what is buffered. wait: until all is sent. Errors: E_IO (peer gone). */
WARN_UNUSED enum triage_status wire_flush(struct wire_stream *s, bool wait, struct triage_error *err);
size_t wire_pending(const struct wire_stream *s);	/* bytes not sent yet */

/* --- writing a payload --- */
void wire_begin(struct wire_stream *s, enum wire_type type, uint64_t job, size_t *ret_mark);
void wire_end(struct wire_stream *s, size_t mark);
void wire_put_u64(struct wire_stream *s, uint64_t value);
void wire_put_i64(struct wire_stream *s, int64_t value);
void wire_put_real(struct wire_stream *s, double value);
void wire_put_bytes(struct wire_stream *s, const void *data, size_t size);
void wire_put_text(struct wire_stream *s, const char *text);
/*
 * Text that may have been cut inside a character or holds bytes of a library's message: at most WIRE_WORDS_MAX bytes, with '?'
 * for each byte that is no UTF-8. A text that the other side refuses would cost the worker.
 */
void wire_put_words(struct wire_stream *s, const char *text);

/* --- reading a payload --- */
struct wire_cursor {
	struct view rest;
	bool failed;
};
uint64_t wire_get_u64(struct wire_cursor *c);
int64_t wire_get_i64(struct wire_cursor *c);
double wire_get_real(struct wire_cursor *c);
uint32_t wire_get_u32(struct wire_cursor *c);			/* fails above UINT32_MAX */
unsigned wire_get_enum(struct wire_cursor *c, unsigned count);	/* fails at count and above */
struct view wire_get_bytes(struct wire_cursor *c, size_t max);	/* fails above max */
/* Text of at most max bytes without NUL inside, copied into store (room max + 1): always ends with NUL. Invalid UTF-8 fails. */
const char *wire_get_text(struct wire_cursor *c, char *store, size_t max);
void wire_put_shape(struct wire_stream *s, const struct triage_shape *shape);
void wire_get_shape(struct wire_cursor *c, struct triage_shape *ret);
bool wire_all_read(const struct wire_cursor *c);		/* nothing failed, nothing left over */

/* --- records; each decode fills pointers into frame payload or store, valid until the stream's next wire_take() --- */
struct wire_store {
	char text[8][1024];
};
void wire_put_evidence(struct wire_stream *s, uint64_t job, const struct triage_evidence *e);
bool wire_get_evidence(struct view payload, struct wire_store *store, struct triage_evidence *ret);
void wire_put_volume(struct wire_stream *s, uint64_t job, const struct triage_volume *v);
bool wire_get_volume(struct view payload, struct wire_store *store, struct triage_volume *ret);
void wire_put_filesystem(struct wire_stream *s, enum wire_type type, uint64_t job, const struct triage_filesystem *fs);
bool wire_get_filesystem(struct view payload, struct wire_store *store, struct triage_filesystem *ret);
void wire_put_entry(struct wire_stream *s, uint64_t job, const struct triage_entry *e);
bool wire_get_entry(struct view payload, struct wire_store *store, struct triage_entry *ret);
void wire_put_extent(struct wire_stream *s, uint64_t job, const struct triage_extent *x);
bool wire_get_extent(struct view payload, struct triage_extent *ret);
void wire_put_problem(struct wire_stream *s, uint64_t job, const struct triage_problem *p);
bool wire_get_problem(struct view payload, struct wire_store *store, struct triage_problem *ret);
void wire_put_match(struct wire_stream *s, uint64_t job, const struct triage_match *m);
bool wire_get_match(struct view payload, struct wire_store *store, struct triage_match *ret);
void wire_put_places(struct wire_stream *s, uint64_t job, const uint8_t places[32]);
bool wire_get_places(struct view payload, uint8_t ret_places[32]);
void wire_put_placed(struct wire_stream *s, uint64_t job, const uint8_t *places, size_t count);
bool wire_get_placed(struct view payload, size_t count, struct view *ret_places);	/* of exactly count streams */
void wire_put_member(struct wire_stream *s, uint64_t job, const struct triage_member *m);
bool wire_get_member(struct view payload, struct triage_member *ret);	/* refuses an empty name */
/* events: data is one object of JSON without space around it, which is checked here; nothing else in it is */
struct wire_event_store {
	char words[7][1025], message[WIRE_EVENT_MESSAGE + 1], data[WIRE_EVENT_DATA + 1];
};
void wire_put_event(struct wire_stream *s, uint64_t job, const struct triage_event *e);
bool wire_get_event(struct view payload, struct wire_event_store *store, struct triage_event *ret);
void wire_put_fact(struct wire_stream *s, uint64_t job, const struct triage_fact *f);
bool wire_get_fact(struct view payload, struct wire_store *store, struct triage_fact *ret);
void wire_put_artefact(struct wire_stream *s, uint64_t job, const struct triage_parsed *p);
bool wire_get_artefact(struct view payload, struct wire_store *store, struct triage_parsed *ret);
/* type: WIRE_CONTENT of the job's stream, WIRE_MEMBER_DONE of the member in work; one payload */
void wire_put_content(struct wire_stream *s, enum wire_type type, uint64_t job, const struct triage_content *c);
bool wire_get_content(struct view payload, struct wire_store *store, struct triage_content *ret);

#endif
