/*
 * event_batch.h - events of one unit packed into one row of the journal, and taken out again.
 *
 * A batch has the words of its events, each set of them once: five texts, each with its NUL, set after set; and its rows, packed with LZ4. A row is
 * BATCH_ROW_HEADER bytes, little endian (time, offset; index of the words, flags; bytes of host, user, message, data), then these four texts without NUL.
 * What stands in a batch was checked when it came over the border. What is read may be damaged all the same, or have come in a part that others kept:
 * no length is believed. Private to this room.
 */
#ifndef TRIAGE_CASE_EVENT_BATCH_H
#define TRIAGE_CASE_EVENT_BATCH_H

#include "triage/base/buf.h"
#include "triage/base/view.h"

#include <triage/record.h>

enum { BATCH_ROW_HEADER = 40, BATCH_KINDS = 64, BATCH_WORDS = 5, BATCH_FULL = 256 << 10, BATCH_BYTES_MAX = 1 << 20, BATCH_WORDS_MAX = 64 << 10, BATCH_EVENTS_BITS = 20 };

struct event_batch {
	struct buf rows, words;
	int64_t kinds[BATCH_KINDS];	/* numbers of the caller's by which equal words are known */
	size_t kind_count, last;	/* last: of kinds, the one that the event before had */
	uint32_t events;
};
/* Finds equal texts, which are then compared: no more is asked of it. h: of what came before, BATCH_HASH at first. */
#define BATCH_HASH UINT64_C(0xcbf29ce484222325)
uint64_t batch_hash(uint64_t h, const void *text, size_t size);

void batch_init(struct event_batch *b);
void batch_release(struct event_batch *b);
void batch_clear(struct event_batch *b);	/* empty, keeps its memory */
/* No more may be put: it is written, and begun anew. */
bool batch_is_full(const struct event_batch *b);
/* kind: a number that stands for the five words of e. False when there is no memory, or more bytes than an event has. */
bool batch_put(struct event_batch *b, const struct triage_event *e, int64_t kind);
/* The rows, packed; replaces what packed holds. False when there is no memory. */
bool batch_pack(const struct event_batch *b, struct buf *packed);

struct batch_event {
	int64_t time;
	uint64_t offset;
	bool local;
	uint32_t kind;			/* index of its words */
	struct view texts[4];		/* host, user, message, data: until rows are unpacked again */
};
/* Rows as they were before they were packed: exactly bytes of them. False when they are not, or there is no memory. */
bool batch_unpack(struct view packed, uint64_t bytes, struct buf *rows);
/* The row at *at, which moves behind it. False when there is no sound one. */
bool batch_next(const struct buf *rows, size_t *at, struct batch_event *ret);
/* The set of words at *at, which moves behind it. False at the end, or where they are not whole. */
bool batch_words(struct view words, size_t *at, const char *ret_words[BATCH_WORDS]);

#endif
